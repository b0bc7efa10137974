"""Which storage objects are in: listed up to a limit, metered beyond it; and directory buckets."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from botocore.stub import Stubber

from fixtures.collectors.aws_estate import Account, Estate, Place
from fixtures.collectors.aws_s3_listing import WITH_DIRECTORY_BUCKETS, read_directory_buckets
from fixtures.collectors.aws_s3_objects import read_stored_objects
from fixtures.collectors.ledger import Ledger
from fixtures.facts.buckets import KnownBuckets, ListedBucket
from fixtures.facts.population import Population, Source
from fixtures.facts.storage_classes import StoredObjects

pytest_plugins = ("tests.collectors.stock_moto",)
META: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}}
Client = Callable[..., Any]
UPLOADS = ListedBucket("arn:aws:s3:::uploads", "uploads", "123456789012", "eu-central-1", Source("aws", "", "", "", 0))


def fill(client: Client, *classes: str) -> None:
    """Store an object in each of *classes*."""
    client("s3").create_bucket(Bucket="uploads", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    client("s3").put_bucket_versioning(Bucket="uploads", VersioningConfiguration={"Status": "Enabled"})
    for number, storage_class in enumerate(classes):
        client("s3").put_object(Bucket="uploads", Key=f"{number:04d} ü&<", Body=b"", StorageClass=storage_class)


def read(estate: Estate, limit: int = 1000) -> Population[StoredObjects]:
    """Read the storage classes of bucket uploads."""
    return estate.for_each("s3:ListObjectVersions", [UPLOADS], partial(read_stored_objects, limit=limit))


def test_empty_bucket(estate: Estate, client: Client) -> None:
    """Nothing is stored, and that is known."""
    fill(client)

    (found,) = read(estate)

    assert (found.listed, found.complete, found.classes, found.fragile) == (0, True, (), ())
    assert found.storage == "no objects"


def test_earlier_version_and_delete_marker(estate: Estate, client: Client) -> None:
    """A version that nobody sees any more is stored all the same."""
    fill(client, "ONEZONE_IA")
    client("s3").put_object(Bucket="uploads", Key="0000 ü&<", Body=b"")
    client("s3").delete_object(Bucket="uploads", Key="0000 ü&<")

    (found,) = read(estate)

    assert (found.listed, found.complete, found.classes) == (3, True, ("ONEZONE_IA", "STANDARD"))
    assert found.fragile == ("ONEZONE_IA",)


def test_every_page_up_to_the_limit(estate: Estate, client: Client, ledger: Ledger) -> None:
    """The last object of five decides, at two to a page; a key of any letters is a place to go on from."""
    fill(client, "STANDARD", "STANDARD", "STANDARD", "GLACIER", "REDUCED_REDUNDANCY")

    (found,) = read_by_pages(estate, 2, 1000)

    assert (found.listed, found.complete) == (5, True)
    assert found.fragile == ("REDUCED_REDUNDANCY",)
    assert [call.operation for call in ledger.calls] == ["ListObjectVersions"] * 3


def read_by_pages(estate: Estate, size: int, limit: int) -> Population[StoredObjects]:
    """Read with pages of *size*."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fixtures.collectors.aws_s3_objects.PAGE", size)
        return read(estate, limit)


def test_limit_is_told_and_the_rest_is_metered(estate: Estate, client: Client, ledger: Ledger) -> None:
    """One call for a page, one for what S3 has metered in the bucket as a whole."""
    fill(client, "STANDARD", "STANDARD", "ONEZONE_IA")

    found = read(estate, limit=2)

    ((stored,), unread) = found.members, found.unread
    assert unread == ()
    assert (stored.listed, stored.complete, stored.meters) == (2, False, ("StandardStorage",))
    assert stored.storage == "first 2 versions: STANDARD; metered in all: StandardStorage"
    assert "uploads has more versions than the 2" in stored.limit
    assert [call.operation for call in ledger.calls] == ["ListObjectVersions", "ListMetrics"]


