"""Automated backups as RDS describes them: how far back they reach, and where they are replicated to."""

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


def backups(org: Organisation, region: str = "eu-central-1", **which: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Describe the automated backups of a region, in the shape of the API."""
    described = answer(org.client("rds", region), "describe_db_instance_automated_backups", **which)
    listed: list[dict[str, Any]] = described["DBInstanceAutomatedBackups"]
    return listed


def window(org: Organisation, name: str, region: str = "eu-central-1") -> tuple[timedelta, timedelta]:
    """How long ago the restore window of a database begins and ends."""
    (found,) = backups(org, region, DBInstanceIdentifier=name)
    now = datetime.now(UTC)
    return now - found["RestoreWindow"]["EarliestTime"], now - found["RestoreWindow"]["LatestTime"]


def instance(org: Organisation, name: str) -> dict[str, Any]:
    """Describe an instance, in the shape of the API."""
    found: dict[str, Any] = answer(org.client("rds"), "describe_db_instances", DBInstanceIdentifier=name)
    described: dict[str, Any] = found["DBInstances"][0]
    return described


@pytest.mark.parametrize("region", ["eu-central-1", "eu-west-1"])
def test_an_old_database_reaches_back_to_the_last_backup_before_its_retention(
    organisation: Organisation, region: str
) -> None:
    """Live, a window of 30 days spans up to 31: it begins at a daily backup, and trails now by five minutes."""
    begins, ends = window(organisation, "app", region)
    assert 30 * DAY <= begins < 31 * DAY
    assert LAG <= ends < LAG + SOON


@pytest.mark.parametrize("region", ["eu-central-1", "eu-west-1"])
def test_a_young_database_reaches_back_to_its_creation(organisation: Organisation, region: str) -> None:
    """It can't reach further."""
    begins, _ = window(organisation, "analytics", region)
    assert 10 * DAY <= begins < 10 * DAY + SOON


def test_a_record_says_what_the_instance_is(organisation: Organisation) -> None:
    """In the source's region and in the destination's, where `Region` still names the source."""
    app = instance(organisation, "app")
    (source,) = backups(organisation, DBInstanceIdentifier="app")
    (replica,) = backups(organisation, "eu-west-1", DBInstanceIdentifier="app")
    for record in (source, replica):
        assert record["DbiResourceId"] == app["DbiResourceId"]
        assert record["Region"] == "eu-central-1"
        assert record["Encrypted"]
        assert record["StorageEncryptionType"] == "sse-kms"
        assert record["BackupTarget"] == "region"
        assert record["BackupRetentionPeriod"] == 30
    assert (source["Status"], replica["Status"]) == ("active", "replicating")
    assert source["KmsKeyId"] == app["KmsKeyId"] == databases.key_arn(organisation, "eu-central-1")
    assert replica["KmsKeyId"] == databases.key_arn(organisation, "eu-west-1")
    replications = [{"DBInstanceAutomatedBackupsArn": replica["DBInstanceAutomatedBackupsArn"]}]
    assert replica["DBInstanceAutomatedBackupsArn"].split(":")[3] == "eu-west-1"
    assert app["DBInstanceAutomatedBackupsReplications"] == replications
    assert source["DBInstanceAutomatedBackupsReplications"] == replications
    assert app["LatestRestorableTime"] == pytest.approx(source["RestoreWindow"]["LatestTime"], abs=SOON)


def test_resource_ids_are_never_used_twice(organisation: Organisation) -> None:
    """Names are."""
    old = instance(organisation, "app")["DbiResourceId"]
    databases.delete_database(organisation, "app", keep_backups=True)
    databases.create_database(organisation, "app")
    new = instance(organisation, "app")["DbiResourceId"]
    assert new != old
    statuses = {
        record["DbiResourceId"]: record["Status"] for record in backups(organisation, DBInstanceIdentifier="app")
    }
    assert statuses == {old: "retained", new: "active"}
    assert [record["Status"] for record in backups(organisation, "eu-west-1", DBInstanceIdentifier="app")] == [
        "retained"
    ]


def test_raising_the_retention_does_not_bring_back_what_is_gone(organisation: Organisation) -> None:
    """A window of seven days needs 23 more to span 30."""
    with organisation.days_ago(50):
        databases.modify_database(organisation, "app", BackupRetentionPeriod=7)
    with organisation.days_ago(1):
        databases.modify_database(organisation, "app", BackupRetentionPeriod=30)
    begins, _ = window(organisation, "app")
    assert 8 * DAY <= begins < 9 * DAY


def test_lowering_the_retention_throws_away_at_once(organisation: Organisation) -> None:
    """Raising it again five minutes later doesn't help."""
    databases.modify_database(organisation, "app", BackupRetentionPeriod=7)
    databases.modify_database(organisation, "app", BackupRetentionPeriod=30)
    begins, _ = window(organisation, "app")
    assert 7 * DAY <= begins < 8 * DAY


def test_retention_zero_deletes_every_automated_backup(organisation: Organisation) -> None:
    """And switching them on again begins a new window."""
    databases.modify_database(organisation, "app", BackupRetentionPeriod=0)
    assert backups(organisation, DBInstanceIdentifier="app") == []
    assert "LatestRestorableTime" not in instance(organisation, "app")
    with organisation.days_ago(2):
        databases.modify_database(organisation, "app", BackupRetentionPeriod=30)
    begins, _ = window(organisation, "app")
    assert 2 * DAY <= begins < 2 * DAY + SOON


@pytest.mark.parametrize("days", [-1, 36])
def test_a_retention_that_rds_does_not_have_is_refused(organisation: Organisation, days: int) -> None:
    """0 to 35 days."""
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        databases.modify_database(organisation, "app", BackupRetentionPeriod=days)


def test_the_window_stands_still_while_the_database_is_stopped(organisation: Organisation) -> None:
    """Stopped time doesn't count towards the retention."""
    rds = organisation.client("rds")
    with organisation.days_ago(5):
        rds.stop_db_instance(DBInstanceIdentifier="app")
    begins, ends = window(organisation, "app")
    assert 35 * DAY <= begins < 36 * DAY
    assert 5 * DAY <= ends < 5 * DAY + LAG + SOON
    with organisation.days_ago(3):
        rds.start_db_instance(DBInstanceIdentifier="app")
    begins, ends = window(organisation, "app")
    assert 32 * DAY <= begins < 33 * DAY
    assert ends < LAG + SOON


def test_stopped_replication_is_retained_and_expires(organisation: Organisation) -> None:
    """What was replicated ages out; `retained` is what the provider calls it meanwhile."""
    with organisation.days_ago(12):
        databases.stop_replicating(organisation, "app")
    (record,) = backups(organisation, "eu-west-1", DBInstanceIdentifier="app")
    assert record["Status"] == "retained"
    begins, ends = window(organisation, "app", "eu-west-1")
    assert 30 * DAY <= begins < 31 * DAY
    assert 12 * DAY <= ends < 12 * DAY + LAG + SOON
    assert instance(organisation, "app").get("DBInstanceAutomatedBackupsReplications", []) == []
    with organisation.days_ago(-19):
        assert backups(organisation, "eu-west-1", DBInstanceIdentifier="app") == []


@pytest.mark.parametrize("region", ["eu-central-1", "eu-west-1"])
def test_a_key_out_of_use_stops_shipping_without_a_word(organisation: Organisation, region: str) -> None:
    """The status goes on saying that all is well."""
    kms = organisation.client("kms", region)
    with organisation.days_ago(2):
        kms.disable_key(KeyId=databases.key_arn(organisation, region))
    (record,) = backups(organisation, region, DBInstanceIdentifier="app")
    assert record["Status"] in {"active", "replicating"}
    _, ends = window(organisation, "app", region)
    assert 2 * DAY <= ends < 2 * DAY + LAG + SOON
    _, ends_in_ireland = window(organisation, "app", "eu-west-1")
    assert 2 * DAY <= ends_in_ireland < 2 * DAY + LAG + SOON


def test_replication_is_refused_as_the_provider_refuses_it(organisation: Organisation) -> None:
    """Within a region, without a key of the destination, of a database without automated backups, twice."""
    start = organisation.client("rds", "eu-west-3").start_db_instance_automated_backups_replication
    app = databases.arn("app")
    with pytest.raises(ClientError, match="KmsKeyId is required"):
        start(SourceDBInstanceArn=app)
    with pytest.raises(ClientError, match="KMSKeyNotAccessibleFault"):
        start(SourceDBInstanceArn=app, KmsKeyId=databases.key_arn(organisation, "eu-central-1"))
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        start(SourceDBInstanceArn=databases.arn("nobody"))
    with pytest.raises(ClientError, match="already replicated"):
        databases.replicate(organisation, "app")
    with pytest.raises(ClientError, match="must be different"):
        databases.replicate(organisation, "app", to="eu-central-1")
    databases.modify_database(organisation, "analytics", BackupRetentionPeriod=0)
    with pytest.raises(ClientError, match="not enabled"):
        start(SourceDBInstanceArn=databases.arn("analytics"), KmsKeyId="alias/aws/rds")


def test_a_replica_can_be_deleted_once_it_is_retained_or_not(organisation: Organisation) -> None:
    """By its ARN."""
    (record,) = backups(organisation, "eu-west-1", DBInstanceIdentifier="app")
    name = record["DBInstanceAutomatedBackupsArn"]
    client = organisation.client("rds", "eu-west-1")
    answer(client, "delete_db_instance_automated_backup", DBInstanceAutomatedBackupsArn=name)
    with pytest.raises(ClientError, match="DBInstanceAutomatedBackupNotFound"):
        backups(organisation, "eu-west-1", DBInstanceAutomatedBackupsArn=name)


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("status", "replicating", 2),
        ("status", "retained", 0),
        ("db-instance-id", "app", 1),
        ("db-instance-id", databases.arn("app"), 1),
        ("dbi-resource-id", "db-NOBODY", 0),
    ],
)
def test_records_can_be_filtered(organisation: Organisation, name: str, value: str, found: int) -> None:
    """As the API has it."""
    filters = [{"Name": name, "Values": [value]}]
    assert len(backups(organisation, "eu-west-1", Filters=filters)) == found


def test_records_come_in_pages(organisation: Organisation) -> None:
    """A hundred at most, twenty at least; moto returns everything."""
    for number in range(110):
        databases.create_database(organisation, f"extra-{number}")
    client = organisation.client("rds")
    page = answer(client, "describe_db_instance_automated_backups")
    assert (len(page["DBInstanceAutomatedBackups"]), "Marker" in page) == (100, True)
    pages = client.get_paginator("describe_db_instance_automated_backups").paginate(PaginationConfig={"PageSize": 20})
    names = [record["DBInstanceIdentifier"] for page in pages for record in page["DBInstanceAutomatedBackups"]]
    assert len(names) == len(set(names)) == 112
    with pytest.raises(ClientError, match="MaxRecords"):
        client.describe_db_instance_automated_backups(MaxRecords=5)


def test_an_account_has_its_own(organisation: Organisation) -> None:
    """Backups of one account aren't listed in another."""
    other = organisation.client("rds", "eu-central-1", "210987654321")
    assert answer(other, "describe_db_instance_automated_backups") == {"DBInstanceAutomatedBackups": []}
