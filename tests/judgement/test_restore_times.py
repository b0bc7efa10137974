"""RST-4 judges as an oracle does that was written without looking: by seconds on one line of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from tests.judgement.facts import NOW
from tests.judgement.restore_facts import complies, restore_test

seconds = st.integers(min_value=-100, max_value=5 * 3600)


@given(
    steps=st.tuples(*[st.integers(min_value=0, max_value=4000)] * 7),
    claim=st.none() | st.integers(min_value=0, max_value=20000),
    swap=st.none() | st.integers(min_value=0, max_value=6),
)
@example(steps=(0, 0, 1800, 0, 1, 14399, 0), claim=None, swap=None)
@example(steps=(0, 0, 1801, 0, 1, 14399, 0), claim=None, swap=None)
@example(steps=(1, 0, 1800, 0, 1, 1, 0), claim=None, swap=None)
@example(steps=(0, 0, 1800, 0, 1, 14400, 0), claim=None, swap=None)
@example(steps=(0, 0, 300, 0, 60, 0, 0), claim=360, swap=None)
@example(steps=(0, 0, 300, 0, 60, 0, 0), claim=361, swap=None)
@example(steps=(0, 0, 0, 0, 0, 0, 0), claim=None, swap=None)
@example(steps=(0, 0, 0, 0, 1, 0, 0), claim=None, swap=None)
def test_recovery_point_and_time(steps: tuple[int, ...], claim: int | None, swap: int | None) -> None:
    """On one line of time everything is in order, no gap is too long, and nobody has claimed another one."""
    names = [
        "recovered_to",
        "target_time",
        "newest_backup",
        "disaster_at",
        "restore_started",
        "available",
        "verified",
        "finished",
    ]
    marks = [0]
    for step in steps:
        marks.append(marks[-1] + step)
    if swap is not None:
        marks[swap], marks[swap + 1] = marks[swap + 1], marks[swap]
    at = {name: NOW - timedelta(days=2) + timedelta(seconds=mark) for name, mark in zip(names, marks, strict=True)}
    test = restore_test(**at, started=min(at.values()), claimed_rpo=None if claim is None else timedelta(seconds=claim))

    mark = dict(zip(names, marks, strict=True))
    lost = mark["disaster_at"] - mark["newest_backup"] + mark["target_time"] - mark["recovered_to"]
    took = mark["verified"] - mark["disaster_at"]
    honest = claim is None or abs(claim - lost) <= 60
    in_order = marks == sorted(marks) and mark["available"] > mark["restore_started"]
    assert complies("RST-4", test) == (in_order and lost <= 1800 and took <= 14400 and honest)


@given(days=st.integers(min_value=0, max_value=400), more=st.integers(min_value=-1, max_value=1))
@example(days=31, more=0)
@example(days=31, more=1)
def test_target_within_the_window(days: int, more: int) -> None:
    """A drill may look for any point of the last 30 days, and of the day of the backup before: beyond is nothing."""
    test = restore_test()
    assert test.newest_backup is not None
    point = test.newest_backup - timedelta(days=days, seconds=more)
    reached = 0 <= days * 86400 + more <= 31 * 86400
    assert complies("RST-4", replace(test, target_time=point, recovered_to=point)) == reached


def test_restore_begins_after_the_test() -> None:
    """A test that began after its own restore did not go so."""
    test = restore_test()
    assert test.restore_started is not None
    assert complies("RST-4", replace(test, started=test.restore_started))
    assert not complies("RST-4", replace(test, started=test.restore_started + timedelta(seconds=1)))


@given(given_=st.sets(st.sampled_from(["recovered_to", "target_time", "newest_backup", "disaster_at", "verified"])))
def test_unknown_times(given_: set[str]) -> None:
    """What nobody knows bears nothing out, not even what somebody claims."""
    every = {"recovered_to", "target_time", "newest_backup", "disaster_at", "verified"}
    unknown: dict[str, datetime | None] = dict.fromkeys(every - given_)
    test = restore_test(claimed_rpo=timedelta(minutes=5), claimed_rto=timedelta(minutes=80), **unknown)
    assert complies("RST-4", test) == (given_ == every)
