"""ENC-3 on facts made up for it: what databases demand, what was measured, and what buckets let in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from compliance_tests import test_encryption as judged
from fixtures.examination import NOTHING_FOUND, Finding
from fixtures.facts import parameter_groups
from fixtures.facts.bucket_policies import BucketPolicy
from fixtures.facts.databases import Database, DatabaseKind, GroupInUse
from fixtures.facts.handshakes import HTTPS, POSTGRESQL, Endpoint, Handshake, version_number
from fixtures.facts.parameter_groups import GroupName, ParameterGroup, Setting, transports
from fixtures.facts.population import Population
from tests.judgement.facts import POLICY, SOURCE, database, examination

ACCOUNT = "123456789012"
Settings = dict[str, Setting | None]
"""What a group says of either parameter, by the name of its field."""


def group(settings: Settings, name: str = "production", *, of_cluster: bool = False) -> ParameterGroup:
    """Return a parameter group that demands TLS 1.3, unless *settings* say otherwise."""
    wanted: Settings = {"force_ssl": Setting("1", "user"), "minimum": Setting("TLSv1.3", "user"), **settings}
    return ParameterGroup(name, GroupName(ACCOUNT, "eu-central-1", name, of_cluster), **wanted, source=SOURCE)


def in_transit(
    *,
    databases: Iterable[Database] = (),
    groups: Iterable[ParameterGroup] = (),
    buckets: Iterable[BucketPolicy] = (),
    handshakes: Iterable[Handshake] = (),
) -> list[Finding]:
    """Judge ENC-3."""
    examine = examination("ENC-3")
    judged.test_backups_in_transit_tls13(
        Population(tuple(transports(tuple(databases), tuple(groups)))),
        Population(tuple(buckets)),
        Population(tuple(handshakes)),
        POLICY,
        examine,
    )
    return [finding for finding in examine.findings if finding.seen != NOTHING_FOUND]


@pytest.mark.parametrize(
    ("differently", "settings", "complies"),
    [
        ({}, {}, True),
        ({}, {"minimum": Setting("TLSv1.4", "user")}, True),
        ({}, {"minimum": Setting("TLSv1.2", "user")}, False),
        ({}, {"minimum": Setting("TLSv1", "user")}, False),
        ({}, {"minimum": Setting("", "user")}, False),
        ({}, {"minimum": Setting("tlsv1.3x", "user")}, False),
        ({}, {"minimum": None}, False),
        ({}, {"force_ssl": Setting("0", "user")}, False),
        ({}, {"force_ssl": Setting("1", "system")}, True),
        ({}, {"force_ssl": Setting("", "system")}, False),
        ({}, {"force_ssl": None}, False),
        ({"engine_version": "16.1"}, {}, True),
        ({"engine_version": "15.8"}, {}, False),
        ({"engine_version": ""}, {}, False),
        ({"engine": "aurora-postgresql", "engine_version": "15.8"}, {}, True),
        ({"engine": "mysql", "engine_version": "8.4"}, {}, False),
        ({"parameter_groups": ()}, {}, False),
    ],
)
def test_what_a_database_demands(differently: dict[str, Any], settings: Settings, complies: bool) -> None:
    """Forced, with that minimum, by a version that can; what nobody tells is not so."""
    (finding,) = in_transit(databases=[database(**differently)], groups=[group(settings)])

    assert finding.complies is complies


@pytest.mark.parametrize("status", ["pending-reboot", "applying", "failed-to-apply", "unknown", "removing", ""])
def test_what_is_set_has_to_be_in_force(status: str) -> None:
    """Every status but one says that it is not, or not yet."""
    waiting = database(parameter_groups=(GroupInUse("production", of_cluster=False, member="app", status=status),))

    (finding,) = in_transit(databases=[waiting], groups=[group({})])

    assert not finding.complies
    assert f"production is {status} in app" in finding.seen


def test_a_database_whose_group_cannot_be_read_is_not_judged() -> None:
    """The gap of the group makes the statement *not assessed*."""
    assert in_transit(databases=[database()], groups=[group({}, "another")]) == []


@pytest.mark.parametrize(
    ("own", "of_member", "complies"),
    [
        ({}, {"force_ssl": None, "minimum": None}, True),
        ({}, {"force_ssl": Setting("0", "system"), "minimum": Setting("TLSv1.2", "engine-default")}, True),
        ({}, {"minimum": Setting("TLSv1.2", "user")}, False),
        ({}, {"force_ssl": Setting("0", "user")}, False),
        ({"minimum": Setting("TLSv1.2", "system")}, {}, False),
        ({"minimum": None}, {}, False),
        ({"force_ssl": Setting("0", "system")}, {}, False),
    ],
)
def test_groups_of_clusters_and_of_their_members(own: Settings, of_member: Settings, complies: bool) -> None:
    """The cluster's holds, unless a member's sets it again; of several values the weakest counts."""
    uses = (
        GroupInUse("production", of_cluster=True, member="orders-1", status="in-sync"),
        GroupInUse("members", of_cluster=False, member="orders-1", status="in-sync"),
    )
    cluster: Database = database(kind=DatabaseKind.AURORA_CLUSTER, engine="aurora-postgresql", parameter_groups=uses)

    (finding,) = in_transit(databases=[cluster], groups=[group(own, of_cluster=True), group(of_member, "members")])

    assert finding.complies is complies


def test_groups_are_asked_for_once() -> None:
    """However many databases use one; of others than PostgreSQL none."""
    found = parameter_groups.in_use([database(), database(name="two"), database(engine="mysql")])

    assert found == (GroupName(ACCOUNT, "eu-central-1", "production", of_cluster=False),)


def handshake(protocol: str = POSTGRESQL, **differently: Any) -> Handshake:  # noqa: ANN401
    """Return a handshake as it has to be."""
    endpoint = Endpoint(ACCOUNT, "eu-central-1", protocol, "app.example.org", 5432, ("app",))
    return replace(Handshake(endpoint, "TLSv1.3", "TLS_AES_256_GCM_SHA384", (), "", "", SOURCE), **differently)


@pytest.mark.parametrize(
    ("differently", "of_database", "of_api"),
    [
        ({}, True, True),
        ({"older": "TLSv1.2"}, False, True),
        ({"older": "TLSv1"}, False, True),
        ({"older": None}, True, True),
        ({"version": "TLSv1.2", "older": "TLSv1.2"}, False, False),
        ({"version": "", "problem": "answers in plain text"}, False, False),
        ({"version": "SSLv3"}, False, False),
        ({"problem": "expired"}, False, False),
        ({"problem": "of an issuer that is not trusted"}, False, False),
    ],
)
def test_what_is_demanded_on_the_wire(differently: dict[str, Any], of_database: bool, of_api: bool) -> None:
    """TLS 1.3 of everybody; that nothing less is accepted, of databases only."""
    assert in_transit(handshakes=[handshake(**differently)])[0].complies is of_database
    assert in_transit(handshakes=[handshake(HTTPS, **differently)])[0].complies is of_api


@pytest.mark.parametrize(
    ("plain_http", "tls", "complies"),
    [
        (True, (1.0, 1.1, 1.2), True),
        (True, (1.0, 1.1, 1.2, 1.3), True),
        (True, (1.0, 1.1), False),
        (True, (1.2,), False),
        (True, (), False),
        (False, (1.0, 1.1, 1.2), False),
    ],
)
def test_what_buckets_refuse(plain_http: bool, tls: tuple[float, ...], complies: bool) -> None:
    """Both: plain HTTP, and every version below."""
    bucket = BucketPolicy("arn:aws:s3:::b", "b", ACCOUNT, "eu-central-1", True, plain_http, tls, (), SOURCE)

    (finding,) = in_transit(buckets=[bucket])

    assert finding.complies is complies


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("TLSv1.3", 1.3),
        ("TLSv1.2", 1.2),
        ("TLSv1", 1.0),
        ("SSLv3", 0.0),
        ("", 0.0),
        ("TLSv1.10", 0.0),
        ("xTLSv1.3", 0.0),
    ],
)
def test_versions_are_numbers(name: str, number: float) -> None:
    """What is none falls below every limit."""
    assert version_number(name) == number
