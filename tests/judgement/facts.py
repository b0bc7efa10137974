"""Facts made up for judging: ordinary unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fixtures.examination import Examination
from fixtures.facts.backups import AutomatedBackup, Snapshot
from fixtures.facts.databases import Database, DatabaseEndpoint, DatabaseKind, GroupInUse, RestoreWindow
from fixtures.facts.policy import Policy
from fixtures.facts.population import Source
from fixtures.facts.protection import ProtectedDatabase, protect
from fixtures.policy import load

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCE = Source("aws", "rds:DescribeDBInstances", "123456789012", "eu-central-1", 1)
POLICY: Policy = load()


def examination(statement: str, now: datetime = NOW) -> Examination:
    """Return an examination that nobody has accepted anything in."""
    return Examination(statement, now)


def database(**differently: Any) -> Database:  # noqa: ANN401 - whatever field a test is about
    """Return a production database that complies with everything."""
    ordinary = Database(
        id="arn:aws:rds:eu-central-1:123456789012:db:app",
        name="app",
        kind=DatabaseKind.INSTANCE,
        account="123456789012",
        region="eu-central-1",
        stands_in="eu-central-1",
        engine="postgres",
        engine_version="17.4",
        resource_id="db-APP",
        status="available",
        created=NOW - 90 * DAY,
        retention=30 * DAY,
        latest_restorable=NOW - timedelta(minutes=5),
        earliest_restorable=None,
        replica_of="",
        global_cluster="",
        encrypted=True,
        encryption_type="sse-kms",
        kms_key="arn:aws:kms:eu-central-1:123456789012:key/one",
        parameter_groups=(GroupInUse("production", of_cluster=False, member="app", status="in-sync"),),
        endpoints=(DatabaseEndpoint("app.example.org", 5432),),
        networks=("vpc-production",),
        tags={},
        source=SOURCE,
    )
    return replace(ordinary, **differently)


def backup(**differently: Any) -> AutomatedBackup:  # noqa: ANN401 - whatever field a test is about
    """Return the automated backup of that database."""
    ordinary = AutomatedBackup(
        id="arn:aws:rds:eu-central-1:123456789012:auto-backup:ab-app",
        name="app",
        account="123456789012",
        region="eu-central-1",
        target="region",
        database_id="arn:aws:rds:eu-central-1:123456789012:db:app",
        database_region="eu-central-1",
        resource_id="db-APP",
        status="active",
        window=RestoreWindow(NOW - 30 * DAY - timedelta(hours=2), NOW - timedelta(minutes=5)),
        retention=30 * DAY,
        encrypted=True,
        encryption_type="sse-kms",
        kms_key="arn:aws:kms:eu-central-1:123456789012:key/one",
        of_cluster=False,
        tags={},
        source=SOURCE,
    )
    return replace(ordinary, **differently)


def snapshot(**differently: Any) -> Snapshot:  # noqa: ANN401 - whatever field a test is about
    """Return a snapshot that somebody took of that database."""
    ordinary = Snapshot(
        id="arn:aws:rds:eu-central-1:123456789012:snapshot:old",
        name="old",
        account="123456789012",
        region="eu-central-1",
        kind="manual",
        of_cluster=False,
        database="app",
        resource_id="db-APP",
        status="available",
        created=NOW - DAY,
        encrypted=True,
        encryption_type="sse-kms",
        kms_key="arn:aws:kms:eu-central-1:123456789012:key/one",
        copied_from_region="",
        target="region",
        tags={},
        source=SOURCE,
    )
    return replace(ordinary, **differently)


def replica(**differently: Any) -> AutomatedBackup:  # noqa: ANN401 - whatever field a test is about
    """Return the replica of that backup in Ireland."""
    ordinary = {
        "id": "arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-copy",
        "region": "eu-west-1",
        "status": "replicating",
        "kms_key": "arn:aws:kms:eu-west-1:123456789012:key/two",
    }
    return backup(**{**ordinary, **differently})


def protected(database_: Database, *backups: AutomatedBackup) -> ProtectedDatabase:
    """Join one database with its backups."""
    (joined,) = protect([database_], backups, ())
    return joined
