"""What lies in a bucket, and how it is unpacked: names, order, and archives that somebody has tampered with."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from fixtures.restore_drill import archive
from fixtures.restore_drill.archive import IDENTITY
from fixtures.restore_drill.layout import Layout
from fixtures.restore_drill.wal import Segment, position

MEGABYTE = 1 << 20


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


def packed(*members: tuple[tarfile.TarInfo, bytes], cut: int = 0) -> list[bytes]:
    """Return a base backup of *members*, and of what no data directory is without."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for member, content in (*members, (tarfile.TarInfo(IDENTITY), b"x")):
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    content = raw.getvalue()
    if cut:
        content = content[:cut] + bytes(1024) + content[cut + 1024 :]
    content = gzip.compress(content)
    return [content[place : place + 100] for place in range(0, len(content), 100)]


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