@pytest.fixture
def metrics(account: Account) -> Iterator[Stubber]:
    """Answer for CloudWatch in Frankfurt."""
    with Stubber(Place(account, "eu-central-1").client("cloudwatch")) as stubber:
        yield stubber


def metered(*types: str) -> dict[str, Any]:
    """Return one page of metrics."""
    dimensions = ([{"Name": "BucketName", "Value": "uploads"}, {"Name": "StorageType", "Value": one}] for one in types)
    return META | {"Metrics": [{"Namespace": "AWS/S3", "Dimensions": each} for each in dimensions]}


def test_metered_storage_in_one_zone(estate: Estate, client: Client, metrics: Stubber) -> None:
    """Found on the second page of metrics, although no listed version shows it; an unknown type is not trusted."""
    fill(client, "STANDARD", "STANDARD")
    metrics.add_response("list_metrics", metered("StandardStorage", "GlacierS3ObjectOverhead") | {"NextToken": "more"})
    metrics.add_response("list_metrics", metered("OneZoneIAStorage", "NewStorage"))

    (found,) = read(estate, limit=1)

    assert found.fragile == ("NewStorage", "OneZoneIAStorage")


def test_no_metrics_is_a_gap(estate: Estate, client: Client, metrics: Stubber) -> None:
    """A sample is no proof: what was listed is kept, the rest is not assessed."""
    fill(client, "ONEZONE_IA", "STANDARD")
    metrics.add_response("list_metrics", metered())

    found = read(estate, limit=1)

    assert [one.fragile for one in found] == [("ONEZONE_IA",)]
    assert "more than 1 versions" in found.unread[0].reason


def test_denied_metrics_are_a_gap(estate: Estate, client: Client, metrics: Stubber) -> None:
    """And hide nothing that was listed."""
    fill(client, "ONEZONE_IA", "STANDARD")
    metrics.add_client_error("list_metrics", "AccessDenied", http_status_code=403)

    found = read(estate, limit=1)

    assert [one.fragile for one in found] == [("ONEZONE_IA",)]
    assert [gap.call for gap in found.unread] == ["cloudwatch:ListMetrics"]


def test_denied_listing_is_a_gap(estate: Estate) -> None:
    """A bucket that nobody could look into is not one without objects."""
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("s3")) as stubber:
        stubber.add_client_error("list_object_versions", "AccessDenied", http_status_code=403)
        found = read(estate)

    assert found.members == ()
    assert [gap.call for gap in found.unread] == ["s3:ListObjectVersions"]


def test_class_that_is_not_named_is_not_trusted(estate: Estate) -> None:
    """S3 names a class for every version; one without is not standard by default."""
    page = {"IsTruncated": False, "Versions": [{"Key": "a"}]}
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("s3")) as stubber:
        stubber.add_response("list_object_versions", page | META)
        (found,) = read(estate)

    assert found.fragile == ("of no named class",)


def test_answer_in_the_ledger_is_the_whole_one(estate: Estate, client: Client, ledger: Ledger) -> None:
    """What is left out before the answer is parsed has been counted before."""
    fill(client, "STANDARD")
    bodies: list[bytes] = []
    s3 = Place(estate.accounts[0], "eu-central-1").client("s3")
    s3.meta.events.register_first(
        "before-parse.s3.ListObjectVersions", lambda response_dict, **_: bodies.append(response_dict["body"]), "spy"
    )

    read(estate)
    s3.meta.events.unregister("before-parse.s3.ListObjectVersions", unique_id="spy")

    assert b"<Owner>" in bodies[0]
    assert ledger.calls[0].sha256 == hashlib.sha256(bodies[0]).hexdigest()


def directories(estate: Estate, region: str) -> Population[Any]:
    """Read the directory buckets of a region."""
    read = partial(read_directory_buckets, ordinary=KnownBuckets(Population((UPLOADS,))))
    return estate.in_each_account("s3:ListDirectoryBuckets", read, region)


