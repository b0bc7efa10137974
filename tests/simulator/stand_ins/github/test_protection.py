"""Protection and rulesets are shown as GitHub publishes it, and really refuse what they say."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.simulator.stand_ins.github import ORGANISATION, READ_ONLY_TOKEN, TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator.stand_ins.github.conftest import GitHub

APP = f"/repos/{ORGANISATION}/app"
PROTECTION = f"{APP}/branches/main/protection"
BOTH = [{"type": "deletion"}, {"type": "non_fast_forward"}]


def _ruleset(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    named = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    return {"name": "history", "enforcement": "active", "conditions": named, "rules": BOTH, **more}


def _named(*include: str, exclude: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"ref_name": {"include": list(include), "exclude": list(exclude)}}


def _binding(github: GitHub, branch: str = "main") -> list[str]:
    return [rule["type"] for rule in github.get(f"{APP}/rules/branches/{branch}", "[rule]")]


@pytest.fixture
def pushed(github: GitHub) -> tuple[str, str]:
    """Push two commits to `main` of a repository."""
    github.open()
    return github.commit(text="one"), github.commit(text="two")


def test_unprotected_branch_says_so(github: GitHub, pushed: tuple[str, str]) -> None:
    """With a 404 that is told from the one for a repository that is not there."""
    assert github("GET", PROTECTION).json()["message"] == "Branch not protected"
    assert github("GET", f"{APP}/branches/none/protection").json()["message"] == "Branch not found"
    assert github.get(f"{APP}/branches", "[branch]")[0]["commit"]["sha"] == pushed[1]


def test_protection_is_shown_as_it_was_set(github: GitHub, pushed: tuple[str, str]) -> None:
    """And taken away again."""
    github.protect(allow_deletions=True, required_pull_request_reviews={"required_approving_review_count": 2})

    told = github.get(PROTECTION, "protection")
    assert (told["allow_force_pushes"], told["allow_deletions"]) == ({"enabled": False}, {"enabled": True})
    assert told["enforce_admins"]["enabled"] is True
    assert told["required_pull_request_reviews"]["required_approving_review_count"] == 2
    assert github.get(f"{APP}/branches", "[branch]")[0]["protected"] is True
    github("DELETE", f"{PROTECTION}/enforce_admins")
    assert github.get(PROTECTION, "protection")["enforce_admins"]["enabled"] is False
    assert github("DELETE", PROTECTION).status_code == 204
    assert github("GET", PROTECTION).status_code == 404
    assert pushed


def test_protection_needs_its_four_settings(github: GitHub, pushed: tuple[str, str]) -> None:
    """Null is a setting; leaving one out is not."""
    answer = github("PUT", PROTECTION, {"enforce_admins": True})

    assert answer.status_code == 422
    assert '"required_status_checks" wasn\'t supplied' in answer.json()["message"]
    assert pushed


@pytest.mark.parametrize("by", ["classic", "ruleset"])
def test_protected_branch_refuses_force_pushes_and_deletion(
    github: GitHub, pushed: tuple[str, str], by: str, tmp_path: Path
) -> None:
    """Through the API and through git."""
    first, second = pushed
    if by == "classic":
        github.protect()
    else:
        github.done("POST", f"{APP}/rulesets", _ruleset())
    ref = f"{APP}/git/refs/heads/main"

    assert "Cannot force-push" in github("PATCH", ref, {"sha": first, "force": True}).json()["message"]
    assert "Cannot delete" in github("DELETE", ref).json()["message"]
    remote = github.url.replace("://", f"://x:{TOKEN}@") + f"/{ORGANISATION}/app.git"
    for what in (["clone", "--quiet", "--bare", remote, "."], ["push", "--force", remote, f"{first}:refs/heads/main"]):
        done = subprocess.run(["git", *what], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False)
    assert "Cannot force-push to this branch" in done.stderr
    assert github.get(f"{APP}/git/ref/heads/main", "ref")["object"]["sha"] == second


def test_owner_passes_where_administrators_are_not_bound(github: GitHub, pushed: tuple[str, str]) -> None:
    """With classic protection, or as a bypass actor of a ruleset."""
    first, second = pushed
    github.protect(enforce_admins=False)
    actor = {"actor_id": 1, "actor_type": "OrganizationAdmin", "bypass_mode": "always"}
    github.done("POST", f"{APP}/rulesets", _ruleset(bypass_actors=[actor]))

    github.done("PATCH", f"{APP}/git/refs/heads/main", {"sha": first, "force": True})
    assert second


@pytest.mark.parametrize(
    ("enforcement", "bound"), [("active", ["deletion", "non_fast_forward"]), ("evaluate", []), ("disabled", [])]
)
def test_only_active_rulesets_bind(github: GitHub, pushed: tuple[str, str], enforcement: str, bound: list[str]) -> None:
    """What is evaluated or disabled is listed among the rulesets and not among the rules of the branch."""
    made = github.done("POST", f"{APP}/rulesets", _ruleset(enforcement=enforcement))

    assert _binding(github) == bound
    told = github.get(f"{APP}/rulesets/{made['id']}", "ruleset_by_itself")
    assert (told["enforcement"], told["rules"], told["bypass_actors"]) == (enforcement, BOTH, [])
    assert [one["id"] for one in github.get(f"{APP}/rulesets", "[ruleset]")] == [made["id"]]
    assert pushed


@pytest.mark.parametrize(
    ("conditions", "branch", "binds"),
    [
        (_named("~DEFAULT_BRANCH"), "main", True),
        (_named("~DEFAULT_BRANCH"), "topic", False),
        (_named("~ALL"), "topic", True),
        (_named("~ALL", exclude=("refs/heads/main",)), "main", False),
        (_named("refs/heads/ma*"), "main", True),
        (_named("refs/heads/*"), "release/1", False),
        (_named("refs/heads/**/*"), "release/1", True),
        (_named("refs/heads/**/*"), "main", True),
        (_named("main"), "main", False),
        (_named(), "main", False),
    ],
)
def test_patterns_say_which_branches_are_bound(
    github: GitHub, pushed: tuple[str, str], conditions: dict[str, Any], branch: str, binds: bool
) -> None:
    """A star stops at a slash, two do not; what is excluded is not included."""
    for name in ("topic", "release/1"):
        github.done("POST", f"{APP}/git/refs", {"ref": f"refs/heads/{name}", "sha": pushed[1]})
    github.done("POST", f"{APP}/rulesets", _ruleset(conditions=conditions))

    assert bool(_binding(github, branch)) is binds


@pytest.mark.parametrize(
    ("names", "binds"),
    [
        ({"include": ["~ALL"], "exclude": []}, True),
        ({"include": ["a*"], "exclude": []}, True),
        ({"include": ["~ALL"], "exclude": ["app"]}, False),
        ({"include": ["other"], "exclude": []}, False),
    ],
)
def test_rulesets_of_the_organisation_bind_the_repositories_they_name(
    github: GitHub, pushed: tuple[str, str], names: dict[str, Any], binds: bool
) -> None:
    """And are shown among the repository's own unless only those are asked for."""
    sent = _ruleset(conditions={**_named("~DEFAULT_BRANCH"), "repository_name": names})
    made = github.done("POST", f"/orgs/{ORGANISATION}/rulesets", sent)

    assert bool(_binding(github)) is binds
    assert github.get(f"/orgs/{ORGANISATION}/rulesets/{made['id']}", "ruleset_by_itself")["name"] == "history"
    assert len(github.get(f"{APP}/rulesets", "[ruleset]")) == int(binds)
    assert github.get(f"{APP}/rulesets?includes_parents=false", "[ruleset]") == []
    assert github.get(f"/orgs/{ORGANISATION}/rulesets", "[ruleset]")[0]["source_type"] == "Organization"
    github.done("PUT", f"/orgs/{ORGANISATION}/rulesets/{made['id']}", {"enforcement": "disabled"})
    assert _binding(github) == []
    assert github("DELETE", f"/orgs/{ORGANISATION}/rulesets/{made['id']}").status_code == 204
    assert pushed


