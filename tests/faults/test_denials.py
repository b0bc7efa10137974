"""One call after the other is refused: what needs it is not assessed, and nothing else changes.

For AWS, where permissions are granted by action, see tests/test_least_privilege.py.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.collection import POPULATIONS
from fixtures.examination import Result
from fixtures.simulator.organisation import Organisation
from tests.least_privilege import Assessment, assess, needed_by_tests

OTHERS = ("github", "digitalocean", "betterstack", "sentry")
CORROBORATION = frozenset({("github", "GET /repos/{repository}/traffic/clones")})
"""What a verdict never rests on: without it, a note is missing."""


@pytest.fixture(scope="module")
def organisation(served: Organisation) -> Iterator[Organisation]:
    """The compliant organisation, and an environment that leads to it, for the whole of this file."""
    served.rebuild()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in served.exports.items():
            environment.setenv(name, value)
        yield served


@pytest.fixture(scope="module")
def undisturbed(organisation: Organisation) -> Assessment:
    """What is seen when everything answers."""
    return assess(organisation.records)


def of_aws(undisturbed: Assessment) -> dict[str, Any]:
    """Return what was read of AWS alone: it need not be read again for each call of somebody else's."""
    given = {"now", "policy", "records", "aws"}
    names = {one for one in needed_by_tests() if one in POPULATIONS}
    while own := {one for one in names - given if set(inspect.signature(POPULATIONS[one]).parameters) <= given}:
        given |= own
    return {name: undisturbed.collection.value(name) for name in given}


def test_every_call_is_needed(organisation: Organisation, undisturbed: Assessment) -> None:
    """Refused by itself, it keeps a statement from being assessed; it turns none red, and none better."""
    calls = sorted({(one.provider, one.operation) for one in undisturbed.ledger.calls if one.provider in OTHERS})
    before = {id_: one.result for id_, one in undisturbed.examinations.items()}
    known = of_aws(undisturbed)
    assert {provider for provider, _ in calls} == set(OTHERS)
    for provider, operation in calls:
        pattern = re.sub(r"\{[^}]*\}", "*", operation.removeprefix("GET "))
        refusal = {"path": pattern, "status": 403, "body": {"message": "Forbidden", "detail": "no", "errors": "no"}}
        control = organisation._control(provider)
        control.post("/simulator/faults", json=refusal)
        after = {id_: one.result for id_, one in assess(organisation.records, known).examinations.items()}
        control.delete("/simulator/faults")

        changed = {id_: result for id_, result in after.items() if result is not before[id_]}
        assert set(changed.values()) <= {Result.NOT_ASSESSED}, (operation, changed)
        assert bool(changed) == ((provider, operation) not in CORROBORATION), operation
