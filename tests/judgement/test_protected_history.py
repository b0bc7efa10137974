"""Which protection rejects a force-push and the deletion of a branch, held against a list of who gets through."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.facts.hosting import SourceHosting
from fixtures.facts.population import Source
from fixtures.facts.repositories import Bypass, History, Protection, Repository, Rule

SOURCE = Source("github", "", "", "", 0)
NOTHING = History("https://github.com/o/r", "o/r", "main", "a" * 40, None, (), False, SOURCE)
BOTH = ("non_fast_forward", "deletion")
ACTORS = {
    # kind, number → who of these gets through: everybody who pushes, administrators, one named
    ("RepositoryRole", "4"): {"everybody"},
    ("RepositoryRole", "2"): {"everybody"},
    ("RepositoryRole", "5"): {"administrators"},
    ("RepositoryRole", "1234"): {"everybody"},
    ("OrganizationAdmin", ""): {"administrators"},
    ("Team", "9"): {"everybody"},
    ("DeployKey", ""): {"everybody"},
    ("Integration", "7"): {"one named"},
    ("User", "8"): {"one named"},
    ("SomethingNew", ""): {"everybody"},
}
bypasses = st.builds(
    lambda actor, mode: Bypass(actor[0], actor[1], mode),
    st.sampled_from(sorted(ACTORS)),
    st.sampled_from(["always", "exempt", "pull_request", "sometimes"]),
)
rules = st.builds(
    Rule,
    st.sampled_from([*BOTH, "update", "creation"]),
    st.just("r"),
    st.sampled_from(["active", "evaluate", "disabled", "sometimes"]),
    st.lists(bypasses, max_size=2).map(tuple),
)
protections = st.none() | st.builds(Protection, st.booleans(), st.booleans(), st.booleans())


def _gets_through(history: History, kind: str, who: str) -> bool:
    """Let somebody try: he fails at the first thing that stops him."""
    protection = history.protection
    if protection is not None:
        open_ = protection.allows_force_pushes if kind == BOTH[0] else protection.allows_deletions
        if not open_ and (who != "administrators" or protection.binds_administrators):
            return False
    for rule in history.rules:
        if rule.kind == kind and rule.enforcement == "active":
            passes = {
                through
                for one in rule.bypasses
                if one.mode != "pull_request"
                for through in ACTORS[one.kind, one.number]
            }
            if not ({who, "everybody"} & passes):
                return False
    return True


@given(protections, st.lists(rules, max_size=1), st.sampled_from(BOTH))
def test_branch_rejects_what_nobody_gets_through(protection: Protection | None, found: list[Rule], kind: str) -> None:
    """With at most one rule: whoever pushes is stopped, even one alone; administrators are where they have to be."""
    history = replace(NOTHING, protection=protection, rules=tuple(found))
    everybody, administrators, one = (
        _gets_through(history, kind, who) for who in ("everybody", "administrators", "one named")
    )

    assert history.rejects(kind, administrators_bound=False) is not (everybody or one)
    # Protection that exempts administrators does not add up with a rule that exempts somebody else.
    if protection is None or not found:
        assert history.rejects(kind) is not (everybody or administrators or one)


@given(protections, st.lists(rules, max_size=4), st.sampled_from(BOTH))
def test_branch_that_is_called_protected_lets_nobody_through(
    protection: Protection | None, found: list[Rule], kind: str
) -> None:
    """Whatever else there is: no false green."""
    history = replace(NOTHING, protection=protection, rules=tuple(found))

    if history.rejects(kind):
        assert not _gets_through(history, kind, "administrators")
        assert not _gets_through(history, kind, "one named")
    if history.rejects(kind, administrators_bound=False):
        assert not _gets_through(history, kind, "everybody")
        assert not _gets_through(history, kind, "one named")


@given(protections, st.lists(rules, max_size=4))
def test_protected_means_both(protection: Protection | None, found: list[Rule]) -> None:
    """Force-push and deletion."""
    history = replace(NOTHING, protection=protection, rules=tuple(found))

    assert history.is_protected() is (history.rejects(BOTH[0]) and history.rejects(BOTH[1]))


@pytest.mark.parametrize("kind", BOTH)
def test_nothing_protects_nothing(kind: str) -> None:
    """The branch is as GitHub opens it."""
    assert not NOTHING.rejects(kind)
    assert "neither protection nor rules" in str(NOTHING)


@pytest.mark.parametrize(
    ("visibility", "private", "allowed", "fine"),
    [
        ("private", True, ("private",), True),
        ("internal", True, ("private",), False),
        ("internal", True, ("private", "internal"), True),
        ("public", False, ("private", "internal"), False),
        ("public", True, ("private",), False),
        ("private", False, ("private",), False),
        ("Private", True, ("private",), False),
        ("", True, ("private",), False),
    ],
)
def test_visibility(visibility: str, private: bool, allowed: tuple[str, ...], fine: bool) -> None:
    """Word and boolean have to agree; a word that nobody knows is no permission."""
    repository = Repository("https://github.com/o/r", "o/r", visibility, private, False, False, "main", None, SOURCE)

    assert repository.is_visible_as(allowed) is fine


@pytest.mark.parametrize(
    ("host", "residency", "fine"),
    [
        ("api.github.com", "", False),
        ("api.github.com", "EU", False),
        ("api.botbrains.ghe.com", "EU", True),
        ("api.botbrains.ghe.com", "", False),
        ("api.botbrains.ghe.com.attacker.example", "EU", False),
        ("127.0.0.1", "EU", False),
    ],
)
def test_residency_can_be_shown_for_a_tenant_only(host: str, residency: str, fine: bool) -> None:
    """The host shows that it is a tenant, the contract says in which region; github.com promises none."""
    hosting = SourceHosting("https://github.com/o", "o", host, residency, 4, SOURCE)

    assert hosting.is_in_eu is fine
    assert ("no data residency can be shown" in str(hosting)) is not host.endswith(".ghe.com")
