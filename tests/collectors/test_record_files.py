"""A record file that cannot be used is told with file, line, field, and what is expected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fixtures.collectors import records
from fixtures.collectors.record_files import RecordError
from fixtures.examination import CATALOGUE
from fixtures.facts.waivers import Waiver

GOOD = """
[[exceptions]]
statement = "DB-5"
resource = "arn:aws:rds:eu-central-1:123456789012:db:app"
reason = "replication is being set up"
approver = "Ada Lovelace, CISO"
approved = 2026-11-01
expires = 2026-12-31
"""


def read(folder: Path, text: str | bytes) -> tuple[Waiver, ...]:
    """Read *text* as the exceptions of *folder*."""
    (folder / "exceptions.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return records.waivers(folder, CATALOGUE)


def test_good_exception(tmp_path: Path) -> None:
    """It is read, with the place that it stands at."""
    (one,) = read(tmp_path, GOOD)

    assert (one.statement, one.is_pattern, one.approver) == ("DB-5", False, "Ada Lovelace, CISO")
    assert one.record == f"{tmp_path.name}/exceptions.toml:3"


def test_no_file_is_no_exception(tmp_path: Path) -> None:
    """Nobody has to write a file in order to accept nothing."""
    assert records.waivers(tmp_path, CATALOGUE) == ()


@pytest.mark.parametrize(
    ("change", "line", "field", "told"),
    [
        (("2026-12-31", '"soon"'), 8, "exceptions.0.expires", "date"),
        (("2026-12-31", "2026-02-30"), 8, "TOML", "date"),
        (("2026-12-31", "2025-01-01"), 2, "exceptions.0", "expires before it was approved"),
        (('approver = "Ada Lovelace, CISO"\n', ""), 2, "exceptions.0.approver", "required"),
        (('"Ada Lovelace, CISO"', '""'), 6, "exceptions.0.approver", "at least 1"),
        (('"Ada Lovelace, CISO"', '"   "'), 6, "exceptions.0.approver", "at least 1"),
        (('"DB-5"', '"DB-55"'), 3, "exceptions.0.statement", "DB-55"),
        (("reason", "raeson"), 5, "exceptions.0.raeson", "did you mean reason?"),
        (('resource = "arn', 'resource_pattern = "*"\nresource = "arn'), 2, "exceptions.0", "either resource"),
        (("[[exceptions]]", "[[exceptoins]]"), 2, "exceptoins", "did you mean exceptions?"),
        (("[[exceptions]]", "[[exceptions]"), 2, "TOML", ""),
    ],
)
def test_bad_exception(tmp_path: Path, change: tuple[str, str], line: int, field: str, told: str) -> None:
    """The author finds what to change without looking for it."""
    with pytest.raises(RecordError) as error:
        read(tmp_path, GOOD.replace(*change))

    text = str(error.value)
    assert f"exceptions.toml:{line}" in text
    assert field in text
    assert told in text


@pytest.mark.parametrize("pattern", ["*", "?*", "arn:*", "arn:aws:*:*", "a*", "http*", "https://*", "*:db:app"])
def test_pattern_that_fits_everything(tmp_path: Path, pattern: str) -> None:
    """It would accept what nobody has seen yet."""
    text = re.sub('resource = ".*"', f'resource_pattern = "{pattern}"', GOOD)
    with pytest.raises(RecordError, match="too broad"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "pattern", ["arn:aws:rds:*", "arn:aws:s3:::botbrains-*", "https://github.com/botbrains/*", "do:droplet:*"]
)
def test_pattern_that_spells_out_what_it_is_about(tmp_path: Path, pattern: str) -> None:
    """Provider and service at least."""
    (one,) = read(tmp_path, re.sub('resource = ".*"', f'resource_pattern = "{pattern}"', GOOD))
    assert (one.resource, one.is_pattern) == (pattern, True)


def test_second_of_two(tmp_path: Path) -> None:
    """The line is that of the entry which is wrong."""
    with pytest.raises(RecordError, match=r"exceptions\.toml:16: exceptions\.1\.expires"):
        read(tmp_path, GOOD + GOOD.replace("2026-12-31", '"soon"'))


@pytest.mark.parametrize("content", [GOOD.encode("utf-16"), b"\xff\xfe", GOOD.encode() + b"# caf\xe9\n"])
def test_other_encodings(tmp_path: Path, content: bytes) -> None:
    """A file that is not UTF-8 says so, instead of a traceback."""
    with pytest.raises(RecordError, match=r"not UTF-8|not TOML"):
        read(tmp_path, content)


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    """What cannot be opened is told as what it is."""
    (tmp_path / "exceptions.toml").mkdir()

    with pytest.raises(RecordError, match="directory"):
        records.waivers(tmp_path, CATALOGUE)


def test_account_number(tmp_path: Path) -> None:
    """Twelve digits, as text: a number would lose its leading zeros."""
    (tmp_path / "accounts.toml").write_text('[[aws.accounts]]\nid = "12345"\n')

    with pytest.raises(RecordError, match=r"accounts\.toml:2: aws\.accounts\.0\.id"):
        records.aws_accounts(tmp_path)


@pytest.mark.parametrize(
    "blank", ["", " \\t\\n ", "\u200b", "\u3164\u200b", "\uffa0", "\u115f \u1160", "\u00ad\u2060\u2800", "—"]
)
def test_text_of_which_nothing_is_seen(tmp_path: Path, blank: str) -> None:
    """Whoever approves has a name that can be read; so has everything else that somebody has to write."""
    text = '[[exceptions]]\nstatement = "DB-1"\nresource = "a"\nreason = "b"\napprover = "{}"\n'
    text += "approved = 2026-11-01\nexpires = 2026-12-01\n"
    (tmp_path / "exceptions.toml").write_text(text.format(blank), "utf-8")
    with pytest.raises(RecordError, match=r"exceptions\.toml:5: exceptions\.0\.approver: "):
        records.waivers(tmp_path, CATALOGUE)
    (tmp_path / "exceptions.toml").write_text(text.format(f"{blank}李\u200b"), "utf-8")
    assert len(records.waivers(tmp_path, CATALOGUE)) == 1


def test_incident_that_is_registered_twice(tmp_path: Path) -> None:
    """Which one a backup names by its id is anybody's guess, and not that it is the one that is open."""
    one = '[[incidents]]\nid = "I-1"\ntitle = "t"\nopened = 2026-11-01T10:00:00Z\n'
    (tmp_path / "incidents.toml").write_text(f"{one}closed = 2026-11-02T10:00:00Z\n\n{one}")

    with pytest.raises(RecordError, match=r"incidents\.toml:8: incidents\.1\.id: there is another incident 'I-1'"):
        records.incidents(tmp_path)


def test_time_without_zone(tmp_path: Path) -> None:
    """A time that could be any time in a day's range is no time."""
    (tmp_path / "incidents.toml").write_text('[[incidents]]\nid = "I-1"\ntitle = "t"\nopened = 2026-11-01T10:00:00\n')

    with pytest.raises(RecordError, match=r"incidents\.toml:4: incidents\.0\.opened.*timezone"):
        records.incidents(tmp_path)
