"""AWS Backup: what vaults hold, and how it got there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from fixtures.simulator import aws_backups as backups
from fixtures.simulator import aws_databases as databases
from fixtures.simulator import aws_storage as storage
from tests.simulator.shapes import answer

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation

DAY = timedelta(days=1)
SOON = timedelta(minutes=1)


def points(org: Organisation, region: str = "eu-central-1", **which: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """List what the vault of a region holds, in the shape of the API."""
    listed = answer(
        org.client("backup", region), "list_recovery_points_by_backup_vault", BackupVaultName=backups.VAULT, **which
    )
    found: list[dict[str, Any]] = listed["RecoveryPoints"]
    return found


def test_a_database_has_a_recovery_point_in_both_regions(organisation: Organisation) -> None:
    """Each encrypted with a key of its region, and kept for 30 days."""
    (original,), (copy,) = points(organisation), points(organisation, "eu-west-1")
    for point, region in ((original, "eu-central-1"), (copy, "eu-west-1")):
        assert point["ResourceArn"] == databases.arn("app")
        assert (point["ResourceType"], point["Status"], point["IsEncrypted"]) == ("RDS", "COMPLETED", True)
        assert point["EncryptionKeyArn"] == databases.key_arn(organisation, region)
        assert point["RecoveryPointArn"].startswith(f"arn:aws:rds:{region}:123456789012:snapshot:awsbackup:")
        assert point["CalculatedLifecycle"]["DeleteAt"] - point["CreationDate"] == 30 * DAY
        assert datetime.now(UTC) - point["CreationDate"] == pytest.approx(3 * DAY, abs=SOON)
    assert "SourceBackupVaultArn" not in original
    assert copy["SourceBackupVaultArn"] == backups.vault_arn("eu-central-1")


def test_it_is_a_snapshot_that_rds_lists_if_asked_for(organisation: Organisation) -> None:
    """By its type."""
    for region in ("eu-central-1", "eu-west-1"):
        rds = organisation.client("rds", region)
        (snapshot,) = answer(rds, "describe_db_snapshots", SnapshotType="awsbackup")["DBSnapshots"]
        (point,) = points(organisation, region)
        assert snapshot["DBSnapshotArn"] == point["RecoveryPointArn"]
        assert snapshot["KmsKeyId"] == point["EncryptionKeyArn"]


def test_a_recovery_point_expires(organisation: Organisation) -> None:
    """And takes its snapshot along."""
    with organisation.days_ago(-28):
        assert points(organisation) == []
        rds = organisation.client("rds")
        assert rds.describe_db_snapshots(SnapshotType="awsbackup")["DBSnapshots"] == []


def test_a_recovery_point_can_be_kept_longer_and_deleted(organisation: Organisation) -> None:
    """By its ARN."""
    backup = organisation.client("backup")
    (point,) = points(organisation)
    which = {"BackupVaultName": backups.VAULT, "RecoveryPointArn": point["RecoveryPointArn"]}
    answer(backup, "update_recovery_point_lifecycle", **which, Lifecycle={"DeleteAfterDays": 90})
    described = answer(backup, "describe_recovery_point", **which)
    assert described["CalculatedLifecycle"]["DeleteAt"] - described["CreationDate"] == 90 * DAY
    backup.delete_recovery_point(**which)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.describe_recovery_point(**which)


@pytest.mark.parametrize(
    ("resource", "kind"), [(storage.arn(storage.BUCKETS[0]), "S3"), (databases.arn("orders", kind="cluster"), "Aurora")]
)
def test_other_resources_can_be_backed_up(organisation: Organisation, resource: str, kind: str) -> None:
    """Buckets, and clusters."""
    databases.create_cluster(organisation, "orders")
    point = backups.back_up(organisation, resource)
    copy = backups.copy(organisation, point, backups.vault_arn("eu-west-1"))
    (found,) = answer(
        organisation.client("backup", "eu-west-1"), "list_recovery_points_by_resource", ResourceArn=resource
    )["RecoveryPoints"]
    assert found["RecoveryPointArn"] == copy
    (listed,) = points(organisation, "eu-west-1", ByResourceArn=resource)
    assert listed["ResourceType"] == kind
    assert listed["EncryptionKeyArn"] == databases.key_arn(organisation, "eu-west-1")


def test_a_copy_can_go_to_another_account(organisation: Organisation) -> None:
    """Where its owner can't see it."""
    stranger = organisation.client("backup", "eu-central-1", "999999999999")
    stranger.create_backup_vault(BackupVaultName="theirs")
    (point,) = points(organisation)
    backups.copy(organisation, point["RecoveryPointArn"], backups.vault_arn("eu-central-1", "theirs", "999999999999"))
    (theirs,) = answer(stranger, "list_recovery_points_by_backup_vault", BackupVaultName="theirs")["RecoveryPoints"]
    assert theirs["SourceBackupVaultArn"] == backups.vault_arn("eu-central-1")
    (vault,) = answer(stranger, "list_backup_vaults")["BackupVaultList"]
    assert (vault["NumberOfRecoveryPoints"], vault["VaultType"]) == (1, "BACKUP_VAULT")


