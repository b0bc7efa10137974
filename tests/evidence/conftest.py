"""A run of the simulated organisation, made once, for all who only read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.simulator.organisation import Organisation
from tests.inner_run import Verdicts, run_suite


@pytest.fixture(scope="session")
def simulated(served: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verdicts]:
    """Judge the organisation as it is built; leave the folder of the run untouched."""
    served.rebuild()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in served.exports.items():
            environment.setenv(name, value)
        yield run_suite(tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="session")
def evidence(simulated: Verdicts) -> Path:
    """Return the evidence of that run."""
    return simulated.folder / "evidence.json"
