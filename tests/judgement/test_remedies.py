"""What violations say to do about them can be done: by the kind of what is to be mended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from compliance_tests import test_application_database, test_data_residency, test_encryption, test_retention
from fixtures.facts import encryption, retention
from fixtures.facts.databases import DatabaseKind
from fixtures.facts.encrypted_backups import EncryptedBackup
from fixtures.facts.encryption import Encryption
from fixtures.facts.population import Population
from fixtures.facts.recovery import recoveries
from fixtures.facts.retention import Retained, RetainedFor
from tests.judgement.facts import DAY, NOW, POLICY, backup, database, examination, protected, replica, snapshot

RESTORE, START = "restore the database under a symmetric key", "start-db-instance-automated-backups-replication"
CLUSTER_SNAPSHOT = "arn:aws:rds:eu-central-1:123456789012:cluster-snapshot:old"
(BY_RDS,) = encryption.of_automated([backup()])
(BY_HAND,) = encryption.of_snapshots([snapshot()])


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        (DatabaseKind.AURORA_CLUSTER, "by logical replication or pg_dump"),
        (DatabaseKind.MULTI_AZ_CLUSTER, "by restoring a snapshot of it into one"),
    ],
)
def test_clusters_are_told_no_call_that_rds_does_not_have(kind: DatabaseKind, way: str) -> None:
    """DB-5 and RES-3: what turns them green is an instance; until then, an exception beside copies of AWS Backup."""
    one = protected(database(kind=kind, name="orders; rm -rf /"), backup())
    copied, lost = examination("DB-5"), examination("RES-3")

    test_application_database.test_database_backups_replicated_to_ireland(Population((one,)), POLICY, NOW, copied)
    test_data_residency.test_loss_of_primary_region_loses_no_data(
        Population(tuple(recoveries([one], [], [], "eu-west-1"))), POLICY, NOW, lost
    )

    for finding in (*copied.findings, *lost.findings):
        assert not finding.complies
        assert START not in finding.remedy
        assert finding.remedy.startswith(f"move 'orders; rm -rf /' to an RDS instance ({way})")
        assert "AWS Backup" in finding.remedy
        assert "records/exceptions.toml" in finding.remedy


def test_instances_are_told_the_call() -> None:
    """DB-5, as ever."""
    examine = examination("DB-5")
    one = Population((protected(database(), backup()),))
    test_application_database.test_database_backups_replicated_to_ireland(one, POLICY, NOW, examine)
    assert START in examine.findings[0].remedy


@pytest.mark.parametrize(
    ("one", "remedy"),
    [
        (BY_RDS, RESTORE),
        (*encryption.of_automated([replica()]), RESTORE),
        (*encryption.of_snapshots([snapshot(kind="automated")]), RESTORE),
        (*encryption.of_snapshots([snapshot(kind="automated", of_cluster=True, id=CLUSTER_SNAPSHOT)]), RESTORE),
        (BY_HAND, "aws rds copy-db-snapshot --region eu-central-1 --source-db-snapshot-identifier arn:"),
        (*encryption.of_snapshots([snapshot(of_cluster=True, id=CLUSTER_SNAPSHOT)]), "restore under a symmetric key"),
        (*encryption.of_snapshots([snapshot(kind="awsbackup")]), "encrypt what it was taken from"),
        (replace(BY_RDS, kind="recovery point in vault automated"), "encrypt what it was taken from"),
        (replace(BY_RDS, kind="export to bucket b"), "export anew under a symmetric key"),
        (replace(BY_RDS, kind="objects and their versions"), "aws s3api put-bucket-encryption"),
        (replace(BY_RDS, kind="replica in bucket b"), "name a symmetric key in the replication rule"),
    ],
)
def test_what_is_stored_is_encrypted_anew_by_its_kind(one: Encryption, remedy: str) -> None:
    """ENC-1: RDS copies no automated backup, and encrypts no copy of a cluster's snapshot that is not encrypted."""
    examine = examination("ENC-1")
    bare = EncryptedBackup(replace(one, scheme="none", kms_key=""), None, None, None)
    test_encryption.test_backups_encrypted_at_rest_aes256(Population((bare,)), examine)
    (finding,) = examine.findings
    assert finding.remedy.startswith(remedy)
    assert one.id in finding.remedy


@pytest.mark.parametrize(
    ("differently", "remedy"),
    [
        ({}, "aws rds delete-db-snapshot --region eu-central-1 --db-snapshot-identifier old or tag it"),
        (
            {"of_cluster": True, "id": CLUSTER_SNAPSHOT},
            "aws rds delete-db-cluster-snapshot --region eu-central-1 --db-cluster-snapshot-identifier old or tag it",
        ),
    ],
)
def test_snapshot_by_hand_has_no_retention_to_set(differently: dict[str, Any], remedy: str) -> None:
    """RET-1 and RET-2: nothing expires it."""
    (kept,) = retention.of_snapshots([snapshot(created=NOW - 45 * DAY, **differently)], (), NOW)
    assert all(told.startswith(remedy) for told in remedies(kept))


def test_what_has_a_retention_is_told_to_set_it() -> None:
    """RET-1 and RET-2 of a database, as ever."""
    (kept,) = retention.of_databases([protected(database(retention=35 * DAY), backup())])
    first, second = remedies(kept)
    assert first == "set the retention of app to 30 days, or delete it if it is older"
    assert second.endswith("or shorten its retention")


def remedies(kept: Retained) -> list[str]:
    """Return what RET-1 and RET-2 say to do about what is kept too long."""
    found = Population((RetainedFor(kept, is_longer=True, fault="names no incident"),))
    told = []
    for id_, judge in (
        ("RET-1", test_retention.test_backups_retained_for_30_days),
        ("RET-2", test_retention.test_retention_extended_only_during_active_incident),
    ):
        examine = examination(id_)
        judge(found, POLICY, examine)
        told += [finding.remedy for finding in examine.findings]
    return told
