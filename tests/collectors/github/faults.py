"""The calls that can fail, and ways of failing in GitHub's own shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fixtures.simulator.organisation import Organisation

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
