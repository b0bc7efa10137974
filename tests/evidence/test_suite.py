"""The digest of the suite: another one if anything is that judges, and the same whatever tools leave about."""

from __future__ import annotations

import shutil
import subprocess
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from fixtures.evidence import suite
from fixtures.examination import HOME

LEFTOVERS = [
    "compliance_tests/__pycache__/test_cache.cpython-311-pytest-9.0.2.pyo",
    "fixtures/__pycache__/clock.cpython-311.opt-1.pyc",
    "fixtures/evidence/__pycache__/suite.cpython-314.pyc.140232",
    "compliance_tests/.pytest_cache/v/cache/lastfailed",
    "compliance_tests/.pytest_cache/README.md",
    "fixtures/.mypy_cache/3.11/missing_stubs.json",
    "fixtures/.clock.py.swp",
    "fixtures/clock.py~",
    "fixtures/clock.py.orig",
    "policy/.DS_Store",
]
JUDGES = [
    "compliance_tests/conftest.py",
    "compliance_tests/test_more.py",
    "fixtures/clock.pyc",
    f"fixtures/examination{EXTENSION_SUFFIXES[0]}",
    "fixtures/parameters.toml",
    "policy/more.json",
    "fixtures/report/templates/more.html.j2",
    "conftest.py",
    "pyproject.toml",
    "pytest.ini",
    ".pytest.toml",
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the suite, as somebody checks it out."""
    for room in suite.CODE:
        shutil.copytree(HOME / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(HOME / name, tmp_path)
    monkeypatch.setattr(suite, "HOME", tmp_path)
    return tmp_path


def code() -> str:
    """Return the digest as a new process has it."""
    return suite.code.__wrapped__()


def change(file: Path) -> None:
    """Write something into *file*, which may be there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as opened:
        opened.write(b"# changed\n")


def test_leftovers_are_no_other_suite(home: Path) -> None:
    """A genuine run stays acceptable, although somebody has tried something out in the checkout."""
    before = code()
    for name in LEFTOVERS:
        change(home / name)

    assert code() == before


@pytest.mark.parametrize("name", JUDGES)
def test_what_judges_is_another_suite(home: Path, name: str) -> None:
    """Whatever Python can import, in whichever form, and what says how tests are found."""
    before = code()
    change(home / name)

    assert code() != before


def test_parameters_are_no_code(home: Path) -> None:
    """Evidence says itself what was in force."""
    before = code()
    change(home / suite.PARAMETERS)

    assert code() == before


def test_every_file_counts() -> None:
    """A kind of file that comes new into the rooms is noticed here, or nobody would know it changed."""
    listed = subprocess.run(["git", "ls-files", *suite.CODE], cwd=HOME, capture_output=True, text=True, check=True)
    files = [Path(line) for line in listed.stdout.splitlines()]

    assert {file.suffix for file in files} <= suite.SUFFIXES
    assert not [file for file in files if suite._is_left_over(HOME / file)]
