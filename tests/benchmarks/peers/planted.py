"""The catalogue of planted violations: what is wrong, how it is made, and who has no words for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.benchmarks.peers.estate import PRIMARY, Estate, parameter_group
from tests.stock_estate import ACCOUNT, encrypt, refuse, rotating_key

LONDON = "eu-west-2"
SECURE, MODERN = {"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": "1.3"}}


@dataclass(frozen=True)
class Planted:
    """One violation."""

    what: str
    make: Callable[[Estate, str], tuple[str, ...]]
    """Takes the name that the resource gets; returns patterns of the ARNs by which a tool may point at it."""
    control: str = ""
    """The kind of resource that complies, beside it."""
    wordless: frozenset[str] = field(default=frozenset())
    """The tools that have no check, or no words, for it."""
    kept_out: frozenset[str] = field(default=frozenset())
    """The tools that have words for it, which moto keeps from asking."""


PROWLER, CUSTODIAN = frozenset({"Prowler"}), frozenset({"Custodian"})


def _database(**options: Any) -> Callable[[Estate, str], tuple[str, ...]]:  # noqa: ANN401 - the API's own
    def make(estate: Estate, name: str) -> tuple[str, ...]:
        group = {key: options[key] for key in ("force", "tls") if key in options}
        rest = {key: value for key, value in options.items() if key not in group}
        if group:
            rest["DBParameterGroupName"] = parameter_group(estate.client, name, **group)
        return (estate.database(name, **rest), f"arn:aws:rds:*:snapshot:rds:{name}-*")

    return make


def _database_in_london(estate: Estate, name: str) -> tuple[str, ...]:
    key, group = rotating_key(estate.client, LONDON), parameter_group(estate.client, name, LONDON)
    return (estate.database(name, LONDON, KmsKeyId=key, DBParameterGroupName=group),)


def _shared(whom: str) -> Callable[[Estate, str], tuple[str, ...]]:
    def make(estate: Estate, name: str) -> tuple[str, ...]:
        made = estate.snapshot(name, "load-0001")
        change = {"DBSnapshotIdentifier": name, "AttributeName": "restore", "ValuesToAdd": [whom]}
        estate.client("rds").modify_db_snapshot_attribute(**change)
        return (made,)

    return make


def _plain_snapshot(estate: Estate, name: str) -> tuple[str, ...]:
    estate.database(f"{name}-source", StorageEncrypted=False, KmsKeyId="")
    return (estate.snapshot(name, f"{name}-source"),)


def _copied(estate: Estate, name: str) -> tuple[str, ...]:
    estate.snapshot(name, "load-0001")
    return (estate.copy(name, LONDON, rotating_key(estate.client, LONDON)),)


def _suspended(estate: Estate, name: str) -> tuple[str, ...]:
    made = estate.bucket(name)
    estate.client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    return (made,)


def _never_versioned(estate: Estate, name: str) -> tuple[str, ...]:
    where = {"LocationConstraint": PRIMARY}
    estate.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
    encrypt(estate.client, name, SSEAlgorithm="AES256")
    refuse(estate.client, name, SECURE, MODERN)
    return (f"arn:aws:s3:::{name}",)


def _bucket_in_london(estate: Estate, name: str) -> tuple[str, ...]:
    return (estate.bucket(name, LONDON),)


def _refusing(*conditions: dict[str, Any]) -> Callable[[Estate, str], tuple[str, ...]]:
    def make(estate: Estate, name: str) -> tuple[str, ...]:
        made = estate.bucket(name)
        estate.client("s3").delete_bucket_policy(Bucket=name)
        if conditions:
            refuse(estate.client, name, *conditions)
        return (made,)

    return make


def _forgetful(estate: Estate, name: str) -> tuple[str, ...]:
    made = estate.bucket(name)
    rule = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}}
    removal = {**rule, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}
    rules = {"Rules": [removal]}
    estate.client("s3").put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration=rules)
    return (made,)


def _replicated(estate: Estate, name: str) -> tuple[str, ...]:
    made, target = estate.bucket(name), estate.bucket(f"{name}-copy", LONDON)
    rule = {"ID": "away", "Status": "Enabled", "Priority": 1, "Filter": {}, "Destination": {"Bucket": target}}
    removals = {"DeleteMarkerReplication": {"Status": "Disabled"}}
    replication = {"Role": f"arn:aws:iam::{ACCOUNT}:role/replication", "Rules": [{**rule, **removals}]}
    estate.client("s3").put_bucket_replication(Bucket=name, ReplicationConfiguration=replication)
    return (made,)


def _one_zone(estate: Estate, name: str) -> tuple[str, ...]:
    (made,) = _refusing()(estate, name)  # which moto would hold everybody to, whatever its conditions
    estate.client("s3").put_object(Bucket=name, Key="cheap", Body=b"simulated", StorageClass="ONEZONE_IA")
    refuse(estate.client, name, SECURE, MODERN)
    return (made,)


def _key(change: Callable[[Any, str], Any]) -> Callable[[Estate, str], tuple[str, ...]]:
    """Let a bucket that complies otherwise encrypt under a key that does not."""

    def make(estate: Estate, name: str) -> tuple[str, ...]:
        estate.bucket(name)
        key = rotating_key(estate.client)
        encrypt(estate.client, name, SSEAlgorithm="aws:kms", KMSMasterKeyID=key)
        change(estate.client("kms"), key.rpartition("/")[2])
        return (key,)

    return make


def _key_in_virginia(estate: Estate, name: str) -> tuple[str, ...]:
    estate.bucket(name)
    kms = estate.client("kms")
    family = kms.create_key(MultiRegion=True)["KeyMetadata"]
    kms.enable_key_rotation(KeyId=family["Arn"])
    kms.replicate_key(KeyId=family["KeyId"], ReplicaRegion="us-east-1")
    encrypt(estate.client, name, SSEAlgorithm="aws:kms", KMSMasterKeyID=family["Arn"])
    return (family["Arn"], f"arn:aws:kms:us-east-1:*:key/{family['KeyId']}")


def _vault(estate: Estate, name: str) -> tuple[str, ...]:
    key = rotating_key(estate.client, LONDON)
    estate.client("backup", LONDON).create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key)
    return (f"arn:aws:backup:{LONDON}:*:backup-vault:{name}",)


def _plan(days: int, target: str) -> Callable[[Estate, str], tuple[str, ...]]:
    def make(estate: Estate, name: str) -> tuple[str, ...]:
        key = estate.keys[PRIMARY]
        estate.client("backup").create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key)
        kept = {"DeleteAfterDays": days}
        copy = {
            "DestinationBackupVaultArn": f"arn:aws:backup:{target}:{ACCOUNT}:backup-vault:{name}",
            "Lifecycle": kept,
        }
        rule = {"RuleName": "daily", "TargetBackupVaultName": name, "Lifecycle": kept, "CopyActions": [copy]}
        plan = {"BackupPlanName": name, "Rules": [rule]}
        return (str(estate.client("backup").create_backup_plan(BackupPlan=plan)["BackupPlanArn"]),)

    return make


CATALOGUE = {
    "retention-7": Planted("database is kept for 7 days", _database(BackupRetentionPeriod=7), "database"),
    "backups-off": Planted("database has no backups", _database(BackupRetentionPeriod=0), "database"),
    "retention-35": Planted("database is kept for 35 days", _database(BackupRetentionPeriod=35), "database", PROWLER),
    "plain": Planted("database is not encrypted", _database(StorageEncrypted=False, KmsKeyId=""), "database"),
    "tls12": Planted("database accepts TLS 1.2", _database(tls="TLSv1.2"), "database"),
    "no-ssl": Planted("database accepts plain text", _database(force="0"), "database"),
    "db-london": Planted("database runs in London", _database_in_london, "database", PROWLER),
    "public": Planted("snapshot is public", _shared("all"), "snapshot"),
    "lent": Planted("snapshot is shared with a stranger", _shared("999988887777"), "snapshot"),
    "plain-snap": Planted("snapshot is not encrypted", _plain_snapshot, "snapshot"),
    "snap-london": Planted("snapshot is copied to London", _copied, "snapshot", PROWLER),
    "suspended": Planted("versioning is suspended", _suspended, "bucket"),
    "unversioned": Planted("versioning was never on", _never_versioned, "bucket"),
    "s3-london": Planted("bucket is in London", _bucket_in_london, "bucket", PROWLER),
    "no-policy": Planted("bucket has no TLS policy", _refusing(), "bucket"),
    "only-tls": Planted("bucket refuses plain text, not TLS 1.2", _refusing(SECURE), "bucket"),
    "loophole": Planted("bucket refuses plain text only if TLS is old, too", _refusing(SECURE | MODERN), "bucket"),
    "forgetful": Planted("versions are removed after 7 days", _forgetful, "bucket", PROWLER),
    "replicated": Planted(
        "bucket is replicated to London", _replicated, "bucket", PROWLER, CUSTODIAN
    ),  # asks over TLS for the region that it is replicated to
    "one-zone": Planted("object lies in a single zone", _one_zone, "bucket", PROWLER | CUSTODIAN),
    "unrotated": Planted("key is not rotated", _key(lambda kms, key: kms.disable_key_rotation(KeyId=key))),
    "doomed": Planted("key is pending deletion", _key(lambda kms, key: kms.schedule_key_deletion(KeyId=key))),
    "mrk": Planted("key has a copy in Virginia", _key_in_virginia),
    "vault": Planted("backup vault is in London", _vault, "", PROWLER),
    "plan-365": Planted("backup plan keeps for a year", _plan(365, "eu-west-1"), "", PROWLER),
    "plan-london": Planted("backup plan copies to London", _plan(30, LONDON), "", PROWLER),
}


def caught(planted: Planted, patterns: tuple[str, ...], findings: set[tuple[str, str]], control: str) -> list[str]:
    """Return the rules by which a tool points at what was planted, and not also at what complies.

    Every rule counts, whatever it is about.
    """
    at = {rule for rule, resource in findings if any(fnmatchcase(resource, pattern) for pattern in patterns)}
    everywhere = {rule for rule, resource in findings if planted.control and fnmatchcase(resource, control)}
    return sorted(at - everywhere)
