"""Clients can only read, there are few of them, they share their connections, and those are verified."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Barrier, Event, Lock, Thread
from typing import Any
from weakref import WeakSet

import pytest
from botocore.httpsession import URLLib3Session

from fixtures.collectors.aws_accounts import Accounts, open_estate
from fixtures.collectors.aws_clients import READERS, Clients
from fixtures.collectors.aws_estate import Account, Place
from fixtures.collectors.aws_models import OPERATIONS
from fixtures.collectors.aws_session import open_session
from fixtures.collectors.ledger import Ledger
from fixtures.collectors.reading import CONNECTIONS, Job, Reading
from fixtures.facts.accounts import DeclaredAccount
from fixtures.simulator.organisation import ACCOUNT, Organisation
from tests.aws_permissions import documented

SERVICES = ("backup", "dynamodb", "ec2", "events", "kms", "rds", "s3", "sns", "sts")
WRITES = re.compile(r"(create|delete|put|modify|start|stop|update|restore|copy|run|terminate|schedule)_")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account in which nothing is asked."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    session, _ = open_session(Ledger(), region_name="eu-central-1")
    return Account("123456789012", "", "", "aws", session, (), Clients(kept=4))


@pytest.mark.parametrize("service", SERVICES)
def test_clients_have_no_way_to_write(account: Account, service: str) -> None:
    """Whatever permissions they have: there is no method for it."""
    client = account.client(service, "eu-central-1")

    operations = set(client.meta.service_model.operation_names)
    assert not [name for name in dir(client) if WRITES.match(name)]
    assert operations
    assert not [name for name in operations if re.match(r"(Create|Delete|Put|Modify|Start|Stop|Update)", name)]


def test_clients_know_what_is_asked_and_nothing_else(account: Account) -> None:
    """As the populations say it: whoever adds a call adds it here, and no object, no secret can be read by mistake."""
    named = {call.partition(":")[2] for calls in documented().values() for call in calls}

    assert named | {"DescribeRegions", "ListAccounts"} == OPERATIONS | {"AssumeRole"}
    assert all(re.match(r"(Describe|List|Get|Head)[A-Z]", name) for name in OPERATIONS)
    assert not hasattr(account.client("s3", "eu-central-1"), "get_object")
    assert account.client("secretsmanager", "eu-central-1").meta.service_model.operation_names == []


@pytest.mark.parametrize(
    ("service", "operation"),
    [("sts", "AssumeRoleWithWebIdentity"), ("sso", "GetRoleCredentials"), ("sso-oidc", "CreateToken")],
)
def test_credentials_come_by_every_way_that_boto3_knows(account: Account, service: str, operation: str) -> None:
    """A workflow's web identity, a person's single sign-on and its renewal: none of them is a call of ours."""
    assert operation in account.client(service, "eu-central-1").meta.service_model.operation_names


def test_web_identity(organisation: Organisation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the nightly workflow has it: no key at all, but a token that is exchanged, by a request that nothing signs."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert organisation.exports
    (tmp_path / "token").write_text("a.b.c")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", f"arn:aws:iam::{ACCOUNT}:role/backup-policy-compliance")

    estate = open_estate(Accounts([DeclaredAccount()]), Ledger(), "eu-central-1")

    assert estate.unread == ()
    assert "assumed-role/backup-policy-compliance" in estate.identities["aws"]


def test_session_that_may_write_says_so(account: Account) -> None:
    """A restoration needs to."""
    assert account
    session, _ = open_session(Ledger(), is_reading=False, region_name="eu-central-1")

    assert hasattr(session.client("rds"), "restore_db_instance_to_point_in_time")


def test_few_clients_that_share_their_connections(account: Account) -> None:
    """Those that were used last are kept; one that was dropped is made anew."""
    first = account.client("rds", "eu-central-1")
    assert account.client("rds", "eu-central-1") is first

    clients = [account.client(service, "eu-west-1") for service in SERVICES]

    assert account.client("rds", "eu-central-1") is not first
    assert account.client("sts", "eu-west-1") is clients[-1]
    assert len({id(client._endpoint.http_session) for client in (first, *clients)}) == 1


def test_more_readers_than_requests_under_way(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """What others make of their answers meanwhile does not count; as many as are allowed are under way."""
    lock, under_way, most, all_there = Lock(), Counter[str](), Counter[str](), Event()

    def send(_self: object, _request: object) -> str:
        with lock:
            under_way["now"] += 1
            most["ever"] = max(most["ever"], under_way["now"])
            if under_way["now"] == CONNECTIONS:
                all_there.set()
        assert all_there.wait(10)
        with lock:
            under_way["now"] -= 1
        return "answered"

    monkeypatch.setattr(URLLib3Session, "send", send)
    connections = account.client("s3", "eu-central-1")._endpoint.http_session
    jobs = [(lambda: [connections.send(None)], lambda fault: pytest.fail(str(fault)))] * (2 * READERS)

    assert Reading(READERS).gather(jobs).members == ("answered",) * (2 * READERS)
    assert most["ever"] == CONNECTIONS < READERS


def test_certificates_are_verified(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the authorities that are configured, and no others: not even once a connection was good."""
    assert organisation
    declared = Accounts([DeclaredAccount()])
    assert open_estate(declared, Ledger(), "eu-central-1").unread == ()

    monkeypatch.delenv("AWS_CA_BUNDLE")

    (gap,) = open_estate(declared, Ledger(), "eu-central-1").unread
    assert "CERTIFICATE_VERIFY_FAILED" in gap.reason

    monkeypatch.setenv("AWS_CA_BUNDLE", "/nonexistent/bundle.pem")

    (gap,) = open_estate(declared, Ledger(), "eu-central-1").unread
    assert "No such file" in gap.reason


