"""Observations, areas of the control and stated values: data beside the catalogue, held against it."""

from __future__ import annotations

import dataclasses
import re
import tomllib

import pytest

from fixtures.examination import CATALOGUE, HOME
from fixtures.facts.policy import Policy
from fixtures.policy import load, stated

POLICY = HOME / "policy"
OBSERVATIONS = tomllib.loads((POLICY / "observations.toml").read_text("utf-8"))["observations"]
AREAS = tomllib.loads((POLICY / "guidance.toml").read_text("utf-8"))["areas"]


@pytest.mark.parametrize("one", OBSERVATIONS, ids=lambda one: re.sub(r"\W+", "-", one["title"]))
def test_observation_touches_statements_that_exist(one: dict[str, list[str]]) -> None:
    """And says something about them."""
    assert one["statements"]
    assert set(one["statements"]) <= set(CATALOGUE)
    assert one["says"]


def test_areas_are_carried_by_every_statement() -> None:
    """No statement is about nothing; an area without one says what carries it."""
    assert {id_ for area in AREAS for id_ in area["statements"]} == set(CATALOGUE)
    assert all(area["statements"] or area["carried"] for area in AREAS)


def test_stated_values_are_parameters_in_force() -> None:
    """What the policy states is a parameter of the suite, and as delivered it has that value."""
    values = stated()

    assert values.keys() <= {field.name for field in dataclasses.fields(Policy)}
    assert {name: getattr(load(), name) for name in values} == values
