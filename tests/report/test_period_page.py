"""The page of a period: everything that its document holds, inert, the same bytes every time, without script."""

from __future__ import annotations

import copy
import html
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fixtures.evidence.past_runs import examine, find
from fixtures.evidence.period import describe, understand
from fixtures.examination import CATALOGUE
from fixtures.report.period_page import MOST, percent, render
from tests.evidence.nights import Nights, violated, waived
from tests.judgement.facts import NOW
from tests.report.browser import Browser
from tests.report.documents import RESTORE_TEST, Document
from tests.report.hostile import PAYLOADS

AXE = files("axe_core_python").joinpath("axe.min.js")


@pytest.fixture(scope="module")
def period(documents: dict[str, Document], tmp_path_factory: pytest.TempPathFactory) -> Document:
    """The document of a month in which something of everything happened."""
    nights = Nights(tmp_path_factory.mktemp("nights"), Ed25519PrivateKey.generate(), documents["compliant"])
    nights.run("2026-11-01T03:00:00+00:00", {"DB-4": violated("arn:gone")}, tests=[RESTORE_TEST])
    nights.run("2026-11-03T03:00:00+00:00", {"DB-4": violated("arn:still"), "DB-1": waived("arn:accepted")})
    nights.run("2026-11-06T03:00:00+00:00", {"DB-4": violated("arn:still"), "DB-2": violated()}, tests=[RESTORE_TEST])
    dirty = {**nights.base["run"]["suite"], "commit": f"{'c0ffee' * 6}c0de-dirty"}
    nights.run("2026-11-07T03:00:00+00:00", {"DB-4": violated("arn:still")}, tests=[], suite=dirty)
    nights.run("2026-11-08T03:00:00+00:00", signed=False)
    still = {"DB-4": violated("arn:still")}
    nights.run("2026-11-09T03:00:00+00:00", still, selection="part", part_of_accounts="1/2")
    weak = {**nights.base["run"]["parameters"], "pitr_window": "P7D"}
    nights.run("2026-11-10T03:00:00+00:00", parameters=weak)
    examined = (examine(one, nights.reports, nights.judges) for one in find(nights.reports))
    return describe(understand("2026-11-01..2026-12-31", NOW.date()), examined, nights.judges, NOW)


