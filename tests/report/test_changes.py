"""What has changed since the previous run, and the results day by day."""

from __future__ import annotations

import copy
import html
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fixtures.evidence.daily import worst
from fixtures.evidence.document import SCHEMA
from fixtures.evidence.judgement import row
from fixtures.evidence.previous import previous_run
from fixtures.examination import CATALOGUE, Result
from fixtures.report.calendar import NONE, calendar, says, span_of_days
from fixtures.report.changes import MOST, changes, day_by_day
from fixtures.report.rendering import render
from tests.report.documents import ARN, Document


def shown(document: Document) -> str:
    """Return the text of the rendered part, without tags."""
    return html.unescape(re.sub(r"<[^>]*>", "", render(document)))


def left_behind(reports: Path, document: Document, name: str, **run: str) -> Path:
    """Put the results of *document* into a folder of *reports*, as a run does."""
    folder = reports / name
    folder.mkdir(parents=True)
    head = {**document["run"], "started": f"{name[:10]}T03:00:00Z", **run}
    statements = [row(one) for one in document["statements"]]
    (folder / "results.json").write_text(json.dumps({"schema": SCHEMA, "run": head, "statements": statements}), "utf-8")
    return folder


def after(documents: dict[str, Document], scene: str, reports: Path) -> Document:
    """Return the document of *scene* as it is if *reports* lie beside it."""
    return {**copy.deepcopy(documents[scene]), "previous": previous_run(reports, "live", "live")}


def test_violation_that_is_new(documents: dict[str, Document], tmp_path: Path) -> None:
    """The statement, what it was judged before, and the resource."""
    left_behind(tmp_path, documents["compliant"], "2026-11-22T03-00-00Z-live", id="f00")
    document = after(documents, "broken", tmp_path)
    text = shown(document)

    assert {one.id for one in changes(document)} == {"DB-4", "ENC-1"}
    assert "f00 of 2026-11-22 03:00:00 UTC" in text
    assert re.search(rf"DB-4\s*compliant\s*not compliant\s*3 examined, 2 before\s*new\s*{ARN}", text)
    assert "was judged differently" not in text


def test_violation_that_is_gone(documents: dict[str, Document], tmp_path: Path) -> None:
    """It is told, too."""
    left_behind(tmp_path, documents["broken"], "2026-11-22T03-00-00Z-live")
    text = shown(after(documents, "compliant", tmp_path))

    assert re.search(
        rf"DB-4\s*not compliant\s*compliant\s*2 examined, 3 before\s*no violation any more: \s*{ARN}", text
    )


def test_more_violations_than_can_be_read(documents: dict[str, Document], tmp_path: Path) -> None:
    """The first are named, the others counted."""
    left_behind(tmp_path, documents["broken"], "2026-11-22T03-00-00Z-live")
    document = after(documents, "compliant", tmp_path)
    document["previous"]["violations"]["DB-4"] = [f"arn:{number}" for number in range(MOST + 3)]

    assert "and 3 more are none any more" in shown(document)


def test_nothing_has_changed(documents: dict[str, Document], tmp_path: Path) -> None:
    """That is said, and so is it if there was no run to compare with."""
    assert "There is no earlier run" in shown(after(documents, "broken", tmp_path))
    left_behind(tmp_path, documents["broken"], "2026-11-22T03-00-00Z-live")
    text = shown(after(documents, "broken", tmp_path))

    assert "No statement that was judged both now and then was judged differently." in text
    assert "other settings" not in text


def test_statement_that_was_not_run(documents: dict[str, Document], tmp_path: Path) -> None:
    """It is not known to have changed."""
    left_behind(tmp_path, documents["part"], "2026-11-22T03-00-00Z-live")

    assert [one.id for one in changes(after(documents, "broken", tmp_path))] == ["DB-1"]


def test_other_settings(documents: dict[str, Document], tmp_path: Path) -> None:
    """Parameters and the suite itself, each with both values."""
    before = copy.deepcopy(documents["broken"])
    before["run"]["parameters"]["pitr_window"] = "P7D"
    before["run"]["suite"]["commit"] = "c0ffee"
    left_behind(tmp_path, before, "2026-11-22T03-00-00Z-live")
    document = after(documents, "broken", tmp_path)

    assert re.search(r"pitr window\s*7 days\s*30 days", shown(document))
    assert re.search(rf"suite: commit\s*c0ffee\s*{document['run']['suite']['commit']}", shown(document))


