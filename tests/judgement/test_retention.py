"""RET-1 and RET-2 on facts made up for them: periods to the second, incidents of both registers, what nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from compliance_tests import test_retention as judged
from fixtures.collection import POPULATIONS
from fixtures.facts.backups import RecoveryPoint, Snapshot
from fixtures.facts.failures import ReportedIncident
from fixtures.facts.incidents import Incident
from fixtures.facts.population import Population, Unread
from fixtures.facts.retention import Retained, RetainedFor, number_of
from fixtures.facts.scope import LeftOut
from fixtures.facts.text import Command
from tests.judgement.facts import DAY, NOW, POLICY, SOURCE, database, examination, snapshot

GAP = Unread("betterstack", "", "", "GET /api/v3/incidents", "unreachable", "run again")
SECOND = timedelta(seconds=1)
OPEN, CLOSED = None, NOW - DAY


def kept(retention: timedelta | None = None, age: timedelta | None = None, incident: str = "") -> Retained:
    """Return a backup that is kept for a period, or, if it has an age, until somebody deletes it."""
    return Retained(
        id="arn:one",
        name="one",
        kind="backup",
        account="123456789012",
        region="eu-central-1",
        retention=retention,
        age=age,
        expires=age is None,
        incident=incident,
        look=Command(""),
        source=SOURCE,
    )


def judge(
    backup: Retained,
    register: tuple[Incident, ...] = (),
    reported: Population[ReportedIncident] | None = None,
) -> tuple[list[bool], list[bool], tuple[Unread, ...]]:
    """Return what RET-1 and RET-2 say, and what was missed for it."""
    found: Population[RetainedFor] = POPULATIONS["retained_for"](
        Population((backup,)), Population(register), Population() if reported is None else reported, POLICY, NOW
    )
    verdicts = []
    for statement, test in (
        ("RET-1", judged.test_backups_retained_for_30_days),
        ("RET-2", judged.test_retention_extended_only_during_active_incident),
    ):
        examine = examination(statement)
        test(found, POLICY, examine)
        verdicts.append([finding.complies for finding in examine.findings])
    return verdicts[0], verdicts[1], found.unread


def registered(closed: datetime | None, number: str = "7") -> tuple[Incident, ...]:
    """Return a register with one incident."""
    return (Incident(number, "rows are missing", NOW - 9 * DAY, closed, SOURCE),)


def told(closed: datetime | None, number: str = "7", opened: datetime = NOW - 9 * DAY) -> Population[ReportedIncident]:
    """Return what Better Stack tells, of one incident."""
    return Population((ReportedIncident(f"betterstack:incident/{number}", "rows are missing", opened, closed, SOURCE),))


@pytest.mark.parametrize(
    ("backup", "whole", "in_time"),
    [
        (kept(30 * DAY), True, True),
        (kept(30 * DAY - SECOND), False, True),
        (kept(30 * DAY + SECOND), False, False),
        (kept(timedelta(0)), False, True),
        (kept(None), False, False),
        (kept(age=30 * DAY), True, True),
        (kept(age=30 * DAY + SECOND), False, False),
        (kept(age=timedelta(0)), True, True),
    ],
)
def test_period(backup: Retained, whole: bool, in_time: bool) -> None:
    """Exact, beyond and short of the limit; for ever is beyond."""
    assert judge(backup) == ([whole], [in_time], ())


@pytest.mark.parametrize(
    ("register", "reported", "good"),
    [
        (registered(OPEN), Population(), True),
        (registered(CLOSED), Population(), False),
        ((), told(OPEN), True),
        ((), told(CLOSED), False),
        ((), told(OPEN, opened=NOW + SECOND), False),
        ((), told(OPEN, "8"), False),
        (registered(CLOSED), told(OPEN), False),
        (registered(OPEN), told(CLOSED), True),
        (registered(OPEN, "8"), told(CLOSED), False),
    ],
)
def test_incident(register: tuple[Incident, ...], reported: Population[ReportedIncident], good: bool) -> None:
    """Whichever has it; where both do, the register is what people write themselves."""
    assert judge(kept(40 * DAY, incident="7"), register, reported) == ([good], [good], ())


@pytest.mark.parametrize(
    ("backup", "register", "decided"),
    [
        (kept(40 * DAY, incident="7"), (), False),
        (kept(40 * DAY, incident="7"), registered(OPEN), True),
        (kept(40 * DAY, incident="7"), registered(CLOSED), True),
        (kept(40 * DAY), (), True),
        (kept(30 * DAY, incident="7"), (), True),
    ],
)
def test_better_stack_is_missed_only_where_it_could_tell(
    backup: Retained, register: tuple[Incident, ...], decided: bool
) -> None:
    """What names an incident that is in no register is judged by nobody while it is down."""
    first, second, unread = judge(backup, register, Population(unread=(GAP,)))
    assert (len(first), len(second), unread) == ((1, 1, ()) if decided else (0, 0, (GAP,)))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("7", "7"),
        ("betterstack:incident/7", "7"),
        ("https://uptime.betterstack.com/team/1/incidents/7", "7"),
        ("https://uptime.betterstack.com/team/1/incidents/7/", "7"),
        ("https://example.org/tickets/7", "https://example.org/tickets/7"),
        ("INC-7", "INC-7"),
        ("", ""),
    ],
)
def test_address_of_an_incident(written: str, meant: str) -> None:
    """Only Better Stack's are read for their number."""
    assert number_of(written) == meant