def test_jobs_are_listed_by_state(organisation: Organisation) -> None:
    """Those that failed, too."""
    backup = organisation.client("backup")
    organisation.mishap(
        "backup-job",
        region="eu-central-1",
        vault=backups.VAULT,
        resource=databases.arn("app"),
        message="Access denied to the key",
    )
    assert len(answer(backup, "list_backup_jobs")["BackupJobs"]) == 2
    (failed,) = answer(backup, "list_backup_jobs", ByState="FAILED")["BackupJobs"]
    assert failed["StatusMessage"] == "Access denied to the key"
    answer(backup, "describe_backup_job", BackupJobId=failed["BackupJobId"])
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert answer(backup, "list_backup_jobs", ByCreatedAfter=an_hour_ago)["BackupJobs"] == [failed]
    with organisation.days_ago(-31):
        assert answer(backup, "list_backup_jobs") == {"BackupJobs": []}
    (copied,) = answer(backup, "list_copy_jobs", ByState="COMPLETED")["CopyJobs"]
    assert copied["DestinationBackupVaultArn"] == backups.vault_arn("eu-west-1")


def test_lists_come_in_pages(organisation: Organisation) -> None:
    """A hundred at most unless somebody asks for another size."""
    for _ in range(104):
        backups.back_up(organisation, storage.arn(storage.BUCKETS[0]))
    paginator = organisation.client("backup").get_paginator("list_recovery_points_by_backup_vault")
    assert [len(page["RecoveryPoints"]) for page in paginator.paginate(BackupVaultName=backups.VAULT)] == [100, 5]
    pages = paginator.paginate(BackupVaultName=backups.VAULT, PaginationConfig={"PageSize": 50})
    assert [len(page["RecoveryPoints"]) for page in pages] == [50, 50, 5]


def test_a_plan_can_be_changed_and_selects_resources(organisation: Organisation) -> None:
    """In the shape of the API."""
    backup = organisation.client("backup")
    (plan,) = answer(backup, "list_backup_plans")["BackupPlansList"]
    backups.change_plan(organisation, backups.rule(days=7))
    found = answer(backup, "get_backup_plan", BackupPlanId=plan["BackupPlanId"])
    assert found["BackupPlan"]["Rules"][0]["Lifecycle"] == {"DeleteAfterDays": 7}
    (selected,) = answer(backup, "list_backup_selections", BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"]
    which = {"BackupPlanId": plan["BackupPlanId"], "SelectionId": selected["SelectionId"]}
    selection = answer(backup, "get_backup_selection", **which)
    assert selection["BackupSelection"]["Resources"] == [databases.arn("app")]
    backup.delete_backup_selection(**which)
    assert answer(backup, "list_backup_selections", BackupPlanId=plan["BackupPlanId"]) == {"BackupSelectionsList": []}


def test_a_vault_has_a_policy_and_tells_of_failures(organisation: Organisation) -> None:
    """Both can be taken away."""
    backup = organisation.client("backup")
    vault = {"BackupVaultName": backups.VAULT}
    assert answer(backup, "get_backup_vault_notifications", **vault)["BackupVaultEvents"] == backups.FAILURES
    backup.delete_backup_vault_notifications(**vault)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_vault_notifications(**vault)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_vault_access_policy(**vault)
    backup.put_backup_vault_access_policy(**vault, Policy='{"Version": "2012-10-17", "Statement": []}')
    assert "2012-10-17" in answer(backup, "get_backup_vault_access_policy", **vault)["Policy"]
    described = answer(backup, "describe_backup_vault", **vault)
    assert (described["NumberOfRecoveryPoints"], described["EncryptionKeyType"]) == (1, "CUSTOMER_MANAGED_KMS_KEY")


def test_what_is_not_there_is_refused(organisation: Organisation) -> None:
    """By name."""
    backup = organisation.client("backup")
    for resource in (databases.arn("nobody"), storage.arn("nobody")):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            backups.back_up(organisation, resource)
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        backups.back_up(organisation, "arn:aws:sns:eu-central-1:123456789012:topic")
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        backup.delete_backup_vault(BackupVaultName=backups.VAULT)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.list_recovery_points_by_backup_vault(BackupVaultName="nobody")
