"""What README and CONTRIBUTING say is so: paths exist, names are known, records load, JSON parses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from fixtures.collectors import digitalocean_failures, records
from fixtures.collectors import sentry as sentry_api
from fixtures.examination import CATALOGUE, HOME
from fixtures.simulator.violations import CHANGES

DOCUMENTS = {name: (HOME / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md")}
BLOCK = re.compile(r"^ *```(?P<language>\w+)\n(?P<text>.*?)^ *```", re.MULTILINE | re.DOTALL)
ROOMS = ("compliance_tests/", "fixtures/", "policy/", "records/", "tests/", ".ci/", ".github/")


def blocks(language: str) -> list[str]:
    """Return every code block of *language*, without the indentation of a list."""
    found = [block for text in DOCUMENTS.values() for block in BLOCK.finditer(text) if block["language"] == language]
    return [re.sub(r"^ {0,3}", "", block["text"], flags=re.MULTILINE) for block in found]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_paths_exist(name: str) -> None:
    """A reader who follows one arrives somewhere."""
    paths = re.findall(r"`([\w./<>*-]+)`|\]\(([\w./-]+)\)", DOCUMENTS[name])
    named = [one or other for one, other in paths if (one or other).startswith(ROOMS)]

    assert named
    assert [path for path in named if not re.search(r"[<>*]", path) and not (HOME / path).exists()] == []


def test_violations_that_are_named_exist() -> None:
    """`--break NAME` works as it stands there."""
    named = re.findall(r"--break (\w+)", DOCUMENTS["README.md"])

    assert named
    assert set(named) - {"NAME"} <= CHANGES.keys()


def test_options_exist() -> None:
    """Each of ours stands in the help."""
    command = [sys.executable, "-m", "pytest", "compliance_tests", "--help", "-p", "no:cacheprovider"]
    told = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=60, check=True).stdout
    named = [
        option
        for line in DOCUMENTS["README.md"].splitlines()
        if "pytest " in line or "`--" in line
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", line)
        if "aws " not in line
    ]
    others = {
        "--require-hashes",
        "--exhaustive",
        "--junitxml",
    }  # of pip, of the other tests; and as pytest takes it, too

    assert len(set(named)) > 30
    assert {option for option in named if not re.search(rf"^  .*{option}\b", told, re.MULTILINE)} == others


def test_variables_are_read() -> None:
    """A variable that a reader sets is one that something heeds."""
    files = [*(HOME / "fixtures").rglob("*.py"), *(HOME / "tests").rglob("*.py"), *(HOME / ".github").rglob("*.y*ml")]
    heeded = {name for file in files for name in re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", file.read_text("utf-8"))}
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)", DOCUMENTS["README.md"]))

    assert len(named) > 15
    assert named <= heeded


def test_scopes_are_those_that_are_asked_for() -> None:
    """A token made as the guide says may read whatever is read."""
    (row,) = re.findall(r"^ *\| DigitalOcean \|.*", DOCUMENTS["README.md"], re.MULTILINE)
    (sentry,) = re.findall(r"^ *\| Sentry \|.*", DOCUMENTS["README.md"], re.MULTILINE)
    needed = {scope for scopes in digitalocean_failures.SCOPES.values() for scope in scopes.split(", ")}

    assert {scope.removesuffix(":read") for scope in needed} <= set(re.findall(r"\w+", row.split("scopes: ")[1]))
    assert set(re.findall(r"\w+:read", sentry_api.SCOPES)) == set(re.findall(r"\w+:read", sentry))


def test_examples_of_records_load(tmp_path: Path) -> None:
    """What a reader copies is accepted."""
    examples = blocks("toml")
    (accounts,) = (text for text in examples if "[[aws.accounts]]" in text)
    (exceptions,) = (text for text in examples if "[[exceptions]]" in text)
    (tmp_path / "accounts.toml").write_text(accounts)
    (tmp_path / "exceptions.toml").write_text(exceptions)

    assert records.aws_accounts(tmp_path)[0].id
    assert not records.aws_accounts(tmp_path)[0].role  # the account of the credentials themselves
    assert records.github_organisation(tmp_path).organisation
    assert records.betterstack_team(tmp_path) is not None
    assert records.sentry_organisation(tmp_path)
    assert records.waivers(tmp_path, CATALOGUE)
    assert all(tomllib.loads(text) for text in examples)


def test_json_parses() -> None:
    """A policy that somebody pastes into AWS is one."""
    assert all(json.loads(text)["Statement"] for text in blocks("json"))


def test_ci_runs_the_second_command() -> None:
    """What CI runs is what the README tells a newcomer, in a fresh virtual environment."""
    main, tests = [text for text in blocks("sh") if "--require-hashes" in text][:2]
    script = (HOME / ".ci/run").read_text("utf-8")

    assert "-r requirements.lock" in main
    assert main.rstrip().endswith("pytest compliance_tests")
    assert "-r requirements-tests.lock" in tests
    assert "-r requirements-tests.lock" in script
    assert tests.rstrip().endswith("pytest tests -n auto")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-drill.lock", "requirements-tests.lock"])
def test_lock_names_no_index(lock: str) -> None:
    """Every package is pinned by hash, and comes from whichever index its user trusts."""
    text = (HOME / lock).read_text("utf-8")
    pins = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==", text, re.MULTILINE)

    assert len(pins) <= text.count("--hash=sha256:")
    assert "://" not in text
    assert "--find-links" not in text
    for dependency in tomllib.loads((HOME / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]:
        name = re.split(r"[>=<\[]", dependency)[0].lower()
        assert re.search(rf"^{re.escape(name)}(\[[\w,-]+\])?==", text, re.MULTILINE), name


def test_lock_installs_with_the_pip_that_python_brings() -> None:
    """Pip before 23.3 takes a pin with an extra for no pin of the package itself: it stands there with and without."""
    text = (HOME / "requirements-tests.lock").read_text("utf-8")
    pinned = dict(re.findall(r"^(pydantic(?:\[email\])?)==(\S+)", text, re.MULTILINE))

    assert pinned.keys() == {"pydantic", "pydantic[email]"}
    assert len({*pinned.values()}) == 1
