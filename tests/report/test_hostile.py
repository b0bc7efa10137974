"""Whatever a provider sends, or somebody writes into a record, is text on the page: it neither runs nor hides."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fixtures.report.page import PageError, rebuild
from fixtures.report.rendering import BEGIN, END, render
from fixtures.report.wording import split_name, visible
from tests.report.browser import Browser
from tests.report.documents import GAP, RESTORE_TEST, WAIVER, Document, databases, described, examined, whole
from tests.report.hostile import PAYLOADS, hostile, strings
from tests.report.pages import inner_run, page_of

KINDS = """
return JSON.stringify([].map.call(document.querySelectorAll('*'), one => one.tagName + ' '
    + [].map.call(one.attributes, attribute => attribute.name).sort().join()))
"""
ACTIVE = re.compile("SCRIPT|STYLE|IMG|IFRAME|BASE|META|LINK|OBJECT|FORM|INPUT|A ")


@pytest.fixture(scope="module")
def tame(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """A document in which everything occurs that can: violations, waivers, gaps, faults, notes, figures."""
    broken = examined("DB-4", False, True)
    broken.notes.append("a note")
    failing = examined("DB-2", True, unread=(GAP,))
    failing.faults.append("fault of the suite")
    document = described(
        tmp_path_factory.mktemp("tame"),
        whole(DB_4=broken, DB_2=failing, DB_1=examined("DB-1", False, waivers=(WAIVER,))),
        waivers=(WAIVER,),
        protected_databases=databases(),
        provenance="simulated",
    )
    document["previous"] = {
        "id": "f00",
        "started": "2026-11-22T03:00:00Z",
        "suite": {"version": "0", "commit": "c0ffee"},
        "parameters": {"cache_tag": "old", "no_longer_one": "gone"},
        "results": {"DB-4": "compliant"},
        "examined": {"DB-4": 1},
        "violations": {"DB-4": ["arn:gone"]},
        "days": {"2026-11-20": {"DB-4": "waived"}},
    }
    document["restore_tests"] = [RESTORE_TEST]
    document["run"]["parameters"]["pitr_window"] = "P7D"
    return document


@pytest.fixture(scope="module")
def spoilt(tame: Document) -> tuple[Document, list[str]]:
    """The same, with a payload behind every string."""
    return hostile(tame)


def visible_text(value: str) -> str:
    """Return what a browser shows of a text."""
    return re.sub(r"\s+", " ", str(visible(value))).strip()


def test_every_field_is_spoilt(tame: Document, spoilt: tuple[Document, list[str]]) -> None:
    """Some nine hundred strings, and every payload many times over."""
    assert set(spoilt[1]) == set(PAYLOADS)
    assert len(spoilt[1]) > 900
    assert len(list(strings(spoilt[0]))) >= len(list(strings(tame)))


@pytest.mark.browser
@pytest.mark.parametrize("with_policy", [True, False])
def test_page_is_the_same_but_for_its_text(
    browser: Browser, tame: Document, spoilt: tuple[Document, list[str]], tmp_path: Path, *, with_policy: bool
) -> None:
    """No element, and no attribute, that was not there before; and the page's policy has nothing to block."""
    kinds = []
    for name, document in {"tame": tame, "spoilt": spoilt[0]}.items():
        page = page_of(document, tmp_path / f"{name}.html")
        if not with_policy:
            text = page.read_text("utf-8")
            page.write_text(re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text), "utf-8")
        browser.open(page)
        kinds.append(Counter(json.loads(browser.run(KINDS))))
        assert browser.complaints() == []
        assert "PWNED" not in browser.run("return document.title")
        assert browser.run("return location.protocol") == "file:"

    assert set(kinds[1]) <= set(kinds[0])
    assert [{kind: n for kind, n in one.items() if ACTIVE.match(kind)} for one in kinds] == [
        {kind: n for kind, n in kinds[0].items() if ACTIVE.match(kind)}
    ] * 2


@pytest.mark.browser
def test_payloads_are_shown_as_they_are(browser: Browser, spoilt: tuple[Document, list[str]], tmp_path: Path) -> None:
    """An auditor sees what somebody has tried; what cannot be seen is written out."""
    browser.open(page_of(spoilt[0], tmp_path / "spoilt.html"))
    text = re.sub(r"\s+", " ", str(browser.run("return document.body.textContent")))

    for payload in PAYLOADS:
        assert visible_text(payload) in text
    assert "\\u202etnailpmoc\\u200b\\u2028" in text
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text
    for one in spoilt[0]["statements"]:
        for finding in one["findings"]:
            assert visible_text(finding["seen"]) in text
            assert finding["complies"] or visible_text(finding["remedy"]) in text


