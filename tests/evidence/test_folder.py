"""The folder of a run appears whole, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.evidence.folder import FolderError, RunFolder
from tests.judgement.facts import NOW

NAME = "2026-11-23T03-00-00Z-simulated"


def folders(reports: Path) -> set[str]:
    """List what is there, links included."""
    return {path.name for path in reports.iterdir()}


def test_nothing_is_visible_before_it_is_whole(tmp_path: Path) -> None:
    """Neither under the run's name, nor as the latest."""
    folder = RunFolder(tmp_path, NOW, "simulated")
    assert folders(tmp_path).isdisjoint({NAME, "latest"})

    folder.publish(is_latest=True)

    assert folders(tmp_path) == {NAME, "latest"}
    assert (tmp_path / "latest").resolve() == tmp_path / NAME


def test_part_is_not_the_latest(tmp_path: Path) -> None:
    """`latest` goes on pointing to the newest whole run."""
    RunFolder(tmp_path, NOW, "live").publish(is_latest=True)
    RunFolder(tmp_path, NOW, "simulated").publish(is_latest=False)

    assert (tmp_path / "latest").readlink() == Path("2026-11-23T03-00-00Z-live")


def test_two_runs_of_the_same_second(tmp_path: Path) -> None:
    """Both are kept."""
    first, second = RunFolder(tmp_path, NOW, "simulated"), None
    (first.path / "whose").write_text("first")
    first.publish(is_latest=True)
    second = RunFolder(tmp_path, NOW, "simulated")
    (second.path / "whose").write_text("second")
    second.publish(is_latest=True)

    assert (tmp_path / NAME / "whose").read_text() == "first"
    assert (tmp_path / f"{NAME}-2" / "whose").read_text() == "second"
    assert (tmp_path / "latest").resolve() == tmp_path / f"{NAME}-2"


def test_leftovers_of_the_dead_are_swept(tmp_path: Path) -> None:
    """What a killed run left goes at the next start; what belongs to a living one stays."""
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    (tmp_path / f".unfinished-{dead.stdout.strip()}-{NAME}").mkdir()
    (tmp_path / f".unfinished-{os.getppid()}-{NAME}").mkdir()

    RunFolder(tmp_path, NOW, "simulated").discard()

    assert folders(tmp_path) == {f".unfinished-{os.getppid()}-{NAME}"}


@pytest.mark.parametrize("obstacle", ["file", "missing-parent-is-file"])
def test_folder_that_cannot_be_written(tmp_path: Path, obstacle: str) -> None:
    """It is told before anything is read."""
    (tmp_path / "reports").write_text("a file")
    place = tmp_path / "reports" / ("sub" if obstacle != "file" else "")

    with pytest.raises(FolderError, match="cannot write reports"):
        RunFolder(place, NOW, "simulated")
