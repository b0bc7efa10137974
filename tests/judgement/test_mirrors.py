"""What a mirror has to hold, held against a replay of everything that was pushed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.facts.mirrors import NOTHING, Branches, Clones, Mirror, MirroredRepository, Push, rewrites
from fixtures.facts.population import Source

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCE = Source("github", "", "", "", 0)


def sha(number: int) -> str:
    """Return the commit with this number; 0 is none at all."""
    return f"{number:040x}"


def mirror(tips: dict[str, str], branches: Branches, unknown: frozenset[str] = frozenset()) -> Mirror:
    """A mirror of one repository on one machine."""
    return Mirror("https://github.com/o/r#m", "o/r", "m", "ref", tips, unknown, branches, "", SOURCE)


def branches(*pushes: tuple[int, int, int], tip: int, name: str = "main") -> Branches:
    """One branch whose pushes are (hours ago, before, after), oldest first."""
    told = tuple(
        Push(name, sha(before), sha(after), NOW - ago * HOUR, "push") for ago, before, after in reversed(pushes)
    )
    return Branches("main", {name: sha(tip)} if tip else {}, told, NOW - timedelta(days=30))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Branches, list[tuple[float, int]]]:
    """A branch as GitHub tells it, and its timeline: (hours ago from which on, commit)."""
    state = draw(st.integers(0, 1))
    timeline: list[tuple[float, int]] = [(1e9, state)]
    pushes: list[tuple[int, int, int]] = []
    for number, ago in enumerate(sorted(draw(st.sets(st.integers(0, 100), max_size=6)), reverse=True), 2):
        after = draw(st.sampled_from([number, 0] if state else [number]))
        pushes.append((ago, state, after))
        timeline.append((ago, after))
        state = after
    return branches(*pushes, tip=state), timeline


def _at(timeline: list[tuple[float, int]], ago: float) -> int:
    """Replay until so many hours ago."""
    return [commit for since, commit in timeline if since >= ago][-1]


@given(histories(), st.integers(0, 110), st.integers(0, 120))
def test_mirror_is_behind_if_it_fetched_before_the_last_push_that_is_due(
    told: tuple[Branches, list[tuple[float, int]]], fetched: int, grace: int
) -> None:
    """A mirror that fetched so many hours ago is late exactly if what was there `grace` hours ago came after that."""
    known, timeline = told
    held, due, now = _at(timeline, fetched), _at(timeline, grace), _at(timeline, 0)
    good = {commit for since, commit in timeline if since < grace} | {due}

    found = mirror({"main": sha(held)} if held else {}, known).behind(NOW - grace * HOUR)

    assert found == (("main",) if now and due and held not in good else ())


@given(histories(), st.integers(0, 120))
def test_mirror_that_fetched_just_now_is_never_behind(
    told: tuple[Branches, list[tuple[float, int]]], grace: int
) -> None:
    """Whatever happened."""
    known, timeline = told
    held = _at(timeline, 0)

    assert mirror({"main": sha(held)} if held else {}, known).behind(NOW - grace * HOUR) == ()


@pytest.mark.parametrize(("ago", "late"), [(25, True), (24, True), (23, False)], ids=["beyond", "exact", "short"])
def test_grace_time(ago: int, late: bool) -> None:
    """A push that is exactly as old as the grace time is due."""
    told = branches((200, 0, 1), (ago, 1, 2), tip=2)

    assert mirror({"main": sha(1)}, told).behind(NOW - 24 * HOUR) == (("main",) if late else ())


def test_push_before_everything_that_is_told_is_due() -> None:
    """A branch without a recent push has to be held as it is."""
    told = branches(tip=7)

    assert mirror({"main": sha(7)}, told).behind(NOW) == ()
    assert mirror({"main": sha(6)}, told).behind(NOW) == ("main",)
    assert "(before 2026-01-30 12:00Z)" in mirror({"main": sha(6)}, told).describe(NOW)


def test_rewritten_branch_is_due_as_it_is_now() -> None:
    """The mirror that keeps what was there before the force-push is behind."""
    told = branches((300, 0, 1), (200, 1, 2), (100, 2, 3), tip=3)

    assert mirror({"main": sha(2)}, told).behind(NOW - 24 * HOUR) == ("main",)
    assert mirror({"main": sha(3)}, told).behind(NOW - 24 * HOUR) == ()


def test_rewriting_the_default_branch_is_told_once() -> None:
    """However many machines mirror it: when, from which commit to which; pushes, and other branches, are not told."""
    kinds = ((3, "main", 1, 2, "push"), (2, "topic", 1, 2, "force_push"), (1, "main", 2, 3, "force_push"))
    told = tuple(Push(name, sha(a), sha(b), NOW - ago * HOUR, kind) for ago, name, a, b, kind in reversed(kinds))
    known = Branches("main", {"main": sha(3)}, told, NOW - timedelta(days=30))
    deleted = replace(known, pushes=(Push("main", sha(2), NOTHING, NOW, "branch_deletion"),))

    (text,) = rewrites([mirror({"main": sha(3)}, known)] * 2)
    assert text.startswith(f"o/r: main was force-pushed on 2026-03-01 11:00Z, from {sha(2)} to {sha(3)}: ")
    (text,) = rewrites([mirror({}, deleted)])
    assert text.startswith(f"o/r: main was deleted on 2026-03-01 12:00Z, from {sha(2)} to nothing: ")


def test_branch_of_last_hour_is_not_due_yet() -> None:
    """It did not exist when the grace time began."""
    told = branches((1, 0, 5), tip=5)

    assert mirror({}, told).behind(NOW - 24 * HOUR) == ()


def test_commit_that_the_repository_does_not_know_is_always_late() -> None:
    """However current it looks."""
    told = branches((100, 0, 5), tip=5)

    assert mirror({"main": sha(5)}, told, unknown=frozenset({"main"})).behind(NOW - 24 * HOUR) == ("main",)


def test_empty_mirror_says_so() -> None:
    """It holds nothing, and counts for nothing."""
    found = mirror({}, branches(tip=5))

    assert (found.describe(NOW), found.counts) == ("empty", False)


@pytest.mark.parametrize(
    ("tips", "unknown", "counts"),
    [
        ({"main": sha(5)}, frozenset(), True),
        ({"main": sha(4)}, frozenset(), True),
        ({"topic": sha(5)}, frozenset(), False),
        ({"main": sha(5)}, frozenset({"main"}), False),
        ({}, frozenset(), False),
    ],
    ids=["current", "old", "other-branch", "unknown", "empty"],
)
def test_mirror_counts_if_it_holds_the_default_branch(
    tips: dict[str, str], unknown: frozenset[str], counts: bool
) -> None:
    """At a commit that belongs there, which needs not be the newest: that is another statement."""
    assert mirror(tips, branches(tip=5), unknown).counts is counts


def test_machines_are_counted_once() -> None:
    """By the first part of their names, in which case makes no difference; an address is no name with parts."""
    repository = mirrored("Anna", "anna", "anna.local", "ben", "ben")

    assert repository.machines == ("anna", "ben")
    assert str(repository) == "2 machines: anna, ben; taken for one: Anna, anna, anna.local"
    assert str(mirrored("anna.botbrains.example", "ben.botbrains.example")) == "2 machines: anna, ben"
    assert mirrored("10.0.0.1", "10.0.0.2").machines == ("10.0.0.1", "10.0.0.2")
    assert sha(0) == NOTHING


def test_machine_that_asks_and_reports_is_one() -> None:
    """Whether it is told of by a ref or asked at its address, and whatever it is called there."""
    reported, asked = mirrored("anna-laptop", "Anna-Laptop.lan").mirrors
    repository = replace(mirrored(), mirrors=(reported, replace(asked, evidence="ssh://anna-laptop.lan/app")))

    assert repository.machines == ("anna-laptop",)


def mirrored(*machines: str) -> MirroredRepository:
    """A repository with a mirror on each of *machines*."""
    told = branches(tip=5)
    found = [
        Mirror(f"m{name}", "o/r", name, "ref", {"main": sha(5)}, frozenset(), told, "", SOURCE) for name in machines
    ]
    return MirroredRepository("https://github.com/o/r", "o/r", tuple(found), Clones(90, 40), SOURCE)
