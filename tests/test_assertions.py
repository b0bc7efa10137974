"""A run in which assertions do not count is none: every statement would come out compliant."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import compile as compiled
from typing import Any

import pytest

from fixtures import assertions
from fixtures.examination import HOME

LIMIT = 120
BROKEN = ("--break", "pitr_retention_lowered_to_7_days")
ROOMS = ("compliance_tests", "fixtures", "policy", "records")


def run(home: Path, reports: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the suite that lies in *home*, on an organisation that is broken."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "compliance_tests", f"--reports={reports}", *BROKEN, *options],
        cwd=home,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


@pytest.mark.parametrize("options", [["--assert=plain"], ["-p", "no:assertion"], ["-n", "2"]])
def test_optimised_python_runs_nothing(tmp_path: Path, options: list[str]) -> None:
    """Neither by an option nor by the environment; nothing is left that looks like a run."""
    done = run(HOME, tmp_path, *options, PYTHONOPTIMIZE="1")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "takes the assertions out of the tests; nothing was assessed" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_plain_assertions_count(tmp_path: Path) -> None:
    """What pytest makes of assertions is for their words alone."""
    done = run(HOME, tmp_path, "-p", "no:assertion", "-k", "DB-4")

    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout


def test_workers_run_as_this_process_does(tmp_path: Path) -> None:
    """Another interpreter, or the same one with other options, might leave the assertions out."""
    done = run(HOME, tmp_path, "-d", "--tx", f"popen//python={sys.executable} -O")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def stale(tmp_path: Path) -> Path:
    """Copy the suite, with modules in its cache that were compiled without assertions, and look current."""
    home = tmp_path / "home"
    home.mkdir()
    for room in ROOMS:
        shutil.copytree(HOME / room, home / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(HOME / name, home)
    for file in (home / "compliance_tests").glob("*.py"):
        compiled(
            str(file),
            str(home / f"compliance_tests/__pycache__/{file.stem}.{sys.implementation.cache_tag}.pyc"),
            optimize=1,
        )
    return home


@pytest.mark.parametrize(("options", "status"), [([], 4), (["-n", "2"], 3)], ids=["alone", "workers"])
def test_tests_that_were_compiled_without_assertions(
    stale: Path, tmp_path: Path, options: list[str], status: int
) -> None:
    """They are seen as they were loaded, wherever they are run; pytest-xdist knows no better word for it."""
    done = run(stale, tmp_path / "reports", "--assert=plain", "-p", "no:cacheprovider", *options)

    assert done.returncode == status, done.stdout
    assert "asserts nothing as it was loaded" in done.stdout + done.stderr
    assert not [*(tmp_path / "reports").glob("*")]


def test_what_can_fail() -> None:
    """An assertion is seen, whether pytest has rewritten it or not; a condition alone is none."""
    source = "def asserts(one):\n    assert one\n\ndef looks(one):\n    return one"
    plain: dict[str, Any] = {}
    exec(source, plain)  # noqa: S102 - as Python itself compiles it
    optimised: dict[str, Any] = {}
    exec(compile(source, "", "exec", optimize=1), optimised)  # noqa: S102

    assert assertions.can_fail(plain["asserts"].__code__)
    assert assertions.can_fail(test_what_can_fail.__code__)
    assert not assertions.can_fail(plain["looks"].__code__)
    assert not assertions.can_fail(optimised["asserts"].__code__)
