"""The application database: all conversation and account data."""

from datetime import datetime, timedelta

from fixtures.examination import Examination, statement
from fixtures.facts.databases import Database, DatabaseKind
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.protection import RUNNING, ProtectedDatabase, describe_backup, describe_depth, describe_replication
from fixtures.facts.regions import place
from fixtures.facts.text import moment, span


@statement("DB-1")
def test_database_runs_in_germany(databases: Population[Database], policy: Policy, examine: Examination) -> None:
    """Every production database runs in the primary region, in Germany."""
    for database in databases:
        with examine(database, seen=place(database.stands_in), required=place(policy.primary_region)):
            assert database.stands_in == policy.primary_region


@statement("DB-2")
def test_database_has_point_in_time_recovery(
    protected_databases: Population[ProtectedDatabase], examine: Examination
) -> None:
    """Every production database is managed PostgreSQL with point-in-time recovery in operation."""
    for one in protected_databases:
        database = one.database
        seen = (
            f"{database.engine}, {database.status}, retention {span(database.retention)}, {describe_backup(one.backup)}"
        )
        with examine(one, seen=seen, required="PostgreSQL, available, retention above 0, automated backup active"):
            assert database.is_postgresql
            assert database.status in RUNNING
            assert database.retention > timedelta(0)
            one.must_know_backup()
            assert one.backup is not None


@statement("DB-3")
def test_wal_shipping_is_continuous(
    protected_databases: Population[ProtectedDatabase], policy: Policy, now: datetime, examine: Examination
) -> None:
    """The write-ahead log of every production database is shipped continuously."""
    for one in protected_databases:
        window = one.restore_window
        seen = f"restorable until {moment(window.latest)}, {span(window.lag(now))} ago" if window.latest else "no log"
        with examine(one, seen=seen, required=f"at most {span(policy.wal_lag)} ago"):
            one.must_know_backup()
            assert window.is_fresh(now, policy.wal_lag, policy.clock_tolerance)


@statement("DB-4")
def test_pitr_window_30_days(
    protected_databases: Population[ProtectedDatabase], policy: Policy, now: datetime, examine: Examination
) -> None:
    """Every production database is recoverable to any point of the last 30 days."""
    for one in protected_databases:
        needed = one.depth_needed(now, policy.pitr_window, policy.first_backup)
        depth = describe_depth(one.restore_window, needed, policy.pitr_window, policy.clock_tolerance)
        with examine(
            one,
            seen=f"{depth}; retention {span(one.database.retention)}",
            required=f"restorable since {moment(needed)}; retention at least {span(policy.retention)}",
        ):
            assert one.database.retention >= policy.retention
            one.must_know_backup()
            assert one.restore_window.reaches_back_to(needed + policy.clock_tolerance)
            assert one.backup is not None
            assert one.backup.retention >= policy.retention


@statement("DB-5")
def test_database_backups_replicated_to_ireland(
    protected_databases: Population[ProtectedDatabase], policy: Policy, now: datetime, examine: Examination
) -> None:
    """The continuous backup of every production database is replicated to the secondary region, in Ireland."""
    region = policy.secondary_region
    for one in protected_databases:
        needed = one.depth_needed(now, policy.pitr_window, policy.first_backup)
        seen = describe_replication(one, region, needed, policy.pitr_window, policy.clock_tolerance)
        replica = one.replica_in(region)
        with examine(
            one,
            seen=seen,
            required=f"replicating to {region}, restorable since {moment(needed)}, at most {span(policy.replica_lag)} "
            f"behind, retention at least {span(policy.retention)}",
            remedy="" if one.database.kind is DatabaseKind.INSTANCE else "{resource.advice}",
        ):
            assert one.database.kind is DatabaseKind.INSTANCE
            one.must_know_replica(region)
            assert replica is not None
            assert replica.retention >= policy.retention
            assert replica.window.reaches_back_to(needed + policy.clock_tolerance)
            assert replica.window.is_fresh(now, policy.replica_lag, policy.clock_tolerance)


@statement("DB-6")
def test_snapshots_are_not_the_only_recovery_option(
    protected_databases: Population[ProtectedDatabase], examine: Examination
) -> None:
    """No production database relies on snapshots alone."""
    for one in protected_databases:
        seen = f"{one.restore_window}; {len(one.snapshots)} snapshots"
        with examine(one, seen=seen, required="a restore window besides snapshots"):
            one.must_know_backup()
            assert one.restore_window.earliest is not None
            assert one.restore_window.latest is not None
