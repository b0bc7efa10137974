"""records/restore_tests.toml: what is wrong is told by file, line, field and expectation; what is hostile is inert."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fixtures.collectors.record_files import RecordError
from fixtures.collectors.restore_test_records import restore_tests
from fixtures.examination import HOME
from fixtures.facts.restore_tests import FILE, RestoreTest
from fixtures.restore_drill.log import entry

TEMPLATE = (HOME / "records" / FILE).read_text("utf-8")
EXAMPLE = re.sub(r"(?m)^# ?", "", TEMPLATE.partition("and change it:")[2])
MANY = 10_000


def read(folder: Path, text: str | bytes) -> tuple[RestoreTest, ...]:
    """Read *text* as the log of *folder*."""
    (folder / FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
    return restore_tests(folder)


def line_of(text: str, part: str) -> int:
    """Return the line at which *part* stands first."""
    return text[: text.index(part)].count("\n") + 1


def test_example(tmp_path: Path) -> None:
    """It says what it means to say."""
    (one,) = read(tmp_path, EXAMPLE)

    assert not one.missing
    assert not one.disorder
    assert (one.started, one.origin.region) == (datetime(2026, 1, 31, 9, tzinfo=UTC), "eu-west-1")
    assert [line.name for line in one.verifications] == ["row counts", "checksums", "constraints", "amcheck"]
    assert str(one).startswith("2026-01-31 (manual) on 2026-01-31 11:00Z by Otto Okafor: passed, playbook ")


@pytest.mark.parametrize(
    ("old", "new", "field", "told"),
    [
        ('id = "2026-01-31"', 'id = "31 January"', "id", "letters, digits"),
        ('id = "2026-01-31"', 'id = ""', "id", "at least 1"),
        ('by = "Otto Okafor"', 'by = "  "', "by", "at least 1"),
        ('kind = "manual"', 'kind = "by hand"', "kind", "'embedded', 'rds' or 'manual'"),
        ('kind = "manual"', 'kind = "embedded"', "measured", '"stand-in"'),
        ('"application database"', '"production"', "measured", "'application database' or 'stand-in'"),
        ("complete = true", 'complete = "yes"', "complete", "valid boolean"),
        ("complete = true", "complete = 1", "complete", "valid boolean"),
        ("passed = true", 'passed = "true"', "verifications.0.passed", "valid boolean"),
        ('outcome = "passed"', 'outcome = "ok"', "outcome", "'passed' or 'failed'"),
        ("verified = 2026-01-31T10:30:00Z", "verified = 2026-01-31T10:30:00", "verified", "timezone"),
        ("verified = 2026-01-31T10:30:00Z", "verified = 2026-01-31", "verified", "timezone"),
        ("verified = 2026-01-31T10:30:00Z", "verified = 20260131", "verified", "a number is no date"),
        ("verified = 2026-01-31T10:30:00Z", "verified = 0001-01-01T00:00:00+14:00", "verified", "no year"),
        ("finished = 2026-01-31T11:00:00Z", "finished = 2026-01-31T08:00:00Z", "finished", "no earlier than started"),
        ('version = "3"', 'version = "3"\nclaimed_rpo_seconds = -1', "claimed_rpo_seconds", "greater than or equal"),
        ('version = "3"', 'version = "3"\nclaimed_rpo_seconds = inf', "claimed_rpo_seconds", "finite"),
        ('version = "3"', 'version = "3"\nclaimed_rto_seconds = "fast"', "claimed_rto_seconds", "number"),
        ("e3b0c4", "E3B0C4", "evidence_sha256", "small letters"),
        ('database = "arn', 'databse = "arn', "origin.databse", "did you mean database?"),
        ('resource_id = "db-ABC', 'resource_id = ""\n# "db-ABC', "origin.resource_id", "at least 1"),
        ('name = "amcheck"', 'nmae = "amcheck"', "verifications.3.nmae", "did you mean name?"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, old: str, new: str, field: str, told: str) -> None:
    """Its author finds it without looking for it."""
    assert old in EXAMPLE
    text = EXAMPLE.replace('id = "2026-01-31"', 'id = "before"') + EXAMPLE.replace(old, new, 1)

    with pytest.raises(RecordError) as error:
        read(tmp_path, text)

    message = str(error.value)
    assert f"restore_tests.1.{field}" in message
    assert told in message
    (line,) = {int(number) for number in re.findall(rf"{FILE}:(\d+): restore_tests\.1\.{re.escape(field)}:", message)}
    assert line > EXAMPLE.count("\n")
    assert field.rpartition(".")[2] in text.splitlines()[line - 1]


def test_id_that_stands_there_twice(tmp_path: Path) -> None:
    """The second of them is the one that is told of."""
    with pytest.raises(RecordError, match=r"'2026-01-31' stands here twice") as error:
        read(tmp_path, EXAMPLE + EXAMPLE)
    assert f":{EXAMPLE.count(chr(10)) + line_of(EXAMPLE, 'id = ')}: restore_tests.1.id" in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        EXAMPLE.encode("utf-16"),
        b"\xff\xfe",
        EXAMPLE.encode() + b"# caf\xe9\n",
        b"\x00",
        b"a = " + b"[" * 100_000,
        b"a = " + b"9" * 10_000,
        b"restore_tests = 3\n",
        b'restore_tests = ["x"]\n',
        b"[restore_tests]\nid = 1\n",
        b'[[restore_test]]\nid = "1"\n',
    ],
    ids=["utf-16", "mark", "latin-1", "nul", "brackets", "digits", "number", "texts", "table", "misspelt"],
)
def test_file_of_another_kind(tmp_path: Path, content: bytes) -> None:
    """Whatever it is, it is told by its name, in a line that a person can read."""
    with pytest.raises(RecordError, match=FILE) as error:
        read(tmp_path, content)
    assert len(str(error.value)) < 2000
    assert "Traceback" not in str(error.value)


def test_mark_before_the_first_character(tmp_path: Path) -> None:
    """Some editors put one there; nobody sees it."""
    assert len(read(tmp_path, b"\xef\xbb\xbf" + EXAMPLE.encode())) == 1


def test_many_entries(tmp_path: Path) -> None:
    """Ten thousand tests are read, and the one that is wrong is told by its line."""
    (one,) = read(tmp_path, EXAMPLE)
    short = replace(one, verifications=one.verifications[:1], notes="")
    entries = [entry(replace(short, id=f"test-{number}")) for number in range(MANY)]
    assert len(read(tmp_path, "".join(entries))) == MANY

    entries[-1] = entries[-1].replace("complete = true", "complete = 1")
    with pytest.raises(RecordError, match=rf"restore_tests\.{MANY - 1}\.complete") as error:
        read(tmp_path, "".join(entries))
    line = entries[0].count("\n") * (MANY - 1) + line_of(entries[-1], "complete =")
    assert f"{FILE}:{line}:" in str(error.value)


def test_many_faults(tmp_path: Path) -> None:
    """Not all of ten thousand are told at once."""
    with pytest.raises(RecordError, match=r"and \d+ more$") as error:
        read(tmp_path, "[[restore_tests]]\n" * MANY)
    assert len(str(error.value)) < 10_000


def test_hostile_texts(tmp_path: Path) -> None:
    """They are read as what they are, and a text of several lines moves no line number."""
    text = EXAMPLE.replace(
        'notes = "The protocol lies in the archive of the playbook."',
        "notes = '''\n[[restore_tests]]\ncomplete = maybe\n</script><script>alert(1)</script>\u2028{{ 7 * 7 }}\n'''",
    )
    (one,) = read(tmp_path, text)
    assert "</script><script>" in one.notes

    with pytest.raises(RecordError) as error:
        read(tmp_path, text.replace('subnet_group = "restore-test"', "subnet_group = 3"))
    assert f"{FILE}:{line_of(text, 'subnet_group = ')}: restore_tests.0.destination.subnet_group" in str(error.value)
