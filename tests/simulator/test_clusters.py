"""Aurora, Multi-AZ DB clusters and global databases as RDS describes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from fixtures.simulator import aws_databases as databases
from tests.simulator.shapes import answer

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation

DAY = timedelta(days=1)
SOON = timedelta(minutes=1)
LAG = timedelta(minutes=5)


def describe(org: Organisation, name: str, region: str = "eu-central-1") -> dict[str, Any]:
    """Describe a cluster, in the shape of the API."""
    described = answer(org.client("rds", region), "describe_db_clusters", DBClusterIdentifier=name)
    cluster: dict[str, Any] = described["DBClusters"][0]
    return cluster


@pytest.mark.parametrize(("engine", "slack"), [("aurora-postgresql", SOON), ("postgres", DAY)])
def test_a_cluster_has_a_restore_window(organisation: Organisation, engine: str, slack: timedelta) -> None:
    """Aurora's begins exactly where the retention does, that of a Multi-AZ DB cluster at a daily backup."""
    with organisation.days_ago(60):
        databases.create_cluster(organisation, "orders", engine)
    cluster = describe(organisation, "orders")
    now = datetime.now(UTC)
    assert 30 * DAY <= now - cluster["EarliestRestorableTime"] < 30 * DAY + slack
    assert LAG <= now - cluster["LatestRestorableTime"] < LAG + SOON
    (record,) = answer(organisation.client("rds"), "describe_db_cluster_automated_backups")["DBClusterAutomatedBackups"]
    assert record["RestoreWindow"]["EarliestTime"] == pytest.approx(cluster["EarliestRestorableTime"], abs=SOON)
    assert (record["Status"], record["DbClusterResourceId"]) == ("active", cluster["DbClusterResourceId"])


def test_its_retention_has_a_history(organisation: Organisation) -> None:
    """And it can't be zero."""
    with organisation.days_ago(60):
        databases.create_cluster(organisation, "orders", BackupRetentionPeriod=7)
    rds = organisation.client("rds")
    rds.modify_db_cluster(DBClusterIdentifier="orders", BackupRetentionPeriod=30)
    begins = datetime.now(UTC) - describe(organisation, "orders")["EarliestRestorableTime"]
    assert 7 * DAY <= begins < 7 * DAY + SOON
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        rds.modify_db_cluster(DBClusterIdentifier="orders", BackupRetentionPeriod=0)


def test_a_multi_az_cluster_has_three_members(organisation: Organisation) -> None:
    """Which have no backups of their own."""
    databases.create_cluster(organisation, "orders", "postgres")
    cluster = describe(organisation, "orders")
    assert [member["IsClusterWriter"] for member in cluster["DBClusterMembers"]] == [True, False, False]
    assert {member["DBClusterParameterGroupStatus"] for member in cluster["DBClusterMembers"]} == {"in-sync"}
    assert cluster["DBClusterParameterGroup"] == "default.postgres17"
    members = [
        one
        for one in answer(organisation.client("rds"), "describe_db_instances")["DBInstances"]
        if one.get("DBClusterIdentifier") == "orders"
    ]
    assert len(members) == 3
    assert not any("LatestRestorableTime" in member for member in members)
    recorded = organisation.client("rds").describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert {record["DBInstanceIdentifier"] for record in recorded} == {"app", "analytics"}


def test_cluster_parameters_wait_for_a_reboot_of_each_member(organisation: Organisation) -> None:
    """Member by member."""
    rds = organisation.client("rds")
    databases.create_cluster(organisation, "orders", "postgres")
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="strict", DBParameterGroupFamily="postgres17", Description="strict"
    )
    rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="strict",
        Parameters=[
            {"ParameterName": "ssl_min_protocol_version", "ParameterValue": "TLSv1.3", "ApplyMethod": "immediate"}
        ],
    )
    rds.modify_db_cluster(DBClusterIdentifier="orders", DBClusterParameterGroupName="strict")
    rds.reboot_db_instance(DBInstanceIdentifier="orders-instance-1")
    members = {m["DBInstanceIdentifier"]: m for m in describe(organisation, "orders")["DBClusterMembers"]}
    statuses = [members[f"orders-instance-{number}"]["DBClusterParameterGroupStatus"] for number in (1, 2, 3)]
    assert statuses == ["in-sync", "pending-reboot", "pending-reboot"]
    pages = rds.get_paginator("describe_db_cluster_parameters").paginate(DBClusterParameterGroupName="strict")
    found = {
        one["ParameterName"]: one["ParameterValue"]
        for page in pages
        for one in page["Parameters"]
        if "ParameterValue" in one
    }
    assert found["ssl_min_protocol_version"] == "TLSv1.3"


