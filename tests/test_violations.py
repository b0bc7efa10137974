"""Every statement can fail, for the right reason, and only then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fixtures.simulator.organisation import Organisation

from fixtures.simulator.violations import CHANGES, WILDCARD, Change
from tests.inner_run import TESTS, run_suite


def matches(expected: str, seen: str) -> bool:
    """Whether *seen* is what was declared, in which `…` stands for any text."""
    return re.fullmatch(".*".join(map(re.escape, expected.split(WILDCARD))), seen, re.DOTALL) is not None


def test_every_statement_has_a_violation() -> None:
    """A statement that nothing can turn red proves nothing by being green."""
    assert set(TESTS) == frozenset().union(*(change.turns_red for change in CHANGES.values()))


def test_organisation_is_compliant_as_built(organisation: Organisation, tmp_path: Path) -> None:
    """The control of the experiment."""
    verdicts = run_suite(tmp_path)

    assert verdicts.violations == []
    assert {
        one["id"]: one["reason"] for one in verdicts.results["statements"] if one["result"] != "compliant"
    }.keys() == (verdicts.of("not_run"))
    assert verdicts.of("compliant") == set(TESTS)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_change(organisation: Organisation, tmp_path: Path, change: Change) -> None:
    """Exactly the declared statements turn red, at the declared resources, showing the declared values."""
    change.do(organisation)

    verdicts = run_suite(tmp_path)

    assert verdicts.of("not_assessed") == set()
    assert verdicts.of("not_compliant") == change.turns_red, verdicts.violations
    unexplained = list(verdicts.violations)
    for expected in change.expected:
        fitting = [
            (statement, resource, seen)
            for statement, resource, seen in unexplained
            if statement == expected.statement and matches(expected.at, resource) and matches(expected.seen, seen)
        ]
        assert fitting, f"{expected} is not among {unexplained}"
        unexplained.remove(fitting[0])
    assert unexplained == []
    assert (verdicts.status == 0) == (not change.expected)
