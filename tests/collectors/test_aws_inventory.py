"""The table of listings against AWS' own model, and the one reader against answers written down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import boto3
import botocore.session
import jmespath
import pytest
from botocore import xform_name
from botocore.exceptions import DataNotFoundError, EndpointConnectionError, PaginationError
from botocore.model import ListShape, OperationModel, Shape, StructureShape
from botocore.stub import Stubber
from botocore.validate import ParamValidator

from fixtures.collectors import aws_estate
from fixtures.collectors.aws_estate import Account, Place
from fixtures.collectors.aws_inventory import documented, read_listing
from fixtures.collectors.aws_listings import BACKUPS, COMPUTE, STORES, VAULTS, Listing
from fixtures.facts.population import Source
from fixtures.facts.stores import Store

SESSION = botocore.session.get_session()
LISTINGS = {listing.kind: listing for listing in (*STORES, *COMPUTE, *BACKUPS, *VAULTS)}
VOLUME, INSTANCE, TABLE, COLLECTION = (
    LISTINGS[kind] for kind in ("EBS volume", "EC2 instance", "DynamoDB table", "OpenSearch Serverless collection")
)


def operation(listing: Listing) -> OperationModel:
    """Return AWS' own model of the call."""
    return SESSION.get_service_model(listing.service).operation_model(listing.call.split(":")[1])


def has_paginator(listing: Listing) -> bool:
    """Whether boto3 follows its pages by itself."""
    try:
        SESSION.get_paginator_model(listing.service).get_paginator(listing.call.split(":")[1])
    except (DataNotFoundError, ValueError):
        return False
    return True


def thing(listing: Listing) -> Shape:
    """Return the shape of one thing of a listing."""
    shape: Shape = cast("Shape", operation(listing).output_shape)
    for name in re.findall(r"(\w+)\[\]", listing.items):
        shape = cast("ListShape", cast("StructureShape", shape).members[name]).member
    return shape


def paths(listing: Listing) -> Iterator[str]:
    """Yield every field that the entry reads of a thing."""
    for path in (listing.name, listing.id, *listing.zone.split(" || ")):
        if path not in {"", "@"} and "{" not in path:
            yield path


@dataclass
class Recorded:
    """A place that answers what is written down, page after page."""

    answers: list[Any]
    offered: bool = True
    region: str = "eu-central-1"
    asked: list[dict[str, Any]] = field(default_factory=list)

    @dataclass
    class Account:
        """The account of the place."""

        id: str = "123456789012"
        partition: str = "aws"

    account: Account = field(default_factory=Account)

    def pages(self, _service: str, _operation: str, **parameters: object) -> Iterable[dict[str, Any]]:
        """Yield one page, as for an operation without paginator, or fail."""
        self.asked.append(parameters)
        answer = self.answers[len(self.asked) - 1]
        if isinstance(answer, Exception):
            raise answer
        yield answer

    def offers(self, _service: str) -> bool:
        """Say whether the service is offered."""
        return self.offered

    def judged(self, tags: dict[str, str]) -> dict[str, str]:
        """Keep what somebody assigns by."""
        return {key: value for key, value in tags.items() if key in {"a", "c"}}

    def source(self, call: str, _page: object) -> Source:
        """Say where a thing was read."""
        return Source("aws", call, self.account.id, self.region, 7)


def read(listing: Listing, place: Recorded) -> list[Store]:
    """Read what the place answers."""
    return list(read_listing(listing, cast("Place", place)))


@pytest.mark.parametrize("kind", LISTINGS)
def test_entry_reads_what_aws_answers(kind: str) -> None:
    """Call, parameters, list and fields exist in the model; the command line is one that boto3's sibling has."""
    listing = LISTINGS[kind]
    shape = thing(listing)
    assert (
        ParamValidator().validate(dict(listing.parameters), cast("Shape", operation(listing).input_shape)).has_errors()
        is False
    )
    for path in paths(listing):
        found = shape
        for name in path.split("."):
            assert name in cast("StructureShape", found).members, path
            found = cast("StructureShape", found).members[name]
        assert found.type_name == "string", path
    assert shape.type_name == "structure" or (listing.name == "@" and shape.type_name == "string")
    jmespath.compile(listing.items)
    service, called = re.match(r"aws ([\w-]+) ([\w-]+) --region \{region\} ", listing.look).groups()  # type: ignore[union-attr]
    known = SESSION.get_service_model(service).operation_names
    assert called.replace("-", "_") in {xform_name(name) for name in known}


