"""`-n`: the accounts are read once, workers judge, and one report says the same as without them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fixtures.examination import HOME
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.violations import find_change
from tests.inner_run import run_suite

LIMIT = 180


def run(reports: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the suite in a process of its own against what the environment points at."""
    command = [sys.executable, "-m", "pytest", "compliance_tests", "--target=live", f"--reports={reports}"]
    command += ["-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=LIMIT, check=False)


def document(reports: Path, file: str = "results.json") -> dict[str, Any]:
    """Return a file of the one run in *reports*."""
    (folder,) = (path for path in reports.iterdir() if not path.is_symlink())
    found: dict[str, Any] = json.loads((folder / file).read_text("utf-8"))
    return found


def test_workers_say_the_same(organisation: Organisation, tmp_path: Path) -> None:
    """Same verdicts, same violations, and every account is read once however many workers there are."""
    find_change("pitr_retention_lowered_to_7_days").do(organisation)
    alone = run_suite(tmp_path / "alone")

    done = run(tmp_path / "many", "-n", "3")

    rows = document(tmp_path / "many")["statements"]
    assert {row["id"]: row["result"] for row in rows} == {
        row["id"]: row["result"] for row in alone.results["statements"]
    }
    assert sorted((row["id"], v["resource"]) for row in rows for v in row["violations"]) == [
        (id_, resource) for id_, resource, _ in alone.violations
    ]
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    evidence = document(tmp_path / "many", "evidence.json")
    asked = Counter(
        (c["region"], c["operation"]) for c in evidence["ledger"] if c["operation"] == "DescribeDBInstances"
    )
    assert set(asked.values()) == {1}
    assert evidence["run"]["selection"] == "all"
    assert (tmp_path / "many/latest/report.html").is_file()


def test_first_failure_stops_workers(organisation: Organisation, tmp_path: Path) -> None:
    """`-x` leaves a report of what was run, which is not the latest whole one; the status is pytest-xdist's own."""
    find_change("pitr_retention_lowered_to_7_days").do(organisation)

    done = run(tmp_path, "-n", "2", "-x")

    results = {row["result"] for row in document(tmp_path)["statements"]}
    assert done.returncode == pytest.ExitCode.INTERRUPTED
    assert results >= {"not_compliant", "not_run"}
    assert not (tmp_path / "latest").exists()
    assert "A part of the suite, no full report" in done.stdout


@pytest.mark.usefixtures("organisation")
def test_part_of_the_tests(tmp_path: Path) -> None:
    """`-k` reads what the selected tests need, and no more."""
    run(tmp_path, "-n", "2", "-k", "CACHE-1")

    evidence = document(tmp_path, "evidence.json")
    assert [row["id"] for row in evidence["statements"] if row["result"] != "not_run"] == ["CACHE-1"]
    assert {call["provider"] for call in evidence["ledger"]} == {"digitalocean"}
    assert evidence["run"]["tests"]["left_out"] > 0


@pytest.mark.parametrize(
    "options", [["-n", "2", "--dist", "loadfile"], ["-d", "--tx", "ssh=elsewhere"], ["-n2", "--preflight"]]
)
def test_distribution_that_cannot_work(tmp_path: Path, options: list[str]) -> None:
    """One clear error, and nothing is left behind."""
    done = run(tmp_path / "reports", *options)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "reports").exists()


def test_simulation_that_does_not_start(tmp_path: Path) -> None:
    """Workers do not wait for what cannot come."""
    command = [sys.executable, "-m", "pytest", "compliance_tests", "-n", "2", f"--reports={tmp_path}"]
    command += ["--break", "no_such_thing", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=LIMIT, check=False)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "no_such_thing" in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []
