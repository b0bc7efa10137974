"""The table of regions, held against what botocore knows: an independent source, by name and by description."""

from __future__ import annotations

import re

import botocore.session
import pytest
from botocore.loaders import create_loader
from hypothesis import given
from hypothesis import strategies as st

from fixtures.facts.regions import AWS, COUNTRY, DIGITALOCEAN, EU_MEMBERS, country, in_eu, place

SESSION = botocore.session.get_session()
PARTITIONS = {one["id"]: one["regions"] for one in create_loader().load_data("partitions")["partitions"]}
PLACES_IN_THE_EU = {"Frankfurt", "Germany", "Ireland", "Paris", "Stockholm", "Milan", "Spain"}
"""What botocore's descriptions of regions in the EU have in their brackets."""


def botocores_regions() -> dict[str, str]:
    """Return every region that botocore knows, in any partition and for any service, with its description."""
    known = {name: one.get("description", "") for regions in PARTITIONS.values() for name, one in regions.items()}
    for partition in SESSION.get_available_partitions():
        for service in ("ec2", "rds", "s3", "dynamodb", "backup", "kms", "sts"):
            for name in SESSION.get_available_regions(service, partition):
                known.setdefault(name, "")
    return {name: description for name, description in known.items() if not name.endswith("-global")}


REGIONS = botocores_regions()


def test_botocore_knows_regions_worth_comparing_with() -> None:
    """Nothing below passes for want of data."""
    assert len(REGIONS) >= 46
    assert {"aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso-e"} <= PARTITIONS.keys()


def test_every_region_of_every_partition_stands_in_the_table() -> None:
    """A new one is to be looked up on a map before anybody relies on where it is."""
    assert sorted(REGIONS.keys() - AWS.keys()) == []


def test_the_table_has_no_region_that_nobody_knows() -> None:
    """Such a line would be a guess, or a slip."""
    assert sorted(AWS.keys() - REGIONS.keys()) == []


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_a_region_is_in_the_eu_only_if_its_description_names_a_place_there(region: str) -> None:
    """The table says by country what botocore says by city; both have to agree."""
    described = re.search(r"\((.+)\)", REGIONS[region])
    assert in_eu(region) is (described is not None and described[1] in PLACES_IN_THE_EU)


@pytest.mark.parametrize(
    "region",
    ["eu-west-2", "eu-central-2", "eu-isoe-west-1", "lon1", "us-east-1", "aws-global", "eu-west-4", "EU", "eu", ""],
)
def test_a_name_is_no_proof(region: str) -> None:
    """London, Zurich, an undisclosed country, and regions that do not exist."""
    assert not in_eu(region)


@pytest.mark.parametrize("region", ["eu-central-1", "eu-west-1", "eu-west-3", "eusc-de-east-1", "fra1", "ams3"])
def test_what_is_in_the_eu(region: str) -> None:
    """In any partition, at any provider."""
    assert in_eu(region)


@given(st.text() | st.from_regex(r"(eu|us|ap)-[a-z]+-[0-9]", fullmatch=True))
def test_an_unknown_region_is_in_no_country_and_not_in_the_eu(name: str) -> None:
    """Whatever it is called."""
    if name not in COUNTRY:
        assert country(name) == ""
        assert not in_eu(name)
        assert "unknown region" in place(name)


@given(st.sampled_from(sorted(COUNTRY)), st.sampled_from([str.upper, str.title, lambda name: f" {name}", "{}a".format]))
def test_only_the_exact_name_counts(name: str, change: object) -> None:
    """An availability zone, another case or a stray space is no region."""
    assert callable(change)
    if (changed := change(name)) != name:
        assert not in_eu(changed)


def test_members_are_twenty_seven() -> None:
    """Without the United Kingdom, Switzerland, Norway, Iceland and Liechtenstein."""
    assert len(EU_MEMBERS) == 27
    assert EU_MEMBERS.isdisjoint({"GB", "UK", "CH", "NO", "IS", "LI", "??", ""})


def test_providers_share_no_name() -> None:
    """One table may hold both."""
    assert AWS.keys().isdisjoint(DIGITALOCEAN)
