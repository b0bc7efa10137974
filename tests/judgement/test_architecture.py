"""The fingerprint of the architecture: what changes it, what does not, and what nobody can say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.facts.architecture import (
    FIELDS,
    Incidents,
    ReviewedSetting,
    Setting,
    compare,
    of_databases,
    of_plans,
    of_vaults,
)
from fixtures.facts.backup_plans import PlannedCopy, PlanRule
from fixtures.facts.backups import AutomatedBackup
from fixtures.facts.incidents import Incident
from fixtures.facts.population import Population, Source, Unread
from fixtures.facts.protection import ProtectedDatabase, protect
from fixtures.facts.reviews import Person, Review, ReviewRecord
from tests.judgement.facts import DAY, NOW, SOURCE, backup, database

NOTHING_OPEN = Incidents((), (), is_complete=True, limit=30 * DAY, now=NOW)
INC_1 = Incident("INC-1", "Rows deleted by mistake", NOW - DAY, None, SOURCE)
OPEN = replace(NOTHING_OPEN, register=(INC_1,))
GAP = Unread("aws", "", "", "rds:DescribeDBInstances", "denied", "allow it")
VALUES = st.frozensets(st.sampled_from(["7 days", "30 days", "60 days"]))
NAME = "database.retention"


def protected(
    *days: int, copies: tuple[str, ...] = ("replicating",), incident: str = ""
) -> Population[ProtectedDatabase]:
    """A database for each retention, with copies of these states in Ireland."""
    found: list[ProtectedDatabase] = []
    for number, kept in enumerate(days):
        one = database(id=f"db{number}", resource_id=f"r{number}", retention=kept * DAY, tags={"incident-id": incident})
        elsewhere = [_copy(one.id, one.resource_id, status) for status in copies]
        found += protect([one], [backup(resource_id=one.resource_id), *elsewhere], [])
    return Population(tuple(found))


def _copy(database_id: str, resource_id: str, status: str) -> AutomatedBackup:
    return backup(
        id=f"copy-{status}", region="eu-west-1", database_id=database_id, resource_id=resource_id, status=status
    )


def told(databases: Population[ProtectedDatabase], incidents: Incidents = NOTHING_OPEN) -> dict[str, tuple[str, ...]]:
    """The fields of databases."""
    return {one.name.removeprefix("database."): one.values for one in of_databases(databases, incidents)}


def record(architecture: dict[str, tuple[str, ...]] | None) -> Population[ReviewRecord]:
    """A record with one review, or none."""
    ada = Person("Ada Lovelace", "CISO")
    review = None if architecture is None else Review(date(2026, 11, 1), ada, "", "", architecture)
    return Population((ReviewRecord(ada, review, SOURCE),))


def test_databases_field_by_field() -> None:
    """Each setting once, however many databases have it."""
    assert told(protected(30, 30)) == {
        "provider": ("AWS RDS",),
        "engine": ("postgres",),
        "region": ("eu-central-1",),
        "retention": ("30 days",),
        "copy_region": ("eu-west-1",),
        "copy_retention": ("30 days",),
    }
    assert tuple(told(protected(30))) == FIELDS["database"]


@pytest.mark.parametrize(
    ("copies", "regions", "kept"),
    [
        (("pending",), ("eu-west-1",), ("30 days",)),
        (("retained",), ("none",), ("none",)),
        (("retained", "replicating"), ("eu-west-1",), ("30 days",)),
        ((), ("none",), ("none",)),
        (("something new",), ("none",), ("none",)),
    ],
)
def test_copies(copies: tuple[str, ...], regions: tuple[str, ...], kept: tuple[str, ...]) -> None:
    """A copy counts while it is fed, or set up to be."""
    fields = told(protected(30, copies=copies))

    assert (fields["copy_region"], fields["copy_retention"]) == (regions, kept)


@pytest.mark.parametrize(
    ("days", "incident", "expected"),
    [
        ((30, 60), "INC-1", ("30 days",)),
        ((60,), "INC-1", ()),
        ((7,), "INC-1", ("7 days",)),
        ((60,), "INC-2", ("60 days",)),
        ((60,), "", ("60 days",)),
        ((0,), "", ("none",)),
    ],
)
def test_only_an_open_incident_extends(days: tuple[int, ...], incident: str, expected: tuple[str, ...]) -> None:
    """And it never excuses a retention that is too short."""
    assert told(protected(*days, incident=incident), OPEN)["retention"] == expected


def test_incident_that_nobody_could_look_for() -> None:
    """Whether it excuses a longer retention is unknown, and so is the field; a shorter one needs no excuse."""
    unread = replace(NOTHING_OPEN, is_complete=False)
    fields = {one.name: one for one in of_databases(protected(60, 7, incident="INC-3"), unread)}

    assert (fields[NAME].values, fields[NAME].is_complete) == (("7 days",), False)
    assert fields["database.region"].is_complete


@pytest.mark.parametrize("of", [of_vaults, of_plans])
def test_what_keeps_nothing(of: Callable[[Population[Any], Incidents], Iterator[Setting]]) -> None:
    """That is a setting, unless something was unread."""
    none: Population[object] = Population()

    assert {one.values for one in of(none, NOTHING_OPEN)} == {("none",)}
    assert {one.values for one in of(replace(none, unread=(GAP,)), NOTHING_OPEN)} == {()}


def test_plans() -> None:
    """What they keep, at home and elsewhere, and where to they copy; one that copies nothing counts, too."""
    copy = PlannedCopy("arn:aws:backup:eu-west-1:123456789012:backup-vault:v", None)
    one = PlanRule("p", "p", "1", "daily", "123456789012", "eu-central-1", "v", 30 * DAY, (copy,), {}, SOURCE)

    fields = {field.name: field.values for field in of_plans(Population((one, replace(one, copies=()))), NOTHING_OPEN)}

    assert fields == {
        "backup_plans.region": ("eu-central-1",),
        "backup_plans.copy_region": ("eu-west-1", "none"),
        "backup_plans.retention": ("30 days", "for ever"),
    }


def test_copy_that_may_not_have_been_read_is_not_called_missing() -> None:
    """Credentials that expire midway have the databases listed, and nothing of their copies."""
    without = protected(30, copies=())

    assert told(without)["copy_region"] == ("none",)
    assert told(replace(without, unread=(GAP,)))["copy_region"] == ()
    assert told(replace(without, unread=(GAP,)))["copy_retention"] == ()


@given(VALUES, st.none() | VALUES, st.booleans(), VALUES)
def test_a_field_is_unchanged_only_if_it_is_known_to_be(
    now: frozenset[str], then: frozenset[str] | None, is_complete: bool, extended: frozenset[str]
) -> None:
    """Whatever was read, and whatever was recorded."""
    setting = Setting(NAME, tuple(sorted(now)), is_complete, SOURCE, tuple(sorted(extended)))
    found = compare([setting], record({} if then is None else {NAME: tuple(sorted(then))}))
    judged = [(one.is_unchanged, one.news) for one in found]

    if not is_complete:
        assert bool(judged) == (then is not None and not now <= then)
        assert not any(unchanged for unchanged, _ in judged)
    else:
        is_known = then is not None and bool(now or extended)
        is_same = then is not None and (now == then or (bool(extended) and now <= then))
        assert [unchanged for unchanged, _ in judged] == [is_known and is_same]


def test_nothing_recorded_and_nothing_readable() -> None:
    """Without a review every field is a change; without a readable record there is nothing to say."""
    setting = Setting(NAME, ("30 days",), True, SOURCE)
    (never,) = compare([setting], record(None))
    unreadable = compare([setting], Population(unread=(GAP,)))

    assert not never.is_unchanged
    assert never.reviewed == "a review that looked at it"
    assert (unreadable.members, unreadable.unread) == ((), (GAP,))


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("Ada Lovelace, CISO", "Ada Lovelace", "CISO"),
        ("  Ada   Lovelace ,  ciso ", "Ada Lovelace", "ciso"),
        ("Lovelace, Ada, CISO", "Lovelace, Ada", "CISO"),
        ("CISO", "CISO", ""),
        (", CISO", "", "CISO"),
    ],
)
def test_person(text: str, name: str, role: str) -> None:
    """Somebody by name, and an office."""
    assert Person.named(text) == Person(name, role)
    assert Person.named(text).holds(("CISO",)) == (bool(name) and role.casefold() == "ciso")


@given(st.integers(-400, 400), st.integers(0, 23))
def test_review_is_within_a_year_to_the_day(days: int, hours: int) -> None:
    """Beyond, exact, short, and in the future."""
    now = NOW.replace(hour=hours)
    review = Review((now - timedelta(days=days)).date(), Person("Ada", "CISO"), "", "", {})

    assert review.is_within(now, timedelta(days=365)) == (0 <= days <= 365)


def test_setting_is_shown_with_what_extends_it() -> None:
    """Then and now, side by side."""
    setting = Setting(NAME, ("30 days",), True, Source("aws", "", "", "", 0), ("60 days",))

    one = ReviewedSetting(setting, ("30 days", "7 days"), date(2026, 1, 31))

    assert str(one) == "30 days; 60 days during an open incident"
    assert one.reviewed == "30 days and 7 days, as reviewed on 2026-01-31"
