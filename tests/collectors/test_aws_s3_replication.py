"""Where buckets are replicated to: the other bucket tells its region itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.stub import Stubber

from fixtures.collectors.aws_estate import Estate
from fixtures.collectors.aws_s3_replication import read_replications
from fixtures.collectors.ledger import Ledger
from fixtures.facts.buckets import KnownBuckets, ListedBucket
from fixtures.facts.population import Population, Source

pytest_plugins = ("tests.collectors.stock_moto",)
META: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}}
Client = Callable[..., Any]
Listing = Callable[[], Population[ListedBucket]]
UPLOADS = ListedBucket("arn:aws:s3:::uploads", "uploads", "123456789012", "eu-central-1", Source("aws", "", "", "", 0))


def open_bucket(client: Client, name: str, region: str = "eu-central-1") -> None:
    """Open a bucket as the API leaves it."""
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client("s3", region).create_bucket(Bucket=name, **where)


REPLICATION = {
    "Role": "arn:aws:iam::123456789012:role/replication",
    "Rules": [
        {
            "ID": "copy",
            "Status": "Enabled",
            "Priority": 1,
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": "arn:aws:s3:::copies", "StorageClass": "ONEZONE_IA"},
        }
    ],
}


def replicate(client: Client) -> None:
    """Replicate bucket uploads to bucket copies."""
    open_bucket(client, "uploads")
    for name in ("uploads", "copies"):
        client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    client("s3").put_bucket_replication(Bucket="uploads", ReplicationConfiguration=REPLICATION)


def replications(estate: Estate, listing: Population[ListedBucket]) -> Population[Any]:
    """Read the rules of bucket uploads, knowing *listing*."""
    reader = partial(read_replications, buckets=KnownBuckets(listing))
    return estate.for_each("s3:GetBucketReplication", [UPLOADS], reader)


def test_replication_to_a_bucket_of_ours(estate: Estate, client: Client, listing: Listing, ledger: Ledger) -> None:
    """The listing tells the region of the destination, without a call."""
    open_bucket(client, "copies", "us-east-1")
    replicate(client)
    known = listing()
    before = len(ledger.calls)

    (rule,) = replications(estate, known)

    assert rule.destination_region == "us-east-1"
    assert (rule.storage_class, rule.fragile) == ("ONEZONE_IA", ("ONEZONE_IA",))
    assert len(ledger.calls) == before + 1


def test_replication_to_somebody_elses_bucket(estate: Estate, client: Client) -> None:
    """It is asked for its own region; whose it is, is for all accounts to say."""
    open_bucket(client, "copies", "us-east-1")
    replicate(client)

    (rule,) = replications(estate, Population((UPLOADS,)))

    assert (rule.destination, rule.destination_region) == ("arn:aws:s3:::copies", "us-east-1")


def test_destination_that_does_not_exist_has_no_region(estate: Estate, stubbed: Stubber) -> None:
    """Which is a failure further on, not a gap: S3 has answered."""
    stubbed.add_response("get_bucket_replication", {"ReplicationConfiguration": REPLICATION} | META)
    stubbed.add_client_error("head_bucket", "404", http_status_code=404)

    (rule,) = replications(estate, Population())

    assert rule.destination_region == ""


@pytest.mark.parametrize("headers", [{}, {"HTTPHeaders": {"x-amz-bucket-region": "ap-south-1"}}])
def test_destination_that_denies(estate: Estate, stubbed: Stubber, headers: dict[str, Any]) -> None:
    """S3 names the region with a denial; without it, nothing is known, and that is a gap."""
    stubbed.add_response("get_bucket_replication", {"ReplicationConfiguration": REPLICATION} | META)
    stubbed.add_client_error("head_bucket", "403", http_status_code=403, response_meta=headers)

    found = replications(estate, Population())

    assert [rule.destination_region for rule in found] == (["ap-south-1"] if headers else [])
    assert [gap.call for gap in found.unread] == ([] if headers else ["s3:HeadBucket"])
