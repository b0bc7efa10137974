"""Fixtures for the suite's own tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fixtures.simulator.organisation import Organisation

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def served() -> Iterator[Organisation]:
    """One organisation for the whole session: starting a server costs more than resetting it."""
    with Organisation.serve() as organisation:
        yield organisation


@pytest.fixture
def organisation(served: Organisation, monkeypatch: pytest.MonkeyPatch) -> Organisation:
    """Build a compliant organisation anew, in an environment in which `--target live` means it."""
    served.rebuild()
    for name, value in served.exports.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)  # hundreds of inner runs must not write into CI's own page
    return served
