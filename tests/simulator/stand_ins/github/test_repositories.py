"""Organisations and repositories answer as GitHub publishes it, and can be changed as there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from github import Auth, Github
from github.GithubException import BadCredentialsException, UnknownObjectException

from fixtures.simulator.stand_ins.github import ORGANISATION, READ_ONLY_TOKEN, TOKEN

if TYPE_CHECKING:
    from tests.simulator.stand_ins.github.conftest import GitHub

APP = f"/repos/{ORGANISATION}/app"
REPOS = f"/orgs/{ORGANISATION}/repos"


def test_user_and_rate_limit_have_their_shapes(github: GitHub) -> None:
    """Both answer from the start."""
    assert github.get("/user", "account")["type"] == "User"
    assert github.get("/rate_limit", "rate_limit")["rate"]["limit"] == 5000


def test_every_answer_bears_the_headers_of_the_service(github: GitHub) -> None:
    """The request's id, what is left of the hourly limit, the permission needed, and the mark of the simulation."""
    headers = github("GET", f"/orgs/{ORGANISATION}").headers

    assert re.fullmatch(r"[0-9A-F]{16}", headers["X-GitHub-Request-Id"])
    assert int(headers["X-RateLimit-Remaining"]) + int(headers["X-RateLimit-Used"]) == 5000
    assert headers["X-RateLimit-Resource"] == "core"
    assert headers["X-Accepted-GitHub-Permissions"] == "metadata=read"
    assert headers["X-Simulated-Organisation"] == "true"


@pytest.mark.parametrize(
    ("authorization", "message"),
    [("", "Requires authentication"), ("Bearer wrong", "Bad credentials"), ("token wrong", "Bad credentials")],
    ids=["none", "wrong-bearer", "wrong-token"],
)
def test_strangers_are_refused(github: GitHub, authorization: str, message: str) -> None:
    """On every route, known or not."""
    for path in ("/user", APP, "/nowhere"):
        answer = github("GET", path, headers={"Authorization": authorization})
        assert (answer.status_code, answer.json()["message"]) == (401, message)


def test_read_only_token_reads_and_writes_nothing(github: GitHub) -> None:
    """As a fine-grained token with read permissions."""
    github.open()
    github.token = READ_ONLY_TOKEN

    assert github.get(APP, "repository")["permissions"]["admin"] is False
    refused = github("PATCH", APP, {"private": False})
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "Resource not accessible by personal access token",
    )


def test_organisation_counts_its_repositories(github: GitHub) -> None:
    """Internal ones count as private, as in the boolean of the repository."""
    github.open("one")
    github.open("two", visibility="internal")
    github.open("three", private=False)

    told = github.get(f"/orgs/{ORGANISATION}", "organisation")
    assert (told["public_repos"], told["total_private_repos"]) == (1, 2)


def test_organisation_settings_can_be_changed(github: GitHub) -> None:
    """By its owner."""
    github.done("PATCH", f"/orgs/{ORGANISATION}", {"members_can_create_public_repositories": True})

    assert github.get(f"/orgs/{ORGANISATION}", "organisation")["members_can_create_public_repositories"] is True


def test_a_repository_is_public_unless_it_says_otherwise(github: GitHub) -> None:
    """A trap of the service itself."""
    opened = github.done("POST", REPOS, {"name": "app"})

    assert (opened["private"], opened["visibility"]) == (False, "public")


@pytest.mark.parametrize(
    ("sent", "private", "visibility"),
    [
        ({"private": False}, False, "public"),
        ({"visibility": "internal"}, True, "internal"),
        ({"visibility": "public"}, False, "public"),
        ({"private": True}, True, "private"),
    ],
    ids=["private-false", "internal", "public", "private-true"],
)
def test_visibility_changes(github: GitHub, sent: dict[str, object], private: bool, visibility: str) -> None:
    """By the boolean or by the word."""
    github.open()
    github.done("PATCH", APP, sent)

    told = github.get(APP, "repository")
    assert (told["private"], told["visibility"]) == (private, visibility)


def test_archived_repository_refuses_writes_until_it_is_opened_again(github: GitHub) -> None:
    """With the service's own words."""
    github.open(auto_init=True)
    github.done("PATCH", APP, {"archived": True})

    refused = github("PUT", f"{APP}/contents/a", {"message": "m", "content": ""})
    assert (refused.status_code, refused.json()["message"]) == (403, "Repository was archived so is read-only.")
    assert github.get(APP, "repository")["archived"] is True
    github.done("PATCH", APP, {"archived": False})
    github.commit()


