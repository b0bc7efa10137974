"""What cannot be read is not assessed, with a reason that a person can act on: never compliant, never a traceback."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.simulator import github
from fixtures.simulator.github import APP, INFRASTRUCTURE
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.stand_ins.github import READ_ONLY_TOKEN
from tests.collectors.github.conftest import Read
from tests.collectors.github.faults import (
    ACTIVITY,
    ALL,
    BRANCH,
    CLONES,
    COMPARISON,
    HEADS,
    MIRRORING,
    NOT_ASSESSED,
    ORG,
    PROTECTION,
    REFS,
    REPOS,
    RULES,
    Break,
    error,
)


def assert_told(read: Read, statements: set[str], told: str) -> None:
    """These statements are not assessed, none of the others is touched, and the reason is one readable line."""
    reading = read()
    found = reading.judge()
    assert {id_: str(one.result) for id_, one in found.items()} == {
        id_: NOT_ASSESSED if id_ in statements else "compliant" for id_ in sorted(ALL)
    }
    gaps = [gap for id_ in statements for gap in found[id_].unread]
    assert all(told in gap.reason for gap in gaps), gaps
    assert all(gap.remedy and "\n" not in str(gap) and "Traceback" not in str(gap) for gap in gaps)


ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "wrong-token": (error(401, "Bad credentials"), "401 Bad credentials"),
    "denied": (error(403, "Resource not accessible by personal access token"), "403 Resource not accessible"),
    "hidden": (error(404, "Not Found"), "404 Not Found"),
    "server-error": (error(500, "Server Error"), "failed 3 times in a row"),
    "bad-gateway": ({"status": 502, "html": True}, "failed 3 times in a row"),
    "captive-portal": ({"html": True}, "200, but not JSON (text/html"),
    "cut-short": ({"truncate": 20}, "200, but not JSON"),
    "empty-body": ({"truncate": 0}, "200, but not JSON"),
    "primary-limit": (
        error(403, "API rate limit exceeded for user ID 1.", **{"X-RateLimit-Remaining": "0"}),
        "403 API rate limit exceeded for user ID 1.: patience ran out",
    ),
    "secondary-limit": (
        error(429, "You have exceeded a secondary rate limit."),
        "429 You have exceeded a secondary rate limit.: patience ran out",
    ),
    "moved": (error(301, "Moved Permanently", Location="http://127.0.0.1:1/"), "redirected (301)"),
    "accepted": ({"status": 202, "body": {}}, "202"),
    "a-list-for-an-object": ({"body": []}, "not as published"),
    "an-object-for-a-list": ({"body": {"message": "hello"}}, "not as published"),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_listing_that_fails(break_: Break, read: Read, answer: str) -> None:
    """Without it nothing can be said of any repository."""
    fault, told = ANSWERS[answer]
    if answer == "a-list-for-an-object":
        break_(ORG, **fault)
    else:
        break_(REPOS, **fault)

    assert_told(read, ALL, told)


@pytest.mark.parametrize("answer", ["denied", "captive-portal", "cut-short", "server-error", "secondary-limit"])
@pytest.mark.parametrize(
    ("path", "statements"),
    [(BRANCH, {"SRC-2"}), (RULES, {"SRC-2"}), (REFS, MIRRORING), (HEADS, MIRRORING), (ACTIVITY, MIRRORING)],
    ids=["branch", "rules", "refs", "heads", "activity"],
)
def test_call_that_fails(break_: Break, read: Read, path: str, statements: set[str], answer: str) -> None:
    """Only what rests on it is not assessed."""
    fault, told = ANSWERS[answer]
    break_(path, **fault)

    assert_told(read, statements, told)


def test_second_page_that_fails(organisation: Organisation, break_after: Break, read: Read) -> None:
    """What stood on the first is not taken for the whole; a violation that stood there stands."""
    for number in range(97):
        github.open_repository(organisation, f"r{number}")
    break_after(REPOS, page=2, **error(429, "You have exceeded a secondary rate limit."))
    assert read().results()["SRC-1"] == NOT_ASSESSED

    github.change(organisation, "r50", private=False)
    assert read().results()["SRC-1"] == "not_compliant"


def test_token_that_sees_a_part_is_found_out(break_: Break, read: Read) -> None:
    """By GitHub's own count, which it cannot hide."""
    break_(REPOS, drop=["0"])

    assert_told(read, ALL, "3 private repositories are listed, and the organisation has 4")


