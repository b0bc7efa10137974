"""Fixtures for tests of the collectors."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests import digitalocean_served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.digitalocean_served import Served


@pytest.fixture(scope="session")
def served_ocean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve one account for the whole session: a reset costs less than a server."""
    with digitalocean_served.serve(tmp_path_factory.mktemp("records")) as served:
        yield served


@pytest.fixture
def ocean(served_ocean: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """Build the company's account, and an environment that points at it; nobody waits for a retry."""
    served_ocean.rebuild()
    for name, value in served_ocean.exports.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return served_ocean