def test_connections_are_used_again(organisation: Organisation) -> None:
    """A client for each service and region does not open a connection for each of them."""
    assert organisation
    estate = open_estate(Accounts([DeclaredAccount()]), Ledger(), "eu-central-1")
    for place in estate.places():
        for operation in ("describe_db_instances", "describe_db_snapshots", "describe_db_clusters"):
            assert list(place.pages("rds", operation))

    place = Place(estate.accounts[0], "eu-central-1")
    pools: Any = place.client("rds")._endpoint.http_session._manager.pools
    assert sum(pools[key].num_connections for key in list(pools.keys())) == 1


def test_jobs_have_their_turn() -> None:
    """What waits is read region by region, whoever asked first; what comes back is in the order of asking."""
    done: list[str] = []
    begun, reading = Barrier(2), Reading(connections=1)

    def read(name: str) -> list[str]:
        done.append(name)
        return [name]

    def hold() -> list[str]:
        begun.wait(10)
        begun.wait(10)
        return []

    Thread(target=lambda: reading.gather([(hold, _never)])).start()
    begun.wait(10)
    found: list[Any] = []
    jobs = [Job(lambda name=name: read(name), _never, (name,)) for name in "cab"]  # type: ignore[misc]
    asking = Thread(target=lambda: found.append(reading.gather(jobs)))
    asking.start()
    while not reading._pool._waiting:
        asking.join(0.01)
    begun.wait(10)
    asking.join(10)

    assert done == ["a", "b", "c"]
    assert found[0].members == ("c", "a", "b")


def test_jobs_that_wait_are_not_there_yet() -> None:
    """Hundreds of accounts make tens of thousands of them: each is made when its turn comes, and gone afterwards."""
    alive, most = WeakSet[Any](), []

    class Work:
        def __call__(self) -> list[int]:
            most.append(len(alive))
            return [1]

    class Made(Sequence[Any]):
        def __len__(self) -> int:
            return 5000

        def __getitem__(self, index: Any) -> Any:  # noqa: ANN401
            work = Work()
            alive.add(work)
            return Job(work, _never, (str(-index),))

    found = Reading(connections=2).gather(Made())

    assert len(found) == 5000
    assert max(most) <= 8


def _never(failure: Exception) -> Any:  # noqa: ANN401
    raise AssertionError(failure)