@pytest.mark.parametrize(("left_out", "examined"), [("db-OTHER", 0), ("db-APP", 1)], ids=["of its own", "shared"])
def test_resource_id_that_is_not_unique_leaves_nothing_out(left_out: str, examined: int) -> None:
    """Where databases share one, that one of them is out of scope says nothing of the others' backups."""
    old = snapshot(resource_id=left_out, created=NOW - 40 * DAY)
    others = Population((LeftOut("arn:other", "other", "RDS database", left_out, "test data", "scope.toml:1", SOURCE),))
    nothing: Population[object] = Population()
    found = POPULATIONS["retained_backups"](
        Population((database(),)), nothing, nothing, Population((old,)), nothing, nothing, others, NOW
    )
    assert len(found) == examined


def retained(*snapshots: Snapshot, points: tuple[RecoveryPoint, ...] = ()) -> list[str]:
    """Return what is said of snapshots and recovery points that belong to no database."""
    nothing: Population[object] = Population()
    found = POPULATIONS["retained_backups"](
        nothing, nothing, nothing, Population(snapshots), Population(points), nothing, nothing, NOW
    )
    return [str(one) for one in found]


def point(**differently: Any) -> RecoveryPoint:  # noqa: ANN401 - whatever field a test is about
    """Return a recovery point of AWS Backup that is kept for 30 days."""
    ordinary = RecoveryPoint(
        id="arn:aws:rds:eu-central-1:123456789012:snapshot:awsbackup:job-1",
        account="123456789012",
        region="eu-central-1",
        vault="production",
        vault_account="123456789012",
        resource=database().id,
        resource_type="RDS",
        status="COMPLETED",
        created=NOW - 10 * DAY,
        retention=30 * DAY,
        encrypted=True,
        encryption_type="sse-kms",
        kms_key="",
        copied_from_vault="",
        tags={},
        source=SOURCE,
    )
    return replace(ordinary, **differently)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (point(), "kept 30 days"),
        (point(status="EXPIRED", created=NOW - 31 * DAY), "kept 30 days, 31 days old"),
        (point(status="EXPIRED", created=None), "kept 30 days"),
        (point(created=NOW - 30 * DAY - timedelta(hours=23)), "kept 30 days"),
        (point(created=NOW - 32 * DAY), "kept 30 days, 32 days old"),
        (point(id="arn:aws:backup:…:recovery-point:continuous:db-1", created=NOW - 300 * DAY), "kept 30 days"),
        (point(retention=None, created=NOW - 300 * DAY), "kept for ever"),
    ],
)
def test_recovery_point_that_should_be_gone(one: RecoveryPoint, said: str) -> None:
    """Its age counts, too, from when AWS Backup should have deleted it; a continuous one has no end."""
    (found,) = retained(points=(one,))
    assert found == f"recovery point in vault production ({one.status}), {said}"


def test_snapshot_of_aws_backup_goes_with_its_recovery_point() -> None:
    """Without one, nobody but a person will ever delete it."""
    own = snapshot(id=point().id, kind="awsbackup", created=NOW - 40 * DAY)
    assert retained(own, points=(point(),)) == ["recovery point in vault production (COMPLETED), kept 30 days"]
    assert retained(own) == ["awsbackup snapshot of app, 40 days old"]


def test_snapshot_that_is_being_taken() -> None:
    """RDS tells no time of it yet; of one in any other state that is no excuse."""
    assert retained(snapshot(status="creating", created=None)) == ["manual snapshot of app, 0 seconds old"]
    assert retained(snapshot(status="available", created=None)) == ["manual snapshot of app, unknown old"]