def shown(document: Document) -> str:
    """Return the text of the page, without tags and styles."""
    page = re.sub(r"<style>.*?</style>", "", render(document), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", page)))


def test_same_document_gives_the_same_bytes(period: Document) -> None:
    """It is a view of period.json, and of nothing else."""
    assert render(json.loads(json.dumps(period))) == render(period)


def test_everything_is_on_the_page(period: Document) -> None:
    """Statements, violations with both ends, exceptions, restore tests, runs, and what does not count."""
    text = shown(period)

    assert "4 of 23 days have a verified live run; on these, 2 violations seen, 1 not ended; 1 signed run that" in text
    assert "only the accounts of --accounts 1/2 were read (--merge makes a whole). It saw violations: DB-4" in text
    assert "pitr_window was P7D, is P30D" in text
    assert "c0ffeec0ff with changes that are in no commit" in text
    assert "Not over yet." in text
    assert period["signer"] in text
    assert all(one["requires"] in text for one in period["statements"])
    assert (
        "arn:gonenot in this period2026-11-01 03:00:00 UTC2026-11-03 03:00:00 UTC: seen no moreseen by 1 run2 days"
        in text
    )
    assert "not ended; last seen 2026-11-07 03:00:00 UTC" in text
    assert re.search(r"DB-1 arn:accepted ?migration under wayAda Lovelace, CISO, 2026-01-022026-12-31on 1 day", text)
    assert "drill-1, by Ada Lovelace" in text
    assert "failed: checksums" in text
    assert "6 minutes2 hours" in text
    assert "Not in the log any more; last seen 2026-11-06 03:00:00 UTC." in text
    assert "2026-11-08T03-00-00Z-livenot verified: UNSIGNED" in text
    assert "not certified" in text


def test_shares_are_of_all_days(period: Document) -> None:
    """A day without a run counts against it, and so does one on which a violation was accepted."""
    text = shown(period)

    assert re.search(r"DB-3The write-ahead log[^%]*\.17\.3 %4000019", text)
    assert re.search(r"DB-1Every production database runs[^%]*\.13 %3100019", text)


@pytest.mark.parametrize(
    ("part", "whole", "share"), [(1, 3, "33.3"), (9999, 10000, "99.9"), (365, 365, "100"), (0, 5, "0"), (1, 2000, "0")]
)
def test_share_is_never_rounded_up(part: int, whole: int, share: str) -> None:
    """All but one is not all."""
    assert percent(part, whole) == share


def test_more_violations_than_can_be_read(period: Document) -> None:
    """The rest is counted, and named as data."""
    document = copy.deepcopy(period)
    (statement,) = (one for one in document["statements"] if one["id"] == "DB-4")
    statement["episodes"] *= MOST

    assert f"{MOST} more violations are not listed here" in shown(document)


def test_period_of_which_nothing_is_known(period: Document) -> None:
    """It is said first."""
    empty: dict[str, Any] = {"runs": [], "waivers": [], "restore_tests": [], "days_with_a_run": 0}
    statements = [{**one, "days": {}, "tally": {"none": 23}, "episodes": []} for one in period["statements"]]
    text = shown({**period, **empty, "statements": statements})

    assert "No verified live run: nothing is known of this period; 1 signed run that" in text
    assert "0 %" in text
    assert "100 %" not in text


@pytest.mark.browser
def test_hostile_text_is_inert(browser: Browser, period: Document, tmp_path: Path) -> None:
    """Wherever a provider or a person could have put it."""
    document = copy.deepcopy(period)
    payload = " ".join(PAYLOADS)
    (statement,) = (one for one in document["statements"] if one["id"] == "DB-4")
    for one in statement["episodes"]:
        one["resource"] = payload
    for place in ("waivers", "restore_tests", "runs", "not_counted"):
        for one in document[place]:
            one.update({name: payload for name, value in one.items() if isinstance(value, str) and name != "statement"})
    file = tmp_path / "period.html"
    file.write_bytes(render(document).encode("utf-8", "backslashreplace"))
    browser.open(file)

    assert browser.run("return document.title") == "Backup Policy, 2026-11-01 to 2026-12-31"
    assert browser.run("return document.querySelectorAll('script, img, iframe, link, object, embed').length") == 0
    assert browser.complaints() == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(browser: Browser, period: Document, tmp_path: Path, scheme: str) -> None:
    """In the light and in the dark."""
    kept = [one for one in period["statements"] if one["id"] in {"DB-1", "DB-2", "DB-3", "DB-4"}]
    file = tmp_path / "period.html"
    file.write_text(render({**period, "statements": kept}), "utf-8")
    browser.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.open(file)
    browser.run("document.querySelectorAll('.statement').forEach(one => one.style.contentVisibility = 'visible')")
    browser.value(AXE.read_text("utf-8"))
    found = browser.value(
        "axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.html)]))"
    )

    assert found == []


@pytest.mark.browser
def test_paper_and_narrow_screens(browser: Browser, period: Document, tmp_path: Path) -> None:
    """Every statement and violation is printed, on numbered pages; a narrow screen does not scroll sideways."""
    file = tmp_path / "period.html"
    file.write_text(render(period), "utf-8")
    browser.devtools("Emulation.setDeviceMetricsOverride", width=400, height=900, deviceScaleFactor=1, mobile=False)
    browser.open(file)
    assert browser.run("return document.documentElement.scrollWidth") <= 400
    browser.devtools("Emulation.clearDeviceMetricsOverride")
    sheets = [re.sub(r"\s", "", sheet) for sheet in browser.pdf(tmp_path / "period.pdf")]
    text = "".join(sheets)

    assert [id_ for id_ in CATALOGUE if id_ not in text] == []
    assert "arn:gone" in text
    assert "arn:still" in text
    assert all(f"page{number}of{len(sheets)}" in sheet for number, sheet in enumerate(sheets, 1))
    assert all("2026-11-01to2026-12-31" in sheet for sheet in sheets)
