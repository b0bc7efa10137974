"""--record-review adds a review to the record, and takes nothing away; or says why it does not."""

from __future__ import annotations

import os
import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures import target
from fixtures.collectors.review_records import review_record
from fixtures.evidence import reviewing
from fixtures.evidence.reviewing import Entry, ReviewError, append
from fixtures.facts.architecture import FIELDS, Setting
from fixtures.facts.population import Population, Source, Unread
from fixtures.facts.reviews import FILE
from fixtures.simulator.organisation import Organisation
from tests.inner_run import run_suite

SOURCE = Source("aws", "", "", "", 0)
ADA = "Ada Lovelace, CISO"
NAMES = [f"{group}.{name}" for group, names in FIELDS.items() for name in names]
ARCHITECTURE = tuple(Setting(name, (f"one of {name}", "another"), is_complete=True, source=SOURCE) for name in NAMES)
ENTRY = Entry(date(2026, 11, 23), ADA, "a" * 64, ARCHITECTURE)
BEFORE = '# ours; do not touch\nowner = "Ada Lovelace, CISO"   # since 2024\n'


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """With every field; and what stood there stays, byte for byte."""
    (tmp_path / FILE).write_text(BEFORE)
    append(tmp_path, ENTRY)
    append(tmp_path, replace(ENTRY, when=date(2026, 11, 24)))

    text, found = (tmp_path / FILE).read_text(), review_record(tmp_path).review
    assert text.startswith(BEFORE)
    assert text.count("[[reviews]]") == 2
    assert found is not None
    assert (found.when, str(found.reviewer), found.policy_fingerprint) == (date(2026, 11, 24), ADA, "a" * 64)
    assert found.architecture == {one.name: one.values for one in ARCHITECTURE}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.text(max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_provider_calls_it(tmp_path: Path, reviewer: str, value: str) -> None:
    """A hostile value is written as a value."""
    (tmp_path / FILE).unlink(missing_ok=True)
    strange = (replace(ARCHITECTURE[0], values=(value,)), *ARCHITECTURE[1:])
    append(tmp_path, Entry(ENTRY.when, reviewer, "", strange))

    (written,) = tomllib.loads((tmp_path / FILE).read_bytes().decode())["reviews"]
    assert written["reviewer"] == reviewer
    assert written["architecture"]["database"]["provider"] == [value.encode("utf-8", "replace").decode()]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (b"owner = ", "Invalid value"),
        (b"owner = 'Ad\xe9'\n", "utf-8"),
        (b"reviews = []\n", "reviews"),
        (b"[reviews]\nx = 1\n", "reviews"),
    ],
)
def test_record_that_can_take_no_review(tmp_path: Path, before: bytes, told: str) -> None:
    """It stays as it is."""
    (tmp_path / FILE).write_bytes(before)
    with pytest.raises(ReviewError, match=told):
        append(tmp_path, ENTRY)

    assert (tmp_path / FILE).read_bytes() == before
    assert not list(tmp_path.glob("*.partial-*"))


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """One line, no traceback."""
    with pytest.raises(ReviewError, match="No such file"):
        append(tmp_path / "none", ENTRY)


def test_writer_that_fails_leaves_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, in the moment of writing."""
    (tmp_path / FILE).write_text(BEFORE)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReviewError, match="No space left"):
        append(tmp_path, ENTRY)

    assert (tmp_path / FILE).read_text() == BEFORE
    assert not list(tmp_path.glob(".*.partial-*"))


def test_reviews_at_the_same_time(tmp_path: Path) -> None:
    """None is lost."""
    entries = [replace(ENTRY, when=date(2026, 1, day)) for day in range(1, 29)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: append(tmp_path, one), entries))

    written = tomllib.loads((tmp_path / FILE).read_text())["reviews"]
    assert sorted(one["date"] for one in written) == [one.when for one in entries]


def _read(*settings_: Setting, unread: tuple[Unread, ...] = ()) -> dict[str, Population[object]]:
    return {"backup_architecture": Population(settings_, unread)}


def test_only_a_whole_architecture_is_recorded() -> None:
    """What was not read, or not found, was not reviewed."""
    gap = Unread("aws", "", "", "rds:DescribeDBInstances", "denied", "allow it")
    empty, extended = replace(ARCHITECTURE[0], values=()), replace(ARCHITECTURE[3], values=(), extended=("60 days",))
    assert reviewing.settings(_read(*ARCHITECTURE)) == ARCHITECTURE
    for populations, told in (
        ({}, "has not read"),
        (_read(*ARCHITECTURE, unread=(gap,)), "rds:DescribeDBInstances: denied"),
        (_read(*ARCHITECTURE[1:]), "nothing was found of database.provider"),
        (_read(empty, *ARCHITECTURE[1:]), "nothing was found of database.provider"),
        (_read(*ARCHITECTURE[:3], extended, *ARCHITECTURE[4:]), "extended by an open incident"),
    ):
        with pytest.raises(ReviewError, match=re.escape(told)):
            reviewing.settings(populations)


@pytest.mark.parametrize("reviewer", ["", "Ada", ", CISO", "Ada,", "Ada\n, CISO", "Ada\x07, CISO"])
def test_reviewer_who_is_nobody(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, reviewer: str) -> None:
    """Refused before anything is read."""
    monkeypatch.setattr(pytestconfig.option, "record_review", reviewer)
    monkeypatch.setattr(target, "is_examining", lambda _: True)

    with pytest.raises(pytest.UsageError, match="names nobody"):
        reviewing.pytest_configure(pytestconfig)


def test_recorded_facts_are_not_reviewed(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are of the day on which they were read."""
    monkeypatch.setattr(pytestconfig.option, "record_review", ADA)
    monkeypatch.setattr(pytestconfig.option, "target", "recorded")
    monkeypatch.setattr(target, "is_examining", lambda _: True)

    with pytest.raises(pytest.UsageError, match="of another day"):
        reviewing.pytest_configure(pytestconfig)


def test_change_is_reviewed_and_recorded(organisation: Organisation, tmp_path: Path) -> None:
    """Red, recorded, green: from a change, over its review, to the next run."""
    organisation.client("s3").delete_bucket_lifecycle(Bucket="botbrains-uploads")
    runs = [tmp_path / str(number) for number in range(3)]
    options = ("-k", "REV", "-p", "no:html")

    red = run_suite(runs[0], *options)
    recorded = run_suite(runs[1], *options, "--record-review", ADA)
    green = run_suite(runs[2], *options)

    assert [row for row in red.violations if row[0] == "REV-3"] == red.violations
    assert red.of("not_compliant") == recorded.of("not_compliant") == {"REV-3"}
    assert green.of("compliant") == {"REV-1", "REV-2", "REV-3"}
    assert 'version_retention = ["30 days", "for ever"]' in (organisation.records / FILE).read_text("utf-8")


def test_nothing_is_recorded_of_what_was_not_read(organisation: Organisation, tmp_path: Path) -> None:
    """A provider that is not declared: the record stays as it is, and the run does not look like a success."""
    accounts = organisation.records / "accounts.toml"
    accounts.write_text(accounts.read_text("utf-8").replace("[digitalocean]", ""), "utf-8")
    organisation.api("betterstack").post("/simulator/faults", json={"path": "/api/v2/heartbeats", "status": 500})
    before = (organisation.records / FILE).read_text("utf-8")

    verdicts = run_suite(tmp_path, "-k", "REV", "-p", "no:html", "--record-review", ADA)

    assert verdicts.of("not_assessed") == {"REV-3"}
    assert verdicts.status != 0
    assert (organisation.records / FILE).read_text("utf-8") == before
