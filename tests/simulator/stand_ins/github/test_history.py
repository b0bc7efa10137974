"""Refs, commits and activity answer from real git, which can be pushed to."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from fixtures.simulator.stand_ins.github import ORGANISATION, READ_ONLY_TOKEN, TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator.stand_ins.github.conftest import GitHub

APP = f"/repos/{ORGANISATION}/app"
NOTHING = "0" * 40


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    identity = ["-c", "user.name=Anna", "-c", "user.email=anna@botbrains.example"]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def _remote(github: GitHub, token: str = TOKEN) -> str:
    return github.url.replace("://", f"://x-access-token:{token}@") + f"/{ORGANISATION}/app.git"


def _activity(github: GitHub, query: str = "") -> list[tuple[str, str, str, str]]:
    listed = github.get(f"{APP}/activity{query}", "[activity]")
    return [(one["activity_type"], one["ref"], one["before"], one["after"]) for one in listed]


def test_empty_repository_says_so(github: GitHub) -> None:
    """With 409 where there is no commit, and an empty list of branches."""
    github.open()

    assert github.get(f"{APP}/branches", "[branch]") == []
    for path in ("commits", "git/matching-refs/heads"):
        answer = github("GET", f"{APP}/{path}")
        assert (answer.status_code, answer.json()["message"]) == (409, "Git Repository is empty.")


def test_files_are_written_as_commits(github: GitHub) -> None:
    """Each a push to the default branch, the first of which opens it."""
    github.open()
    first, second = github.commit(text="one"), github.commit(text="two")

    (branch,) = github.get(f"{APP}/branches", "[branch]")
    assert (branch["name"], branch["commit"]["sha"], branch["protected"]) == ("main", second, False)
    assert github.get(f"{APP}/branches/main", "branch_by_itself")["commit"]["sha"] == second
    assert [one["sha"] for one in github.get(f"{APP}/commits", "[commit]")] == [second, first]
    assert github.get(f"{APP}/commits/{first}", "commit")["commit"]["message"] == "Write a.txt"
    assert _activity(github) == [
        ("push", "refs/heads/main", first, second),
        ("branch_creation", "refs/heads/main", NOTHING, first),
    ]


def test_refs_are_created_moved_and_deleted(github: GitHub) -> None:
    """Each to a branch is remembered as what it was; those to other refs are not activity."""
    github.open()
    first, second = github.commit(text="one"), github.commit(text="two")
    refs = f"{APP}/git/refs"

    github.done("POST", refs, {"ref": "refs/heads/topic", "sha": second})
    assert github("PATCH", f"{refs}/heads/topic", {"sha": first}).json()["message"] == "Update is not a fast forward"
    github.done("PATCH", f"{refs}/heads/topic", {"sha": first, "force": True})
    github.done("POST", refs, {"ref": "refs/mirrors/anna/main", "sha": first})
    github.done("DELETE", f"{refs}/heads/topic")

    listed = github.get(f"{APP}/git/matching-refs/mirrors/", "[ref]")
    assert [(ref["ref"], ref["object"]["sha"]) for ref in listed] == [("refs/mirrors/anna/main", first)]
    assert github.get(f"{APP}/git/ref/heads/main", "ref")["object"]["sha"] == second
    assert github("GET", f"{APP}/git/ref/heads/topic").status_code == 404
    assert _activity(github, "?ref=topic") == [
        ("branch_deletion", "refs/heads/topic", first, NOTHING),
        ("force_push", "refs/heads/topic", second, first),
        ("branch_creation", "refs/heads/topic", NOTHING, second),
    ]


def test_commit_can_be_made_of_blobs_and_trees(github: GitHub) -> None:
    """And belongs to no branch until a ref names it; compared with one, they have nothing in common."""
    github.open()
    main = github.commit()
    blob = github.done("POST", f"{APP}/git/blobs", {"content": "hello"})["sha"]
    tree = github.done(
        "POST", f"{APP}/git/trees", {"tree": [{"path": "b", "mode": "100644", "type": "blob", "sha": blob}]}
    )["sha"]
    author = {"name": "Anna", "email": "anna@botbrains.example", "date": "2024-02-29T12:00:00Z"}
    made = github.done("POST", f"{APP}/git/commits", {"message": "apart", "tree": tree, "author": author})

    told = github.get(f"{APP}/git/commits/{made['sha']}", "git_commit")
    assert (told["author"], told["parents"]) == (author, [])
    answer = github("GET", f"{APP}/compare/main...{made['sha']}")
    assert (answer.status_code, answer.json()["message"]) == (
        404,
        f"No common ancestor between {main} and {made['sha']}.",
    )


def test_comparison_tells_who_is_ahead(github: GitHub) -> None:
    """Identical, ahead, behind, diverged."""
    github.open()
    first, second = github.commit(text="one"), github.commit(text="two")
    github.done("POST", f"{APP}/git/refs", {"ref": "refs/heads/topic", "sha": first})
    github.commit(file="b.txt", branch="topic")

    def status(base: str, head: str) -> str:
        return str(github.get(f"{APP}/compare/{base}...{head}", "comparison")["status"])

    assert status("main", second) == "identical"
    assert status(first, "main") == "ahead"
    assert status("main", first) == "behind"
    assert status("main", "topic") == "diverged"


@pytest.mark.parametrize("count", [0, 1, 3, 4, 7], ids=["none", "one", "exactly-one-page", "one-more", "many"])
def test_activity_is_paged_by_cursor(github: GitHub, count: int) -> None:
    """`after` is opaque; nothing is lost or said twice."""
    github.open()
    shas = [github.commit(text=str(number)) for number in range(count)]

    answer = github("GET", f"{APP}/activity?per_page=3")
    seen = [one["after"] for one in answer.json()]
    while "next" in answer.links:
        answer = github("GET", answer.links["next"]["url"].removeprefix(github.url))
        seen += [one["after"] for one in answer.json()]
    assert seen == shas[::-1]


def test_activity_knows_periods_and_kinds(github: GitHub) -> None:
    """As the clock had it when it happened."""
    github.open()
    github.done("POST", "/simulator/clock", {"seconds_ago": 10 * 86400})
    old = github.commit(text="old")
    github.done("POST", "/simulator/clock", {"seconds_ago": 0})
    new = github.commit(text="new")

    assert [one[3] for one in _activity(github, "?time_period=week")] == [new]
    assert [one[3] for one in _activity(github, "?time_period=month")] == [new, old]
    assert [one[3] for one in _activity(github, "?activity_type=branch_creation")] == [old]
    for wrong in ("time_period=decade", "activity_type=nap", "after=%26"):
        assert github("GET", f"{APP}/activity?{wrong}").status_code == 422


def test_git_itself_clones_pushes_and_lists(github: GitHub, tmp_path: Path) -> None:
    """Over HTTP, with the token as password; what was pushed is activity, and what was cloned is counted."""
    github.open()
    first = github.commit()
    clone = tmp_path / "clone"

    assert _git(tmp_path, "clone", "--quiet", _remote(github), str(clone)).returncode == 0
    _git(clone, "commit", "--quiet", "--allow-empty", "-m", "two")
    second = _git(clone, "rev-parse", "HEAD").stdout.strip()
    pushed = _git(clone, "push", "--quiet", "origin", "HEAD:main", "HEAD:refs/mirrors/anna/main")

    assert pushed.returncode == 0, pushed.stderr
    assert _activity(github)[0] == ("push", "refs/heads/main", first, second)
    listed = _git(tmp_path, "ls-remote", "--refs", _remote(github)).stdout.splitlines()
    assert listed == [f"{second}\trefs/heads/main", f"{second}\trefs/mirrors/anna/main"]
    clones = github.get(f"{APP}/traffic/clones", "clones")
    assert (clones["count"], clones["uniques"]) == (1, 1)
    _git(clone, "fetch", "--quiet")
    assert github.get(f"{APP}/traffic/clones", "clones")["count"] == 1


def test_git_without_a_token_is_refused(github: GitHub, tmp_path: Path) -> None:
    """And with a token that may only read, a push is."""
    github.open()
    github.commit()

    assert "could not read Username" in _git(tmp_path, "ls-remote", f"{github.url}/{ORGANISATION}/app.git").stderr
    assert _git(tmp_path, "clone", "--quiet", _remote(github, READ_ONLY_TOKEN), "clone").returncode == 0
    refused = _git(tmp_path / "clone", "push", "origin", "HEAD:refs/heads/topic")
    assert "403" in refused.stderr


def test_clones_of_machines_are_counted_for_a_fortnight(github: GitHub) -> None:
    """By day and by week."""
    github.open()
    github.done("POST", "/simulator/clock", {"seconds_ago": 20 * 86400})
    github.done("POST", f"/simulator/clones/{ORGANISATION}/app", {"by": ["long-ago"]})
    github.done("POST", "/simulator/clock", {"seconds_ago": 0})
    github.done("POST", f"/simulator/clones/{ORGANISATION}/app", {"by": ["anna", "ben", "anna"]})

    for per in ("day", "week"):
        told = github.get(f"{APP}/traffic/clones?per={per}", "clones")
        assert (told["count"], told["uniques"], len(told["clones"])) == (3, 2, 1)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"ref": "heads/x", "sha": NOTHING}, "Reference name must start with 'refs/'"),
        ({"ref": "refs/heads/a..b", "sha": NOTHING}, "Reference name must start with 'refs/'"),
        ({"ref": "refs/heads/x", "sha": "abc"}, "The sha parameter must be exactly 40 characters"),
        ({"ref": "refs/heads/x", "sha": NOTHING}, "Object does not exist"),
        ({"ref": "refs/heads/main", "sha": "a" * 40}, "Reference already exists"),
    ],
    ids=["short-name", "bad-name", "short-sha", "unknown-object", "exists"],
)
def test_senseless_refs_are_refused(github: GitHub, sent: dict[str, str], message: str) -> None:
    """In the service's words."""
    github.open(auto_init=True)

    answer = github("POST", f"{APP}/git/refs", sent)
    assert answer.status_code == 422
    assert answer.json()["message"].startswith(message)
