"""Every name that a reader follows leads somewhere."""

from __future__ import annotations

import ast
import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from fixtures.collection import POPULATIONS, SOURCES
from fixtures.examination import CATALOGUE, HOME
from fixtures.facts.policy import Policy
from tests.inner_run import TESTS

FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager"}
SOURCES_OF_THE_PROJECT = [
    path for room in ("compliance_tests", "fixtures", "tests") for path in sorted((HOME / room).rglob("*.py"))
]
LONGEST_FILE = 300


@pytest.mark.parametrize("id_", TESTS)
def test_test_is_the_one_of_the_catalogue(id_: str) -> None:
    """Name and file stand in the catalogue; what `results.json` calls a test exists."""
    path, node = TESTS[id_]

    assert f"{path.name}::{node.name}" == CATALOGUE[id_]["test"]


@pytest.mark.parametrize("id_", TESTS)
def test_docstring_is_the_requirement(id_: str) -> None:
    """Said twice, for two readers, and kept equal here."""
    assert ast.get_docstring(TESTS[id_][1]) == CATALOGUE[id_]["requires"]


@pytest.mark.parametrize("id_", CATALOGUE)
def test_requirement_states_a_fact(id_: str) -> None:
    """'Every bucket is …', not 'Test that every bucket should be …'."""
    assert not re.search(r"(?i)\b(should|must|test(s)? that|check(s)?)\b", CATALOGUE[id_]["requires"])


def test_tests_are_in_the_policys_order() -> None:
    """Within a file; between files, the suite orders them by the catalogue."""
    for path in {path for path, _ in TESTS.values()}:
        ids = [id_ for id_, (file, _) in TESTS.items() if file == path]
        assert ids == sorted(ids, key=list(CATALOGUE).index)


def test_each_section_has_its_violations() -> None:
    """compliance_tests/test_x.py is mirrored by fixtures/simulator/violations/x.py."""
    sections = {path.stem.removeprefix("test_") for path, _ in TESTS.values()}
    mirrored = {path.stem for path in (HOME / "fixtures/simulator/violations").glob("*.py")} - {"__init__"}

    assert sections <= mirrored


def test_compliance_tests_hold_nothing_but_statements() -> None:
    """No helper functions, no skips, no numbers of their own."""
    for path in sorted((HOME / "compliance_tests").glob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        assert [node.name for node in functions] == [
            node.name for _, node in TESTS.values() if node in functions
        ] or all(node.name.startswith("test_") and node.decorator_list for node in functions)
        assert "skip" not in path.read_text("utf-8")
        numbers = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) in {int, float}]
        assert set(numbers) <= {0, 1}, f"{path.name}: {numbers}: a number belongs into policy/parameters.toml"


def test_every_parameter_is_used() -> None:
    """A number that nothing reads promises something that nobody holds."""
    text = "".join(path.read_text("utf-8") for path in SOURCES_OF_THE_PROJECT if path.parts[len(HOME.parts)] != "tests")
    written = tomllib.loads((HOME / "policy/parameters.toml").read_text("utf-8"))

    assert [field.name for field in dataclasses.fields(Policy) if f"policy.{field.name}" not in text] == []
    assert len(written) == len(dataclasses.fields(Policy))


@pytest.mark.parametrize("name", sorted(POPULATIONS | SOURCES))
def test_population_says_what_it_is(name: str) -> None:
    """The docstring is the reader's way from a fixture to the provider's page."""
    assert ((POPULATIONS | SOURCES)[name].__doc__ or "").strip()


@pytest.mark.parametrize("path", SOURCES_OF_THE_PROJECT, ids=lambda path: str(path.relative_to(HOME)))
def test_file_has_one_reason_to_exist(path: Path) -> None:
    """Not longer than can be read at once, and not called by a name that means nothing."""
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE
    assert FORBIDDEN_NAMES.isdisjoint({*path.parts, path.stem})
