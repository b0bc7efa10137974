"""Buckets as S3 lists and describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from fixtures.simulator import aws_databases as databases
from fixtures.simulator import aws_storage as storage
from tests.simulator.shapes import answer

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation

BUCKET = storage.BUCKETS[0]
STRANGER = "999999999999"


def test_buckets_come_in_pages_with_their_region(organisation: Organisation) -> None:
    """If somebody asks for pages; in the order of their names."""
    for number in range(23):
        storage.open_bucket(organisation, f"extra-{number:02}", "eu-west-2" if number == 22 else "us-east-1")
    s3 = organisation.client("s3")
    pages = list(s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 10}))
    assert [len(page["Buckets"]) for page in pages] == [10, 10, 5]
    regions = {bucket["Name"]: bucket["BucketRegion"] for page in pages for bucket in page["Buckets"]}
    assert list(regions) == sorted(regions)
    assert (regions["extra-22"], regions["extra-00"], regions[BUCKET]) == ("eu-west-2", "us-east-1", "eu-central-1")
    assert "BucketRegion" not in answer(s3, "list_buckets")["Buckets"][0]
    assert len(answer(s3, "list_buckets", BucketRegion="eu-west-2")["Buckets"]) == 1
    assert len(answer(s3, "list_buckets", Prefix="botbrains-")["Buckets"]) == 2


def test_directory_buckets_are_listed_apart(organisation: Organisation) -> None:
    """In their region."""
    s3 = organisation.client("s3")
    name = "fast--euc1-az1--x-s3"
    storage.open_directory_bucket(organisation, name)
    assert name not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    (listed,) = answer(s3, "list_directory_buckets")["Buckets"]
    assert listed["Name"] == name
    assert answer(organisation.client("s3", "eu-west-1"), "list_directory_buckets").get("Buckets", []) == []


def test_an_access_point_tells_where_its_buckets_are(organisation: Organisation) -> None:
    """Which may be outside the EU, or of another account."""
    storage.open_bucket(organisation, "stray", "eu-west-2")
    control = organisation.client("s3control", "us-west-2")
    control.create_multi_region_access_point(
        AccountId="123456789012",
        ClientToken="once",
        Details={"Name": "everywhere", "Regions": [{"Bucket": BUCKET}, {"Bucket": "stray"}]},
    )
    (point,) = answer(control, "list_multi_region_access_points", AccountId="123456789012")["AccessPoints"]
    assert {region["Bucket"]: region["Region"] for region in point["Regions"]} == {
        BUCKET: "eu-central-1",
        "stray": "eu-west-2",
    }
    regions = organisation.client("account").list_regions(RegionOptStatusContains=["ENABLED_BY_DEFAULT"])["Regions"]
    assert "us-west-2" not in {region["RegionName"] for region in regions}


def test_a_new_bucket_comes_encrypted_and_private(organisation: Organisation) -> None:
    """Since 2023; but without versioning, as ever."""
    storage.open_bucket(organisation, "plain")
    s3 = organisation.client("s3")
    rules = answer(s3, "get_bucket_encryption", Bucket="plain")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    blocks = answer(s3, "get_public_access_block", Bucket="plain")["PublicAccessBlockConfiguration"]
    assert set(blocks.values()) == {True}
    owner = answer(s3, "get_bucket_ownership_controls", Bucket="plain")["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert answer(s3, "get_bucket_versioning", Bucket="plain") == {}
    storage.put_object(organisation, "plain", "file")
    assert s3.head_object(Bucket="plain", Key="file")["ServerSideEncryption"] == "AES256"
    storage.encrypt(organisation, "plain", "aws:kms", databases.key_arn(organisation, "eu-central-1"))
    storage.put_object(organisation, "plain", "file")
    assert s3.head_object(Bucket="plain", Key="file")["ServerSideEncryption"] == "aws:kms"
    s3.delete_bucket_encryption(Bucket="plain")
    rules = s3.get_bucket_encryption(Bucket="plain")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


RULES: list[dict[str, Any]] = [
    {
        "ID": "newer",
        "Status": "Enabled",
        "Filter": {"Prefix": "a/"},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 5},
    },
    {
        "ID": "small",
        "Status": "Disabled",
        "Filter": {
            "And": {
                "Prefix": "b/",
                "Tags": [{"Key": "k", "Value": "v"}],
                "ObjectSizeGreaterThan": 10,
                "ObjectSizeLessThan": 99,
            }
        },
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
    },
    {"ID": "large", "Status": "Enabled", "Filter": {"ObjectSizeGreaterThan": 1000}, "Expiration": {"Days": 3}},
    {"ID": "tagged", "Status": "Enabled", "Filter": {"Tag": {"Key": "k", "Value": "v"}}, "Expiration": {"Days": 3}},
    {
        "ID": "cold",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Transitions": [{"Days": 30, "StorageClass": "ONEZONE_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
        "NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "STANDARD_IA"}],
    },
    {"ID": "markers", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"ExpiredObjectDeleteMarker": True}},
    {
        "ID": "parts",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    },
]


@pytest.mark.parametrize(
    "rules", [RULES, *([rule] for rule in RULES)], ids=lambda rules: "+".join(r["ID"] for r in rules)
)
def test_lifecycle_rules_come_back_as_they_were_put(organisation: Organisation, rules: list[dict[str, Any]]) -> None:
    """All of them, or one alone."""
    storage.set_lifecycle(organisation, BUCKET, *rules)
    assert answer(organisation.client("s3"), "get_bucket_lifecycle_configuration", Bucket=BUCKET)["Rules"] == rules


def test_replication_rules_come_back_as_they_were_put(organisation: Organisation) -> None:
    """With whatever is encrypted on the way, and whose it is at the end."""
    rule = {
        "ID": "elsewhere",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": "a/"},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "Destination": {
            "Bucket": storage.arn("elsewhere"),
            "Account": STRANGER,
            "StorageClass": "STANDARD_IA",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": "arn:aws:kms:eu-west-1:123456789012:key/one"},
            "AccessControlTranslation": {"Owner": "Destination"},
        },
    }
    configuration = {"Role": "arn:aws:iam::123456789012:role/replication", "Rules": [rule]}
    s3 = organisation.client("s3")
    s3.put_bucket_replication(Bucket=BUCKET, ReplicationConfiguration=configuration)
    found = answer(s3, "get_bucket_replication", Bucket=BUCKET)["ReplicationConfiguration"]
    assert found == configuration
    s3.delete_bucket_replication(Bucket=BUCKET)
    with pytest.raises(ClientError, match="ReplicationConfigurationNotFoundError"):
        s3.get_bucket_replication(Bucket=BUCKET)


def test_a_bucket_of_another_account_tells_its_region_and_nothing_else(organisation: Organisation) -> None:
    """Unless its policy lets one in."""
    storage.open_bucket(organisation, "theirs", "us-east-2", STRANGER)
    s3, theirs = organisation.client("s3"), organisation.client("s3", "us-east-2", STRANGER)
    with pytest.raises(ClientError) as refused:
        s3.head_bucket(Bucket="theirs")
    answered = refused.value.response["ResponseMetadata"]
    assert (answered["HTTPStatusCode"], answered["HTTPHeaders"]["x-amz-bucket-region"]) == (403, "us-east-2")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_bucket_versioning(Bucket="theirs")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_object(Bucket="theirs", Key="anything")
    with pytest.raises(ClientError, match="BucketAlreadyExists"):
        storage.open_bucket(organisation, "theirs", "us-east-2")
    allowed = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "s3:*",
        "Resource": "*",
    }
    theirs.put_bucket_policy(Bucket="theirs", Policy=storage.policy([allowed]))
    assert answer(s3, "head_bucket", Bucket="theirs")["BucketRegion"] == "us-east-2"
    assert "theirs" not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


def test_a_policy_that_demands_tls_leaves_objects_readable(organisation: Organisation) -> None:
    """Calls here stand for calls over TLS 1.3; a statement without a condition still counts."""
    s3 = organisation.client("s3")
    storage.put_object(organisation, BUCKET, "late")
    assert s3.head_object(Bucket=BUCKET, Key="late")["ServerSideEncryption"] == "AES256"
    listed = answer(s3, "list_object_versions", Bucket=BUCKET)["Versions"]
    assert {version["StorageClass"] for version in listed} == {"STANDARD"}
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{storage.arn(BUCKET)}/*"}
    storage.set_policy(organisation, BUCKET, [denied])
    with pytest.raises(ClientError, match="403"):
        s3.head_object(Bucket=BUCKET, Key="late")
