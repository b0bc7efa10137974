"""Snapshots and exports as RDS describes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from fixtures.simulator import aws_databases as databases
from fixtures.simulator import aws_storage as storage
from tests.simulator.shapes import answer

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation

DAY = timedelta(days=1)
SOON = timedelta(minutes=1)
STRANGER = "999999999999"


def snapshots(org: Organisation, region: str = "eu-central-1", **which: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401
    """Describe snapshots by name, in the shape of the API."""
    described = answer(org.client("rds", region), "describe_db_snapshots", **which)
    return {one["DBSnapshotIdentifier"]: one for one in described["DBSnapshots"]}


def test_there_is_an_automated_snapshot_of_every_day_of_the_window(organisation: Organisation) -> None:
    """And none that is older: the provider deletes them."""
    found = snapshots(organisation, DBInstanceIdentifier="app", SnapshotType="automated")
    taken = sorted(one["SnapshotCreateTime"] for one in found.values())
    now = datetime.now(UTC)
    assert len(taken) in {31, 32}
    assert all(later - earlier == DAY for earlier, later in pairwise(taken))
    assert 30 * DAY <= now - taken[0] < 31 * DAY
    assert now - taken[-1] < DAY + SOON
    assert all(one["Encrypted"] and one["KmsKeyId"] for one in found.values())


def test_without_retention_there_are_no_automated_snapshots(organisation: Organisation) -> None:
    """Those that were there go at once; manual ones stay."""
    databases.modify_database(organisation, "app", BackupRetentionPeriod=0)
    assert set(snapshots(organisation, DBInstanceIdentifier="app")) == {"before-migration"}


def test_a_deleted_database_may_leave_its_snapshots(organisation: Organisation) -> None:
    """If its automated backups are retained; they are told apart from those of a new one by the resource id."""
    (old,) = {one["DbiResourceId"] for one in snapshots(organisation, DBInstanceIdentifier="app").values()}
    with organisation.days_ago(2):
        databases.delete_database(organisation, "app", keep_backups=True)
    databases.create_database(organisation, "app")
    assert len(snapshots(organisation, DbiResourceId=old, SnapshotType="automated")) in {29, 30}
    databases.delete_database(organisation, "analytics", keep_backups=False)
    assert snapshots(organisation, DBInstanceIdentifier="analytics") == {}


def test_a_copy_remembers_where_it_came_from(organisation: Organisation) -> None:
    """And when its original was taken."""
    ireland = organisation.client("rds", "eu-west-1")
    original = snapshots(organisation)["before-migration"]
    with pytest.raises(ClientError, match="KmsKeyId is required"):
        ireland.copy_db_snapshot(
            SourceDBSnapshotIdentifier=original["DBSnapshotArn"], TargetDBSnapshotIdentifier="copy", CopyTags=True
        )
    answer(
        ireland,
        "copy_db_snapshot",
        SourceDBSnapshotIdentifier=original["DBSnapshotArn"],
        TargetDBSnapshotIdentifier="copy",
        KmsKeyId=databases.KEY_ALIAS,
    )
    copy = snapshots(organisation, "eu-west-1")["copy"]
    assert copy["SourceRegion"] == "eu-central-1"
    assert copy["SourceDBSnapshotIdentifier"] == original["DBSnapshotArn"]
    assert copy["OriginalSnapshotCreateTime"] == original["SnapshotCreateTime"]
    assert copy["SnapshotCreateTime"] - original["SnapshotCreateTime"] == pytest.approx(3 * DAY, abs=SOON)
    assert copy["DbiResourceId"] == original["DbiResourceId"]
    assert (copy["SnapshotTarget"], copy["PercentProgress"], copy["Status"]) == ("region", 100, "available")
    assert copy["KmsKeyId"] == databases.key_arn(organisation, "eu-west-1")


def test_a_shared_snapshot_can_be_copied_by_the_other_account(organisation: Organisation) -> None:
    """And by no other."""
    original = snapshots(organisation)["before-migration"]["DBSnapshotArn"]
    stranger = organisation.client("rds", "eu-central-1", STRANGER)
    copy = {"SourceDBSnapshotIdentifier": original, "TargetDBSnapshotIdentifier": "mine"}
    with pytest.raises(ClientError, match="DBSnapshotNotFound"):
        stranger.copy_db_snapshot(**copy)
    organisation.client("rds").modify_db_snapshot_attribute(
        DBSnapshotIdentifier="before-migration", AttributeName="restore", ValuesToAdd=[STRANGER]
    )
    shared = answer(
        organisation.client("rds"), "describe_db_snapshot_attributes", DBSnapshotIdentifier="before-migration"
    )
    attributes = shared["DBSnapshotAttributesResult"]["DBSnapshotAttributes"]
    assert attributes == [{"AttributeName": "restore", "AttributeValues": [STRANGER]}]
    stranger.copy_db_snapshot(**copy)
    assert [one["DBSnapshotIdentifier"] for one in stranger.describe_db_snapshots()["DBSnapshots"]] == ["mine"]


def test_an_encrypted_snapshot_can_not_be_public(organisation: Organisation) -> None:
    """An unencrypted one can."""
    share = organisation.client("rds").modify_db_snapshot_attribute
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        share(DBSnapshotIdentifier="before-migration", AttributeName="restore", ValuesToAdd=["all"])
    databases.create_database(organisation, "plain", StorageEncrypted=False, KmsKeyId=None)
    databases.take_snapshot(organisation, "plain", "plain-1")
    share(DBSnapshotIdentifier="plain-1", AttributeName="restore", ValuesToAdd=["all"])
    plain = snapshots(organisation)["plain-1"]
    assert (plain["Encrypted"], plain["StorageEncryptionType"]) == (False, "none")


def test_an_export_is_described_in_the_words_of_the_provider(organisation: Organisation) -> None:
    """Status in capitals, with the time of the snapshot and the source's type."""
    rds = organisation.client("rds")
    export = {
        "ExportTaskIdentifier": "analysis",
        "SourceArn": databases.arn("before-migration", kind="snapshot"),
        "S3BucketName": storage.BUCKETS[0],
        "IamRoleArn": "arn:aws:iam::123456789012:role/export",
        "KmsKeyId": databases.KEY_ALIAS,
    }
    with pytest.raises(ClientError, match="InvalidS3BucketFault"):
        rds.start_export_task(**export | {"S3BucketName": "nobody-has-this"})
    answer(rds, "start_export_task", **export)
    (task,) = answer(rds, "describe_export_tasks")["ExportTasks"]
    assert (task["Status"], task["SourceType"], task["PercentProgress"]) == ("COMPLETE", "SNAPSHOT", 100)
    assert task["SnapshotTime"] == snapshots(organisation)["before-migration"]["SnapshotCreateTime"]
    assert task["KmsKeyId"] == databases.key_arn(organisation, "eu-central-1")
    assert answer(rds, "describe_export_tasks", SourceType="CLUSTER")["ExportTasks"] == []
    assert answer(rds, "cancel_export_task", ExportTaskIdentifier="analysis")["Status"] == "CANCELED"


