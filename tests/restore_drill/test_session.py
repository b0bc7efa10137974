"""`pytest compliance_tests --restore-drill`, as people start it: judged, recorded, refused, interrupted."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import psutil
import pytest

from fixtures.examination import HOME
from fixtures.facts.restore_tests import FILE
from fixtures.restore_drill.reaper import PREFIX

LIMIT = 240
FALSE = '[[invariants]]\nname = "there is nobody"\nsql = "SELECT count(*) = 0 FROM customers"\n'


def command(reports: Path, *options: str) -> list[str]:
    """Return the command line of a run with a small drill."""
    only = ("-k", "RST", "--restore-drill", "--drill-size=1", "-p", "no:cacheprovider")
    return [sys.executable, "-m", "pytest", "compliance_tests", f"--reports={reports}", *only, *options]


def run(reports: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it, and wait for its end."""
    place = {**os.environ, **environment}
    return subprocess.run(
        command(reports, *options), cwd=HOME, capture_output=True, text=True, timeout=LIMIT, check=False, env=place
    )


def results(reports: Path) -> dict[str, str]:
    """Return what the run says of each statement about restore tests."""
    (folder,) = (path for path in reports.iterdir() if path.is_dir() and not path.is_symlink())
    document = json.loads((folder / "results.json").read_text("utf-8"))
    return {one["id"]: one["result"] for one in document["statements"] if one["id"].startswith("RST-")}


def logged(records: Path) -> list[dict[str, Any]]:
    """Return the log."""
    path = records / FILE
    return tomllib.loads(path.read_text("utf-8"))["restore_tests"] if path.exists() else []


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Where the run leaves its report."""
    return tmp_path / "reports"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """A folder of records that are empty."""
    (tmp_path / "records").mkdir()
    return tmp_path / "records"


def test_drill_is_recorded_and_judged(reports: Path, records: Path) -> None:
    """One command: restored, recorded, judged by that record, with evidence that the record is bound to."""
    done = run(reports, "--records", str(records))
    assert done.returncode == pytest.ExitCode.OK, done.stdout[-3000:]
    (entry,) = logged(records)
    assert (entry["outcome"], entry["complete"], entry["kind"]) == ("passed", True, "embedded")
    assert entry["measured"] == "stand-in"
    assert all(one["passed"] for one in entry["verifications"])
    assert {"row counts", "checksums", "constraints", "amcheck"} <= {one["name"] for one in entry["verifications"]}
    assert set(results(reports).values()) == {"compliant"}
    (proof,) = reports.glob("*/restore_drill.json")
    assert hashlib.sha256(proof.read_bytes()).hexdigest() == entry["evidence_sha256"]
    for phase in ("base backup", "lose the primary region", "point in time: recover", "latest: verify"):
        assert phase in done.stdout


@pytest.mark.exhaustive
def test_drill_that_fails_is_recorded_as_failed(reports: Path, records: Path) -> None:
    """What is not true of the restored database is the drill's failure, and RST-1 and RST-3 say so."""
    (records / "invariants.toml").write_text(FALSE)
    done = run(reports, "--records", str(records))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    (entry,) = logged(records)
    assert (entry["outcome"], entry["complete"]) == ("failed", True)
    assert "there is nobody" in entry["notes"]
    assert [one["name"] for one in entry["verifications"] if not one["passed"]] == [
        "invariant: there is nobody",
        "latest: invariant: there is nobody",
    ]
    found = results(reports)
    assert (found["RST-1"], found["RST-3"]) == ("not_compliant", "not_compliant")


@pytest.mark.exhaustive(keep=1)
@pytest.mark.parametrize(
    ("lack", "told"),
    [
        ("binaries", "PG_BINDIR (/nonexistent) lacks initdb"),
        ("records", "expected"),
        ("log", "this is not TOML"),
    ],
)
def test_drill_that_cannot_be_run_is_not_assessed(reports: Path, records: Path, lack: str, told: str) -> None:
    """Nothing was found out, so nothing passes, although the log has a good record of another day."""
    environment = {}
    if lack == "binaries":
        environment["PG_BINDIR"] = "/nonexistent"
    elif lack == "records":
        (records / "invariants.toml").write_text('invariants = "none"\n')
        told = "invariants.toml:1: invariants"
    else:
        (records / FILE).write_text("restore_tests = [\n")
    before = {path.name: path.read_bytes() for path in records.iterdir()}
    done = run(reports, "--records", str(records), **environment)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert set(results(reports).values()) <= {"not_assessed", "not_compliant"}
    assert "compliant" not in results(reports).values()
    assert told in done.stdout
    assert "Traceback" not in done.stdout
    assert {path.name: path.read_bytes() for path in records.glob("*.toml")} == before


def test_drill_without_binaries_is_not_assessed_whatever_the_log_says(reports: Path) -> None:
    """The simulated organisation's own log would pass."""
    done = run(reports, PG_BINDIR="/nonexistent")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert set(results(reports).values()) == {"not_assessed"}


@pytest.mark.exhaustive(keep=1)
@pytest.mark.parametrize("size", ["0", "-1", "nan", "many", "1e9"])
def test_size_that_is_none(reports: Path, size: str) -> None:
    """It is refused before anything is started."""
    done = run(reports, f"--drill-size={size}")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "expected a number of MB" in done.stderr


def test_default_run_imports_none_of_it() -> None:
    """A run without the drill needs neither its packages nor the time to load them."""
    code = (
        "import sys, conftest, importlib\n"
        "for name in conftest.pytest_plugins: importlib.import_module(name)\n"
        "print({'psycopg', 'psutil', 'fixtures.restore_drill.drill'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.exhaustive(keep=1)
@pytest.mark.parametrize(
    ("number", "phase"),
    [
        (signal.SIGTERM, "damage it"),
        (signal.SIGINT, "fill it"),
        (signal.SIGKILL, "fill it"),
        (signal.SIGKILL, "point in time: verify"),
    ],
)
def test_killed_drill_leaves_nothing(reports: Path, records: Path, number: signal.Signals, phase: str) -> None:
    """No process, no work folder, no half record."""
    told = subprocess.Popen(
        command(reports, "--records", str(records)),
        cwd=HOME,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with told as process:
        try:
            assert process.stdout is not None
            assert any(phase in line for line in process.stdout), f"it has ended before {phase!r}"
            family = psutil.Process(process.pid).children(recursive=True)
            (work,) = {Path(word) for one in family for word in one.cmdline() if Path(word).name.startswith(PREFIX)}
            assert any(one.name() == "postgres" for one in family)
            process.send_signal(number)
            process.wait(LIMIT)
        finally:
            process.kill()
    assert not psutil.wait_procs(family, timeout=LIMIT / 4)[1]
    assert not work.exists()
    assert process.returncode != pytest.ExitCode.OK
    assert logged(records) == []
