"""The record of reviews: what is read of it, and what is told of one that cannot be used."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from fixtures.collectors.record_files import RecordError
from fixtures.collectors.review_records import review_record
from fixtures.examination import HOME
from fixtures.facts.architecture import FIELDS
from fixtures.facts.reviews import FILE, Person, ReviewRecord

GOOD = """\
owner = "Ada Lovelace, CISO"

[[reviews]]
date = 2026-01-31
reviewer = "Ada Lovelace, CISO"
policy_version = "3"

[reviews.architecture.database]
retention = ["30 days"]
region = ["eu-central-1", "eu-west-1"]
"""


def read(folder: Path, text: str | bytes) -> ReviewRecord:
    """Read *text* as the record of *folder*."""
    (folder / FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
    return review_record(folder)


def test_good_record(tmp_path: Path) -> None:
    """Owner, newest review, and what that looked at, by field."""
    found = read(tmp_path, GOOD)

    assert found.owner == Person("Ada Lovelace", "CISO")
    assert found.review is not None
    assert found.review.when == date(2026, 1, 31)
    assert found.review.architecture == {
        "database.retention": ("30 days",),
        "database.region": ("eu-central-1", "eu-west-1"),
    }
    assert str(found) == "reviewed on 2026-01-31 by Ada Lovelace, CISO, of version 3"


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n", 'owner = ""\n'])
def test_nothing_recorded(tmp_path: Path, text: str | None) -> None:
    """That is no error: it is said to be missing."""
    found = review_record(tmp_path) if text is None else read(tmp_path, text)

    assert (found.owner, found.review) == (None, None)
    assert (found.ownership, str(found)) == ("no owner is named", "no review is on record")


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
def test_newest_review_counts(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Wherever it stands; of several on one day, the last."""
    reviews = [f'[[reviews]]\ndate = 2026-01-0{day}\nreviewer = "R{day}, CISO"\n' for day in order]
    twin = '[[reviews]]\ndate = 2026-01-03\nreviewer = "Twin, CISO"\n'

    for text, name in (("\n".join(reviews), "R3"), ("\n".join([*reviews, twin]), "Twin")):
        found = read(tmp_path, text).review
        assert found is not None
        assert found.reviewer.name == name


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("2026-01-31", '"soon"'), "reviews.0.date"),
        (("2026-01-31", "2026-02-30"), "TOML"),
        (("date = 2026-01-31\n", ""), "reviews.0.date: Field required"),
        (('reviewer = "Ada Lovelace, CISO"', 'reviewer = " "'), "reviews.0.reviewer"),
        (("reviewer", "reveiwer"), "reviews.0.reveiwer"),
        (("[[reviews]]", "[reviews]"), "reviews"),
        (("[reviews.architecture.database]", "[reviews.architecture.databases]"), "there is no group 'databases'"),
        (("retention = ", "retentoin = "), "database has no field 'retentoin'"),
        (('["30 days"]', '"30 days"'), "reviews.0.architecture.database.retention"),
        (('["30 days"]', "[30]"), "reviews.0.architecture.database.retention"),
        (('policy_version = "3"', 'policy_fingerprint = "3"'), "reviews.0.policy_fingerprint"),
        (('owner = "Ada Lovelace, CISO"', "owner = 7"), "owner"),
    ],
)
def test_bad_record(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    """File, line, field, and what is expected there."""
    with pytest.raises(RecordError, match=re.escape(told)) as told_by:
        read(tmp_path, GOOD.replace(*change))

    assert re.match(rf"{re.escape(str(tmp_path / FILE))}:\d+: ", str(told_by.value))


def test_wrong_encoding(tmp_path: Path) -> None:
    """One line that says what to do."""
    with pytest.raises(RecordError, match="save it as UTF-8"):
        read(tmp_path, GOOD.replace("Ada", "Ad\u00e0").encode("latin-1"))


def test_template(tmp_path: Path) -> None:
    """It is empty as it comes; its example, uncommented, is a review of the whole architecture."""
    text = (HOME / "records" / FILE).read_text("utf-8")
    nothing = read(tmp_path, text)
    assert (nothing.owner, nothing.review) == (None, None)
    _, _, example = text.partition("and change it:")
    found = read(tmp_path, re.sub(r"(?m)^# ?", "", example))
    assert found.owner is not None
    assert found.review is not None
    assert list(found.review.architecture) == [f"{group}.{name}" for group, names in FIELDS.items() for name in names]
