"""What cannot be read is not assessed, with a reason that a person can act on: never compliant, never a traceback."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from fixtures.simulator import github
from fixtures.simulator.github import APP, INFRASTRUCTURE
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.stand_ins.github import READ_ONLY_TOKEN
from tests.collectors.github.conftest import Read

ORG, REPOS = "/orgs/botbrains", "/orgs/botbrains/repos"
BRANCH, PROTECTION = "/repos/*/branches/main", "/repos/*/branches/main/protection"
RULES, RULESET = "/repos/*/rules/branches/*", "/repos/*/rulesets/*"
REFS, HEADS = "/repos/*/git/matching-refs/mirrors", "/repos/*/git/matching-refs/heads"
ACTIVITY, COMPARISON, CLONES = "/repos/*/activity", "/repos/*/compare/*", "/repos/*/traffic/clones"
ALL = {"SRC-1", "SRC-2", "SRC-3", "SRC-4"}
MIRRORING = {"SRC-3", "SRC-4"}
NOT_ASSESSED = "not_assessed"
Break = Callable[..., None]


def error(status: int, message: str, **headers: str) -> dict[str, Any]:
    """Describe an answer in the shape of GitHub's refusals."""
    body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return {"status": status, "body": body, "headers": headers}


def switch(org: Organisation, path: str = "", **fault: Any) -> None:  # noqa: ANN401 - the faults' own fields
    """Switch a fault on for the paths that fit a pattern; without a path, all of them off."""
    if path:
        org.api("github").post("/simulator/faults", json={"path": path, "method": "GET", **fault})
    else:
        org.api("github").delete("/simulator/faults")


@pytest.fixture
def break_(untouched: Organisation) -> Iterator[Break]:
    """Switch faults on where nothing else is changed."""
    yield partial(switch, untouched)
    switch(untouched)


@pytest.fixture
def break_after(organisation: Organisation) -> Iterator[Break]:
    """Switch faults on after something was changed."""
    yield partial(switch, organisation)
    switch(organisation)


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


NAMED = ("not as published", "does not tell", "does not show", "are listed", "it lists")
SECRET = "hunter2-planted"  # noqa: S105
WRONG: dict[str, Any] = {"missing": ..., "null": None, "text": SECRET, "number": 7, "list": [], "object": {}}
FIELDS = [
    (ORG, "login", "SRC-1", {"text"}),
    (ORG, "public_repos", "SRC-1", set()),
    (ORG, "total_private_repos", "SRC-1", set()),
    (REPOS, "0.full_name", "SRC-1", set()),
    (REPOS, "0.private", "SRC-1", set()),
    (REPOS, "0.visibility", "SRC-1", {"text"}),
    (REPOS, "0.fork", "SRC-1", set()),
    (REPOS, "0.archived", "SRC-1", set()),
    (REPOS, "0.default_branch", "SRC-1", {"text"}),
    (REPOS, "0.pushed_at", "SRC-1", {"null"}),
    (BRANCH, "commit", "SRC-2", set()),
    (BRANCH, "commit.sha", "SRC-2", set()),
    (PROTECTION, "allow_force_pushes", "SRC-2", set()),
    (PROTECTION, "allow_force_pushes.enabled", "SRC-2", set()),
    (PROTECTION, "allow_deletions", "SRC-2", set()),
    (PROTECTION, "allow_deletions.enabled", "SRC-2", set()),
    (PROTECTION, "enforce_admins", "SRC-2", set()),
    (PROTECTION, "enforce_admins.enabled", "SRC-2", set()),
    (RULES, "*.type", "SRC-2", {"text"}),
    (RULES, "*.ruleset_id", "SRC-2", {"number"}),
    (RULESET, "enforcement", "SRC-2", {"text"}),
    (RULESET, "bypass_actors", "SRC-2", {"list"}),
    (HEADS, "0.ref", "SRC-4", set()),
    (HEADS, "0.object", "SRC-4", set()),
    (HEADS, "0.object.sha", "SRC-4", set()),
    (REFS, "0.ref", "SRC-3", set()),
    (REFS, "0.object.sha", "SRC-3", set()),
    (ACTIVITY, "0.ref", "SRC-4", set()),
    (ACTIVITY, "0.after", "SRC-4", set()),
    (ACTIVITY, "0.before", "SRC-4", set()),
    (ACTIVITY, "0.timestamp", "SRC-4", set()),
]
"""Path, field, statement that rests on it, and the kinds of wrong value that are well-formed there."""