@pytest.mark.parametrize("kind", LISTINGS)
def test_every_page_is_asked_for(kind: str) -> None:
    """By boto3's paginator, or by the field that the entry names; or the answer knows no pages."""
    listing = LISTINGS[kind]
    answered = cast("StructureShape", operation(listing).output_shape).members
    tokens = [name for name in answered if re.search(r"token|marker|last", name, re.IGNORECASE)]
    assert [listing.next_page] == ([""] if has_paginator(listing) else tokens or [""])


def test_kinds_are_different() -> None:
    """Each call and each kind stands once: a population is asked for by its call."""
    every = [*STORES, *COMPUTE, *BACKUPS, *VAULTS]
    assert len(LISTINGS) == len({listing.call for listing in every}) == len(every)


def test_required_kinds_are_discovered() -> None:
    """What SCOPE-1 names, besides RDS and S3, which other populations list."""
    for kind in ("DynamoDB", "EFS", "EBS", "ElastiCache", "OpenSearch", "Redshift"):
        assert any(listing.kind.startswith(kind) for listing in STORES), kind


def test_table_documents_its_calls() -> None:
    """So that a permission is read off the table, not typed a second time."""

    def read_things() -> None:
        """Every thing."""

    assert documented(STORES[:2])(read_things).__doc__ == (
        "Every thing (dynamodb:ListTables, elasticfilesystem:DescribeFileSystems)."
    )


def test_thing_is_read_with_its_arn_and_tags() -> None:
    """A volume, whose ARN the listing does not tell."""
    answer = {
        "Volumes": [
            {
                "VolumeId": "vol-1",
                "AvailabilityZone": "eu-central-1a",
                "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c"}, {"Key": "d", "Value": "hunter2"}],
            }
        ]
    }
    (found,) = read(VOLUME, Recorded([answer]))
    assert found.id == "arn:aws:ec2:eu-central-1:123456789012:volume/vol-1"
    assert (found.name, found.kind, found.region, found.tags) == (
        "vol-1",
        "EBS volume",
        "eu-central-1",
        {"a": "b", "c": ""},
    )
    assert found.look == "aws ec2 describe-volumes --region eu-central-1 --volume-ids vol-1"
    assert found.source == Source("aws", "ec2:DescribeVolumes", "123456789012", "eu-central-1", 7)


def test_hostile_name_stays_one_word_of_the_command_line() -> None:
    """Nobody's table gets to run something in the reader's shell."""
    (found,) = read(TABLE, Recorded([{"TableNames": ["x; rm -rf ~"]}]))
    assert found.look.endswith("--table-name 'x; rm -rf ~'")


@pytest.mark.parametrize(
    ("zone", "region"),
    [
        ({"AvailabilityZone": "eu-central-1b"}, "eu-central-1"),
        ({}, "eu-central-1"),
        ({"AvailabilityZone": "eu-central-1-waw-1a"}, "eu-central-1-waw-1a of eu-central-1"),
        ({"AvailabilityZone": "eu-central-1a", "OutpostArn": "arn:o"}, "arn:o of eu-central-1"),
    ],
)
def test_local_zone_is_no_place_of_its_region(zone: dict[str, str], region: str) -> None:
    """It can stand in another country, so that nobody is to take it for the region's."""
    (found,) = read(VOLUME, Recorded([{"Volumes": [{"VolumeId": "vol-1", **zone}]}]))
    assert found.region == region


def test_machine_that_is_gone_is_none() -> None:
    """EC2 goes on listing it for an hour; one in any other state is there."""
    states = ["terminated", "running", "stopped", "new-state"]
    machines = [{"InstanceId": f"i-{state}", "State": {"Name": state}} for state in states]
    answer = {"Reservations": [{"Instances": machines[:2]}, {"Instances": machines[2:]}]}
    assert [one.name for one in read(INSTANCE, Recorded([answer]))] == ["i-running", "i-stopped", "i-new-state"]


