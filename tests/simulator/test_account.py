"""Which regions an account has enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from fixtures.simulator.moto_extension.account import IN_USE
from tests.simulator.shapes import answer

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation


def enabled(org: Organisation) -> set[str]:
    """List the regions that can hold something, page by page."""
    pages = org.client("account").get_paginator("list_regions").paginate(PaginationConfig={"PageSize": 10})
    regions = [region for page in pages for region in page["Regions"]]
    assert len(regions) == len({region["RegionName"] for region in regions}) == 34
    return {region["RegionName"] for region in regions if region["RegionOptStatus"].startswith("ENABLED")}


def test_a_new_account_uses_a_few(organisation: Organisation) -> None:
    """One that is not in the EU among them."""
    assert enabled(organisation) == IN_USE


@pytest.mark.parametrize("region", ["ap-southeast-2", "eu-central-2"])
def test_whatever_region_is_used_is_enabled(organisation: Organisation, region: str) -> None:
    """So nothing can be hidden where nobody would look."""
    assert region not in enabled(organisation)
    organisation.client("sns", region).create_topic(Name="stray")
    assert region in enabled(organisation)


@pytest.mark.parametrize("service", ["memorydb", "rds", "backup", "efs"])
def test_every_service_is_in_every_region(organisation: Organisation, service: str) -> None:
    """So that a region that somebody enables is read to the end."""
    listing = {
        "memorydb": "describe_clusters",
        "rds": "describe_db_instances",
        "backup": "list_backup_vaults",
        "efs": "describe_file_systems",
    }
    for region in ("eu-central-2", "mx-central-1"):
        assert answer(organisation.client(service, region), listing[service])


def test_a_region_can_be_enabled_and_disabled(organisation: Organisation) -> None:
    """Those that every account has can't."""
    account = organisation.client("account")
    answer(account, "enable_region", RegionName="eu-south-2")
    assert answer(account, "get_region_opt_status", RegionName="eu-south-2")["RegionOptStatus"] == "ENABLED"
    assert "eu-south-2" in enabled(organisation)
    organisation.client("sns", "eu-south-2").list_topics()
    answer(account, "disable_region", RegionName="eu-south-2")
    assert "eu-south-2" not in enabled(organisation)
    with pytest.raises(ClientError, match="ValidationException"):
        account.disable_region(RegionName="eu-west-2")
    with pytest.raises(ClientError, match="ValidationException"):
        account.get_region_opt_status(RegionName="eu-nowhere-1")


def test_regions_can_be_asked_for_by_status(organisation: Organisation) -> None:
    """As the API has it."""
    listed = answer(organisation.client("account"), "list_regions", RegionOptStatusContains=["ENABLED_BY_DEFAULT"])
    assert {one["RegionName"] for one in listed["Regions"]} == IN_USE
