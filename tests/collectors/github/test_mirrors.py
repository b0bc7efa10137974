"""Mirrors are read from wherever they are: reported as refs, or asked by real git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from fixtures.collectors.record_files import RecordError
from fixtures.simulator import github
from fixtures.simulator.github import APP, INFRASTRUCTURE
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.stand_ins.github import ORGANISATION, TOKEN
from fixtures.simulator.violations.source_code_mirrors import history_rewritten_and_protected_again
from tests.collectors.github.conftest import Read

NAME = f"{ORGANISATION}/{INFRASTRUCTURE}"


def _remote(org: Organisation) -> str:
    return org.exports["GITHUB_API_URL"].replace("://", f"://x:{TOKEN}@") + f"/{NAME}.git"


def _git(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_GLOBAL": os.devnull}
    identity = ["-c", "user.name=Dora", "-c", "user.email=dora@botbrains.example"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def _declare(org: Organisation, address: str, machine: str = "dora", repository: str = NAME) -> None:
    entry = f'repository = "{repository}"\nmachine = "{machine}"\naddress = "{address}"\n'
    with (org.records / "mirrors.toml").open("a") as file:
        file.write(f"[[mirrors]]\n{entry}")


@pytest.fixture
def clone(organisation: Organisation, tmp_path: Path) -> Path:
    """A real mirror clone of the infrastructure, which can be asked."""
    _git(tmp_path, "clone", "--quiet", "--mirror", _remote(organisation), "mirror.git")
    _declare(organisation, str(tmp_path / "mirror.git"))
    return tmp_path / "mirror.git"


def test_clone_that_can_be_asked_counts(clone: Path, organisation: Organisation, read: Read) -> None:
    """Beside those that report by themselves, and as current as it is."""
    assert clone.exists()
    (found,) = [one for one in read().mirrored() if one.name == NAME]
    assert found.machines == ("anna-laptop", "ben-laptop", "dora")

    with organisation.days_ago(2):
        github.push(organisation, INFRASTRUCTURE)
    examination = read().judge()["SRC-4"]
    late = [f"https://github.com/{NAME}#{machine}" for machine in ("anna-laptop", "ben-laptop", "dora")]
    assert [finding.resource for finding in examination.violations] == late

    _git(clone, "remote", "update")
    late.remove(f"https://github.com/{NAME}#dora")
    assert [finding.resource for finding in read().judge()["SRC-4"].violations] == late


def test_clone_of_another_repository_does_not_count(organisation: Organisation, read: Read, tmp_path: Path) -> None:
    """GitHub does not know its commits."""
    _git(tmp_path, "init", "--quiet", "--initial-branch=main", "other")
    _git(tmp_path / "other", "commit", "--quiet", "--allow-empty", "-m", "other")
    _declare(organisation, str(tmp_path / "other"))
    (found,) = [one for one in read().mirrored() if one.name == NAME]

    assert found.machines == ("anna-laptop", "ben-laptop")
    assert str(found).endswith("not counted (empty, or unknown to the repository): dora")


def test_clone_ahead_of_the_repository_does_not_count(clone: Path, organisation: Organisation, read: Read) -> None:
    """What was never pushed is no mirror of what was."""
    tree = _git(clone, "rev-parse", "main^{tree}")
    _git(clone, "update-ref", "refs/heads/main", _git(clone, "commit-tree", tree, "-p", "main", "-m", "ahead"))
    (found,) = [one for one in read().mirrored() if one.name == NAME]

    assert organisation
    assert found.machines == ("anna-laptop", "ben-laptop")


def test_old_clone_counts_and_is_behind(clone: Path, organisation: Organisation, read: Read) -> None:
    """Its commit is in the history, older than everything that GitHub's activity still tells."""
    _git(clone, "update-ref", "refs/heads/main", "main~1")
    found = read().judge()

    assert organisation
    assert str(found["SRC-3"].result) == "compliant"
    assert [finding.resource for finding in found["SRC-4"].violations] == [f"https://github.com/{NAME}#dora"]


def test_machine_that_cannot_be_asked_is_a_gap(organisation: Organisation, read: Read, tmp_path: Path) -> None:
    """Even where the others are enough: what it holds nobody knows."""
    _declare(organisation, f"http://dora:hunter2@127.0.0.1:1{tmp_path}")
    reading = read()

    assert reading.results() == {
        "SRC-1": "compliant",
        "SRC-2": "compliant",
        "SRC-3": "not_assessed",
        "SRC-4": "not_assessed",
    }
    (gap,) = reading.gaps()
    assert "ls-remote http://127.0.0.1:1/" in gap
    assert "let dora be reached, or remove the entry at" in gap
    assert "hunter2" not in gap + repr(reading.ledger)


def test_hosting_declared_as_two_machines_is_a_gap(organisation: Organisation, read: Read) -> None:
    """GitHub itself, under two names, was two machines, and always current."""
    for machine in ("anna-laptop", "ben-laptop"):
        github.forget_mirror(organisation, INFRASTRUCTURE, machine)
    for machine in ("dora", "emil"):
        _declare(organisation, _remote(organisation), machine)

    with pytest.raises(RecordError, match=r"mirrors\.toml:4: .* no machine of a developer"):
        read().mirrored()


def test_entry_for_a_repository_that_is_not_there_is_a_gap(organisation: Organisation, read: Read) -> None:
    """It may be misspelt, and its repository unmirrored."""
    _declare(organisation, "/srv/x.git", repository="botbrains/infrastrukture")

    (gap,) = read().gaps()
    assert "there is no repository botbrains/infrastrukture" in gap
    assert "mirrors.toml:2" in gap


def test_branches_with_slashes_and_machines_without_branches(organisation: Organisation, read: Read) -> None:
    """refs/mirrors/<machine>/<branch>: the first part is the machine, all the rest the branch."""
    github.branch_off(organisation, APP, "feature/x/y")
    github.report_mirror(organisation, APP, "dora", "feature/x/y")
    commit = github.tip(organisation, APP)
    github.set_ref(organisation, APP, "refs/mirrors/stray", commit)
    github.set_ref(organisation, APP, "refs/mirrors/dora/HEAD", commit)
    (found,) = [one for one in read().mirrored() if one.name.endswith(f"/{APP}")]
    (dora,) = [mirror for mirror in found.mirrors if mirror.machine == "dora"]

    assert dict(dora.tips) == {"feature/x/y": commit}
    assert "stray" not in {mirror.machine for mirror in found.mirrors}


def test_country_is_what_people_declared(organisation: Organisation, read: Read) -> None:
    """Nothing else tells where a laptop stands."""
    (organisation.records / "mirrors.toml").write_text('[[machines]]\nname = "anna-laptop"\ncountry = "DE"\n')
    countries = {m.machine: m.country for one in read().mirrored() for m in one.mirrors}

    assert countries == {"anna-laptop": "DE", "ben-laptop": "", "chidi-laptop": ""}


def test_rewritten_history_is_told(organisation: Organisation, read: Read) -> None:
    """Whoever rewrote it protected it again: the verdict is about what is in force, the note about what happened."""
    assert read().judge_one("SRC-4").notes == []
    before = github.tip(organisation, INFRASTRUCTURE)
    history_rewritten_and_protected_again(organisation)
    found = read().judge()

    assert {str(one.result) for one in found.values()} == {"compliant"}
    (note,) = found["SRC-4"].notes
    after = github.tip(organisation, INFRASTRUCTURE)
    assert note.startswith(f"{NAME}: main was force-pushed on 2")
    assert f", from {before} to {after}: " in note
