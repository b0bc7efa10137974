"""Whatever goes wrong on the way, a statement that is violated is never found compliant.

COMPLIANCE_FAULT_SEEDS says how many random combinations are tried; each breaks the organisation in several ways, asks
what an undisturbed run says of it, and runs again while requests go wrong at random.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

import pytest

from fixtures.simulator.organisation import Organisation
from fixtures.simulator.violations import CHANGES
from tests.faults.conftest import Ways
from tests.faults.disturbances import LASTING
from tests.gateway import Disturbance
from tests.inner_run import TESTS, run_suite

SEEDS = int(os.environ.get("COMPLIANCE_FAULT_SEEDS", "6"))
BREAKS = 12
"""So many ways in which the organisation is broken at once; one that does not go together with others is left out."""
QUICK = sorted(set(LASTING) - {"hang", "trickle", "slow"})
"""What takes no time: hundreds of requests of a run go wrong."""


def broken(organisation: Organisation, dice: random.Random) -> list[str]:
    """Break the organisation in several ways, each of another statement where that is possible."""
    violations = sorted(name for name, change in CHANGES.items() if change.expected)
    done = []
    for name in dice.sample(violations, BREAKS):
        with suppress(Exception):
            CHANGES[name].do(organisation)
            done.append(name)
    return done


def now_and_then(dice: random.Random, kinds: list[str], share: float) -> Callable[[str, str], Disturbance | None]:
    """Let a share of the requests go wrong, each in one of several ways."""
    lock = Lock()

    def rule(_path: str, _request: str) -> Disturbance | None:
        with lock:
            return LASTING[dice.choice(kinds)] if dice.random() < share else None

    return rule


@pytest.mark.exhaustive(keep=1)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_fault_makes_anything_compliant(organisation: Organisation, ways: Ways, tmp_path: Path, seed: int) -> None:
    """Undisturbed first, then disturbed: a result can only become *not assessed*."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    done = broken(organisation, dice)
    undisturbed = run_suite(tmp_path / "undisturbed", "-p", "no:html")
    kinds = dice.sample(QUICK, 3)
    share = dice.choice((0.02, 0.1, 0.4))
    for way in ways.values():
        way.rule = now_and_then(dice, kinds, share)

    disturbed = run_suite(tmp_path / "disturbed", "-p", "no:html")

    good = undisturbed.of("compliant") | undisturbed.of("waived")
    red = undisturbed.of("not_compliant")
    assert done
    assert red, f"{done} broke nothing"
    assert disturbed.of("compliant") | disturbed.of("waived") <= good, (done, kinds, share)
    assert set(TESTS) == disturbed.of("compliant") | disturbed.of("waived") | disturbed.of("not_assessed") | (
        disturbed.of("not_compliant")
    )
    assert "Traceback" not in str(disturbed.results)
