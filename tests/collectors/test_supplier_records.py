"""records/certifications.toml and records/subprocessors.toml: what is wrong is told by file, line and field."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from fixtures.collectors.record_files import RecordError
from fixtures.collectors.supplier_records import CERTIFICATIONS, SUBPROCESSORS, certifications, subprocessors
from fixtures.examination import HOME


def example(file: str) -> str:
    """Return the example of a template, ready to be used."""
    return re.sub(r"(?m)^# ?", "", (HOME / "records" / file).read_text("utf-8").partition("and change it:")[2])


def test_examples(tmp_path: Path) -> None:
    """They say what they mean to say, and where."""
    for file in (CERTIFICATIONS, SUBPROCESSORS):
        (tmp_path / file).write_text(example(file))
    certificate, report = certifications(tmp_path)
    (listed,) = subprocessors(tmp_path)

    assert (certificate.number, report.number) == ("2013-009", "SOC 2 Type II, November 2024 to October 2025")
    assert (certificate.valid_until, listed.since) == (date(2028, 10, 31), date(2024, 3, 1))
    assert re.fullmatch(rf"{tmp_path.name}/certifications\.toml:\d+", report.record)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('certificate = "2013-009"\n', "", "either certificate"),
        ('certificate = "2013-009"\n', 'certificate = "2013-009"\nreport = "x"\n', "either certificate"),
        ("valid_until = 2028-10-31", "valid_until = 2024-10-31", "valid_until lies before valid_from"),
        ("valid_until = 2028-10-31", "valid_until = 2028", "certifications.0.valid_until"),
        ("valid_until = 2028-10-31", 'valid_until = "for ever"', "certifications.0.valid_until"),
        ("valid_until = 2028-10-31", "valid_until = 9999-12-31", "no year in which"),
        ("valid_until = 2028-10-31\n", "", "certifications.0.valid_until"),
        ('issuer = "EY CertifyPoint"', 'issuer = ""', "certifications.0.issuer"),
        ("standard", "norm", "certifications.0.norm"),
    ],
)
def test_certification_that_cannot_be_used(tmp_path: Path, old: str, new: str, field: str) -> None:
    """It is told by file, line and field."""
    refused(tmp_path, CERTIFICATIONS, certifications, (old, new), field)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("since = 2024-03-01", "since = 2024-02-30", "not TOML"),
        ("since = 2024-03-01", "since = 3", "a number is no date"),
        ('purpose = "Application database, object storage"\n', "", "subprocessors.0.purpose"),
        (
            'location = "Germany (primary region), Ireland (secondary region)"',
            'location = " "',
            "subprocessors.0.location",
        ),
        ('provider = "AWS"', 'provdier = "AWS"', "subprocessors.0.provdier"),
    ],
)
def test_subprocessor_that_cannot_be_used(tmp_path: Path, old: str, new: str, field: str) -> None:
    """It is told by file, line and field."""
    refused(tmp_path, SUBPROCESSORS, subprocessors, (old, new), field)


def refused(folder: Path, file: str, read: Callable[[Path], object], change: tuple[str, str], told: str) -> None:
    """Read a changed example, which has to be refused."""
    text = example(file)
    assert change[0] in text
    (folder / file).write_text(text.replace(*change, 1))
    with pytest.raises(RecordError, match=rf"{file}:\d+") as error:
        read(folder)
    assert told in str(error.value)


@pytest.mark.parametrize("name", ["AWS", "aws", "Amazon  Web Services", " Aws "])
def test_provider_that_is_listed_twice(tmp_path: Path, name: str) -> None:
    """Under whichever of its names."""
    text = example(SUBPROCESSORS)
    (tmp_path / SUBPROCESSORS).write_text(text + text.replace('"AWS"', f'"{name}"'))
    with pytest.raises(RecordError, match="'AWS' stands here twice"):
        subprocessors(tmp_path)


def test_ten_thousand_of_each(tmp_path: Path) -> None:
    """A list that a program wrote is read like any other."""
    (tmp_path / CERTIFICATIONS).write_text(example(CERTIFICATIONS) * 5_000)
    assert len(certifications(tmp_path)) == 10_000
    listed = example(SUBPROCESSORS)
    (tmp_path / SUBPROCESSORS).write_text("".join(listed.replace('"AWS"', f'"{number}"') for number in range(10_000)))
    assert len(subprocessors(tmp_path)) == 10_000
