"""The writer of the restore-test log: what is in it stays, whoever writes, and whoever is killed while writing."""

from __future__ import annotations

import multiprocessing
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.collectors.restore_test_records import restore_tests
from fixtures.facts.restore_tests import (
    FILE,
    Destination,
    Kind,
    Measured,
    Origin,
    Outcome,
    RestoreTest,
    Verification,
    complaints,
)
from fixtures.record_writing import partial
from fixtures.restore_drill import log
from fixtures.restore_drill.log import LogError, append, check
from tests.judgement.facts import NOW

HAND_WRITTEN = """\
# Kept by Otto. Please add at the end.

[[restore_tests]]   # the first one
id = "by-hand"
kind = 'manual'
measured = "application database"
by = "Otto Okafor"
started = 2025-11-02 09:00:00Z
finished = 2025-11-02T12:00:00+01:00
outcome = "failed"
complete = false
notes = \"\"\"
It took the wrong
[[restore_tests]]
\"\"\"
origin = { database = "arn:aws:rds:eu-central-1:123456789012:db:app", resource_id = "db-APP" }"""
SPAWN = multiprocessing.get_context("spawn")

texts = st.text(max_size=20).map(str.strip)
"""Without space around them, which is dropped from every record."""
moments = st.datetimes(
    min_value=datetime(1980, 1, 1),  # noqa: DTZ001 - zones are drawn
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))]),
)
spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3000))
tests = st.builds(
    RestoreTest,
    id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,20}", fullmatch=True),
    kind=st.sampled_from(Kind),
    measured=st.sampled_from(Measured),
    by=texts,
    started=moments,
    finished=moments,
    outcome=st.sampled_from(Outcome),
    complete=st.booleans(),
    origin=st.builds(Origin, *[texts] * 6),
    destination=st.builds(Destination, *[texts] * 6),
    playbook=texts,
    playbook_version=texts,
    **{
        name: st.none() | moments
        for name in ("target_time", "recovered_to", "newest_backup", "disaster_at", "verified")
    },
    claimed_rpo=st.none() | spans,
    claimed_rto=st.none() | spans,
    evidence_sha256=st.sampled_from(["", "0" * 64, "0" * 63, "A" * 64]),
    verifications=st.lists(st.builds(Verification, texts, st.booleans(), texts), max_size=3).map(tuple),
    notes=texts,
)


def record(id_: str, **differently: object) -> RestoreTest:
    """Return a small record that the log takes."""
    small = RestoreTest(
        id_,
        Kind.RDS,
        Measured.DATABASE,
        "the nightly run",
        NOW - timedelta(hours=1),
        NOW,
        Outcome.PASSED,
        True,
        Origin("arn:aws:rds:eu-central-1:123456789012:db:app", "db-APP"),
    )
    return replace(small, **differently)  # type: ignore[arg-type]


def ids(folder: Path) -> list[str]:
    """Return what stands in the log, as the collector reads it."""
    return [one.id for one in restore_tests(folder)]


def test_first_entry(tmp_path: Path) -> None:
    """A folder without a log gets one that others may read."""
    check(tmp_path)
    append(tmp_path, record("one"))

    assert ids(tmp_path) == ["one"]
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o644


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(test=tests)
def test_what_is_written_is_what_is_read(tmp_path: Path, test: RestoreTest) -> None:
    """Whatever can be said is read back as it was said, hostile texts included; what cannot be said is refused."""
    (tmp_path / FILE).write_text(HAND_WRITTEN)
    if list(complaints(test)):
        with pytest.raises(LogError):
            append(tmp_path, test)
        assert (tmp_path / FILE).read_text() == HAND_WRITTEN
        return
    append(tmp_path, test)

    _, read = restore_tests(tmp_path)
    assert read == replace(test, source=read.source)


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
def test_what_people_wrote_stays(tmp_path: Path, newline: str, mark: str) -> None:
    """Byte for byte, whatever editor they use."""
    written = (mark + HAND_WRITTEN).replace("\n", newline).encode()
    (tmp_path / FILE).write_bytes(written)
    (tmp_path / FILE).chmod(0o600)

    append(tmp_path, record("two"))
    append(tmp_path, record("three"))

    assert (tmp_path / FILE).read_bytes().startswith(written + newline.encode() * 2)
    assert ids(tmp_path) == ["by-hand", "two", "three"]
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_link_stays_a_link(tmp_path: Path) -> None:
    """Records that are kept elsewhere are kept there."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / FILE).symlink_to(tmp_path / "elsewhere" / FILE)

    append(tmp_path / "records", record("one"))

    assert (tmp_path / "records" / FILE).is_symlink()
    assert ids(tmp_path / "elsewhere") == ["one"]


def _append_some(folder: Path, name: str, count: int) -> None:
    for number in range(count):
        append(folder, record(f"{name}-{number}"))


def test_writers_at_once(tmp_path: Path) -> None:
    """Each entry of each of them is there, once, in the writer's own order."""
    (tmp_path / FILE).write_text(HAND_WRITTEN)
    writers = [SPAWN.Process(target=_append_some, args=(tmp_path, name, 12)) for name in "abc"]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert "by-hand" in ids(tmp_path)  # whenever somebody reads, it is a whole log
    for writer in writers:
        writer.join()

    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    found = ids(tmp_path)
    assert found[0] == "by-hand"
    for name in "abc":
        assert [one for one in found if one.startswith(f"{name}-")] == [f"{name}-{number}" for number in range(12)]
    assert len(found) == 37


