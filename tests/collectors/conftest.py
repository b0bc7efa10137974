"""The alerting providers for the collectors' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerting_run import AlertingRun, prepare
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
