"""MON-4 judges each failure by its incident: about it, and opened in time, to the second."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance_tests.test_monitoring import test_backup_failures_are_handled_as_incidents as judge
from fixtures.facts.failures import FailureEvent, FailureLog, Handling, ReportedIncident, handlings
from fixtures.facts.population import Population
from tests.judgement.facts import NOW, POLICY, SOURCE, examination

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
APP = "arn:aws:rds:eu-central-1:123456789012:db:app"
EVENT = FailureEvent(APP, "app", "backup failed", NOW - DAY)


def complies(handling: Handling, now: datetime = NOW) -> bool:
    """Judge one failure, or one log without any, as the suite would."""
    examine = examination("MON-4", now)
    judge(Population((handling,)), POLICY, now, examine)
    (finding,) = examine.findings
    return finding.complies


def is_answered(*incidents: ReportedIncident, event: FailureEvent = EVENT, now: datetime = NOW) -> bool:
    """Judge a failure."""
    log = FailureLog("log", "log", "", "eu-central-1", NOW - 14 * DAY, (event,), SOURCE)
    (found,) = handlings([log], incidents, POLICY.incident_delay, POLICY.failure_look_back, is_complete=True)
    return complies(found, now)


def incident(opened: datetime, title: str = "Backup of app failed", closed: datetime | None = None) -> ReportedIncident:
    """Return an incident."""
    return ReportedIncident("betterstack:incident/1", title, opened, closed, SOURCE)


@pytest.mark.parametrize(("late", "answered"), [(-SECOND, True), (timedelta(), True), (SECOND, False)])
def test_limit_of_the_incident(late: timedelta, answered: bool) -> None:
    """Beyond, exact, short; and before it is over, there is still time."""
    assert is_answered(incident(EVENT.at + POLICY.incident_delay + late)) is answered
    assert is_answered(now=EVENT.at + POLICY.incident_delay + late) is answered


@pytest.mark.parametrize(
    ("title", "answered"),
    [
        ("Backup of app failed", True),
        ("app: backup job FAILED (again)", True),
        (f"failure of {APP}", True),
        ("Backup: 'app'/snapshot", True),
        ("Back-up of app failed", True),
        ("BACK-UPS: app", True),
        ("app: back\u2011up failed", True),
        ("Back up of app failed", True),
        ("back up job for app broken", True),
        ("back ups of app", True),
        ("app is back up", False),
        ("app: back up for everybody since noon", False),
        ("app and app-back-up are slow", False),
        ("The app is slow", False),
        ("Backup of app-archive failed", False),
        ("Backup of application failed", False),
        ("Backup failed", False),
        ("", False),
    ],
)
def test_incident_is_about_the_failure(title: str, answered: bool) -> None:
    """It names what failed as a word of its own, and says that it is about a backup."""
    assert is_answered(incident(EVENT.at + HOUR, title)) is answered


@pytest.mark.parametrize(("closed", "answered"), [(None, True), (HOUR, True), (timedelta(), False), (-HOUR, False)])
def test_incident_that_was_open_before(closed: timedelta | None, answered: bool) -> None:
    """One that is open when it fails again answers; one that was closed before does not."""
    until = None if closed is None else EVENT.at + closed
    assert is_answered(incident(EVENT.at - DAY, closed=until)) is answered


@pytest.mark.parametrize(
    ("older", "answered"), [(-SECOND, True), (timedelta(), True), (SECOND, False), (2000 * DAY, False)]
)
def test_limit_of_the_incident_that_was_open_before(older: timedelta, answered: bool) -> None:
    """Beyond, exact, short: what nobody ever closes is not about every failure to come."""
    assert is_answered(incident(EVENT.at - POLICY.failure_look_back - older)) is answered


@given(st.lists(st.integers(-500, 100), max_size=5), st.integers(0, 100))
def test_answered_as_an_oracle_says(opened: list[int], age: int) -> None:
    """In hours: some incident began between a look-back before the failure and the limit; or that is not over yet."""
    limit = POLICY.incident_delay // HOUR
    event = replace(EVENT, at=NOW - age * HOUR)
    expected = any(-14 * 24 <= hours <= limit for hours in opened) or age <= limit
    assert is_answered(*(incident(event.at + hours * HOUR) for hours in opened), event=event) is expected


def test_log_without_failure_is_examined() -> None:
    """A log that was read and has none is a finding of its own; no log at all is nothing found."""
    log = FailureLog("log", "log", "", "eu-central-1", NOW - 14 * DAY, (), SOURCE)
    (found,) = handlings([log], [], POLICY.incident_delay, POLICY.failure_look_back, is_complete=False)
    assert isinstance(found, Handling)
    assert complies(found)
    assert list(handlings([], [], POLICY.incident_delay, POLICY.failure_look_back, is_complete=True)) == []


def test_failure_is_left_out_while_incidents_are_unread() -> None:
    """Nobody is accused of what nobody knows; an incident that is known answers all the same."""
    log = FailureLog("log", "log", "", "eu-central-1", NOW - 14 * DAY, (EVENT,), SOURCE)
    assert list(handlings([log], [], POLICY.incident_delay, POLICY.failure_look_back, is_complete=False)) == []
    assert (
        len(
            list(
                handlings(
                    [log], [incident(EVENT.at)], POLICY.incident_delay, POLICY.failure_look_back, is_complete=False
                )
            )
        )
        == 1
    )
