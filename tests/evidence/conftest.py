"""A run of the simulated organisation, made once, for all who only read it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fixtures.examination import CATALOGUE
from fixtures.simulator.organisation import Organisation
from tests.evidence.nights import Nights
from tests.evidence.sealed_runs import live_run
from tests.inner_run import TESTS, Verdicts, run_suite
from tests.report.documents import described, whole


@pytest.fixture(scope="session")
def simulated(served: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """Judge the organisation as it is built; leave the folder of the run untouched, and the environment as it was."""
    served.rebuild()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in served.exports.items():
            environment.setenv(name, value)
        return run_suite(tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="session")
def evidence(simulated: Verdicts) -> Path:
    """Return the evidence of that run."""
    return simulated.folder / "evidence.json"


@pytest.fixture(scope="module")
def genuine(simulated: Verdicts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Seal a complete live run, by a catalogue of the statements that have a test."""
    catalogue = cast("dict[str, object]", CATALOGUE)
    whole = dict(catalogue)
    for id_ in set(whole) - set(TESTS):
        del catalogue[id_]
    yield live_run(simulated.folder, tmp_path_factory.mktemp("genuine") / "run")
    catalogue.clear()  # put back one by one, they would stand in another order
    catalogue.update(whole)


@pytest.fixture
def run(genuine: Path, tmp_path: Path) -> Path:
    """Return a copy of it, to be tampered with."""
    return Path(shutil.copytree(genuine, tmp_path / "run"))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The document of a live run in which all complies."""
    return described(tmp_path_factory.mktemp("base"), whole())


@pytest.fixture
def nights(base: Mapping[str, Any], tmp_path: Path) -> Nights:
    """An empty folder of runs."""
    return Nights(tmp_path, Ed25519PrivateKey.generate(), base)
