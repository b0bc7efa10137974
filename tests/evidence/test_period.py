"""A period is told from verified live runs alone, worst first, and its holes stay holes."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.evidence.period import PeriodError, headline, understand
from tests.evidence.nights import NOT_RUN, TODAY, Nights, of, told, violated, waived


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("2026", "expected FIRST..LAST"),
        ("2026-01-01", "expected FIRST..LAST"),
        ("2026-01-01...2026-02-01", "expected FIRST..LAST"),
        ("2026-1-1..2026-2-1", "expected FIRST..LAST"),
        ("", "expected FIRST..LAST"),
        ("2026-02-30..2026-03-01", "day is out of range"),
        ("2026-13-01..2026-12-31", "month must be in 1..12"),
        ("2026-03-01..2026-02-01", "ends before it begins"),
        ("2026-11-27..2026-12-31", "begins after today, 2026-11-26"),
        ("2016-01-01..2026-11-01", "longer than"),
    ],
)
def test_range_that_is_none(text: str, complaint: str) -> None:
    """One line that says what is wrong."""
    with pytest.raises(PeriodError, match=complaint) as fault:
        understand(text, TODAY)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("text", "days"), [("2026-11-26..2026-11-26", 1), ("2024-02-28..2024-03-01", 3), ("2026-11-25..2026-12-31", 2)]
)
def test_days_of_a_period(text: str, days: int) -> None:
    """Both ends belong to it; what has not come yet does not."""
    assert len(understand(text, TODAY).days) == days


def test_days_without_a_run_are_holes(nights: Nights) -> None:
    """They are counted apart, and take nothing over from the days around them."""
    for day in (1, 2, 5):
        nights.run(f"2026-11-{day:02d}T03:00:00+00:00")
    document = told(nights)

    assert list(of(document, "DB-4")["days"].items()) == [
        ("2026-11-01", "compliant"),
        ("2026-11-02", "compliant"),
        ("2026-11-05", "compliant"),
    ]
    assert of(document, "DB-4")["tally"] == {"compliant": 3, "none": 23}
    assert document["days_with_a_run"] == 3
    assert document["period"] == {"first": "2026-11-01", "last": "2026-11-26", "asked": "2026-11-30", "days": 26}
    assert headline(document) == "3 of 26 days have a verified live run; on these, no violation was seen."


def test_day_has_the_worst_of_its_runs(nights: Nights) -> None:
    """A later run that is good does not replace an earlier one."""
    nights.run("2026-11-02T01:00:00+00:00", {"DB-4": violated("arn:app")})
    nights.run("2026-11-02T02:00:00+00:00")
    nights.run("2026-11-02T03:00:00+00:00", {"DB-1": waived("arn:app"), "DB-2": violated()})
    document = told(nights)

    assert [of(document, id_)["days"]["2026-11-02"] for id_ in ("DB-4", "DB-1", "DB-2", "DB-3")] == [
        "not_compliant",
        "waived",
        "not_assessed",
        "compliant",
    ]


def test_violation_has_start_end_and_time_to_remedy(nights: Nights) -> None:
    """Each resource by itself; what began later, or ended earlier, is told so."""
    nights.run("2026-11-01T03:00:00+00:00")
    nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a", "arn:b")})
    nights.run("2026-11-03T03:00:00+00:00", {"DB-4": violated("arn:b")})
    nights.run("2026-11-04T03:00:00+00:00", {"DB-4": violated("arn:b", "arn:c")})
    nights.run("2026-11-05T15:00:00+00:00", {"DB-4": violated("arn:c")})
    found = {one["resource"]: one for one in of(told(nights), "DB-4")["episodes"]}

    assert found["arn:a"] == {
        "resource": "arn:a",
        "last_clean": "2026-11-01T03:00:00Z",
        "was_accepted": False,
        "first_seen": "2026-11-02T03:00:00Z",
        "last_seen": "2026-11-02T03:00:00Z",
        "end": "2026-11-03T03:00:00Z",
        "how": "remedied",
        "seconds": 86400,
        "runs": 1,
    }
    assert (found["arn:b"]["how"], found["arn:b"]["seconds"], found["arn:b"]["runs"]) == ("remedied", 3.5 * 86400, 3)
    assert (found["arn:c"]["how"], found["arn:c"]["end"], found["arn:c"]["seconds"]) == ("open", "", None)
    assert found["arn:c"]["last_clean"] == "2026-11-03T03:00:00Z"
    assert headline(told(nights)).endswith("3 violations seen, 1 not ended.")


@pytest.mark.parametrize("between", [violated(), NOT_RUN, violated("arn:other", unread=True)])
def test_run_that_did_not_see_everything_ends_nothing(nights: Nights, between: dict[str, Any]) -> None:
    """Not assessed, not run, or not read as a whole: the violation may still be there."""
    nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a")})
    nights.run("2026-11-03T03:00:00+00:00", {"DB-4": between})
    nights.run("2026-11-04T03:00:00+00:00", {"DB-4": violated("arn:a")})
    found = [one for one in of(told(nights), "DB-4")["episodes"] if one["resource"] == "arn:a"]

    assert [(one["first_seen"], one["how"], one["runs"]) for one in found] == [("2026-11-02T03:00:00Z", "open", 2)]


def test_violation_that_was_there_from_the_beginning(nights: Nights) -> None:
    """Nobody knows since when."""
    nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a")})

    assert of(told(nights), "DB-4")["episodes"][0]["last_clean"] == ""


def test_accepted_is_not_remedied(nights: Nights) -> None:
    """An exception ends a violation without remedy; when it runs out, the violation begins anew."""
    nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a")})
    nights.run("2026-11-03T03:00:00+00:00", {"DB-4": waived("arn:a")})
    nights.run("2026-11-04T03:00:00+00:00", {"DB-4": violated("arn:a")})
    document = told(nights)
    first, second = of(document, "DB-4")["episodes"]

    assert first["how"] == "accepted"
    assert (second["how"], second["last_clean"], second["was_accepted"]) == ("open", "", True)
    assert document["waivers"] == [
        {
            "statement": "DB-4",
            "resource": "arn:a",
            "reason": "migration under way",
            "approver": "Ada Lovelace, CISO",
            "approved": "2026-01-02",
            "expires": "2026-12-31",
            "first": "2026-11-03",
            "last": "2026-11-03",
            "days": 1,
        }
    ]


def restore_test(id_: str, **change: object) -> dict[str, Any]:
    """Return an entry of the log of restore tests, as a run tells it."""
    return {"id": id_, "finished": "2026-11-02T12:00:00Z", "outcome": "passed", **change}


def test_restore_tests_of_the_period(nights: Nights) -> None:
    """Those that were finished in it; whatever was changed or taken away later is told."""
    first = [
        restore_test("kept"),
        restore_test("bent"),
        restore_test("lost"),
        restore_test("old", finished="2026-10-01"),
    ]
    nights.run("2026-11-03T03:00:00+00:00", tests=first)
    nights.run("2026-11-04T03:00:00+00:00", tests=[restore_test("kept"), restore_test("bent", outcome="failed")])
    nights.run("2026-11-05T03:00:00+00:00", tests=None)
    found = {one["id"]: one for one in told(nights)["restore_tests"]}

    assert set(found) == {"kept", "bent", "lost"}
    assert (found["kept"]["changed"], found["kept"]["last_seen"]) == (False, "")
    assert (found["bent"]["changed"], found["bent"]["outcome"]) == (True, "failed")
    assert found["lost"]["last_seen"] == "2026-11-03T03:00:00Z"