@pytest.mark.parametrize(("path", "field", "statement", "fine"), FIELDS, ids=lambda value: str(value).strip("/"))
def test_field_that_is_not_as_published(
    break_: Break,
    read: Read,
    path: str,
    field: str,
    statement: str,
    fine: set[str],
) -> None:
    """Whatever stands there instead, nothing is compliant on the strength of it, and the field is named."""
    for kind, value in WRONG.items():
        if kind in fine:
            continue
        break_(path, **({"drop": [field]} if value is ... else {"replace": {field: value}}))
        examination = read().judge()[statement]

        assert str(examination.result) == NOT_ASSESSED, kind
        told = " ".join(map(str, examination.unread))
        assert any(words in told for words in NAMED), told
        assert SECRET not in told
        break_()


@pytest.mark.parametrize(
    ("path", "field", "value", "statement"),
    [
        (REPOS, "0.visibility", "confidential", "SRC-1"),
        (REPOS, "0.visibility", "Private", "SRC-1"),
        (REPOS, "0.private", False, "SRC-1"),
        (RULESET, "enforcement", "sometimes", "SRC-2"),
        (RULES, "*.type", "no_forcing", "SRC-2"),
        (REFS, "0.object.type", "tree", "SRC-3"),
        (HEADS, "0.object.type", "tag", "SRC-4"),
        (ACTIVITY, "0.ref", "refs/tags/v1", "SRC-4"),
    ],
)
def test_value_that_nobody_knows(
    break_: Break,
    read: Read,
    path: str,
    field: str,
    value: object,
    statement: str,
) -> None:
    """Is a failure or a gap, never a pass; where it only adds what is due, it changes nothing."""
    break_(path, replace={field: value})

    result = read().results()[statement]
    assert result in {"not_compliant", NOT_ASSESSED} or (path == ACTIVITY and result == "compliant")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GITHUB_TOKEN", "", "there is no token"),
        ("GITHUB_TOKEN", "wrong", "401 Bad credentials"),
        ("GITHUB_TOKEN", "ghp_\nline", "characters that no token has"),
        ("GITHUB_API_URL", "http://api.github.example", "without encryption"),
        ("GITHUB_API_URL", "ftp://127.0.0.1", "not an address of an API"),
        ("GITHUB_API_URL", "https://user:secret@127.0.0.1", "not an address of an API"),
    ],
)
def test_settings_that_cannot_work(
    organisation: Organisation, read: Read, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    """They are told before, or by the first answer; what they hold is not repeated."""
    assert organisation
    monkeypatch.setenv(name, value)
    reading = read()

    assert set(reading.results().values()) == {NOT_ASSESSED}
    assert told in reading.gaps()[0]
    assert "secret" not in str(reading.gaps())
    assert "ghp_" not in str(reading.gaps())


def test_nobody_listens(organisation: Organisation, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run gives up after a few attempts, without waiting for each of many calls."""
    assert organisation
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
    reading = read()

    assert set(reading.results().values()) == {NOT_ASSESSED}
    assert "GitHub cannot be reached" in reading.gaps()[0]
    assert len(reading.ledger.calls) <= 4


def test_passing_trouble_costs_time_and_no_verdict(break_: Break, read: Read) -> None:
    """One bad gateway, one limit with a time to wait: asked again, and noted each time."""
    break_(REPOS, times=1, status=502, html=True)
    break_(HEADS, times=1, **error(429, "slow down", **{"Retry-After": "2"}))
    reading = read()

    assert set(reading.results().values()) == {"compliant"}
    assert sorted(reading.waited) == [0.5, 2.0]
    assert sorted(call.status for call in reading.ledger.calls if call.status != 200 and call.status < 600)[-2:] == [
        429,
        502,
    ]


def test_patience_is_bounded_over_all_calls(break_: Break, read: Read) -> None:
    """However many calls ask for a moment of it."""
    break_("/repos/*", **error(429, "slow down", **{"Retry-After": "9"}))
    reading = read()

    assert reading.results()["SRC-2"] == NOT_ASSESSED
    assert sum(reading.waited) <= 30


def test_limit_that_lasts_an_hour_is_not_waited_for(break_: Break, read: Read) -> None:
    """GitHub tells when it ends."""
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 3600)}
    break_(REPOS, **error(403, "API rate limit exceeded for user ID 1.", **headers))
    reading = read()

    assert set(reading.results().values()) == {NOT_ASSESSED}
    assert reading.waited == []
