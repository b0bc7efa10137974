"""Every statement can fail, for the right reason, and only then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fixtures.simulator.organisation import Organisation
from fixtures.simulator.violations import CHANGES, WILDCARD, Change, Expected
from tests.inner_run import TESTS, run_suite

WITHOUT_REPORT = ("-p", "no:html")
"""Hundreds of runs need no page each; tests/report looks at those."""


NEAR_MISSES = {"application_database", "object_storage", "source_code", "cache", "monitoring_betterstack", "governance"}


def _representatives() -> frozenset[str]:
    """Name a violation of each statement, and a few near misses; the others are run by --exhaustive."""
    found: dict[str, str] = {}
    for name, change in CHANGES.items():
        section = change.do.__module__.rpartition(".")[2]
        if change.expected or section in NEAR_MISSES:
            found.setdefault(change.expected[0].statement if change.expected else section, name)
    red = frozenset().union(*(CHANGES[name].turns_red for name in found.values()))
    for name, change in CHANGES.items():
        if change.turns_red - red:
            found[name], red = name, red | change.turns_red
    return frozenset(found.values())


REPRESENTATIVES = _representatives()
PARAMETERS = [
    pytest.param(change, id=name, marks=() if name in REPRESENTATIVES else pytest.mark.exhaustive)
    for name, change in CHANGES.items()
]


def matches(expected: str, seen: str) -> bool:
    """Whether *seen* is what was declared, in which `…` stands for any text."""
    return re.fullmatch(".*".join(map(re.escape, expected.split(WILDCARD))), seen, re.DOTALL) is not None


def fits(expected: Expected, statement: str, resource: str, seen: str) -> bool:
    """Whether a violation is the one that was declared; a pattern may stand for many, such as a snapshot a day."""
    return statement == expected.statement and matches(expected.at, resource) and matches(expected.seen, seen)


def test_every_statement_has_a_violation() -> None:
    """A statement that nothing can turn red proves nothing by being green."""
    for names in (CHANGES, REPRESENTATIVES):
        assert set(TESTS) == frozenset().union(*(CHANGES[name].turns_red for name in names))


@pytest.mark.usefixtures("organisation")
def test_organisation_is_compliant_as_built(tmp_path: Path) -> None:
    """The control of the experiment."""
    verdicts = run_suite(tmp_path)

    assert verdicts.violations == []
    assert verdicts.of("waived") == {"RES-2"}, "source code at github.com is accepted, knowingly"
    assert verdicts.of("compliant") == set(TESTS) - {"RES-2"}


@pytest.mark.parametrize("change", PARAMETERS)
def test_change(organisation: Organisation, tmp_path: Path, change: Change) -> None:
    """Exactly the declared statements turn red, at the declared resources, showing the declared values."""
    change.do(organisation)

    verdicts = run_suite(tmp_path, *WITHOUT_REPORT)

    assert verdicts.of("not_assessed") == set()
    assert verdicts.of("not_compliant") == change.turns_red, verdicts.violations
    explained: set[tuple[str, str, str]] = set()
    for expected in change.expected:
        fitting = {found for found in verdicts.violations if fits(expected, *found)}
        assert fitting, f"{expected} is not among {verdicts.violations}"
        explained |= fitting
    assert sorted(set(verdicts.violations) - explained) == []
    assert (verdicts.status == 0) == (not change.turns_red)
