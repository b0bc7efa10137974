"""Everything, or a gap: no page is left out, none comes twice, none is taken for the last that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.collectors import digitalocean_account

if TYPE_CHECKING:
    from tests.digitalocean_served import Served


def _open_volumes(ocean: Served, count: int) -> set[str]:
    names = {f"volume-{place}" for place in range(count)}
    for name in sorted(names):
        ocean.api().post("/v2/volumes", {"name": name, "region": "fra1", "size_gigabytes": 1})
    return names


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    """Ask for three on a page."""
    monkeypatch.setattr(digitalocean_account, "PAGE", 3)
    return 3


@pytest.mark.parametrize("total", [0, 1, 2, 3, 4, 6, 7])
def test_every_page(ocean: Served, small_pages: int, total: int) -> None:
    """None, one, one less than a page, exactly one page, one more, exactly two, and one more."""
    names = _open_volumes(ocean, total)
    found = ocean.read("volumes")
    assert [one.name for one in found] == sorted(names)
    assert found.unread == ()
    asked = [call for call in ocean.ledger.calls if call.operation == "GET /v2/volumes"]
    assert len(asked) == max(1, -(-total // small_pages))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(total=st.integers(0, 12), page=st.integers(1, 14))
def test_any_size_of_page(ocean: Served, monkeypatch: pytest.MonkeyPatch, total: int, page: int) -> None:
    """However many there are, however many come at once."""
    ocean.rebuild()
    monkeypatch.setattr(digitalocean_account, "PAGE", page)
    names = _open_volumes(ocean, total)
    found = ocean.read("volumes")
    assert {one.name for one in found} == names
    assert len(found) == total
    assert found.unread == ()


def test_two_hundred_a_page(ocean: Served) -> None:
    """So many are asked for, which is the most that there can be."""
    _open_volumes(ocean, 201)
    assert len(ocean.read("volumes")) == 201


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 403},
        {"status": 500},
        {"html": True},
        {"truncate": 20},
        {"status": 200, "body": {"id": "too_many_requests", "message": "API rate limit exceeded."}},
        {"drop": ["volumes"]},
        {"drop": ["meta"]},
        {"drop": ["links"]},
        {"drop": ["volumes.0"]},
        {"replace": {"volumes": []}},
        {"replace": {"meta.total": 6}},
        {"replace": {"meta.total": 8}},
        {"replace": {"meta.total": "7"}},
        {"replace": {"meta.total": True}},
        {"replace": {"links.pages": {}}},
        {"replace": {"links.pages": None}},
        {"replace": {"links.pages": []}},
        {"replace": {"links.pages.next": 7}},
    ],
)
def test_second_page_fails(ocean: Served, small_pages: int, fault: dict[str, Any]) -> None:
    """The library alone would return the first page, and say nothing."""
    _open_volumes(ocean, 7)
    ocean.fault(path="/v2/volumes", page=2, **fault)
    found = ocean.read("volumes")
    assert sum(ocean.struck()) >= 1
    assert found.unread != ()
    assert [one.name for one in found][:small_pages] == ["volume-0", "volume-1", "volume-2"]


def test_last_page_that_tells_of_another(ocean: Served) -> None:
    """A listing that goes on for ever ends at the first empty page, and is a gap."""
    links = {"pages": {"next": f"{ocean.url}/v2/volumes?page=2"}}
    ocean.fault(path="/v2/volumes", replace={"links": links})
    (gap,) = ocean.read("volumes").unread
    assert "page 1 is empty and tells of a further one" in gap.reason


@pytest.mark.parametrize(("total", "unread"), [(1, 0), (2, 1)])
def test_listing_without_pages_that_comes_with_a_total(ocean: Served, total: int, unread: int) -> None:
    """Databases are published without pages; a total that they come with all the same is believed."""
    ocean.fault(path="/v2/databases", body=ocean.api().get("/v2/databases") | {"meta": {"total": total}})
    assert len(ocean.read("managed_databases").unread) == unread


def test_listing_without_pages_that_begins_to_have_some(ocean: Served) -> None:
    """Databases are published without pages; if they come with a further one, it is read."""
    (database,) = ocean.api().get("/v2/databases")["databases"]
    links = {"pages": {"next": f"{ocean.url}/v2/databases?page=2"}}
    other = database | {"id": "316d10e2-7bcd-5651-a949-cc6678a7135a", "name": "other"}
    ocean.fault(path="/v2/databases", page=1, body={"databases": [database], "links": links, "meta": {"total": 2}})
    ocean.fault(path="/v2/databases", page=2, body={"databases": [other], "links": {}, "meta": {"total": 2}})
    assert {one.name for one in ocean.read("managed_databases")} == {"cache", "other"}


def test_one_item_that_cannot_be_read(ocean: Served) -> None:
    """It is a gap; the others are read."""
    _open_volumes(ocean, 3)
    ocean.fault(path="/v2/volumes", replace={"volumes.1.region.slug": None})
    found = ocean.read("volumes")
    assert [one.name for one in found] == ["volume-0", "volume-2"]
    assert any("volumes[1].region.slug: a text expected, found null" in gap.reason for gap in found.unread)