HEAD = '{"run": {"id": "1", "started": "2026-11-22T03:00:00Z", "provenance": "live", "suite": {}}, "statements": ['
"""How results begin that would be ours, but for a number that is none."""


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"run": 1}',
        '{"run": {"provenance": "live"}}',
        "[" * 100_000,
        '{"statements": []}',
        "\ud800",
        HEAD.replace('"1"', "NaN") + "]}",
        HEAD.replace('"suite": {}', f'"suite": {{}}, "parameters": {{"cache_tag": {"[" * 900}{"]" * 900}}}') + "]}",
        HEAD.replace('"suite": {}', f'"suite": {{}}, "parameters": {{"cache_tag": {"9" * 4300}}}') + "]}",
        HEAD + '{"id": "DB-1", "result": "compliant", "population": 1e999, "violations": []}]}',
    ],
)
def test_folder_that_is_none_of_ours(documents: dict[str, Document], tmp_path: Path, content: str) -> None:
    """It is passed over; the one before it counts."""
    left_behind(tmp_path, documents["broken"], "2026-11-21T03-00-00Z-live", id="good")
    folder = left_behind(tmp_path, documents["broken"], "2026-11-22T03-00-00Z-live", id="bad")
    (folder / "results.json").write_bytes(content.encode("utf-8", "surrogatepass"))

    assert previous_run(tmp_path, "live", "live")["id"] == "good"


@pytest.mark.parametrize(
    "change", [{"started": "yesterday"}, {"provenance": "simulated"}, {"suite": "none"}, {"parameters": 3}]
)
def test_run_that_does_not_fit(documents: dict[str, Document], tmp_path: Path, change: dict[str, Any]) -> None:
    """Another provenance, or no time: no statement is compared with it."""
    left_behind(tmp_path, documents["broken"], "2026-11-22T03-00-00Z-live", **change)

    assert previous_run(tmp_path, "live", "live") == {}


def test_day_has_its_worst_result(documents: dict[str, Document], tmp_path: Path) -> None:
    """Of all runs of the day, this one included; a day without a run is a hole."""
    left_behind(tmp_path, documents["broken"], "2026-11-23T01-00-00Z-live")
    left_behind(tmp_path, documents["compliant"], "2026-11-23T02-00-00Z-live")
    left_behind(tmp_path, documents["waived"], "2026-11-20T02-00-00Z-live")
    document = after(documents, "compliant", tmp_path)
    drawn = day_by_day(document)
    assert drawn
    strips = {strip.label: strip for strip in drawn.strips}

    assert list(strips) == list(CATALOGUE)
    assert strips["DB-4"].says == "1 compliant, 1 not compliant, 29 without a run"
    assert strips["DB-1"].says == "1 compliant, 1 waived, 29 without a run"
    assert strips["DB-2"].says == "2 compliant, 29 without a run"
    assert "29 without a run" in render(document)


def test_first_day_needs_no_calendar(documents: dict[str, Document], tmp_path: Path) -> None:
    """Nothing to compare is nothing to draw; nor is what is longer ago than it shows."""
    left_behind(tmp_path, documents["broken"], "2026-11-23T01-00-00Z-live")
    left_behind(tmp_path, documents["broken"], "2026-10-01T01-00-00Z-live")

    assert day_by_day(after(documents, "compliant", tmp_path)) is None


def test_each_result_has_a_shape_of_its_own() -> None:
    """And so has a day without a run: no two of them are told apart by colour alone."""
    days = span_of_days(date(2026, 1, 1), date(2026, 1, 6))
    results = dict(zip(days, map(str, Result), strict=False))
    (strip,) = calendar(days, [("DB-1", results)]).strips
    shapes = {result: re.sub(r"^M\d+ \d+", "", path) for result, path in strip.paths}

    assert set(shapes) == {*map(str, Result), NONE}
    assert len(set(shapes.values())) == len(shapes)
    assert says(days, results) == "1 compliant, 1 waived, 1 not assessed, 1 not compliant, 1 not run, 1 without a run"


@pytest.mark.parametrize("one", [str(result) for result in Result])
@pytest.mark.parametrize("other", [str(result) for result in Result])
def test_worst_of_two_results(one: str, other: str) -> None:
    """Whichever comes first."""
    order = ["not_run", "compliant", "waived", "not_assessed", "not_compliant"]

    assert worst(one, other) == worst(other, one) == max(one, other, key=order.index)