@pytest.mark.parametrize(
    ("key", "encrypted", "how"), [(None, False, "sse-rds"), (databases.KEY_ALIAS, True, "sse-kms")]
)
def test_aurora_may_be_encrypted_and_say_that_it_is_not(
    organisation: Organisation, key: str | None, encrypted: bool, how: str
) -> None:
    """By a key of RDS's own, since February 2026."""
    databases.create_cluster(organisation, "orders", KmsKeyId=key, StorageEncrypted=None)
    cluster = describe(organisation, "orders")
    assert (cluster["StorageEncrypted"], cluster["StorageEncryptionType"]) == (encrypted, how)
    assert ("KmsKeyId" in cluster) is encrypted
    organisation.client("rds").create_db_cluster_snapshot(
        DBClusterIdentifier="orders", DBClusterSnapshotIdentifier="orders-1"
    )
    (snapshot,) = answer(organisation.client("rds"), "describe_db_cluster_snapshots")["DBClusterSnapshots"]
    assert (snapshot["StorageEncrypted"], snapshot["StorageEncryptionType"]) == (encrypted, how)


def test_a_deleted_cluster_may_leave_its_backups(organisation: Organisation) -> None:
    """For as long as they would have been kept."""
    databases.create_cluster(organisation, "orders", DeletionProtection=False)
    rds = organisation.client("rds")
    rds.delete_db_cluster(DBClusterIdentifier="orders", SkipFinalSnapshot=True, DeleteAutomatedBackups=False)
    (record,) = answer(rds, "describe_db_cluster_automated_backups")["DBClusterAutomatedBackups"]
    assert record["Status"] == "retained"
    with organisation.days_ago(-31):
        assert answer(rds, "describe_db_cluster_automated_backups") == {"DBClusterAutomatedBackups": []}


def test_a_cluster_can_be_stopped(organisation: Organisation) -> None:
    """Its window stands still."""
    rds = organisation.client("rds")
    with organisation.days_ago(60):
        databases.create_cluster(organisation, "orders")
    with organisation.days_ago(2):
        rds.stop_db_cluster(DBClusterIdentifier="orders")
    cluster = describe(organisation, "orders")
    assert cluster["Status"] == "stopped"
    assert datetime.now(UTC) - cluster["LatestRestorableTime"] >= 2 * DAY
    rds.start_db_cluster(DBClusterIdentifier="orders")
    assert describe(organisation, "orders")["Status"] == "available"


def test_a_global_database_has_members_in_both_regions(organisation: Organisation) -> None:
    """Made of a cluster that was there before."""
    rds = organisation.client("rds")
    databases.create_cluster(organisation, "orders")
    answer(
        rds,
        "create_global_cluster",
        GlobalClusterIdentifier="everywhere",
        SourceDBClusterIdentifier=databases.arn("orders", kind="cluster"),
    )
    databases.create_cluster(
        organisation,
        "orders",
        region="eu-west-1",
        GlobalClusterIdentifier="everywhere",
        MasterUsername=None,
        MasterUserPassword=None,
    )
    (found,) = answer(rds, "describe_global_clusters")["GlobalClusters"]
    assert [
        (m["DBClusterArn"].split(":")[3], m["IsWriter"], m["SynchronizationStatus"])
        for m in found["GlobalClusterMembers"]
    ] == [
        ("eu-central-1", True, "connected"),
        ("eu-west-1", False, "connected"),
    ]
    assert describe(organisation, "orders", "eu-west-1")["GlobalClusterIdentifier"] == "everywhere"
    rds.remove_from_global_cluster(
        GlobalClusterIdentifier="everywhere", DbClusterIdentifier=databases.arn("orders", "eu-west-1", "cluster")
    )
    (found,) = answer(rds, "describe_global_clusters")["GlobalClusters"]
    assert len(found["GlobalClusterMembers"]) == 1
