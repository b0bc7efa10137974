"""One client serves all regions of an account: what it asks there is what a client of that region would ask."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.model import ListShape, Shape, StructureShape

from fixtures.collectors.aws_clients import Clients, new_client
from fixtures.collectors.aws_estate import Account, Place
from fixtures.collectors.aws_listings import BACKUPS, COMPUTE, STORES, VAULTS
from fixtures.collectors.aws_session import open_session
from fixtures.collectors.ledger import Ledger
from fixtures.collectors.reading import Reading

LISTED = {listing.service for listing in (*BACKUPS, *COMPUTE, *STORES, *VAULTS)}
NAMED = {"account", "cloudwatch", "events", "kms", "rds", "resourcegroupstaggingapi", "s3", "sns"}
SERVICES = sorted(LISTED | NAMED)
PARTITIONS = {
    "aws": ("eu-central-1", "us-east-1", "eu-west-1", "us-west-2", "ap-southeast-3", "me-central-1"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
}
WAYS = [(partition, base) for partition, regions in PARTITIONS.items() for base in regions[:2]]
SCOPE = re.compile(r"Credential=([^,]+)")


class SentError(Exception):
    """Raised in the place of sending."""


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody's; nothing is sent."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


def example(shape: Shape) -> Any:  # noqa: ANN401 - of any type
    """Return the least that a request may say in *shape*."""
    if isinstance(shape, StructureShape):
        return {name: example(shape.members[name]) for name in shape.required_members}
    if isinstance(shape, ListShape):
        return [example(shape.member)]
    values = {"integer": 1, "long": 1, "boolean": True, "timestamp": datetime(2026, 1, 1, tzinfo=UTC)}
    text = next(iter(getattr(shape, "enum", ())), "a" * max(3, shape.metadata.get("min", 0)))
    return values.get(shape.type_name, text)


def asked(client: Any, operation: str) -> tuple[object, ...]:  # noqa: ANN401 - boto3 makes its clients at run time
    """Return what would be sent, to where, and for which region it is signed."""
    sent: list[AWSPreparedRequest] = []

    def catch(request: AWSPreparedRequest, **_: object) -> None:
        sent.append(request)
        raise SentError

    client.meta.events.register_first("before-send.*", catch, "catch")
    arguments = example(client.meta.service_model.operation_model(operation).input_shape) or {}
    try:
        with pytest.raises(SentError):
            getattr(client, xform_name(operation))(**arguments)
    finally:
        client.meta.events.unregister("before-send.*", catch, "catch")
    (request,) = sent
    signed = SCOPE.search(str(request.headers["Authorization"]))
    names = sorted(request.headers.keys())
    return request.method, request.url, request.body, signed and signed[1], names, request.headers.get("X-Amz-Target")


def account(partition: str) -> Account:
    """Return an account that keeps its clients."""
    session, _ = open_session(Ledger(), region_name="eu-central-1")
    return Account("123456789012", "", "", partition, session, (), Clients())


@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:9"], ids=["AWS", "one server for everything"])
@pytest.mark.parametrize(("partition", "base"), WAYS)
def test_another_region_is_asked_as_its_own_client_would(
    monkeypatch: pytest.MonkeyPatch, partition: str, base: str, endpoint: str
) -> None:
    """Every operation that is ever asked: by the same words, at the same place, signed for the same region."""
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    here = account(partition)
    for service in SERVICES:
        first = here.client(service, base)
        for region in PARTITIONS[partition]:
            one, own = here.client(service, region), new_client(here.session, service, region)
            for operation in first.meta.service_model.operation_names:
                assert asked(one, operation) == asked(own, operation), (service, region)
                assert one.meta.region_name == own.meta.region_name


def test_a_bucket_that_lies_elsewhere_is_asked_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """As S3 sends whoever asks in the wrong region on, so the one client follows from any of its regions."""
    here = account("aws")
    here.client("s3", "eu-central-1")
    client = here.client("s3", "eu-west-1")
    went: list[str] = []

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        found = SCOPE.search(str(request.headers["Authorization"]))
        went.append(f"{request.url} {found and found[1].split('/')[2]}")
        if len(went) > 1:
            raise SentError
        headers: Any = {"x-amz-bucket-region": "us-west-2"}
        return AWSResponse(request.url, 301, headers, None)

    client.meta.events.register_first("before-send.*", answer)
    monkeypatch.setattr(AWSResponse, "content", b"<Error><Code>PermanentRedirect</Code></Error>")
    with pytest.raises(SentError):
        client.get_bucket_versioning(Bucket="aaa")

    assert went == [
        "https://s3.eu-west-1.amazonaws.com/aaa?versioning eu-west-1",
        "https://s3.us-west-2.amazonaws.com/aaa?versioning us-west-2",
    ]


def test_making_one_client_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """For each service, however many regions; but for services that have no regions."""
    made: list[tuple[str, str]] = []

    def make(session: Any, service: str, region: str) -> Any:  # noqa: ANN401
        made.append((service, region))
        return new_client(session, service, region)

    monkeypatch.setattr("fixtures.collectors.aws_estate.new_client", make)
    here = account("aws")
    for region in PARTITIONS["aws"]:
        for service in ("rds", "s3", "account"):
            here.client(service, region)

    assert made.count(("rds", "eu-central-1")) == made.count(("s3", "eu-central-1")) == 1
    assert {service for service, region in made if region != "eu-central-1"} <= {"account"}


def test_regions_at_the_same_time() -> None:
    """Many threads at one client: each request goes where its own thread wanted it."""
    regions = PARTITIONS["aws"] * 4
    here, together = account("aws"), Barrier(len(regions))
    here.client("rds", "eu-central-1")
    seen: list[tuple[str, str]] = []

    def send(request: AWSPreparedRequest, **_: object) -> None:
        found = SCOPE.search(str(request.headers["Authorization"]))
        assert found
        seen.append((request.url, found[1].split("/")[2]))
        raise SentError

    def ask(region: str) -> list[str]:
        client = Place(here, region).client("rds")
        together.wait(10)
        for _ in range(20):
            with pytest.raises(SentError):
                client.describe_db_instances()
        return []

    here.client("rds", "eu-central-1").meta.events.register_first("before-send.*", send)
    found = Reading(len(regions)).gather([(partial(ask, region), _never) for region in regions])

    assert found.unread == ()
    assert len(seen) == 20 * len(regions)
    assert {url for url, region in seen if url != f"https://rds.{region}.amazonaws.com/"} == set()


def _never(failure: Exception) -> Any:  # noqa: ANN401
    raise AssertionError(failure)
