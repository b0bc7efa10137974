"""An alert is followed to people, and a way that might end with nobody is no way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.facts.escalation import (
    WEEK,
    Escalation,
    EscalationPolicy,
    OnCallCalendar,
    Route,
    Severity,
    Step,
    StepMember,
    TeamMember,
    escalation,
)
from fixtures.facts.population import Source

SOURCE = Source("betterstack", "GET /", "", "", 1)
MINUTE = timedelta(minutes=1)
ALL_WAYS = ("call", "email")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS, WEEKEND = frozenset(DAYS[:5]), frozenset(DAYS[5:])


def policy(number: str, *steps: Step) -> EscalationPolicy:
    """Return a policy."""
    return EscalationPolicy(f"policy/{number}", number, f"P{number}", steps, SOURCE)


def told(*members: StepMember, wait: timedelta = timedelta(), severity: str = "loud") -> Step:
    """Return a step that escalates."""
    return Step("escalation", wait, members, severity)


def team(*policies: EscalationPolicy, on_call: tuple[str, ...] = ("1",)) -> Escalation:
    """Return a team of two, of whom one is on call and a third is only invited."""
    return escalation(
        policies,
        [
            OnCallCalendar("calendar/1", "1", is_default=True, on_call=on_call, source=SOURCE),
            OnCallCalendar("calendar/2", "2", is_default=False, on_call=(), source=SOURCE),
        ],
        [
            Severity("severity/loud", "loud", "loud", ALL_WAYS, SOURCE),
            Severity("severity/mute", "mute", "mute", (), SOURCE),
        ],
        [TeamMember(f"member/{number}", number, number != "3", SOURCE) for number in ("1", "2", "3")],
    )


ON_CALL = StepMember("current_on_call")
USER = StepMember("user", "2")
SLACK = StepMember("all_slack_integrations")


@pytest.mark.parametrize(
    ("steps", "people"),
    [
        ([told(ON_CALL)], 1),
        ([told(StepMember("entire_team"))], 2),
        ([told(USER)], 1),
        ([told(USER, ON_CALL, SLACK)], 2),
        ([told(SLACK), told(ON_CALL)], 1),
        ([told(USER, severity="")], 1),
        ([Step("instructions", timedelta()), told(USER)], 1),
        ([Step("time_branching", timedelta(), branch="2", days=WEEK)], 1),
        ([Step("time_branching", timedelta(), branch="2", days=WORKDAYS), told(USER)], 1),
        ([Step("metadata_branching", timedelta(), branch="2"), told(USER)], 1),
        (
            [
                Step("time_branching", timedelta(), branch="2", days=WEEK - {"sun"}),
                Step("time_branching", timedelta(), silences=True, days=WORKDAYS),
                told(USER),
            ],
            1,
        ),
    ],
)
def test_ways_to_a_person(steps: list[Step], people: int) -> None:
    """The way ends with the first step that tells somebody, whatever the hour."""
    route = team(policy("1", *steps), policy("2", told(ON_CALL))).route("1", ALL_WAYS)
    assert (route.people, route.gap) == (people, "")


@pytest.mark.parametrize(
    ("steps", "gap"),
    [
        ([], "has no steps"),
        ([told()], "a step has no members"),
        ([told(SLACK)], "all_slack_integrations is no person"),
        ([told(StepMember("current_on_call", "2"))], "nobody is on call"),
        ([told(StepMember("current_on_call", "9"))], "nobody is on call"),
        ([told(StepMember("user", "3"))], "not in the team"),
        ([told(StepMember("user"))], "not in the team"),
        ([told(ON_CALL, severity="mute")], "neither calls nor writes"),
        ([told(ON_CALL, severity="gone")], "severity that does not exist"),
        ([told(StepMember("policy", "1"))], "escalates to itself"),
        ([told(StepMember("policy", "9"))], "does not exist"),
        ([Step("time_branching", timedelta(), branch="9", days=WEEK)], "does not exist"),
        ([Step("time_branching", timedelta(), branch="2", days=WORKDAYS)], "outside the hours of its branches"),
        ([Step("time_branching", timedelta(), branch="2")], "outside the hours of its branches"),
        ([Step("time_branching", timedelta(), silences=True, days=WEEKEND), told(USER)], "silent under a condition"),
        ([Step("time_branching", timedelta(), days=WEEKEND), told(USER)], "silent under a condition"),
        ([Step("metadata_branching", timedelta(), silences=True, branch="2"), told(USER)], "silent"),
        ([Step("resolve_remove", timedelta()), told(USER)], "ends the alert before"),
        ([Step("shout", timedelta()), told(USER)], "unknown kind, 'shout'"),
    ],
)
def test_ways_to_nobody(steps: list[Step], gap: str) -> None:
    """What ends with nobody at any hour says why."""
    route = team(policy("1", *steps), policy("2", told(ON_CALL))).route("1", ALL_WAYS)
    assert not route.reaches_somebody
    assert gap in route.gap


def test_waiting_adds_up() -> None:
    """Until the first person is told, every step's time counts, and the slowest branch."""
    steps = [
        told(SLACK, wait=5 * MINUTE),
        Step("time_branching", 2 * MINUTE, branch="2", days=WEEKEND),
        told(USER, wait=MINUTE),
    ]
    slow = policy("2", told(ON_CALL, wait=30 * MINUTE))
    assert team(policy("1", *steps), slow).route("1", ALL_WAYS) == Route(1, 37 * MINUTE)


