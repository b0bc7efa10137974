"""The suite as people start it: a process of its own, with right and wrong options, alone and in company."""

from __future__ import annotations

import ast
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fixtures.examination import CATALOGUE, HOME
from tests.inner_run import TESTS

LIMIT = 120
USAGE = pytest.ExitCode.USAGE_ERROR


def command(reports: Path, *options: str) -> list[str]:
    """Return the command line of a run whose reports go to *reports*."""
    return [
        sys.executable,
        "-m",
        "pytest",
        "compliance_tests",
        f"--reports={reports}",
        "-p",
        "no:cacheprovider",
        *options,
    ]


def run(reports: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the suite and wait for its end."""
    return subprocess.run(
        command(reports, *options), cwd=HOME, capture_output=True, text=True, timeout=LIMIT, check=False
    )


def results(reports: Path) -> dict[str, dict[str, str]]:
    """Return what the latest whole run says of each statement."""
    document = json.loads((reports / "latest/results.json").read_text("utf-8"))
    return {one["id"]: one for one in document["statements"]}


def test_main_job(tmp_path: Path) -> None:
    """With no option and no credential: every statement in the catalogue stands in the results, none is violated."""
    done = run(tmp_path)

    assert done.returncode == 0, done.stdout
    found = results(tmp_path)
    assert set(found) == set(CATALOGUE)
    assert {id_ for id_, one in found.items() if one["result"] in {"compliant", "waived"}} == set(TESTS)
    assert found["RES-2"]["result"] == "waived", "source code at github.com is accepted, knowingly"
    assert "SIMULATED, not audit evidence" in done.stdout
    assert {path.name for path in (tmp_path / "latest").iterdir()} == {
        "report.html",
        "results.json",
        "evidence.json",
        "manifest.json",
        "examined.csv",
        "assessment-results.oscal.json",
    }


def test_broken_on_purpose(tmp_path: Path) -> None:
    """`--break` turns the right statement red, by name and with its remedy."""
    done = run(tmp_path, "--break", "pitr_retention_lowered_to_7_days")

    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert results(tmp_path)["DB-4"]["result"] == "not_compliant"
    assert "arn:aws:rds:eu-central-1:123456789012:db:app" in done.stdout
    assert "aws rds modify-db-instance" in done.stdout


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--target", "production"], "invalid choice"),
        (["--target", "live", "--break", "anything"], "--break only ever breaks the simulated organisation"),
        (["--break", "no_such_thing"], "no_such_thing"),
        (["--records", "/nonexistent/records"], "no such folder of records"),
        (["--explain", "NO-SUCH-1"], "no statement fits"),
        (["--verify", ""], "argument --verify: is empty"),
        (["--publish", ""], "argument --publish: is empty"),
        (["--merge", ""], "argument --merge: is empty"),
        (["--accounts", " "], "argument --accounts: is empty"),
        (["--sign-key="], "argument --sign-key: is empty"),
    ],
)
def test_wrong_option(tmp_path: Path, options: list[str], told: str) -> None:
    """One clear error, and nothing is left behind."""
    done = run(tmp_path, *options)

    assert done.returncode == USAGE
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_option_wants_a_value_that_is_one() -> None:
    """A script's unset variable asks for nothing: to do something else instead could look like success."""
    calls = [
        node for file in (HOME / "fixtures").rglob("*.py") for node in ast.walk(ast.parse(file.read_text("utf-8")))
    ]
    options = {
        str(ast.literal_eval(node.args[0])): {one.arg for one in node.keywords}
        for node in calls
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "addoption"
    }
    anything = {name for name, given in options.items() if "metavar" in given and not given & {"type", "choices"}}

    assert len(options) > len(anything)
    assert anything == {"--break", "--explain", "--period"}  # of which each is looked up, and not found


def test_help() -> None:
    """Every option of the suite stands in pytest's own help."""
    done = run(Path("unused"), "--help")

    assert done.returncode == 0, done.stderr
    for option in ("--target", "--break", "--records", "--preflight", "--restore-drill", "--verify", "--record-review"):
        assert f"  {option}" in done.stdout


def test_reports_that_cannot_be_written(tmp_path: Path) -> None:
    """It is told before anything is read."""
    (tmp_path / "reports").write_text("a file where the folder should be")
    done = run(tmp_path / "reports")

    assert done.returncode == USAGE
    assert "cannot write reports" in done.stderr


@pytest.mark.parametrize("content", ["[[exceptions]]\nstatement = 'DB-99'\n", "[[exceptions]\n", "\x00"])
def test_exceptions_that_cannot_be_used(tmp_path: Path, content: str) -> None:
    """Nothing is assessed as compliant on the strength of a file that cannot be read."""
    records = tmp_path / "records"
    records.mkdir()
    (records / "exceptions.toml").write_text(content)
    done = run(tmp_path / "reports", "--records", str(records))

    assert done.returncode == USAGE
    assert "exceptions.toml:" in done.stderr
    assert "nothing was assessed" in done.stderr
    assert not (tmp_path / "reports").exists()


def test_part_does_not_look_like_the_whole(tmp_path: Path) -> None:
    """What was left out is *not run*, and `latest` stays where it was."""
    done = run(tmp_path, "-k", "DB-1")

    (folder,) = tmp_path.iterdir()
    document = json.loads((folder / "results.json").read_text("utf-8"))
    assert done.returncode == 0
    assert document["run"]["complete"] is False
    assert [one["id"] for one in document["statements"] if one["result"] != "not_run"] == ["DB-1"]


@pytest.mark.parametrize("options", [["-o", "python_functions=test_database*"], ["--setup-only"]])
def test_what_was_never_collected_is_missed(tmp_path: Path, options: list[str]) -> None:
    """Nothing is deselected here, and yet it is no full run: `latest` does not point to it."""
    run(tmp_path, *options, "--break", "pitr_retention_lowered_to_7_days")

    (folder,) = tmp_path.iterdir()
    document = json.loads((folder / "evidence.json").read_text("utf-8"))
    assert document["run"]["selection"] == "part"
    assert document["run"]["complete"] is False


def test_explanation_runs_nothing(tmp_path: Path) -> None:
    """The thread from requirement to proof, without a single call."""
    done = run(tmp_path, "--explain", "DB-5")

    assert done.returncode == 0
    for part in ("DB-5  ", "test       compliance_tests/", "fixture    fixtures/", "violation  fixtures/simulator/"):
        assert part in done.stdout
    assert "rds:DescribeDBInstanceAutomatedBackups" in done.stdout
    assert done.stdout.startswith("DB-5  ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.exhaustive(keep=1)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_killed_midway(tmp_path: Path, how: signal.Signals) -> None:
    """No half report; an older one is untouched; nothing goes on running."""
    older = tmp_path / "2026-01-01T00-00-00Z-live"
    older.mkdir()
    (older / "report.html").write_text("older")
    (tmp_path / "latest").symlink_to(older.name)
    for pause in (0.8, 1.6, 2.4):
        with subprocess.Popen(
            command(tmp_path), cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as suite:
            time.sleep(pause)
            suite.send_signal(how)
            status = suite.wait(LIMIT)

        whole = [
            path
            for path in tmp_path.iterdir()
            if not path.name.startswith(".") and path not in {older, tmp_path / "latest"}
        ]
        assert status != 0 or whole
        assert all(
            {"report.html", "results.json", "evidence.json", "manifest.json"} <= {p.name for p in path.iterdir()}
            for path in whole
        )
        assert (older / "report.html").read_text() == "older"
        assert whole or (tmp_path / "latest").resolve() == older


def test_two_at_once(tmp_path: Path) -> None:
    """Both finish, and keep their reports apart."""
    both = [
        subprocess.Popen(command(tmp_path), cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]

    assert [suite.wait(LIMIT) for suite in both] == [0, 0]
    assert len([path for path in tmp_path.iterdir() if path.is_dir() and not path.is_symlink()]) == 2


def test_stop_at_first_failure(tmp_path: Path) -> None:
    """`-x` leaves the rest not run, and says so."""
    run(tmp_path, "-x", "--break", "pitr_retention_lowered_to_7_days")

    (folder,) = (path for path in tmp_path.iterdir() if not path.is_symlink())
    document = json.loads((folder / "results.json").read_text("utf-8"))
    assert document["run"]["complete"] is False
    assert {one["result"] for one in document["statements"]} >= {"not_compliant", "not_run"}
    assert not (tmp_path / "latest").exists()
