"""SCOPE-3 and SCOPE-4 judge as an oracle does that was written without looking: by days on a calendar, and by names."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance_tests import test_scope as judged
from fixtures.facts.population import Population, Source, Unread
from fixtures.facts.standards import certifies
from fixtures.facts.stores import Store
from fixtures.facts.suppliers import Certification, Subprocessor, certified, in_use, listed, name_of, undecided
from fixtures.facts.text import Command
from tests.judgement.facts import NOW, POLICY, examination

RECORD = Source("records", "records/certifications.toml", "", "", 0)
TODAY = date(2026, 11, 23)
GOOD = ("ISO/IEC 27001:2022", "soc 2 type ii", "SOC 2", "27001")
DAYS = st.integers(min_value=-2000, max_value=2000)


def store(provider: str, number: int = 1) -> Store:
    """Return something that was found at *provider*."""
    source = Source(provider, "call", "", "", 7)
    return Store(f"{provider}:{number}", "x", "kind", provider, "", "", {}, Command("look"), source)


def day(number: int) -> date:
    """Return the day that is so many days from today."""
    return TODAY + timedelta(days=number)


@given(
    held=st.lists(st.tuples(DAYS, DAYS, st.sampled_from([*GOOD, "ISO 9001:2015", "C5"])), max_size=4),
    by=st.sampled_from(["AWS", "aws", "Amazon Web Services", "GitHub", "Amazon"]),
)
@example(held=[(-1096, 0, "SOC 2")], by="AWS")
@example(held=[(-1097, 0, "SOC 2")], by="AWS")
@example(held=[(0, 1096, "27001")], by="AWS")
@example(held=[(1, 10, "27001")], by="AWS")
@example(held=[(-10, -1, "27001")], by="AWS")
def test_certification(held: list[tuple[int, int, str]], by: str) -> None:
    """On this very day at least one of the provider's own, and of the right kind, is within its three years."""
    records = [
        Certification(by, kind, "1", "issuer", day(first), day(last), "f:1", RECORD) for first, last, kind in held
    ]
    examine = examination("SCOPE-3")
    found = Population(tuple(certified(in_use([store("aws")]), records)))
    judged.test_providers_hold_current_certifications(found, POLICY, NOW, examine)
    (finding,) = examine.findings

    good = [first <= 0 <= last and last - first <= 1096 and kind in GOOD for first, last, kind in held]
    assert finding.complies == (by in {"AWS", "aws", "Amazon Web Services"} and True in good)


@pytest.mark.parametrize(
    ("name", "accepted", "is_one"),
    [
        ("ISO/IEC 27001:2022", "27001", True),
        ("iso27001", "ISO/IEC 27001", True),
        ("ISO\u00a027001\uff1a2022", "27001", True),
        ("DIN EN ISO/IEC 27001:2024", "27001", True),
        ("ISO/IEC 27001:2022/Amd 1:2024", "27001", True),
        ("SOC2", "SOC 2", True),
        ("AICPA SOC-2, Type II report", "SOC 2", True),
        ("SOC 2 Type 2", "soc 2 type II", True),
        ("ISO/IEC 27001:2022, ISO/IEC 27017:2015 and ISO 9001", "27001", True),
        ("ISO 9001 & SOC 2, Type II", "SOC 2", True),
        ("ISO 27001 certified", "27001", True),
        ("TISAX", "TISAX", True),
        ("ISO 27001, TISAX", "27001", False),
        ("ISO 27001, pending", "27001", False),
        ("ISO 27001 and nothing else", "27001", False),
        ("SOC 2 Type I", "SOC 2 Type II", False),
        ("SOC 2", "SOC 2 Type II", False),
        ("ISO 27001:2013", "ISO 27001:2022", False),
        ("no ISO 27001, applied for", "27001", False),
        ("ISO 27001 (applied for)", "27001", False),
        ("ISO 27001 pending", "27001", False),
        ("not ISO 27001", "27001", False),
        ("ISO 127001", "27001", False),
        ("ISO 270011", "27001", False),
        ("SOC 20", "SOC 2", False),
        ("SOC 2 readiness report", "SOC 2", False),
        ("ISO 27001 in 2027", "27001", False),
        ("", "27001", False),
        ("ISO", "27001", False),
        ("report", "SOC 2", False),
    ],
)
def test_standard(name: str, accepted: str, is_one: bool) -> None:
    """It is the standard, however it is written; that the standard occurs in it is not enough."""
    assert certifies(name, [accepted]) is is_one


@given(since=st.none() | DAYS, by=st.sampled_from(["Better Stack", "betterstack", "BETTER STACK", "Better", "Sentry"]))
@example(since=0, by="Better Stack")
@example(since=1, by="Better Stack")
def test_list(since: int | None, by: str) -> None:
    """Customers have been told of the provider, today at the latest."""
    entries = [] if since is None else [Subprocessor(by, "Ltd.", "alerts", "DE", day(since), "f:1", RECORD)]
    examine = examination("SCOPE-4")
    judged.test_providers_are_in_subprocessor_list(
        Population(tuple(listed(in_use([store("betterstack")]), entries))), NOW, examine
    )
    (finding,) = examine.findings
    assert finding.complies == (since is not None and since <= 0 and by.replace(" ", "").lower() == "betterstack")


@given(found=st.lists(st.sampled_from(["aws", "github", "digitalocean", "betterstack", "sentry", "hetzner"])))
def test_in_use(found: list[str]) -> None:
    """A provider is in use where something was found, even one that nobody foresaw, and counts once."""
    names = {"aws": "AWS", "github": "GitHub", "digitalocean": "DigitalOcean"}
    names |= {"betterstack": "Better Stack", "sentry": "Sentry"}
    used = {one.id: one.resources for one in in_use(store(name, number) for number, name in enumerate(found))}
    assert used == {names.get(name, name): found.count(name) for name in found}


def test_gaps() -> None:
    """What was found at a provider settles that it is in use; where nothing was, a gap leaves it open."""
    gaps = [Unread(name, "", "", "call", "denied", "allow it") for name in ("aws", "sentry", "records")]
    assert [gap.provider for gap in undecided(in_use([store("aws")]), gaps)] == ["sentry", "records"]


def test_names() -> None:
    """A name that nobody knows stays what it is."""
    assert [name_of(one) for one in ("github", "Digital  Ocean", "Githbu")] == ["GitHub", "DigitalOcean", "Githbu"]


def test_nothing_found() -> None:
    """Where nothing is in use, nothing was looked at."""
    examine = examination("SCOPE-4")
    judged.test_providers_are_in_subprocessor_list(Population(), NOW, examine)
    examine.close({})
    assert [finding.seen for finding in examine.violations] == ["nothing found to examine"]
