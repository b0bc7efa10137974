"""Every examined resource as CSV: complete, and nothing in it that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.report.spreadsheet import COLUMNS, inert, spreadsheet
from tests.report.documents import ARN, Document
from tests.report.hostile import hostile

SCENES = ["compliant", "broken", "waived", "not assessed", "part", "nothing run", "simulated", "custom"]
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def rows(document: Document) -> list[dict[str, str]]:
    """Read the table as a program does."""
    text = b"".join(spreadsheet(document)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("scene", SCENES)
def test_everything_that_was_examined_is_in_it(documents: dict[str, Document], scene: str) -> None:
    """A row per finding, gap and fault, and one for each statement that was not run."""
    document, found = documents[scene], rows(documents[scene])
    wanted = Counter({
        one["id"]: len(one["findings"]) + len(one["unread"]) + len(one["faults"]) + (one["result"] == "not_run")
        for one in document["statements"]
    })  # fmt: skip

    assert Counter(row["statement"] for row in found) == wanted
    assert all(wanted.values())
    assert {row["run"] for row in found} == {document["run"]["id"]}
    seen = {(row["statement"], row["resource"], row["seen"]) for row in found}
    assert {(one["id"], it["resource"], it["seen"]) for one in document["statements"] for it in one["findings"]} <= seen


def test_result_of_each_resource(documents: dict[str, Document]) -> None:
    """Violations with remedy, exceptions with approver and last day, gaps as what they are."""
    (violated, *_) = [row for row in rows(documents["broken"]) if row["finding"] == "violates"]
    (waived,) = [row for row in rows(documents["waived"]) if row["finding"] == "waived"]
    (gap,) = [row for row in rows(documents["not assessed"]) if row["finding"] == "not read"]

    assert (violated["statement"], violated["resource"], violated["seen"]) == ("DB-4", ARN, "retention 7 days")
    assert violated["remedy"]
    assert (waived["accepted by"], waived["accepted until"]) == ("CISO", "2026-12-31")
    assert gap["result of the statement"] == "not assessed"
    assert "AccessDenied" in gap["seen"]


@pytest.mark.parametrize("scene", ["simulated", "custom"])
def test_nothing_simulated_reads_like_real(documents: dict[str, Document], scene: str) -> None:
    """In every row."""
    for row in rows(documents[scene]):
        assert row["provenance"] == scene
        assert row["finding"].startswith(f"{scene}: ")
        assert row["result of the statement"].startswith(f"{scene}: ")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'),
        ("+49", "'+49"),
        ("-5 minutes", "'-5 minutes"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("a;=1", "a;'=1"),
        ("a; +1", "a;' +1"),
        ("a\t@b", "a\t'@b"),
        ("replicating, retention 7 days; -", "replicating, retention 7 days;' -"),
        ("arn:aws:rds:eu-central-1:1:db:app", "arn:aws:rds:eu-central-1:1:db:app"),
        ("", ""),
    ],
)
def test_formulas(cell: str, written: str) -> None:
    """An apostrophe before it makes text of it; what is no formula stays as it is."""
    assert inert(cell) == written


@given(st.text(st.sampled_from("=+-@;|\t\r\n '\"a\uff1d"), max_size=12))
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    """Nor does a part of it, where semicolons or tabs divide cells; and nothing of it is lost."""
    written = inert(cell)
    for part in [written, *written.replace("|", ";").replace("\t", ";").split(";")]:
        assert not part.lstrip(" \n").startswith(BEGINNINGS)
    assert cell.replace("\r", "\\u000d").replace("'", "") == written.replace("'", "")


def test_hostile_text(documents: dict[str, Document]) -> None:
    """Whatever a provider or a person wrote: no cell of the whole table is a formula, and every row has every cell."""
    spoilt, _ = hostile(documents["broken"])
    table = list(csv.reader(io.StringIO(b"".join(spreadsheet(spoilt)).decode(), newline="")))

    assert {len(row) for row in table} == {len(COLUMNS)}
    assert [cell for row in table for cell in row if cell.lstrip().startswith(BEGINNINGS)] == []
