"""DB-2 to DB-5 judge windows as an oracle does that was written without looking at them.

The oracle counts in whole seconds since the epoch and asks about every single moment that matters.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance_tests import test_application_database as judged
from fixtures.facts.databases import RestoreWindow, self_protecting
from fixtures.facts.population import Population
from tests.judgement.facts import DAY, NOW, POLICY, backup, database, examination, protected, replica, snapshot

DAYS_30 = 30 * 86400
TOLERANCE = 5 * 60
FIRST_BACKUP = 3600
LEAP_DAY = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)
SPRING_FORWARD = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)

seconds = st.integers(min_value=-3 * 86400, max_value=120 * 86400)
nows = st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
retentions = st.integers(min_value=0, max_value=40)
zones = st.integers(min_value=-12, max_value=14).map(lambda hours: timezone(timedelta(hours=hours)))


def complies(statement: str, test: object, now: datetime, **facts: object) -> bool:
    """Judge one database as the suite would."""
    examine = examination(statement, now)
    test(**facts, now=now, policy=POLICY, examine=examine)  # type: ignore[operator]
    (finding,) = examine.findings
    return finding.complies


def oracle_covers(now: int, created: int, earliest: int) -> bool:
    """Every moment of the last 30 days at which there was something to restore can be restored."""
    moments = range(now - DAYS_30 + TOLERANCE, now - TOLERANCE, 3600)
    first = created + FIRST_BACKUP + TOLERANCE
    existed = [
        moment for moment in (first, *moments) if moment >= first and moment in range(moments.start, moments.stop)
    ]
    return all(moment >= earliest for moment in existed)


def to_seconds(moment: datetime) -> int:
    """Count as the oracle does."""
    return int(moment.timestamp())


@given(now=nows, age=seconds, depth=seconds, retention=retentions, backup_retention=retentions, zone=zones)
@example(now=NOW, age=90 * 86400, depth=30 * 86400, retention=30, backup_retention=30, zone=UTC)
@example(now=NOW, age=90 * 86400, depth=30 * 86400 - 301, retention=30, backup_retention=30, zone=UTC)
@example(now=NOW, age=90 * 86400, depth=30 * 86400 - 300, retention=30, backup_retention=30, zone=UTC)
@example(now=LEAP_DAY, age=90 * 86400, depth=30 * 86400 + 1, retention=30, backup_retention=30, zone=UTC)
@example(now=SPRING_FORWARD, age=90 * 86400, depth=30 * 86400, retention=30, backup_retention=30, zone=UTC)
@example(now=NOW, age=10 * 86400, depth=10 * 86400 - 3600, retention=30, backup_retention=30, zone=UTC)
@example(now=NOW, age=10 * 86400, depth=9 * 86400, retention=30, backup_retention=30, zone=UTC)
@example(now=NOW, age=-3600, depth=3600, retention=30, backup_retention=30, zone=UTC)
def test_window_of_30_days(
    now: datetime, age: int, depth: int, retention: int, backup_retention: int, zone: timezone
) -> None:
    """DB-4 agrees with the oracle, in whichever zone the provider writes its times."""
    created, earliest = now - timedelta(seconds=age), (now - timedelta(seconds=depth)).astimezone(zone)
    one = protected(
        database(created=created, retention=retention * DAY, latest_restorable=now),
        backup(window=RestoreWindow(earliest, now), retention=backup_retention * DAY),
    )

    born = created if created <= now else now - 60 * DAY  # a creation that is still to come excuses nothing
    covered = oracle_covers(to_seconds(now), to_seconds(born), to_seconds(earliest))
    nothing_yet = to_seconds(born) + FIRST_BACKUP + TOLERANCE >= to_seconds(now) - TOLERANCE

    verdict = complies("DB-4", judged.test_pitr_window_30_days, now, protected_databases=Population((one,)))
    if not nothing_yet:
        assert verdict == (covered and retention >= 30 and backup_retention >= 30)
    elif verdict:
        assert retention >= 30


@given(lag=st.integers(min_value=-7200, max_value=7200))
@example(lag=15 * 60)
@example(lag=15 * 60 + 1)
@example(lag=-5 * 60)
@example(lag=-5 * 60 - 1)
def test_lag(lag: int) -> None:
    """DB-3 takes 15 minutes, not a second more; an end in the future is no evidence of anything."""
    latest = NOW - timedelta(seconds=lag)
    one = protected(database(latest_restorable=latest), backup(window=RestoreWindow(NOW - 31 * DAY, latest)))

    verdict = complies("DB-3", judged.test_wal_shipping_is_continuous, NOW, protected_databases=Population((one,)))

    assert verdict == (-300 <= lag <= 900)


@pytest.mark.parametrize("missing", ["database", "backup"])
def test_missing_end(missing: str) -> None:
    """DB-3 needs both ends: what only one side reports is not known."""
    window = RestoreWindow(NOW - 31 * DAY, None if missing == "backup" else NOW)
    one = protected(database(latest_restorable=None if missing == "database" else NOW), backup(window=window))

    assert not complies("DB-3", judged.test_wal_shipping_is_continuous, NOW, protected_databases=Population((one,)))


@given(
    status=st.sampled_from(["replicating", "retained", "pending", "creating", "deleting", "active", "unheard-of"]),
    region=st.sampled_from(["eu-west-1", "eu-west-2", "us-east-1"]),
    depth=st.integers(min_value=0, max_value=40 * 24),
    lag=st.integers(min_value=-20, max_value=120),
    retention=retentions,
)
@example(status="replicating", region="eu-west-1", depth=30 * 24, lag=30, retention=30)
@example(status="replicating", region="eu-west-1", depth=30 * 24, lag=31, retention=30)
@example(status="replicating", region="eu-west-1", depth=30 * 24 - 1, lag=5, retention=30)
@example(status="replicating", region="eu-west-1", depth=30 * 24, lag=5, retention=29)
def test_replica(status: str, region: str, depth: int, lag: int, retention: int) -> None:
    """DB-5 accepts nothing but a replica in Ireland that is being fed, fresh, deep and kept long enough."""
    window = RestoreWindow(NOW - timedelta(hours=depth), NOW - timedelta(minutes=lag))
    arn = f"arn:aws:rds:{region}:123456789012:auto-backup:ab-copy"
    copy = replica(id=arn, region=region, status=status, window=window, retention=retention * DAY)
    one = protected(database(), backup(), copy)

    verdict = complies(
        "DB-5", judged.test_database_backups_replicated_to_ireland, NOW, protected_databases=Population((one,))
    )

    good = (status, region) == ("replicating", "eu-west-1")
    assert verdict == (good and depth >= 720 and -5 <= lag <= 30 and retention >= 30)


def test_stopped_replica_beside_a_new_one() -> None:
    """DB-5 judges the replica that is being fed, however deep the one is that was stopped."""
    stopped = replica(id="arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-old", status="retained")
    new = replica(window=RestoreWindow(NOW - DAY, NOW))
    one = protected(database(), backup(), stopped, new)

    assert not complies(
        "DB-5", judged.test_database_backups_replicated_to_ireland, NOW, protected_databases=Population((one,))
    )


def test_name_that_was_used_before() -> None:
    """A backup of a deleted database is no backup of the one that now has its name."""
    one = protected(database(resource_id="db-NEW"), backup(), replica())

    assert (one.backups, one.replicas) == ((), ())


def test_resource_id_that_is_not_unique() -> None:
    """Where a server gives every database the same id, the ARN has to agree, or one's backup would excuse the other."""
    from fixtures.facts.protection import protect  # noqa: PLC0415

    other = database(id="arn:aws:rds:eu-central-1:123456789012:db:other", name="other")
    taken = [snapshot(), snapshot(database="other"), snapshot(database="other", region="eu-west-1")]
    joined = {
        one.name: (len(one.backups), len(one.snapshots)) for one in protect([database(), other], [backup()], taken)
    }

    assert joined == {"app": (1, 1), "other": (0, 2)}


def test_database_without_resource_id() -> None:
    """A missing id matches nothing, not another missing id."""
    assert protected(database(resource_id=""), backup(resource_id="")).backups == ()


def test_replica_is_recovered_from_its_source() -> None:
    """From one that is there, by its ARN: a cluster and an instance may bear one name, and nothing feeds itself."""
    source, arn = database(), database().id
    replica_ = database(id=f"{arn}-reader", name="app-reader", replica_of=arn)
    others = [replace(replica_, replica_of=of) for of in (arn.replace(":db:", ":cluster:"), replica_.id, "app")]

    assert self_protecting([source, replica_]) == [source]
    assert all(self_protecting([source, one]) == [source, one] for one in others)