@pytest.mark.parametrize("operation", ["describe_db_snapshots", "describe_db_instances", "describe_export_tasks"])
def test_listings_come_in_pages(organisation: Organisation, operation: str) -> None:
    """A hundred at most."""
    rds = organisation.client("rds")
    for number in range(101):
        if operation == "describe_db_instances":
            databases.create_database(organisation, f"extra-{number}", BackupRetentionPeriod=0)
        elif operation == "describe_db_snapshots":
            databases.take_snapshot(organisation, "app", f"extra-{number}")
        else:
            rds.start_export_task(
                ExportTaskIdentifier=f"extra-{number}",
                SourceArn=databases.arn("before-migration", kind="snapshot"),
                S3BucketName=storage.BUCKETS[0],
                IamRoleArn="arn:aws:iam::123456789012:role/export",
                KmsKeyId=databases.KEY_ALIAS,
            )
    pages = list(rds.get_paginator(operation).paginate())
    key = rds.get_paginator(operation).result_keys[0].parsed["value"]
    assert len(pages) >= 2
    assert len(pages[0][key]) == 100
    assert str(pages).count("extra-100'") >= 1


def test_a_restore_begins_a_history_of_its_own(organisation: Organisation) -> None:
    """With the default parameter group, whatever its source had, and the source's tags."""
    rds = organisation.client("rds")
    instant = datetime.now(UTC) - 20 * DAY
    restore = {"SourceDBInstanceIdentifier": "app", "TargetDBInstanceIdentifier": "restored", "RestoreTime": instant}
    with pytest.raises(ClientError, match="InvalidRestoreFault"):
        rds.restore_db_instance_to_point_in_time(**restore | {"RestoreTime": datetime.now(UTC) - 40 * DAY})
    restored = answer(rds, "restore_db_instance_to_point_in_time", **restore)["DBInstance"]
    assert datetime.now(UTC) - restored["InstanceCreateTime"] < SOON
    assert restored["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres17"
    assert restored["TagList"] == databases.PRODUCTION
    (record,) = rds.describe_db_instance_automated_backups(DBInstanceIdentifier="restored")[
        "DBInstanceAutomatedBackups"
    ]
    assert datetime.now(UTC) - record["RestoreWindow"]["EarliestTime"] < SOON
    (event,) = answer(rds, "describe_events", EventCategories=["restoration"])["Events"]
    assert event["SourceIdentifier"] == "restored"


def test_ireland_alone_can_restore(organisation: Organisation) -> None:
    """From the replicated backups, with the key that lives there, after Frankfurt has lost the database."""
    ireland = organisation.client("rds", "eu-west-1")
    (record,) = ireland.describe_db_instance_automated_backups(DBInstanceIdentifier="app")["DBInstanceAutomatedBackups"]
    databases.delete_database(organisation, "app", keep_backups=False)
    restored = answer(
        ireland,
        "restore_db_instance_to_point_in_time",
        SourceDBInstanceAutomatedBackupsArn=record["DBInstanceAutomatedBackupsArn"],
        TargetDBInstanceIdentifier="app",
        UseLatestRestorableTime=True,
        DBSubnetGroupName="restore",
    )["DBInstance"]
    assert restored["KmsKeyId"] == databases.key_arn(organisation, "eu-west-1")
    assert restored["DBInstanceArn"] == databases.arn("app", "eu-west-1")
    assert restored["EngineVersion"] == "17.6"


def test_a_read_replica_is_not_backed_up(organisation: Organisation) -> None:
    """Unless somebody sees to it."""
    ireland = organisation.client("rds", "eu-west-1")
    ireland.create_db_instance_read_replica(
        DBInstanceIdentifier="app-replica",
        SourceDBInstanceIdentifier=databases.arn("app"),
        KmsKeyId=databases.KEY_ALIAS,
        SourceRegion="eu-central-1",
    )
    (replica,) = answer(ireland, "describe_db_instances")["DBInstances"]
    assert replica["ReadReplicaSourceDBInstanceIdentifier"] == databases.arn("app")
    assert (replica["BackupRetentionPeriod"], replica.get("LatestRestorableTime")) == (0, None)
    source = answer(organisation.client("rds"), "describe_db_instances", DBInstanceIdentifier="app")["DBInstances"][0]
    assert source["ReadReplicaDBInstanceIdentifiers"] == [databases.arn("app-replica", "eu-west-1")]
