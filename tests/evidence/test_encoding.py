"""How evidence is written: the same facts give the same, however they get there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fixtures.evidence.encoding import plain, streamed
from fixtures.evidence.findings import Findings, failing
from fixtures.facts.population import Population, Unread


class Colour(StrEnum):
    """A name among few."""

    RED = "red"


class Words(str):
    """Text with a name of its own."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """Something found, which can hold whatever facts hold."""

    id: str
    value: Any


FINDINGS = [{"resource": f"r{number}", "complies": number % 700 != 1} for number in range(1500)]
TEXTS = st.text(st.characters(categories=("L", "N", "P", "S", "Z", "C")))  # halves of characters, too
PLAIN = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-3, minutes=-30))])
RARER = (
    st.datetimes(timezones=ZONES)
    | st.datetimes()
    | st.dates()
    | st.timedeltas()
    | st.frozensets(TEXTS)
    | st.sampled_from(Colour)
    | TEXTS.map(Words)
)
VALUES = st.recursive(
    PLAIN | RARER,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(TEXTS, inner)
        | inner.map(lambda it: Fact("", it))
    ),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_written_is_the_plain_form(value: object) -> None:
    """Two encoders, of which the quick one cannot write everything, must not differ in what they can."""
    document = {"schema": 2, "populations": {"one": Population((Fact("x", value), Fact("y", [value])))}, "rest": value}

    assert json.loads(b"".join(streamed(document))) == json.loads(json.dumps(plain(document)))


def test_each_fact_has_a_line() -> None:
    """Whoever looks for one in a hundred megabytes does so line by line."""
    document = {
        "populations": {"gaps": Population((), (Unread("aws", "1", "x", "y", "\u00e4", "z"),)), "none": Population()},
        "statements": [{"id": "DB-1", "findings": Findings(FINDINGS[:2])}],
        "times": {"at": datetime(2026, 1, 2, tzinfo=UTC), "on": date(2026, 1, 2), "for": timedelta(days=30)},
        "nothing": [{}, [], ()],
    }

    assert b"".join(streamed(document)).decode().splitlines() == [
        "{",
        ' "populations": {',
        '  "gaps": {',
        '   "members": [],',
        '   "unread": [',
        '    {"provider":"aws","account":"1","region":"x","call":"y","reason":"\u00e4","remedy":"z"}',
        "   ]",
        "  },",
        '  "none": {',
        '   "members": [],',
        '   "unread": []',
        "  }",
        " },",
        ' "statements": [',
        "  {",
        '   "id": "DB-1",',
        '   "findings": [',
        '    {"resource":"r0","complies":true},',
        '    {"resource":"r1","complies":false}',
        "   ]",
        "  }",
        " ],",
        ' "times": {',
        '  "at": "2026-01-02T00:00:00Z",',
        '  "on": "2026-01-02",',
        '  "for": "P30D"',
        " },",
        ' "nothing": [',
        "  {},",
        "  [],",
        "  []",
        " ]",
        "}",
    ]


def test_packed_findings_are_the_same_findings() -> None:
    """In their order, all of them, and the failing ones at hand."""
    packed = Findings(iter(FINDINGS))

    assert list(packed) == FINDINGS
    assert len(packed) == len(FINDINGS)
    assert packed[1] == FINDINGS[1]
    assert packed[-2:] == FINDINGS[-2:]
    assert failing(packed) == failing(FINDINGS) == [FINDINGS[1], FINDINGS[701], FINDINGS[1401]]
    assert list(Findings([{"complies": True, "seen": "\ud800"}])) == [{"complies": True, "seen": "\ud800"}]
    assert list(Findings([])) == []
