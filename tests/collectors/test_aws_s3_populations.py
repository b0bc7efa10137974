"""All populations of buckets together: what they cost, and how far a denied permission reaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import fixtures.buckets
import fixtures.scope
from fixtures.collection import Collection
from fixtures.collectors.aws_estate import Estate, Place
from fixtures.collectors.ledger import Ledger
from fixtures.facts.population import Population, Source
from fixtures.facts.scope import Assignment, DataClass
from fixtures.policy import load

pytest_plugins = ("tests.collectors.stock_moto",)
Client = Callable[..., Any]
POPULATIONS = {
    "bucket_listing": "ListBuckets",
    "bucket_versioning": "GetBucketVersioning",
    "bucket_lifecycles": "GetBucketLifecycleConfiguration",
    "bucket_replications": "GetBucketReplication",
    "bucket_encryption": "GetBucketEncryption",
    "bucket_policies": "GetBucketPolicy",
    "stored_objects": "ListObjectVersions",
    "directory_buckets": "ListDirectoryBuckets",
}
SOURCE = Source("records", "scope.toml", "", "", 0)
PREVIEWS = Assignment(
    "scope.toml:1",
    DataClass.OUT_OF_SCOPE,
    "Previews.",
    "arn:aws:s3:::previews",
    False,
    "",
    "",
    "",
    SOURCE,
)
CALLS_PER_BUCKET = 6
"""Versioning, lifecycle, replication, encryption, policy, and one page of versions."""


def open_buckets(client: Client, *names: str) -> None:
    """Open buckets in Frankfurt."""
    for name in names:
        where = {"LocationConstraint": "eu-central-1"}
        client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)


def collect(estate: Estate, *assignments: Assignment) -> dict[str, Population[Any]]:
    """Read everything of every bucket, as a session would."""
    assert fixtures.buckets
    assert fixtures.scope
    known = {"aws": estate, "policy": load(), "assignments": Population(assignments)}
    collection = Collection(known)
    collection.start(POPULATIONS)
    return {name: collection.value(name) for name in POPULATIONS}


@pytest.mark.parametrize("count", [1, 20])
def test_calls_per_bucket(estate: Estate, client: Client, ledger: Ledger, count: int) -> None:
    """Linear, with a constant that is stated; what has a listing costs nothing per bucket.

    Stock moto tells no region with its listing, so each bucket is asked for its location: one call that AWS saves.
    """
    open_buckets(client, *(f"bucket-{number}" for number in range(count)))

    found = collect(estate)

    asked = Counter(call.operation for call in ledger.calls)
    assert asked.pop("GetBucketLocation") == count
    assert asked.pop("ListBuckets") == 1
    assert asked.pop("ListDirectoryBuckets") == len(estate.places())
    assert asked.total() == CALLS_PER_BUCKET * count
    assert all(len(population) == count for name, population in found.items() if name not in WITHOUT_MEMBERS)


WITHOUT_MEMBERS = {"bucket_replications", "directory_buckets"}


def test_bucket_out_of_scope_is_not_asked(estate: Estate, client: Client, ledger: Ledger) -> None:
    """It stands in the listing and nowhere else."""
    open_buckets(client, "previews", "uploads")

    found = collect(estate, PREVIEWS)

    assert {one.name for one in found["bucket_listing"]} == {"previews", "uploads"}
    assert {one.name for one in found["bucket_versioning"]} == {"uploads"}
    assert [call.operation for call in ledger.calls].count("GetBucketPolicy") == 1


@pytest.fixture
def denied(estate: Estate) -> Iterator[Callable[[str], None]]:
    """Deny one operation of S3, everywhere."""
    events = [
        Place(account, region.name).client("s3").meta.events
        for account in estate.accounts
        for region in account.regions
    ]
    hooks: list[str] = []

    def refuse(**_: object) -> tuple[Any, dict[str, Any]]:
        error = {"Error": {"Code": "AccessDenied", "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 403}}
        return type("Answer", (), {"status_code": 403}), error

    def deny(operation: str) -> None:
        hooks.append(f"before-call.s3.{operation}")
        for one in events:
            one.register_first(hooks[-1], refuse, "denied")

    yield deny
    for hook in hooks:
        for one in events:
            one.unregister(hook, unique_id="denied")


@pytest.mark.parametrize("name", POPULATIONS)
def test_denial_reaches_no_further_than_it_must(
    estate: Estate, client: Client, denied: Callable[[str], None], name: str
) -> None:
    """One permission that is missing leaves a gap where it is needed, and nowhere else."""
    open_buckets(client, "uploads", "attachments")
    denied(POPULATIONS[name])

    found = collect(estate)

    everywhere = set(POPULATIONS) - {"directory_buckets"} if name == "bucket_listing" else {name}
    assert {other for other, population in found.items() if population.unread} == everywhere


def test_gap_names_the_buckets(estate: Estate, client: Client, denied: Callable[[str], None]) -> None:
    """A few by name, many by number, and in one line."""
    open_buckets(client, *(f"bucket-{number}" for number in range(5)))
    denied("GetBucketPolicy")

    (gap,) = collect(estate)["bucket_policies"].unread

    assert gap.reason == "AccessDenied: these credentials may not do this (bucket-0, bucket-1, bucket-2 and 2 more)"
    assert gap.call == "s3:GetBucketPolicy"


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("bucket_lifecycles", "s3:GetLifecycleConfiguration"),
        ("directory_buckets", "s3express:ListAllMyDirectoryBuckets"),
    ],
)
def test_remedy_names_the_permission(
    estate: Estate, client: Client, denied: Callable[[str], None], name: str, permission: str
) -> None:
    """As IAM calls it, which the API calls otherwise."""
    open_buckets(client, "uploads")
    denied(POPULATIONS[name])

    assert collect(estate)[name].unread[0].remedy == f"grant {permission} to the role that reads"
