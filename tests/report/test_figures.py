"""The figures draw what the document says, to scale, and hide nothing in silence."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Any

import pytest

from fixtures.report.figures import LABELS, MOST, PLOT, Figure, Lane, figures
from fixtures.report.rendering import render
from tests.judgement.facts import NOW
from tests.report.documents import ARN, Document


def with_databases(document: Document, *databases: dict[str, Any]) -> Document:
    """Return *document* with other databases in it."""
    changed = copy.deepcopy(document)
    changed["restorability"] = list(databases)
    return changed


def database(earliest: timedelta | None, lag: timedelta | None = timedelta(0), **differently: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a database that can be restored since *earliest* and until *lag* ago."""

    def ago(span: timedelta | None) -> str:
        return "" if span is None else f"{NOW - span:%Y-%m-%dT%H:%M:%SZ}"

    window = {"earliest": ago(earliest), "latest": ago(lag)}
    ordinary = {
        "resource": ARN,
        "name": "app",
        "region": "eu-central-1",
        "created": "",
        "window": window,
        "replicas": [],
    }
    return {**ordinary, **differently}


def drawn(document: Document) -> dict[str, Figure]:
    """Return the figures by their keys."""
    return {one.key: one for one in figures(document)}


def first(document: Document, key: str) -> Lane:
    """Return the first lane of one figure."""
    return drawn(document)[key].groups[0].lanes[0]


@pytest.mark.parametrize(("days", "reaches"), [(29, False), (30, True), (31, True), (400, True)])
def test_bar_reaches_the_limit_if_the_window_does(documents: dict[str, Document], days: int, reaches: bool) -> None:
    """Beyond the edge of the plot it is clipped, and says its length in words all the same."""
    document = with_databases(documents["compliant"], database(timedelta(days=days)))
    lane = first(document, "depth")

    assert (lane.x <= lane.limit + 1e-6) == reaches
    assert lane.x >= LABELS
    assert lane.x + lane.width == pytest.approx(LABELS + PLOT)
    assert lane.clipped == (days == 400)
    assert lane.value == f"{days} days back"


@pytest.mark.parametrize(("minutes", "within"), [(0, True), (15, True), (16, False), (6000, False)])
def test_point_lies_within_the_limit_if_the_lag_does(
    documents: dict[str, Document], minutes: int, within: bool
) -> None:
    """Fifteen minutes are allowed in the database's own region."""
    lane = first(
        with_databases(documents["compliant"], database(timedelta(days=31), timedelta(minutes=minutes))), "lag"
    )

    assert (lane.x <= lane.limit + 1e-6) == within
    assert lane.x <= LABELS + PLOT


def test_point_in_the_future(documents: dict[str, Document]) -> None:
    """A clock that is ahead is said, not drawn as fresh."""
    lane = first(with_databases(documents["compliant"], database(timedelta(days=31), timedelta(minutes=-9))), "lag")

    assert lane.value == "9 minutes ahead"


def test_colour_is_the_verdict_of_the_statement(documents: dict[str, Document]) -> None:
    """The figure judges nothing by itself: what no statement has judged has no colour."""
    broken, unknown = database(timedelta(days=31)), database(timedelta(days=31), resource="arn:nobody")
    lanes = [group.lanes[0] for group in drawn(with_databases(documents["broken"], broken, unknown))["depth"].groups]

    assert [lane.state for lane in lanes] == ["violates", "unjudged"]


def test_nothing_to_restore_is_said(documents: dict[str, Document]) -> None:
    """A database without a window, and without a replica, has its lines."""
    group = drawn(with_databases(documents["compliant"], database(None, None)))["depth"].groups[0]

    assert [(lane.place, lane.value, lane.is_drawn) for lane in group.lanes] == [
        ("eu-central-1", "nothing to restore", False),
        ("no replica", "nothing to restore", False),
    ]


def test_young_database_says_its_age(documents: dict[str, Document]) -> None:
    """It explains why its window is short."""
    young = database(timedelta(days=9), created=f"{NOW - timedelta(days=10):%Y-%m-%dT%H:%M:%SZ}")

    assert first(with_databases(documents["compliant"], young), "depth").value == "9 days back, 10 days old"


def test_more_databases_than_fit(documents: dict[str, Document]) -> None:
    """Those with something amiss come first, and how many are left out is said."""
    good = [database(timedelta(days=31), resource=f"arn:{n}", name=f"db-{n}") for n in range(MOST + 5)]
    document = with_databases(documents["broken"], *good, database(timedelta(days=7), name="broken"))
    for one in document["statements"]:
        if one["id"] in {"DB-3", "DB-4", "DB-5"}:
            finding = one["findings"][0]
            one["findings"] = [{**finding, "resource": g["resource"], "complies": True} for g in good]
            one["findings"].append({**finding, "complies": False})
    figure = drawn(document)["depth"]

    assert figure.groups[0].name == "broken"
    assert len(figure.groups) == MOST
    assert figure.left_out == 6
    assert "6 more databases are not drawn" in render(document)


def test_without_databases_there_is_no_figure(documents: dict[str, Document]) -> None:
    """An empty plot would look like a good one."""
    assert figures(with_databases(documents["compliant"])) == []
    assert 'id="restorable"' not in render(with_databases(documents["compliant"]))


def test_all_of_it_is_inside_the_picture(documents: dict[str, Document]) -> None:
    """No lane below the edge, for any number of databases."""
    for number in (1, 3, 50):
        databases = [database(timedelta(days=31), name=f"db-{n}") for n in range(number)]
        for figure in figures(with_databases(documents["compliant"], *databases)):
            assert max(lane.y for group in figure.groups for lane in group.lanes) + figure.lane <= figure.height


def test_time_of_judgement_is_the_documents(documents: dict[str, Document]) -> None:
    """Not the clock of whoever renders it."""
    later = with_databases(documents["compliant"], database(timedelta(days=30)))
    later["run"]["judged_at"] = f"{NOW + timedelta(days=5):%Y-%m-%dT%H:%M:%SZ}"

    assert datetime.fromisoformat(later["run"]["judged_at"]) > NOW
    assert first(later, "depth").value == "35 days back"