def test_ruleset_is_changed_and_removed(github: GitHub, pushed: tuple[str, str]) -> None:
    """What is not sent stays as it is."""
    made = github.done("POST", f"{APP}/rulesets", _ruleset())
    github.done("PUT", f"{APP}/rulesets/{made['id']}", {"rules": [{"type": "deletion"}]})

    assert _binding(github) == ["deletion"]
    assert github("DELETE", f"{APP}/rulesets/{made['id']}").status_code == 204
    assert _binding(github) == []
    assert github("GET", f"{APP}/rulesets/{made['id']}").status_code == 404
    assert pushed


def test_bypass_actors_are_shown_only_to_those_who_may_change_them(github: GitHub, pushed: tuple[str, str]) -> None:
    """A read-only token does not get the field at all."""
    made = github.done("POST", f"{APP}/rulesets", _ruleset())
    github.token = READ_ONLY_TOKEN

    assert "bypass_actors" not in github.get(f"{APP}/rulesets/{made['id']}", "ruleset_by_itself")
    assert pushed


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"enforcement": "enabled"},
        {"target": "moon"},
        {"rules": [{"type": "nap"}]},
        {"bypass_actors": [{"actor_type": "Everybody"}]},
    ],
    ids=["name", "enforcement", "target", "rule", "actor"],
)
def test_senseless_rulesets_are_refused(github: GitHub, pushed: tuple[str, str], wrong: dict[str, Any]) -> None:
    """With 422."""
    assert github("POST", f"{APP}/rulesets", _ruleset(**wrong)).status_code == 422
    assert pushed


def test_free_plan_has_no_protection_for_private_repositories(github: GitHub, pushed: tuple[str, str]) -> None:
    """And says so in words that are not those of a missing permission."""
    github.protect()
    github.done("POST", "/simulator/plan", {"name": "free"})

    for path in (PROTECTION, f"{APP}/rulesets", f"{APP}/rules/branches/main"):
        answer = github("GET", path)
        assert answer.status_code == 403
        assert answer.json()["message"].startswith("Upgrade to GitHub Pro or make this repository public")
    assert pushed