def test_renamed_repository_is_found_by_its_former_name(github: GitHub) -> None:
    """By redirection, below it as well."""
    github.open(auto_init=True)
    id_ = github.done("PATCH", APP, {"name": "application"})["id"]

    answer = github("GET", f"{APP}/branches", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{github.url}/repositories/{id_}/branches")
    assert [branch["name"] for branch in github.get(f"{APP}/branches", "[branch]")] == ["main"]


def test_transferred_repository_leaves_the_organisation(github: GitHub) -> None:
    """And is nowhere in its list any more."""
    github.open()
    told = github.done("POST", f"{APP}/transfer", {"new_owner": "mallory"})

    assert told["full_name"] == "mallory/app"
    assert github.get(REPOS, "[repository]") == []


def test_deleted_repository_is_gone(github: GitHub) -> None:
    """For good."""
    github.open()
    assert github("DELETE", APP).status_code == 204

    assert github("GET", APP).status_code == 404
    assert github.get(REPOS, "[repository]") == []


def test_fork_holds_branches_but_no_other_refs(github: GitHub) -> None:
    """And names its parent, whose visibility it has."""
    github.open()
    sha = github.commit()
    github.done("POST", f"{APP}/git/refs", {"ref": "refs/mirrors/anna/main", "sha": sha})

    fork = github.done("POST", f"{APP}/forks", {"organization": ORGANISATION, "name": "app-fork"})

    assert (fork["fork"], fork["private"], fork["parent"]["full_name"]) == (True, True, f"{ORGANISATION}/app")
    refs = github.get(f"/repos/{ORGANISATION}/app-fork/git/matching-refs/", "[ref]")
    assert [(ref["ref"], ref["object"]["sha"]) for ref in refs] == [("refs/heads/main", sha)]
    assert [fork["name"] for fork in github.get(f"{APP}/forks", "[repository]")] == ["app-fork"]


@pytest.mark.parametrize("count", [0, 1, 5, 6], ids=["none", "one", "exactly-one-page", "one-more"])
def test_pages_follow_one_another(github: GitHub, count: int) -> None:
    """No Link header where there is but one page; the last page has no `next`."""
    for number in range(count):
        github.open(f"r{number}")

    answer = github("GET", f"{REPOS}?per_page=5")
    seen = answer.json()
    if count <= 5:
        assert "Link" not in answer.headers
    while "next" in answer.links:
        assert answer.links["next"]["url"].startswith(github.url)
        answer = github("GET", answer.links["next"]["url"].removeprefix(github.url))
        seen += answer.json()
    assert sorted(repository["name"] for repository in seen) == sorted(f"r{number}" for number in range(count))


@pytest.mark.parametrize(
    ("kind", "names"),
    [("all", "abcf"), ("public", "b"), ("private", "acf"), ("forks", "f"), ("sources", "abc")],
)
def test_list_is_filtered_by_type(github: GitHub, kind: str, names: str) -> None:
    """Public, private, forks and sources."""
    github.open("a", auto_init=True)
    github.open("b", private=False)
    github.open("c", visibility="internal")
    github.done("POST", f"/repos/{ORGANISATION}/a/forks", {"organization": ORGANISATION, "name": "f"})

    listed = github.get(f"{REPOS}?type={kind}", "[repository]")
    assert sorted(repository["name"] for repository in listed) == sorted(names)


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/orgs/nobody", None, 404),
        ("GET", f"{APP}/branches/none", None, 404),
        ("POST", REPOS, {}, 422),
        ("POST", REPOS, {"name": "app"}, 422),
        ("PATCH", APP, {"visibility": "secret"}, 422),
        ("PATCH", APP, {"default_branch": "none"}, 422),
        ("GET", f"{REPOS}?type=odd", None, 422),
        ("POST", f"{APP}/transfer", {}, 422),
        ("POST", REPOS, [], 400),
        ("GET", "/nowhere", None, 404),
    ],
)
def test_senseless_requests_are_refused(github: GitHub, method: str, path: str, sent: object, status: int) -> None:
    """In the shape of refusals, with the status that the service would give."""
    github.open()
    assert github(method, path, sent).status_code == status


def test_simulator_forgets_everything_on_reset(github: GitHub) -> None:
    """So that each test begins with nothing."""
    github.open()
    github.done("POST", "/simulator/reset")

    assert github.get(REPOS, "[repository]") == []


def test_pygithub_reads_it(github: GitHub) -> None:
    """Which insists that every URL is on the host and port that it was given."""
    github.open(auto_init=True)
    github.open("other", auto_init=True)
    with Github(base_url=github.url, auth=Auth.Token(TOKEN), per_page=1, seconds_between_requests=None) as client:
        organisation = client.get_organization(ORGANISATION)
        repositories = list(organisation.get_repos())

        assert organisation.total_private_repos == 2
        assert [repository.name for repository in repositories] == ["other", "app"]
        assert [repository.private for repository in repositories] == [True, True]
        assert repositories[0].get_branch("main").commit.commit.message == "Initial commit"
        with pytest.raises(UnknownObjectException):
            organisation.get_repo("none")
    with Github(base_url=github.url, auth=Auth.Token("wrong")) as client, pytest.raises(BadCredentialsException):
        client.get_organization(ORGANISATION)
