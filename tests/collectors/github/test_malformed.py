"""An answer that is not as published is a gap, field by field; a value that nobody knows is no pass."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collectors.github.conftest import Read
from tests.collectors.github.faults import (
    ACTIVITY,
    BRANCH,
    HEADS,
    NOT_ASSESSED,
    ORG,
    PROTECTION,
    REFS,
    REPOS,
    RULES,
    RULESET,
    Break,
)

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
        examination = read().judge_one(statement)

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

    result = str(read().judge_one(statement).result)
    assert result in {"not_compliant", NOT_ASSESSED} or (path == ACTIVITY and result == "compliant")
