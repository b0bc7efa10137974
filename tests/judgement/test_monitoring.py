"""MON-2 and MON-3 judge time limits to the second, and statuses by name: what is not known to be good is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance_tests import test_monitoring as judged
from fixtures.facts import sentry, watches
from fixtures.facts.escalation import Route
from fixtures.facts.jobs import Job
from fixtures.facts.population import Population
from fixtures.facts.sentry import CheckIn, CronMonitor, Detector, MonitorEnvironment, Surfacing
from fixtures.facts.sentry_alerts import ALWAYS, Action, Alert, Condition, Conditions
from fixtures.facts.watches import TeamMaintenance, UptimeMonitor, Watch
from tests.judgement.facts import NOW, POLICY, SOURCE, examination

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
HEARTBEAT = UptimeMonitor(
    "betterstack:heartbeat/b", "1", "b", "heartbeat", "up", None, DAY, timedelta(), "", ("call",), SOURCE
)
WATCH = Watch("betterstack:heartbeat/b", "b", "backup", HEARTBEAT, Route(1, timedelta()), None, "", SOURCE)
MONITOR = CronMonitor(
    "sentry:monitor/b",
    "guid",
    "b",
    "45",
    "active",
    is_muted=False,
    schedule="every 1 day",
    failures_allowed=1,
    environments=(MonitorEnvironment("production", "ok", is_muted=False, due=NOW + HOUR),),
    check_ins=(CheckIn("production", "ok", NOW - DAY),),
    source=SOURCE,
)
MAIL = Action("email", "active", "team", "", ALWAYS)
ALERT = Alert("sentry:alert/7", "7", "wake somebody", True, "", ALWAYS, (MAIL,), SOURCE)
NEW, RESOLVED = Condition("first_seen_event", True, True), Condition("issue_resolved_trigger", True, True)
HIGH = Condition("issue_priority_greater_or_equal", 75, True)
OFTEN = Condition("event_frequency_count", None, True)
DETECTOR = Detector("sentry:detector/6", "6", "monitor_check_in_failure", True, "45", ("guid",), ("7",), SOURCE)
NOT_NEW = ("regression_event", "reappeared_event", "existing_high_priority_issue", "issue_resolved_trigger", "")
"""What a new issue never sets off, or nobody knows."""
NOT_HIGH = tuple(
    Conditions("all", (Condition(kind, comparison, counts),))
    for kind, comparison, counts in (
        ("issue_priority_greater_or_equal", 76, True),
        ("issue_priority_greater_or_equal", 75, False),
        ("issue_priority_greater_or_equal", None, True),
        ("issue_priority_greater_or_equal", True, True),
        ("issue_priority_deescalating", 75, True),
        ("level", 75, True),
    )
)
"""Filters that keep an outage back, or of which nobody knows that they do not."""
JOB = Job("job/b", "b", "backup", ("b",), (), ("b",), "production", SOURCE)


def complies(statement: str, test: object, population: object, now: datetime = NOW) -> bool:
    """Judge one resource as the suite would."""
    examine = examination(statement, now)
    arguments = {"policy": POLICY, "examine": examine}
    name = {"MON-2": "watches", "MON-3": "surfacings"}[statement]
    if statement == "MON-3":
        arguments["now"] = now
    test(**{name: Population((population,))}, **arguments)  # type: ignore[operator]
    (finding,) = examine.findings
    return finding.complies


def is_told(**differently: object) -> bool:
    """Judge a heartbeat that is ordinary but for what a test is about."""
    watch = replace(WATCH, monitor=replace(HEARTBEAT, **differently))  # type: ignore[arg-type]
    return complies("MON-2", judged.test_backup_failures_alert_better_stack, watch)


def surfaces(monitor: CronMonitor = MONITOR, detector: Detector = DETECTOR, alert: Alert = ALERT) -> bool:
    """Judge what a job surfaces by."""
    (found,) = sentry.surfacings([JOB], [monitor], [detector], [alert], is_complete=True)
    return complies("MON-3", judged.test_backup_failures_surface_in_sentry, found)


# ── MON-2 ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("silence", "told"), [(-SECOND, True), (timedelta(), True), (SECOND, False)])
def test_limit_of_silence(silence: timedelta, told: bool) -> None:
    """Beyond, exact, short: period, grace, maintenance and escalation together."""
    assert is_told(silence=POLICY.alert_delay + silence) is told
    assert is_told(silence=POLICY.alert_delay - HOUR, maintenance=HOUR + silence) is told
    slow = replace(WATCH, monitor=replace(HEARTBEAT, silence=POLICY.alert_delay - HOUR), route=Route(1, HOUR + silence))
    assert complies("MON-2", judged.test_backup_failures_alert_better_stack, slow) is told


@given(st.text())
def test_unknown_status_is_no_good_one(status: str) -> None:
    """Only `up` is up."""
    assert is_told(status=status) is (status == "up")


def test_paused_is_not_watching_whatever_the_status() -> None:
    """What the provider has paused is paused, even if its status were behind."""
    assert not is_told(paused=NOW - DAY)


def test_maintenance_all_day_never_tells() -> None:
    """A window that is as long as a day is open for ever."""
    assert not is_told(maintenance=DAY, silence=timedelta())


@pytest.mark.parametrize(
    "watch",
    [
        replace(WATCH, route=Route(0, timedelta(), "nobody")),
        replace(WATCH, route=Route(0, timedelta())),
        replace(WATCH, route=None),
        replace(WATCH, monitor=None, route=None, lack="none"),
        replace(WATCH, silenced=TeamMaintenance("t", "team", True, None, SOURCE)),
    ],
)
def test_missing_links(watch: Watch) -> None:
    """Each link of the chain is needed."""
    assert not complies("MON-2", judged.test_backup_failures_alert_better_stack, watch)


def test_purposes_without_a_job_are_lacks() -> None:
    """Nothing declared is no vacuous pass."""
    assert [one.purpose for one in watches.undeclared([], SOURCE)] == ["backup", "replication"]
    assert [one.purpose for one in sentry.undeclared([JOB], SOURCE)] == ["replication"]


# ── MON-3 ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("age", "good"),
    [
        (POLICY.alert_delay - SECOND, True),
        (POLICY.alert_delay, True),
        (POLICY.alert_delay + SECOND, False),
        (-POLICY.clock_tolerance, True),
        (-POLICY.clock_tolerance - SECOND, False),
    ],
)
def test_limit_of_the_last_check_in(age: timedelta, good: bool) -> None:
    """Beyond, exact, short; and not from the future."""
    due = MonitorEnvironment("production", "ok", is_muted=False, due=min(NOW - age + POLICY.alert_delay, NOW + HOUR))
    due = replace(due, due=max(due.due or NOW, NOW))
    assert surfaces(replace(MONITOR, check_ins=(CheckIn("production", "ok", NOW - age),), environments=(due,))) is good


@pytest.mark.parametrize(
    ("due", "good"),
    [(NOW, True), (NOW - SECOND, False), (NOW - DAY + POLICY.alert_delay, True), (None, False)],
)
def test_own_schedule(due: datetime | None, good: bool) -> None:
    """Overdue by its own schedule is overdue; a schedule that would notice only later than allowed is none."""
    environment = MonitorEnvironment("production", "ok", is_muted=False, due=due)
    assert surfaces(replace(MONITOR, environments=(environment,))) is good


def test_schedule_beyond_the_limit() -> None:
    """The next check-in is awaited a second too late."""
    due = NOW - DAY + POLICY.alert_delay + SECOND
    assert not surfaces(replace(MONITOR, environments=(MonitorEnvironment("production", "ok", False, due),)))


@given(st.text(), st.text())
def test_only_ok_is_ok(environment: str, check_in: str) -> None:
    """Of environment and check-in, by name."""
    monitor = replace(
        MONITOR,
        environments=(MonitorEnvironment("production", environment, is_muted=False, due=NOW + HOUR),),
        check_ins=(CheckIn("production", check_in, NOW - HOUR), CheckIn("production", "ok", NOW - DAY)),
    )
    assert surfaces(monitor) is (environment == "ok" and check_in in {"ok", "in_progress"})


@pytest.mark.parametrize(
    "monitor",
    [
        replace(MONITOR, status="disabled"),
        replace(MONITOR, status="pending_deletion"),
        replace(MONITOR, is_muted=True),
        replace(MONITOR, environments=()),
        replace(MONITOR, environments=(replace(MONITOR.environments[0], is_muted=True),)),
        replace(MONITOR, environments=(replace(MONITOR.environments[0], name="staging"),)),
        replace(MONITOR, check_ins=()),
        replace(MONITOR, check_ins=(CheckIn("staging", "ok", NOW - HOUR),)),
        replace(MONITOR, check_ins=(CheckIn("production", "in_progress", NOW - HOUR),)),
        replace(MONITOR, failures_allowed=2),
    ],
)
def test_monitors_that_do_not_watch(monitor: CronMonitor) -> None:
    """Each is one field away from good."""
    assert surfaces()
    assert not surfaces(monitor)


@pytest.mark.parametrize(
    ("detector", "alert"),
    [
        (replace(DETECTOR, is_enabled=False), ALERT),
        (replace(DETECTOR, monitors=("another",)), ALERT),
        (replace(DETECTOR, alerts=()), ALERT),
        (replace(DETECTOR, alerts=("8",)), ALERT),
        (replace(DETECTOR, kind="issue_stream", monitors=()), ALERT),
        (DETECTOR, replace(ALERT, is_enabled=False)),
        (DETECTOR, replace(ALERT, environment="staging")),
        *((DETECTOR, replace(ALERT, triggers=Conditions("any-short", (replace(NEW, kind=kind),)))) for kind in NOT_NEW),
        (DETECTOR, replace(ALERT, triggers=Conditions("all", (NEW, RESOLVED)))),
        (DETECTOR, replace(ALERT, triggers=Conditions("none", (NEW,)))),
        (DETECTOR, replace(ALERT, triggers=Conditions("none", (RESOLVED,)))),
        (DETECTOR, replace(ALERT, triggers=Conditions("xor", (NEW,)))),
        (DETECTOR, replace(ALERT, triggers=Conditions("", ()))),
        (DETECTOR, replace(ALERT, triggers=Conditions("any", (replace(NEW, counts=False),)))),
        (DETECTOR, replace(ALERT, triggers=Conditions("any", (replace(NEW, comparison=False),)))),
        (DETECTOR, replace(ALERT, triggers=Conditions("any", (replace(NEW, comparison=1),)))),
        (DETECTOR, replace(ALERT, actions=())),
        (DETECTOR, replace(ALERT, actions=(replace(MAIL, status="disabled"),))),
        (DETECTOR, replace(ALERT, actions=(replace(MAIL, conditions=Conditions("all", (HIGH, OFTEN))),))),
        (DETECTOR, replace(ALERT, actions=(replace(MAIL, conditions=Conditions("any", (OFTEN,))),))),
        (DETECTOR, replace(ALERT, actions=(replace(MAIL, conditions=Conditions("none", (HIGH,))),))),
        (DETECTOR, replace(ALERT, actions=(replace(MAIL, conditions=Conditions("xor", ())),))),
        *((DETECTOR, replace(ALERT, actions=(replace(MAIL, conditions=one),))) for one in NOT_HIGH),
        (DETECTOR, replace(ALERT, actions=(replace(MAIL, target="issue_owners"),))),
        (DETECTOR, replace(ALERT, actions=(replace(MAIL, target="issue_owners", fallback="NoOne"),))),
        (DETECTOR, replace(ALERT, actions=(replace(MAIL, target=""),))),
    ],
)
def test_alerts_that_tell_nobody(detector: Detector, alert: Alert) -> None:
    """Each is one field away from good."""
    assert not surfaces(detector=detector, alert=alert)


@pytest.mark.parametrize(
    "alert",
    [
        replace(ALERT, environment="production"),
        replace(ALERT, triggers=Conditions("any-short", (RESOLVED, NEW))),
        replace(ALERT, triggers=Conditions("any", (replace(NEW, kind="new_high_priority_issue"),))),
        replace(ALERT, triggers=Conditions("all", (NEW, replace(NEW, kind="new_high_priority_issue")))),
        replace(ALERT, triggers=Conditions("none", ())),
        replace(ALERT, actions=(replace(MAIL, conditions=Conditions("all", (HIGH,))),)),
        replace(ALERT, actions=(replace(MAIL, conditions=Conditions("any-short", (OFTEN, HIGH))),)),
        replace(ALERT, actions=(replace(MAIL, conditions=Conditions("any", (replace(HIGH, comparison=50),))),)),
        replace(ALERT, actions=(replace(MAIL, target="issue_owners", fallback="ActiveMembers"),)),
        replace(ALERT, actions=(replace(MAIL, status="disabled"), replace(MAIL, kind="pagerduty", target=""))),
    ],
)
def test_alerts_that_tell_somebody(alert: Alert) -> None:
    """Near misses."""
    assert surfaces(alert=alert)


def test_surfacing_without_monitor() -> None:
    """A monitor that there is not watches nothing."""
    (found,) = sentry.surfacings([JOB], [], [DETECTOR], [ALERT], is_complete=True)
    assert isinstance(found, Surfacing)
    assert not complies("MON-3", judged.test_backup_failures_surface_in_sentry, found)
    assert list(sentry.surfacings([JOB], [], [DETECTOR], [ALERT], is_complete=False)) == []
