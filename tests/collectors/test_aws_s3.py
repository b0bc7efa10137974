"""Settings of buckets, as a stock moto server and recorded answers tell them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from botocore.stub import Stubber

from fixtures.collectors.aws_estate import Estate, Place
from fixtures.collectors.aws_s3_replication import read_replications
from fixtures.collectors.aws_s3_settings import read_encryption, read_lifecycle, read_policy, read_versioning
from fixtures.collectors.ledger import Ledger
from fixtures.facts.buckets import KnownBuckets, ListedBucket
from fixtures.facts.population import Population

pytest_plugins = ("tests.collectors.stock_moto",)
READERS: dict[str, Callable[[Place, ListedBucket], Iterable[Any]]] = {
    "GetBucketVersioning": read_versioning,
    "GetBucketLifecycleConfiguration": read_lifecycle,
    "GetBucketEncryption": read_encryption,
    "GetBucketPolicy": read_policy,
    "GetBucketReplication": partial(read_replications, buckets=KnownBuckets(Population())),
}
META: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}}
"""What belongs to every answer that a Stubber gives."""
Client = Callable[..., Any]
Listing = Callable[[], Population[ListedBucket]]


def open_bucket(client: Client, name: str, region: str = "eu-central-1") -> None:
    """Open a bucket as the API leaves it."""
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client("s3", region).create_bucket(Bucket=name, **where)


def bucket(estate: Estate, name: str = "uploads") -> ListedBucket:
    """Return one bucket as it would be listed."""
    source = Place(estate.accounts[0], "eu-central-1").source("s3:ListBuckets", {"ResponseMetadata": {}})
    return ListedBucket(f"arn:aws:s3:::{name}", name, "123456789012", "eu-central-1", source)


def read(estate: Estate, operation: str) -> Population[Any]:
    """Read one setting of one bucket."""
    return estate.for_each(f"s3:{operation}", [bucket(estate)], READERS[operation])


@pytest.mark.parametrize("region", ["eu-central-1", "eu-west-1", "us-east-1"])
def test_region_where_the_listing_tells_none(client: Client, listing: Listing, region: str) -> None:
    """Stock moto lists no regions, so each bucket is asked; null is us-east-1."""
    open_bucket(client, "uploads", region)

    (found,) = listing()

    assert found.region == region
    assert found.id == "arn:aws:s3:::uploads"


@pytest.mark.parametrize(("constraint", "region"), [(None, "us-east-1"), ("EU", "eu-west-1"), ("eu-west-2",) * 2])
def test_old_names_of_regions(listing: Listing, stubbed: Stubber, constraint: str | None, region: str) -> None:
    """The API is older than the names of regions."""
    stubbed.add_response("list_buckets", {"Buckets": [{"Name": "uploads"}]} | META)
    stubbed.add_response("get_bucket_location", ({"LocationConstraint": constraint} if constraint else {}) | META)

    assert [one.region for one in listing()] == [region]


def test_every_page_of_the_listing(listing: Listing, stubbed: Stubber) -> None:
    """A bucket on the second page counts, and costs no call of its own."""
    for number, token in ((1, "more"), (2, None)):
        page = {"Buckets": [{"Name": f"b{number}", "BucketRegion": "eu-central-1"}]}
        stubbed.add_response("list_buckets", page | META | ({"ContinuationToken": token} if token else {}))

    assert [one.name for one in listing()] == ["b1", "b2"]


def test_bucket_that_may_not_be_located_hides_no_other(listing: Listing, stubbed: Stubber) -> None:
    """It is a gap; the bucket after it is found."""
    both = [{"Name": "a"}, {"Name": "b", "BucketRegion": "eu-central-1"}]
    stubbed.add_response("list_buckets", {"Buckets": both} | META)
    stubbed.add_client_error("get_bucket_location", "AccessDenied", http_status_code=403)

    found = listing()

    assert [one.name for one in found] == ["b"]
    assert [gap.call for gap in found.unread] == ["s3:GetBucketLocation"]


@pytest.mark.parametrize("operation", READERS)
def test_denied_setting_is_a_gap(estate: Estate, stubbed: Stubber, operation: str) -> None:
    """Not a bucket without that setting."""
    snake = {"GetBucketLifecycleConfiguration": "get_bucket_lifecycle_configuration"}.get(operation)
    stubbed.add_client_error(
        snake or f"get_bucket_{operation.removeprefix('GetBucket').lower()}", "AccessDenied", http_status_code=403
    )

    found = read(estate, operation)

    assert found.members == ()
    assert [(gap.call, gap.region) for gap in found.unread] == [(f"s3:{operation}", "eu-central-1")]


@pytest.mark.parametrize("operation", READERS)
def test_bucket_that_has_gone_is_a_gap(estate: Estate, operation: str) -> None:
    """NoSuchBucket is not the answer that a setting was never made."""
    found = read(estate, operation)

    assert found.members == ()
    assert "NoSuchBucket" in found.unread[0].reason


def test_settings_that_were_never_made(estate: Estate, client: Client, ledger: Ledger) -> None:
    """Each is told by an error of its own, which is an answer: it stands in the ledger, and the fact names it."""
    open_bucket(client, "uploads")

    found = {operation: read(estate, operation) for operation in READERS}

    assert not any(population.unread for population in found.values())
    assert len(ledger.calls) == len(READERS)
    (versioning,), (lifecycle,) = found["GetBucketVersioning"], found["GetBucketLifecycleConfiguration"]
    (encryption,), (policy,) = found["GetBucketEncryption"], found["GetBucketPolicy"]
    assert (versioning.status, lifecycle.rules, encryption.algorithm) == ("", (), "")
    assert not policy.exists
    assert not policy.refuses_plain_http
    assert found["GetBucketReplication"].members == ()
    for fact in (versioning, lifecycle, encryption, policy):
        assert ledger.calls[fact.source.ledger - 1].operation == fact.source.call.removeprefix("s3:")


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_versioning(estate: Estate, client: Client, status: str) -> None:
    """Suspended is not enabled."""
    open_bucket(client, "uploads")
    client("s3").put_bucket_versioning(Bucket="uploads", VersioningConfiguration={"Status": status})

    (found,) = read(estate, "GetBucketVersioning")

    assert found.status == status
    assert found.keeps_versions == (status == "Enabled")


def test_encryption(estate: Estate, client: Client) -> None:
    """Algorithm and key as they were set."""
    open_bucket(client, "uploads")
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/uploads"}
    client("s3").put_bucket_encryption(
        Bucket="uploads",
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )

    (found,) = read(estate, "GetBucketEncryption")

    assert (found.algorithm, found.kms_key) == ("aws:kms", "alias/uploads")


def test_policy(estate: Estate, client: Client) -> None:
    """It is judged where it is read: the fact has no word of the policy's text."""
    open_bucket(client, "uploads")
    both = ["arn:aws:s3:::uploads", "arn:aws:s3:::uploads/*"]
    refused = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": both}
    secret = {"StringEquals": {"aws:Referer": "hunter2"}}
    statements = [
        refused | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        refused | {"Effect": "Allow", "Condition": secret},
    ]
    client("s3").put_bucket_policy(Bucket="uploads", Policy=json.dumps({"Statement": statements}))

    (found,) = read(estate, "GetBucketPolicy")

    assert found.refuses_plain_http
    assert found.refused_tls == ()
    assert "hunter2" not in repr(found)


