"""The providers other than AWS, each served for the collectors' tests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import digitalocean_served
from tests.alerting_run import AlertingRun, prepare
from tests.digitalocean_served import Served
from tests.simulator.alerting import AlertingOrganisation, served


@pytest.fixture(scope="session")
def providers() -> Iterator[AlertingOrganisation]:
    """Serve Better Stack and Sentry for the whole session."""
    with served() as organisation:
        yield organisation


@pytest.fixture
def run(providers: AlertingOrganisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AlertingRun:
    """Judge an organisation that is compliant as built."""
    return prepare(providers, tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def served_ocean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve one account for the whole session: a reset costs less than a server."""
    with digitalocean_served.serve(tmp_path_factory.mktemp("records")) as served_:
        yield served_


@pytest.fixture
def ocean(served_ocean: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """Build the company's account, and an environment that points at it; nobody waits for a retry."""
    served_ocean.rebuild()
    for name, value in served_ocean.exports.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return served_ocean
