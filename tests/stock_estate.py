"""An estate of good and bad resources in one account, made from nothing by boto3's own calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Client = Callable[..., Any]
"""Makes a boto3 client of a service in a region, Frankfurt if none is named."""
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service"
RECORDS = {
    "accounts.toml": f'[[aws.accounts]]\nid = "{ACCOUNT}"\nname = "production"\n',
    "scope.toml": """\
[[stores]]
resource_pattern = "arn:aws:rds:*"
class = "application database"

[[stores]]
resource_pattern = "arn:aws:s3:::*"
class = "object storage"
""",
}


def good(client: Client) -> None:
    """Add what complies, as far as stock moto can show it."""
    open_bucket(client, "good", "eu-central-1")
    create_database(client, "good", KmsKeyId=rotating_key(client), StorageEncrypted=True)


def open_bucket(client: Client, name: str, region: str) -> None:
    """Open a bucket in a region, with all that the policy wants."""
    s3 = client("s3", region)
    where = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != "us-east-1" else {}
    s3.create_bucket(Bucket=name, **where)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    encrypt(client, name, SSEAlgorithm="AES256")
    s3.put_object(Bucket=name, Key="welcome.txt", Body=b"simulated")
    refuse(client, name, {"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": "1.3"}})


def encrypt(client: Client, bucket: str, **default: str) -> None:
    """Set a bucket's default encryption."""
    rules = [{"ApplyServerSideEncryptionByDefault": default}]
    client("s3").put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})


def refuse(client: Client, bucket: str, *conditions: dict[str, Any]) -> None:
    """Set a policy that refuses everything under each of *conditions*."""
    arn = f"arn:aws:s3:::{bucket}"
    everything = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
    statements = [{**everything, "Condition": condition} for condition in conditions]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)


def rotating_key(client: Client, region: str = "eu-central-1") -> str:
    """Create a key that is rotated every year; return its ARN, which moto does not take wherever AWS takes it."""
    kms = client("kms", region)
    arn = str(kms.create_key()["KeyMetadata"]["Arn"])
    kms.enable_key_rotation(KeyId=arn)
    return arn


def create_database(client: Client, name: str, region: str = "eu-central-1", **options: Any) -> None:  # noqa: ANN401
    """Create a database of 30 days' retention; *options* are those of the API, and win."""
    wanted = {
        "DBInstanceIdentifier": name,
        "Engine": "postgres",
        "EngineVersion": "17.2",
        "DBInstanceClass": "db.m7g.large",
        "AllocatedStorage": 20,
        "MasterUsername": "administrator",
        "MasterUserPassword": "nobody-reads-this",
        "BackupRetentionPeriod": 30,
    }
    client("rds", region).create_db_instance(**{**wanted, **options})


def bad_buckets(client: Client) -> None:
    """Add a bucket for each thing that can be wrong with one."""
    s3 = client("s3")
    for name, region in (("abroad", "us-east-1"), ("london", "eu-west-2")):
        open_bucket(client, name, region)
    for name in ("suspended", "one-zone", "forgetful", "loophole", "copied", "sealed", "shared-key"):
        open_bucket(client, name, "eu-central-1")
    s3.put_bucket_versioning(Bucket="suspended", VersioningConfiguration={"Status": "Suspended"})
    s3.create_bucket(Bucket="bare", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.delete_bucket_policy(Bucket="one-zone")  # which moto would hold everybody to, whatever its conditions
    s3.put_object(Bucket="one-zone", Key="cheap", Body=b"simulated", StorageClass="ONEZONE_IA")
    refuse(client, "one-zone", {"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": 1.3}})
    rule = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}}
    removal = {**rule, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}
    s3.put_bucket_lifecycle_configuration(Bucket="forgetful", LifecycleConfiguration={"Rules": [removal]})
    both = {"Bool": {"aws:SecureTransport": "false"}, "NumericLessThan": {"s3:TlsVersion": "1.3"}}
    refuse(client, "loophole", both)
    copy = {
        "ID": "copies",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::london"},
    }
    s3.put_bucket_replication(Bucket="copied", ReplicationConfiguration={"Role": ROLE, "Rules": [copy]})


def bad_keys(client: Client) -> None:
    """Let one bucket encrypt under a key that is about to go, and one under a key that is in Virginia as well."""
    kms = client("kms")
    doomed = rotating_key(client)
    encrypt(client, "sealed", SSEAlgorithm="aws:kms", KMSMasterKeyID=doomed)
    kms.schedule_key_deletion(KeyId=doomed.rpartition("/")[2], PendingWindowInDays=7)
    family = kms.create_key(MultiRegion=True)["KeyMetadata"]
    kms.enable_key_rotation(KeyId=family["Arn"])
    kms.replicate_key(KeyId=family["KeyId"], ReplicaRegion="us-east-1")
    encrypt(client, "shared-key", SSEAlgorithm="aws:kms", KMSMasterKeyID=family["Arn"])


def bad_databases(client: Client) -> None:
    """Add databases and snapshots that are short of something."""
    key = rotating_key(client)
    sealed: Any = {"StorageEncrypted": True, "KmsKeyId": key}
    create_database(client, "short", BackupRetentionPeriod=7, **sealed)
    create_database(client, "off", BackupRetentionPeriod=0, **sealed)
    create_database(client, "mysql", Engine="mysql", EngineVersion="8.0.39", **sealed)
    create_database(client, "london", "eu-west-2", StorageEncrypted=True, KmsKeyId=rotating_key(client, "eu-west-2"))
    create_database(client, "plain")
    rds = client("rds")
    for name in ("public", "lent", "taken-abroad", "kept"):
        rds.create_db_snapshot(DBInstanceIdentifier="good", DBSnapshotIdentifier=name)
    for name, who in (("public", "all"), ("lent", "999988887777"), ("kept", ACCOUNT)):
        rds.modify_db_snapshot_attribute(DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=[who])
    client("rds", "us-east-1").copy_db_snapshot(
        SourceDBSnapshotIdentifier=f"arn:aws:rds:eu-central-1:{ACCOUNT}:snapshot:taken-abroad",
        TargetDBSnapshotIdentifier="taken-abroad",
        KmsKeyId=rotating_key(client, "us-east-1"),
        SourceRegion="eu-central-1",
    )
    topic = client("sns").create_topic(Name="nobody-listens")["TopicArn"]
    rds.create_event_subscription(SubscriptionName="backups", SnsTopicArn=topic, SourceType="db-instance", Enabled=True)


def bad_rest(client: Client) -> None:
    """Add a table that nobody assigned, a machine in India, and a plan that copies to London for ever."""
    client("dynamodb").create_table(
        TableName="drafts",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client("ec2", "ap-south-1").run_instances(ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1)
    for region in ("eu-central-1", "eu-west-2"):
        client("backup", region).create_backup_vault(BackupVaultName="vault")
    copy = {"DestinationBackupVaultArn": f"arn:aws:backup:eu-west-2:{ACCOUNT}:backup-vault:vault"}
    rule = {"RuleName": "daily", "TargetBackupVaultName": "vault", "Lifecycle": {"DeleteAfterDays": 365}}
    plan = {"BackupPlanName": "plan", "Rules": [{**rule, "CopyActions": [copy]}]}
    client("backup").create_backup_plan(BackupPlan=plan)
