"""Policies are enforced by the names that actions really have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from fixtures.simulator import aws_storage as storage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fixtures.simulator.organisation import Organisation

    Policed = Callable[[str, str], Any]

BUCKET = {"Bucket": storage.BUCKETS[0]}


@pytest.fixture
def policed(organisation: Organisation) -> Iterator[Policed]:
    """Make clients for somebody who may do one thing only."""
    iam = organisation.client("iam", "us-east-1")
    iam.create_user(UserName="reader")
    keys = iam.create_access_key(UserName="reader")["AccessKey"]

    def client(service: str, action: str) -> Any:  # noqa: ANN401 - any service
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}],
        }
        set_enforcement(organisation, on=False)
        iam.put_user_policy(UserName="reader", PolicyName="one", PolicyDocument=json.dumps(document))
        set_enforcement(organisation, on=True)
        return boto3.client(
            service,  # type: ignore[call-overload] # any service
            region_name="eu-central-1",
            endpoint_url=organisation.exports["AWS_ENDPOINT_URL"],
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
        )

    yield client
    set_enforcement(organisation, on=False)


def set_enforcement(org: Organisation, *, on: bool) -> None:
    """Have moto enforce policies, or let everybody do everything."""
    url = org.exports["AWS_ENDPOINT_URL"] + "/moto-api/reset-auth"
    requests.post(
        url, data=b"0" if on else b"inf", timeout=60, verify=org.exports.get("AWS_CA_BUNDLE", True)
    ).raise_for_status()


@pytest.mark.exhaustive(keep=3)
@pytest.mark.parametrize(
    ("service", "operation", "arguments", "action"),
    [
        ("s3", "list_buckets", {}, "s3:ListAllMyBuckets"),
        ("s3", "list_directory_buckets", {}, "s3express:ListAllMyDirectoryBuckets"),
        ("s3", "head_bucket", BUCKET, "s3:ListBucket"),
        ("s3", "get_bucket_versioning", BUCKET, "s3:GetBucketVersioning"),
        ("s3", "get_bucket_lifecycle_configuration", BUCKET, "s3:GetLifecycleConfiguration"),
        ("s3", "get_bucket_encryption", BUCKET, "s3:GetEncryptionConfiguration"),
        ("s3", "get_public_access_block", BUCKET, "s3:GetBucketPublicAccessBlock"),
        ("s3", "get_bucket_ownership_controls", BUCKET, "s3:GetBucketOwnershipControls"),
        ("s3", "get_bucket_policy", BUCKET, "s3:GetBucketPolicy"),
        ("s3", "get_bucket_tagging", BUCKET, "s3:GetBucketTagging"),
        ("rds", "describe_db_instances", {}, "rds:DescribeDBInstances"),
        ("rds", "describe_db_instance_automated_backups", {}, "rds:DescribeDBInstanceAutomatedBackups"),
        ("backup", "list_backup_vaults", {}, "backup:ListBackupVaults"),
        (
            "backup",
            "list_recovery_points_by_backup_vault",
            {"BackupVaultName": "production"},
            "backup:ListRecoveryPointsByBackupVault",
        ),
        ("account", "list_regions", {}, "account:ListRegions"),
        ("cloudwatch", "describe_alarms", {}, "cloudwatch:DescribeAlarms"),
        ("sns", "list_topics", {}, "sns:ListTopics"),
    ],
)
def test_an_action_is_allowed_by_its_own_name_and_by_no_other(
    policed: Policed, service: str, operation: str, arguments: dict[str, str], action: str
) -> None:
    """The Service Authorization Reference has it."""
    getattr(policed(service, action), operation)(**arguments)
    with pytest.raises(ClientError) as refused:
        getattr(policed(service, f"{action}s"), operation)(**arguments)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