def test_ordinary_buckets_are_no_directory_buckets(estate: Estate, client: Client) -> None:
    """Stock moto lists them where it is asked for directory buckets."""
    fill(client)

    found = directories(estate, "eu-west-1")

    assert (found.members, found.unread) == ((), ())


def test_directory_buckets_of_every_page(estate: Estate) -> None:
    """In a zone, or in a local zone that can stand in another country."""
    with Stubber(Place(estate.accounts[0], "eu-west-1").client("s3")) as stubber:
        for name, token in (("fast--euw1-az1--x-s3", "more"), ("near--euw1-lon1-az1--x-s3", "")):
            page = {"Buckets": [{"Name": name}]} | ({"ContinuationToken": token} if token else {})
            stubber.add_response("list_directory_buckets", page | META)
        fast, near = directories(estate, "eu-west-1")

    assert (fast.zone, fast.stored_in, fast.keeps_versions) == ("euw1-az1", "eu-west-1", False)
    assert fast.id == "arn:aws:s3express:eu-west-1:123456789012:bucket/fast--euw1-az1--x-s3"
    assert near.stored_in == "local zone euw1-lon1-az1 of eu-west-1"


def test_directory_bucket_with_another_name_is_a_gap(estate: Estate) -> None:
    """What is neither in the listing nor named as a directory bucket is not understood."""
    with Stubber(Place(estate.accounts[0], "eu-west-1").client("s3")) as stubber:
        stubber.add_response("list_directory_buckets", {"Buckets": [{"Name": "strange"}]} | META)
        found = directories(estate, "eu-west-1")

    assert found.members == ()
    assert "strange" in found.unread[0].reason


class Dns:
    """A resolver that knows some names, for an account at AWS itself."""

    def __init__(self, known: set[str], fault: int = socket.EAI_NONAME) -> None:
        """Know the names *known*; say *fault* of any other one."""
        self.known, self.fault = known, fault

    def getaddrinfo(self, host: str, *_: object) -> list[object]:
        """As socket.getaddrinfo."""
        if host not in self.known:
            raise socket.gaierror(self.fault, "no")
        return []


@pytest.mark.parametrize(
    ("region", "known", "fault", "asked"),
    [
        ("eu-central-1", {"s3.eu-central-1.amazonaws.com"}, socket.EAI_NONAME, False),
        ("eu-central-1", {"s3.eu-central-1.amazonaws.com"}, socket.EAI_NODATA, False),
        ("eu-central-1", {"s3.eu-central-1.amazonaws.com"}, socket.EAI_AGAIN, True),
        ("eu-central-1", set(), socket.EAI_NONAME, True),
        (
            "eu-central-1",
            {"s3.eu-central-1.amazonaws.com", "s3express-control.eu-central-1.amazonaws.com"},
            socket.EAI_NONAME,
            True,
        ),
        ("eu-west-1", {"s3.eu-west-1.amazonaws.com"}, socket.EAI_NONAME, True),
    ],
)
def test_region_without_directory_buckets_is_not_asked(
    account: Account, monkeypatch: pytest.MonkeyPatch, region: str, known: set[str], fault: int, *, asked: bool
) -> None:
    """Only where AWS has no such endpoint, which DNS has to say; a region known to have one is always asked."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setattr(socket, "getaddrinfo", Dns(known, fault).getaddrinfo)
    place = Place(Account(account.id, "", "", "aws", account.session, ()), region)
    assert ("eu-west-1" in WITH_DIRECTORY_BUCKETS, "eu-central-1" in WITH_DIRECTORY_BUCKETS) == (True, False)

    calls: list[str] = []
    place.client("s3").meta.events.register("provide-client-params.*", lambda model, **_: calls.append(model.name))

    with Stubber(place.client("s3")) as stubber:
        stubber.add_response("list_directory_buckets", {"Buckets": []} | META)
        assert list(read_directory_buckets(place, KnownBuckets(Population()))) == []

    assert calls == (["ListDirectoryBuckets"] if asked else [])
