"""Tags are read of all resources where there are few, and of those that matter where there are many."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from fixtures.collectors import aws_tags
from fixtures.collectors.aws_estate import Estate
from fixtures.collectors.ledger import Ledger
from fixtures.facts.population import Population
from fixtures.facts.stores import Tagging

pytest_plugins = ("tests.collectors.stock_moto",)
Client = Callable[..., Any]
TAGS = {
    "locks": {"purpose": "deployment-locks", "team": "platform"},
    "logs": {"purpose": "logs"},
    "previews": {"preview": "", "team": "web"},
    "uploads": {"team": "web"},
}
WANTED = ("purpose=deployment-locks", "preview", "team=web", "absent")
MATCHING = {"locks", "previews", "uploads"}


@pytest.fixture
def tagged_buckets(client: Client) -> None:
    """Open buckets with tags."""
    for name, tags in TAGS.items():
        where = {"LocationConstraint": "eu-central-1"}
        client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
        tagging = [{"Key": key, "Value": value} for key, value in tags.items()]
        client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": tagging})


def read(estate: Estate) -> Population[Tagging]:
    """Read the tags of one region."""
    return estate.in_each_account("tag:GetResources", partial(aws_tags.read_tags, wanted=WANTED), "eu-central-1")


def told(found: Population[Tagging]) -> dict[str, dict[str, str]]:
    """Return what is known of each bucket."""
    assert found.unread == ()
    return {one.id.rpartition(":")[2]: dict(one.tags) for one in found}


@pytest.mark.usefixtures("tagged_buckets")
def test_few_resources_are_one_call(estate: Estate, ledger: Ledger) -> None:
    """Everything that the page holds is taken as it is."""
    assert told(read(estate)) == TAGS
    assert len(ledger.calls) == 1


@pytest.mark.usefixtures("tagged_buckets")
@pytest.mark.parametrize("size", [1, 2, 3])
def test_of_many_resources_those_that_matter(
    estate: Estate, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Each with all of its tags, by whichever of them it was found; every page of them."""
    monkeypatch.setattr(aws_tags, "PAGE", size)

    found = read(estate)

    assert told(found) == {name: TAGS[name] for name in MATCHING}
    assert len(found) == len(MATCHING)
    assert {one.source.ledger for one in found} <= {call.number for call in ledger.calls}


@pytest.mark.usefixtures("tagged_buckets")
def test_of_many_resources_one_denied_tag_is_a_gap(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a later call could not read is told; nothing that was wanted is missing in silence."""
    monkeypatch.setattr(aws_tags, "PAGE", 1)
    ask, asked = aws_tags._pages, []

    def deny(place: Any, tag: str = "") -> Any:  # noqa: ANN401
        asked.append(tag)
        if tag == "team=web":
            raise PermissionError("denied")
        return ask(place, tag)

    monkeypatch.setattr(aws_tags, "_pages", deny)

    found = read(estate)

    assert asked[-1] == "team=web"
    assert [gap.call for gap in found.unread] == ["tag:GetResources"]