@pytest.mark.browser
def test_nothing_can_hide_a_violation(browser: Browser, spoilt: tuple[Document, list[str]], tmp_path: Path) -> None:
    """Not by style, not by turning the text, not by length."""
    browser.open(page_of(spoilt[0], tmp_path / "spoilt.html"))
    shown = browser.run(
        "return [].map.call(document.querySelectorAll('tbody.violates'),"
        " one => one.getClientRects().length > 0 && getComputedStyle(one).visibility)"
    )

    assert shown == ["visible"]


def with_rows(page: str, row: dict[str, Any]) -> str:
    """Return *page* with one row in pytest-html's own table, as somebody might have put it there."""
    plain = {
        "result": "Passed",
        "testId": "x",
        "resultsTableRow": ['<td class="col-result">Passed</td>'],
        "log": "",
        "extras": [],
    }
    blob = {"environment": {}, "tests": {"x": [{**plain, **row}]}, "renderCollapsed": [], "initialSort": "result"}
    return re.sub('data-jsonblob="[^"]*"', lambda _: f'data-jsonblob="{html.escape(json.dumps(blob))}"', page)


@pytest.mark.browser
def test_annex_cannot_run_anything_either(browser: Browser, tame: Document, tmp_path: Path) -> None:
    """Its rows are HTML to pytest-html's script; the page's policy lets no script and no style of theirs in."""
    payloads = [payload for payload in PAYLOADS[:9] if "http-equiv" not in payload]
    row = {
        "resultsTableRow": [f'<td class="col-result">Passed{payload}</td>' for payload in payloads],
        "log": "".join(payloads) + "<style>.not_compliant{display:none}</style>",
    }
    page = page_of(tame, tmp_path / "report.html")
    page.write_text(with_rows(page.read_text("utf-8"), row), "utf-8")
    browser.open(page)

    assert "PWNED" not in browser.run("return document.title")
    assert browser.run("return document.querySelector('#DB-4 .violates').getClientRects().length") == 1
    assert any("Content Security Policy" in one for one in browser.complaints())


@pytest.mark.parametrize("place", ["cell", "log", "extras", "tableHtml"])
def test_verifier_refuses_an_annex_that_is_not_text(
    documents: dict[str, Document], pages: dict[str, Path], place: str
) -> None:
    """No rendering covers its rows, so they may hold nothing but text."""
    page = pages["broken"].read_text("utf-8")
    assert "1 Passed" in rebuild(with_rows(page, {}), documents["broken"])
    for payload in (one for one in PAYLOADS if "<" in one):
        rows: dict[str, dict[str, Any]] = {
            "cell": {"resultsTableRow": [f'<td class="col-result">{payload}</td>']},
            "log": {"log": payload},
            "extras": {"extras": [{"format_type": "html", "content": payload}]},
            "tableHtml": {"tableHtml": [payload]},
        }
        with pytest.raises(PageError, match="not plain text"):
            rebuild(with_rows(page, rows[place]), documents["broken"])


def test_markers_cannot_be_sent(spoilt: tuple[Document, list[str]]) -> None:
    """What a verifier compares ends where we end it."""
    part = render(spoilt[0])

    assert part.count(BEGIN) == part.count(END) == 1
    assert part.startswith(BEGIN)
    assert part.endswith(END)


def test_page_is_written_whatever_is_in_it(spoilt: tuple[Document, list[str]], tmp_path: Path) -> None:
    """A half of a character, which no file can hold, costs nobody his report."""
    _, run = inner_run(tmp_path / "inner", spoilt[0], "def test_it():\n    assert '\\ud800' == 1\n")
    page = (run.folder.path / "report.html").read_text("utf-8")

    assert not run.failure
    assert "\\ud800 half a character" in page


@pytest.mark.parametrize(
    ("resource", "parts"),
    [
        ("arn:aws:rds:eu-central-1:123456789012:db:app", ("arn:aws:rds:eu-central-1:123456789012:db:", "app")),
        ("arn:aws:s3:::uploads", ("arn:aws:s3:::", "uploads")),
        ("https://github.com/botbrains/api", ("https://github.com/botbrains/", "api")),
        ("https://github.com/botbrains/", ("https://github.com/", "botbrains/")),
        ("plain", ("", "plain")),
        ("", ("", "")),
        ("///", ("", "///")),
        (":", ("", ":")),
    ],
)
def test_name_of_a_resource(resource: str, parts: tuple[str, str]) -> None:
    """Its parts are the whole of it."""
    assert split_name(resource) == parts
    assert "".join(parts) == resource