@pytest.mark.parametrize("body", [[], None], ids=["empty-list", "null"])
def test_empty_listing_is_no_proof(break_: Break, read: Read, body: object) -> None:
    """A token that sees nothing gets an empty list with status 200."""
    if body is None:
        break_(REPOS, truncate=0)
    else:
        break_(REPOS, body=body)

    assert set(read().results().values()) == {NOT_ASSESSED}


def test_organisation_without_repositories_fails(empty: Organisation, read: Read) -> None:
    """Nothing found to examine is never compliant."""
    assert empty
    assert set(read().results().values()) == {"not_compliant"}


def test_count_that_is_not_told(break_: Break, read: Read) -> None:
    """To somebody who is no member."""
    break_(ORG, drop=["total_private_repos"])

    assert_told(read, ALL, "does not tell this token how many private repositories")


def test_public_repository_that_is_not_listed(organisation: Organisation, break_after: Break, read: Read) -> None:
    """It counts on the other side."""
    github.open_repository(organisation, "page", private=False)
    break_after(REPOS, drop=["0"])

    assert "0 public repositories are listed, and the organisation has 1" in read().gaps()[0]


def test_permission_that_is_missing_is_named(break_: Break, read: Read) -> None:
    """GitHub says which; an unprotected branch needs it, as rules alone don't prove anything there."""
    break_(PROTECTION, **error(403, "Resource not accessible by personal access token"))
    reading = read()

    assert reading.results() == {**dict.fromkeys(sorted(ALL), "compliant"), "SRC-2": NOT_ASSESSED}
    (gap,) = reading.gaps()
    assert "botbrains/app)" in gap
    assert "give GITHUB_TOKEN the permission (administration: read)" in gap


def test_rules_that_prove_enough_need_no_more(organisation: Organisation, break_after: Break, read: Read) -> None:
    """With a ruleset everywhere, a token without Administration: read is enough."""
    github.add_ruleset(organisation, APP)
    break_after(PROTECTION, **error(403, "Resource not accessible by personal access token"))

    assert read().results()["SRC-2"] == "compliant"


def test_bypasses_that_are_withheld(organisation: Organisation, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ruleset whose exceptions nobody shows proves nothing; branch protection beside it does."""
    monkeypatch.setenv("GITHUB_TOKEN", READ_ONLY_TOKEN)
    reading = read()

    assert reading.results()["SRC-2"] == NOT_ASSESSED
    assert sum("does not show this token who may bypass it" in gap for gap in reading.gaps()) == 3
    for name in (INFRASTRUCTURE, "app-hotfix"):
        github.protect(organisation, name)
    github.change(organisation, "prototype", archived=False)
    github.protect(organisation, "prototype")
    assert read().results()["SRC-2"] == "compliant"


def test_clone_traffic_decides_nothing(break_: Break, read: Read) -> None:
    """Told or not."""
    break_(CLONES, **error(403, "Must have push access to repository"))
    found = read().judge()

    assert {str(one.result) for one in found.values()} == {"compliant"}
    assert "botbrains/app: GitHub did not tell how often it was cloned" in found["SRC-3"].notes


def test_clone_traffic_is_shown_with_its_limits(organisation: Organisation, read: Read) -> None:
    """As corroboration."""
    github.record_clones(organisation, INFRASTRUCTURE, "anna", "ben", "anna")

    notes = read().judge()["SRC-3"].notes
    (note,) = [note for note in notes if note.startswith("botbrains/infrastructure")]
    assert "3 clones by 2 in 14 days; corroboration only: GitHub counts clones, not fetches" in note


def test_comparison_that_fails(organisation: Organisation, break_after: Break, read: Read) -> None:
    """A commit of which nobody says whether it belongs to the repository is a gap."""
    github.report_mirror(organisation, APP, "dora", commit=github.orphan(organisation, APP))
    assert read().results()["SRC-4"] == "not_compliant"
    break_after(COMPARISON, **error(500, "Server Error"))

    assert read().results()["SRC-3"] == NOT_ASSESSED


def test_activity_that_lacks_the_newest_push(organisation: Organisation, break_after: Break, read: Read) -> None:
    """It can't say what a mirror has to hold."""
    github.push(organisation, APP, file="new")
    break_after(ACTIVITY, drop=["0"])

    reading = read()
    assert "does not know the newest push to main" in str(reading.mirrored().unread)
