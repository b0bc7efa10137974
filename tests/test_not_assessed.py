"""What cannot be read is not assessed: one readable line, no traceback, and no other statement is touched."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.simulator.organisation import Organisation
from tests.gateway import Answer, Gateway, between, on
from tests.inner_run import TESTS, Verdicts, run_suite

AWS = {id_ for id_ in TESTS if id_.startswith(("DB-", "RET-", "RES-"))}


@pytest.fixture
def gateway(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """A gateway to AWS that forwards everything until a test says otherwise."""
    with between(organisation.exports["AWS_ENDPOINT_URL"], lambda _path, _request: None) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.url)
        yield found


def assert_readable(verdicts: Verdicts, told: str) -> None:
    """One line says what was called and what to do; nobody has to read a traceback."""
    for row in verdicts.results["statements"]:
        if row["result"] == "not_assessed":
            assert told in row["reason"], row["reason"]
            assert all(gap["remedy"] for gap in row["unread"] if "call" in gap)
            assert "Traceback" not in str(row)


def test_gateway_changes_nothing(gateway: Gateway, tmp_path: Path) -> None:
    """The control of the experiment."""
    assert run_suite(tmp_path).good >= AWS
    assert gateway.seen


@pytest.mark.exhaustive(keep=2)
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer.denied("AccessDenied"), "AccessDenied: these credentials may not do this"),
        (Answer.denied("ExpiredToken"), "the credentials have expired"),
        (Answer.denied("InvalidClientTokenId"), "AWS does not know these credentials"),
        (Answer(200, "<html><body>Welcome to the hotel's Wi-Fi</body></html>", "text/html"), "published shape"),
        (Answer(200, "<DescribeDBInstancesResponse><Descr"), "published shape"),
        (Answer.denied("InternalFailure", 500), "unreachable"),
    ],
    ids=["denied", "expired", "unknown-credentials", "captive-portal", "cut-short", "server-error"],
)
def test_listing_that_fails_everywhere(gateway: Gateway, tmp_path: Path, answer: Answer, told: str) -> None:
    """Every statement about databases is not assessed; the run fails."""
    gateway.rule = on("DescribeDBInstances", answer)

    verdicts = run_suite(tmp_path)

    assert {"DB-1", "DB-2", "DB-3", "DB-4", "DB-5", "DB-6", "RET-1", "RES-1", "RES-3"} <= verdicts.of("not_assessed")
    assert "RES-2" in verdicts.good
    assert verdicts.of("not_compliant") == {"ENC-3"}  # of the gateway itself, which speaks plain HTTP
    assert verdicts.status != 0
    assert_readable(verdicts, told)


def test_denial_in_one_region(gateway: Gateway, tmp_path: Path) -> None:
    """A stray database could be there: nothing is compliant on the strength of the other regions."""
    gateway.rule = on("DescribeDBInstances", Answer.denied("AccessDenied"), region="us-east-1")

    verdicts = run_suite(tmp_path)

    assert "DB-1" in verdicts.of("not_assessed")
    assert_readable(verdicts, "us-east-1")


def test_violation_beside_a_gap(gateway: Gateway, organisation: Organisation, tmp_path: Path) -> None:
    """A violation once seen stands, however much else was unreadable."""
    organisation.client("rds").modify_db_instance(
        DBInstanceIdentifier="app", BackupRetentionPeriod=7, ApplyImmediately=True
    )
    gateway.rule = on("DescribeDBInstances", Answer.denied("AccessDenied"), region="us-east-1")

    verdicts = run_suite(tmp_path)

    assert "DB-4" in verdicts.of("not_compliant")
    assert verdicts.row("DB-4")["unread"]
    assert "DB-1" in verdicts.of("not_assessed")


def test_throttling_costs_time_and_no_verdict(gateway: Gateway, tmp_path: Path) -> None:
    """One request in five is throttled."""
    dice = random.Random(1)  # noqa: S311 - no secret
    throttled = Answer.denied("Throttling", 400)
    gateway.rule = lambda _path, request: throttled if "Action=Describe" in request and dice.random() < 0.2 else None

    assert run_suite(tmp_path).good >= AWS


@pytest.mark.exhaustive
def test_throttled_out(gateway: Gateway, tmp_path: Path) -> None:
    """Patience ends, and says so."""
    gateway.rule = on("DescribeExportTasks", Answer.denied("Throttling", 400), region="us-east-1")

    verdicts = run_suite(tmp_path)

    assert "RES-2" in verdicts.of("not_assessed")
    assert_readable(verdicts, "throttled until patience ran out")


@pytest.mark.usefixtures("organisation")
def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")

    verdicts = run_suite(tmp_path)

    assert verdicts.of("not_assessed") >= AWS
    assert verdicts.results["run"]["provenance"] != "live"
    assert "unreachable" in verdicts.row("DB-1")["reason"]


@pytest.mark.exhaustive(keep=1)
@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"AWS_DEFAULT_REGION": "eu-cental-1"}, "eu-cental-1"),
        ({"AWS_PROFILE": "nobody-has-this"}, "nobody-has-this"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no usable credentials"),
    ],
    ids=["wrong-region", "unknown-profile", "no-credentials"],
)
@pytest.mark.usefixtures("organisation")
def test_configuration_that_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: str
) -> None:
    """It is told by the name that is wrong."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, value in variables.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)

    verdicts = run_suite(tmp_path)

    assert verdicts.of("not_assessed") >= AWS
    assert told in verdicts.row("DB-1")["reason"]
    assert verdicts.status != 0


def test_wrong_account(organisation: Organisation, tmp_path: Path) -> None:
    """Credentials of another account than the one that was declared never look like success."""
    accounts = organisation.records / "accounts.toml"
    accounts.write_text(accounts.read_text().replace("123456789012", "210987654321"))

    verdicts = run_suite(tmp_path)

    assert verdicts.of("not_assessed") >= AWS
    assert "the credentials belong to account 123456789012" in verdicts.row("DB-1")["reason"]


def test_empty_account(organisation: Organisation, tmp_path: Path) -> None:
    """An account in which nothing is found fails: it is not the one that holds production data."""
    accounts = organisation.records / "accounts.toml"
    role = '\nrole = "arn:aws:iam::210987654321:role/reader"'
    accounts.write_text(accounts.read_text().replace('"123456789012"', f'"210987654321"{role}', 1))

    verdicts = run_suite(tmp_path)

    assert verdicts.of("not_compliant") >= AWS
    assert "nothing found to examine" in verdicts.row("DB-1")["reason"]