def test_lifecycle_with_every_kind_of_filter(estate: Estate, stubbed: Stubber) -> None:
    """What stock moto drops (NewerNoncurrentVersions, sizes) is read from an answer as AWS words it."""
    both = {"Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}], "ObjectSizeGreaterThan": 10}
    rules: list[dict[str, Any]] = [
        {"ID": "old", "Status": "Enabled", "Filter": {"And": both}},
        {"Status": "Disabled", "Prefix": "old-style/", "Transitions": [{"Days": 1, "StorageClass": "ONEZONE_IA"}]},
        {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}},
        {
            "ID": "abort",
            "Status": "Enabled",
            "Filter": {},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        },
        {"ID": "size", "Status": "Enabled", "Filter": {"ObjectSizeLessThan": 5}},
    ]
    rules[0]["NoncurrentVersionExpiration"] = {"NoncurrentDays": 7, "NewerNoncurrentVersions": 3}
    rules[4]["NoncurrentVersionExpiration"] = {"NewerNoncurrentVersions": 3}
    rules[4]["NoncurrentVersionTransitions"] = [{"NoncurrentDays": 1, "StorageClass": "ONEZONE_IA"}]
    stubbed.add_response("get_bucket_lifecycle_configuration", {"Rules": rules} | META)

    ((old, off, everything, abort, size),) = (one.rules for one in read(estate, "GetBucketLifecycleConfiguration"))

    assert (old.after, old.keeps_newest) == (timedelta(days=7), 3)
    assert old.scope == "prefix logs/, tag a=b, above 10 bytes"
    assert (off.enabled, off.scope, off.moves_to) == (False, "prefix old-style/", ())
    assert (everything.scope, everything.removes_versions, abort.removes_versions) == ("", False, False)
    assert (size.scope, size.removes_versions, size.after) == ("below 5 bytes", True, None)
    assert size.moves_to == ("ONEZONE_IA",)
