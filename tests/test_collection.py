"""Whoever waits for a population gets it, or is told why not; nobody waits for ever."""

from __future__ import annotations

import pytest

from fixtures import collection
from fixtures.collection import Collection
from fixtures.facts.population import Population


def test_name_that_nobody_knows() -> None:
    """A misspelt name is told at once."""
    with pytest.raises(KeyError, match="nobody"):
        Collection({}).value("nobody")


def test_population_that_needs_what_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a gap, by name, and no reason to wait."""

    def lost(nobody: object) -> Population[object]:
        return Population((nobody,))

    monkeypatch.setitem(collection.POPULATIONS, "lost", lost)

    (gap,) = Collection({}).value("lost").unread
    assert "nobody" in str(gap)
    assert "a fault of the suite" in str(gap)