def _append_and_die(folder: Path, at: str) -> None:
    """Be killed when the writer comes to *at*: without any clean-up, as by SIGKILL or a power cut."""
    target, name = {"fsync": (os, "fsync"), "replace": (Path, "replace"), "chmod": (os, "fchmod")}[at]
    setattr(target, name, lambda *_: os._exit(9))
    append(folder, record("lost"))


@pytest.mark.parametrize("at", ["chmod", "fsync", "replace"])
def test_killed_while_writing(tmp_path: Path, at: str) -> None:
    """Its own entry is lost and nobody else's; nobody waits for it, and the next one clears away what it left."""
    (tmp_path / FILE).write_text(HAND_WRITTEN)
    writer = SPAWN.Process(target=_append_and_die, args=(tmp_path, at))
    writer.start()
    writer.join()

    assert writer.exitcode == 9
    assert (tmp_path / FILE).read_text() == HAND_WRITTEN
    assert list(tmp_path.glob(f"{partial(FILE)}*"))
    append(tmp_path, record("next"))
    assert ids(tmp_path) == ["by-hand", "next"]
    assert not list(tmp_path.glob(f"{partial(FILE)}*"))


def test_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log is as it was, no half of a file stays, and the error holds the entry or says where it is."""
    (tmp_path / FILE).write_text(HAND_WRITTEN)

    def no_space(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(LogError, match=r"No space left on device.*kept in") as told:
        append(tmp_path, record("two"))

    assert (tmp_path / FILE).read_text() == HAND_WRITTEN
    assert not list(tmp_path.glob(f"{partial(FILE)}*"))
    kept = tmp_path / log.UNFILED.format(id="two")
    assert str(kept) in str(told.value)
    (tmp_path / FILE).write_text(HAND_WRITTEN + "\n" + kept.read_text())
    assert ids(tmp_path) == ["by-hand", "two"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[[restore_tests]\n", "not TOML"),
        (b"# caf\xe9\n", "not UTF-8"),
        (b"restore_tests = []\n", "not TOML"),
        (b"restore_tests = 3\n", "no list|not TOML"),
        (b"[restore_tests]\nid = 1\n", "not TOML"),
        (b"a = " + b"[" * 5000, "not TOML"),
        (b'notes = """\n', "not TOML"),
        (HAND_WRITTEN.replace("by-hand", "two").encode(), "'two' stands there already"),
    ],
    ids=["broken", "latin-1", "empty-list", "number", "table", "brackets", "open-text", "same-id"],
)
def test_log_that_takes_nothing(tmp_path: Path, content: bytes, told: str) -> None:
    """It is left as it is, and the entry is kept beside it."""
    (tmp_path / FILE).write_bytes(content)

    with pytest.raises(LogError, match=told):
        append(tmp_path, record("two"))

    assert (tmp_path / FILE).read_bytes() == content
    (kept,) = tmp_path.glob("*unfiled*")
    assert 'id = "two"' in kept.read_text()


def test_check_finds_out_before(tmp_path: Path) -> None:
    """Nobody restores for hours and is told then."""
    (tmp_path / FILE).write_text("[[restore_tests]\n")
    with pytest.raises(LogError, match=r"restore_tests\.toml: this is not TOML"):
        check(tmp_path)
    with pytest.raises(LogError, match="no such folder"):
        check(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("differently", "told"),
    [
        ({"id": "../../x"}, "id: expected letters"),
        ({"by": " "}, "by: expected a text"),
        ({"finished": NOW - timedelta(hours=2)}, "finished: expected no earlier"),
        ({"started": NOW.replace(tzinfo=None)}, "started: expected a time with its zone"),
        ({"kind": Kind.EMBEDDED}, "measured: expected .stand-in.: an embedded drill restores no backup"),
        ({"measured": Measured.STAND_IN}, "measured: expected .application database."),
        ({"evidence_sha256": "abc"}, "evidence_sha256: expected 64 digits"),
        ({"claimed_rpo": timedelta(seconds=-1)}, "claimed_rpo_seconds: expected no negative"),
        ({"verifications": (Verification("", True),)}, "verifications: expected a name"),
    ],
)
def test_what_no_record_can_say(tmp_path: Path, differently: dict[str, object], told: str) -> None:
    """It is refused by field and expectation, kept all the same, and never outside of the folder."""
    with pytest.raises(LogError, match=told):
        append(tmp_path, record("two", **differently))

    assert not (tmp_path / FILE).exists()
    assert len(list(tmp_path.glob("*unfiled*"))) == 1
