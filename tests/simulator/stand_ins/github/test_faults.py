"""GitHub's own ways of failing can be switched on, for one page too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fixtures.simulator.stand_ins.github import ORGANISATION

if TYPE_CHECKING:
    from tests.simulator.stand_ins.github.conftest import GitHub

REPOS = f"/orgs/{ORGANISATION}/repos"
APP = f"/repos/{ORGANISATION}/app"
LIMITED = {"message": "API rate limit exceeded for user ID 1.", "documentation_url": "https://docs.github.com/rest"}


@pytest.mark.parametrize(
    ("fault", "status", "headers"),
    [
        ({"status": 403, "body": LIMITED, "headers": {"X-RateLimit-Remaining": "0"}}, 403, "X-RateLimit-Remaining"),
        ({"status": 429, "body": LIMITED, "headers": {"Retry-After": "1"}}, 429, "Retry-After"),
        ({"html": True}, 200, "Content-Type"),
        ({"status": 502, "html": True}, 502, "Content-Type"),
    ],
    ids=["primary-limit", "secondary-limit", "captive-portal", "bad-gateway"],
)
def test_second_page_fails(github: GitHub, fault: dict[str, object], status: int, headers: str) -> None:
    """And the first one does not."""
    for name in ("one", "two"):
        github.open(name)
    github.done("POST", "/simulator/faults", {"path": REPOS, "page": 2, **fault})

    assert github("GET", f"{REPOS}?per_page=1").status_code == 200
    answer = github.session.get(
        f"{github.url}{REPOS}?per_page=1&page=2", headers={"Authorization": f"token {github.token}"}, timeout=10
    )
    assert answer.status_code == status
    assert headers in answer.headers
    assert answer.headers["X-Simulated-Organisation"] == "true"


def test_second_page_of_a_listing_without_numbers_fails(github: GitHub) -> None:
    """Activity is paged by an opaque mark."""
    github.open()
    for text in ("one", "two", "three"):
        github.commit(text=text)
    github.done("POST", "/simulator/faults", {"path": f"{APP}/activity", "page": 2, "status": 500, "body": "oops"})

    first = github("GET", f"{APP}/activity?per_page=2")
    second = github("GET", first.links["next"]["url"].removeprefix(github.url))
    assert (first.status_code, second.status_code, second.text) == (200, 500, "oops")


def test_one_repository_can_be_hidden(github: GitHub) -> None:
    """As from a token that was given only some of them: the organisation's own count stays."""
    for name in ("one", "two"):
        github.open(name)
    github.done("POST", "/simulator/faults", {"path": REPOS, "drop": ["0"]})

    assert len(github.get(REPOS, "[repository]")) == 1
    assert github.get(f"/orgs/{ORGANISATION}", "organisation")["total_private_repos"] == 2


@pytest.mark.parametrize("value", [None, "yes", 1], ids=["null", "word", "number"])
def test_a_field_can_be_wrong(github: GitHub, value: object) -> None:
    """Missing, null, or of another type, in every item of a list."""
    github.open()
    github.done("POST", "/simulator/faults", {"path": REPOS, "replace": {"*.private": value}})

    assert github("GET", REPOS).json()[0]["private"] == value