@pytest.mark.parametrize(
    ("channels", "on_call", "reaches"),
    [(("email",), ("1",), True), ((), ("1",), False), (("email",), (), False)],
)
def test_without_policy(channels: tuple[str, ...], on_call: tuple[str, ...], reaches: bool) -> None:
    """Whoever is on call is told, by the ways of the alert itself."""
    assert team(on_call=on_call).route("", channels).reaches_somebody is reaches


# ── soundness, against an oracle that plays every day through ───────────────────────────────────────────────────

NUMBERS = ("1", "2", "3")
members = st.builds(
    StepMember,
    st.sampled_from(["current_on_call", "entire_team", "user", "policy", "webhook"]),
    st.sampled_from(["", *NUMBERS]),
)
waits = st.integers(0, 3).map(lambda minutes: minutes * MINUTE)
days = st.one_of(st.just(WEEK), st.frozensets(st.sampled_from(DAYS)))
steps_ = st.one_of(
    st.builds(
        Step,
        st.just("escalation"),
        waits,
        st.lists(members, max_size=2).map(tuple),
        st.sampled_from(["", "loud", "mute", "gone"]),
    ),
    st.builds(
        lambda kind, wait, branch, silences, on: Step(kind, wait, branch=branch, silences=silences, days=on),
        st.sampled_from(["time_branching", "metadata_branching"]),
        waits,
        st.sampled_from(["", *NUMBERS]),
        st.booleans(),
        days,
    ),
    st.builds(Step, st.sampled_from(["instructions", "resolve_remove", "shout"]), waits),
)
policies_ = st.lists(st.lists(steps_, max_size=4), min_size=3, max_size=3)


def _play(
    world: Escalation, number: str, day: str, luck: Iterator[bool], passed: Sequence[str] = ()
) -> timedelta | None:
    """Play one alert through on one day; *luck* decides what cannot be known. Return when somebody is told, or None."""
    one = world.policies.get(number)
    if one is None or number in passed:
        return None
    waited = timedelta()
    for step in one.steps:
        waited += step.wait
        if step.kind in {"resolve_remove", "shout"}:
            return None
        if step.kind.endswith("branching"):
            known = step.kind == "time_branching" and step.days
            if day in step.days if known else next(luck):
                onward = None if step.silences else _play(world, step.branch, day, luck, (*passed, number))
                return None if onward is None else waited + onward
        if step.kind == "escalation" and step.severity in {"", "loud"}:
            times = [
                when
                for member in step.members
                if (when := _ring(world, member, day, luck, (*passed, number))) is not None
            ]
            if times:
                return waited + min(times)
    return None


def _ring(
    world: Escalation, member: StepMember, day: str, luck: Iterator[bool], passed: Sequence[str]
) -> timedelta | None:
    at_once = timedelta()
    if member.kind == "policy":
        return _play(world, member.number, day, luck, passed)
    if member.kind == "current_on_call":
        return at_once if member.number in {"", "1"} else None
    if member.kind == "entire_team":
        return at_once
    return at_once if member.kind == "user" and member.number in {"1", "2"} else None


@given(policies_, st.sampled_from(DAYS), st.lists(st.booleans(), min_size=40, max_size=40))
def test_no_way_is_called_one_that_is_none(drawn: list[list[Step]], day: str, luck: list[bool]) -> None:
    """If it is said that somebody is told, somebody is: on every day, under every condition, no later than said."""
    world = team(*(policy(number, *steps) for number, steps in zip(NUMBERS, drawn, strict=True)))
    route = world.route("1", ALL_WAYS)
    if route.reaches_somebody:
        when = _play(world, "1", day, iter([*luck, *[False] * 1000]))
        assert when is not None
        assert when <= route.delay


@given(policies_)
def test_fewer_people_never_reach_more(drawn: list[list[Step]]) -> None:
    """Taking everybody away leaves no way to anybody."""
    world = team(*(policy(number, *steps) for number, steps in zip(NUMBERS, drawn, strict=True)))
    empty = replace(world, calendars={}, joined=frozenset())
    assert not empty.route("1", ALL_WAYS).reaches_somebody