def test_pages_without_paginator_are_followed() -> None:
    """boto3 knows none for OpenSearch Serverless."""
    pages = [
        {"collectionSummaries": [{"arn": "arn:1", "name": "one"}], "nextToken": "2"},
        {"collectionSummaries": [{"arn": "arn:2", "name": "two"}]},
    ]
    place = Recorded(pages)
    assert [one.id for one in read(COLLECTION, place)] == ["arn:1", "arn:2"]
    assert place.asked == [{}, {"nextToken": "2"}]


def test_pages_that_lead_in_a_circle_have_an_end() -> None:
    """Else the run would go round until somebody ends it."""
    there, back = ({"collectionSummaries": [], "nextToken": token} for token in "ab")
    with pytest.raises(PaginationError, match="in a circle"):
        read(COLLECTION, Recorded([there, back, there, back]))


def test_pages_without_end_are_taken_for_a_circle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A circle of two pages is none that botocore sees."""
    monkeypatch.setattr(aws_estate, "PAGES", 5)
    session = boto3.Session(aws_access_key_id="nobody", aws_secret_access_key="nothing")  # noqa: S106
    account = Account("123456789012", "", "", "aws", session, ())
    with Stubber(account.client("dynamodb", "eu-central-1")) as stubber:
        for number in range(6):
            stubber.add_response("list_tables", {"TableNames": [], "LastEvaluatedTableName": "ab"[number % 2] * 3})
        with pytest.raises(PaginationError, match="more than 5 pages"):
            list(Place(account, "eu-central-1").pages("dynamodb", "list_tables"))


@pytest.mark.parametrize("answer", [{}, {"TableNames": None}, {"TableNames": "sessions"}, {"TableNames": [""]}])
def test_answer_without_what_was_asked_for_is_no_empty_list(answer: dict[str, Any]) -> None:
    """It becomes a gap, by the exception that the estate turns into one."""
    with pytest.raises(KeyError):
        read(TABLE, Recorded([answer]))


def test_thing_without_arn_is_not_passed_over() -> None:
    """It is there, whatever it is called."""
    with pytest.raises(KeyError):
        read(COLLECTION, Recorded([{"collectionSummaries": [{"name": "one"}]}]))


def test_no_endpoint_where_a_service_is_not_offered_means_nothing_there() -> None:
    """Else no account could ever be read completely."""
    unreachable = EndpointConnectionError(endpoint_url="https://aoss.me-south-1.amazonaws.com")
    assert read(COLLECTION, Recorded([unreachable], offered=False)) == []


def test_no_answer_where_a_service_is_offered_is_a_gap() -> None:
    """An endpoint that is down hides things."""
    unreachable = EndpointConnectionError(endpoint_url="https://dynamodb.eu-central-1.amazonaws.com")
    with pytest.raises(EndpointConnectionError):
        read(TABLE, Recorded([unreachable]))


def test_a_service_that_answers_is_read_even_where_it_is_not_known_to_be_offered() -> None:
    """The list of what is offered excuses silence; it hides nothing."""
    answer = {"collectionSummaries": [{"arn": "arn:1", "name": "one"}]}
    assert len(read(COLLECTION, Recorded([answer], offered=False))) == 1


@pytest.mark.parametrize(
    ("owner", "found"),
    [({"OwnerId": "123456789012"}, 1), ({"OwnerId": "591542846629"}, 0), ({}, 1)],
    ids=["ours", "of a public image", "nobody says"],
)
def test_what_says_that_it_is_somebody_elses_is_not_ours(owner: dict[str, str], found: int) -> None:
    """Some endpoints list everybody's whatever they are asked; what does not say whose it is counts as ours."""
    page = {"Snapshots": [{"SnapshotId": "snap-1", **owner}], "ResponseMetadata": {}}
    assert len(read(LISTINGS["EBS snapshot"], Recorded([page]))) == found
