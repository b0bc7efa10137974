"""A whole run of the suite inside a test, judged by the files that it leaves."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixtures.examination import CATALOGUE, HOME

TESTS = {
    str(decorator.args[0].value): (path, node)
    for path in sorted((HOME / "compliance_tests").glob("test_*.py"))
    for node in ast.parse(path.read_text("utf-8")).body
    if isinstance(node, ast.FunctionDef)
    for decorator in node.decorator_list
    if isinstance(decorator, ast.Call) and isinstance(decorator.args[0], ast.Constant)
}
"""Statement → file and function of its test, read from the source without importing it."""


@dataclass(frozen=True)
class Verdicts:
    """What a run has said."""

    status: int
    results: dict[str, Any]
    folder: Path

    def of(self, result: str) -> set[str]:
        """Return the statements with *result*."""
        return {one["id"] for one in self.results["statements"] if one["result"] == result}

    @property
    def good(self) -> set[str]:
        """Return the statements that do not fail the run: compliant, or waived."""
        return self.of("compliant") | self.of("waived")

    def row(self, statement: str) -> dict[str, Any]:
        """Return what `results.json` says of one statement."""
        (found,) = (one for one in self.results["statements"] if one["id"] == statement)
        return found  # type: ignore[no-any-return]

    @property
    def violations(self) -> list[tuple[str, str, str]]:
        """Every violation as statement, resource, and what was seen."""
        return sorted(
            (one["id"], violation["resource"], violation["seen"])
            for one in self.results["statements"]
            for violation in one["violations"]
        )


def run_suite(reports: Path, *options: str) -> Verdicts:
    """Run the suite in this process against what the environment points at; every statement has to be judged."""
    arguments = ["compliance_tests", "--target=live", f"--reports={reports}", "-qq", "-p", "no:cacheprovider", *options]
    status = int(pytest.main([str(HOME / arguments[0]), f"--rootdir={HOME}", *arguments[1:]]))
    (folder,) = (path for path in reports.iterdir() if path.is_dir() and not path.is_symlink())
    verdicts = Verdicts(status, json.loads((folder / "results.json").read_text("utf-8")), folder)
    assert {one["id"] for one in verdicts.results["statements"]} == set(CATALOGUE)
    if not any(option.startswith("-k") for option in options):
        assert verdicts.of("not_run") == set(CATALOGUE) - set(TESTS), "the inner run did not judge every statement"
    return verdicts
