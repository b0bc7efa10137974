"""The page in a real browser: without scripts, by keyboard, in the dark, filtered, on a narrow screen, and large."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from fixtures.examination import CATALOGUE
from tests.report.browser import Browser
from tests.report.documents import Document, described, examined
from tests.report.pages import page_of

pytestmark = pytest.mark.browser
AXE = files("axe_core_python").joinpath("axe.min.js")
LARGE = 5000


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of five thousand examined resources, some of which violate."""
    share = LARGE // len(CATALOGUE) + 1
    examinations = [examined(id_, *(n % 100 != 7 for n in range(share))) for id_ in CATALOGUE]
    folder = tmp_path_factory.mktemp("large")
    return page_of(described(folder / "reports", examinations), folder / "report.html")


@pytest.mark.parametrize("scene", ["broken", "simulated", "not assessed", "nothing run"])
def test_without_scripts_everything_is_there(
    browser: Browser, documents: dict[str, Document], pages: dict[str, Path], scene: str
) -> None:
    """As it is read in a mail client, or by somebody who trusts nothing."""
    browser.scripts(enabled=False)
    browser.open(pages[scene])
    text = re.sub(r"\s+", " ", str(browser.run("return document.body.textContent")))

    for one in documents[scene]["statements"]:
        assert one["requires"] in text
        for finding in one["findings"]:
            assert finding["resource"] in text
            assert finding["seen"] in text
            assert finding["remedy"] in text
    assert "scripts are switched off" in text
    assert browser.run("return document.querySelectorAll('.filter-bar').length") == 0
    assert browser.run("return document.querySelectorAll('details:not([open]), [hidden]').length") == 0


@pytest.fixture(scope="module")
def each_kind(documents: dict[str, Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a statement of each result, since axe takes its time."""
    wanted = {"waived": "DB-1", "not assessed": "DB-2", "compliant": "DB-3", "broken": "DB-4", "part": "DB-5"}
    found = [one for scene, id_ in wanted.items() for one in documents[scene]["statements"] if one["id"] == id_]
    assert len({one["result"] for one in found}) == 5
    document = {**documents["simulated"], "statements": found, "waivers": documents["waived"]["waivers"]}
    return page_of(document, tmp_path_factory.mktemp("each") / "report.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(browser: Browser, each_kind: Path, scheme: str) -> None:
    """Names, roles, order of headings, contrast, in the light and in the dark."""
    browser.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.open(each_kind)
    browser.run("document.querySelectorAll('.statement').forEach(one => one.style.contentVisibility = 'visible')")
    browser.value(AXE.read_text("utf-8"))
    found = browser.value(
        "axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.html)]))"
    )

    assert found == []


def test_keyboard_reaches_the_statements(browser: Browser, pages: dict[str, Path]) -> None:
    """The first stop skips to them; each statement of the map is a stop; details open and close."""
    browser.open(pages["broken"])
    browser.press("Tab")
    assert browser.run("return document.activeElement.textContent") == "Skip to the statements"
    browser.run("document.querySelector('.map a[href=\"#DB-4\"]').focus()")
    browser.press("Enter")
    assert browser.run("return location.hash") == "#DB-4"
    browser.run("document.querySelector('#DB-4 summary').focus()")
    browser.press(" ")
    assert browser.run("return document.querySelector('#DB-4 details').open") is False


def test_filter_hides_only_what_complies(browser: Browser, large: Path) -> None:
    """Violations stay, whatever is typed; how many rows are hidden is said; a new visit begins without it."""
    browser.open(large)
    visible = (
        "return [].filter.call(document.querySelectorAll(arguments[0]), one => getComputedStyle(one).display != 'none')"
        ".length"
    )
    violations = browser.run(visible, "tbody.violates")
    assert violations > len(CATALOGUE)

    browser.type(".filter-bar input[type=search]", "db:app-11-no")
    assert browser.run(visible, "tr.complies") == 0
    assert browser.run(visible, "tbody.violates") == violations
    assert "0 of" in browser.run("return document.querySelector('.filter-bar [role=status]').textContent")

    browser.open(large, "?filter=db:app-11-no#DB-4")
    assert browser.run(visible, "tr.complies") > LARGE * 0.9


def test_filter_by_name(browser: Browser, large: Path) -> None:
    """One resource of many, in every statement that looked at it."""
    browser.open(large)
    browser.type(".filter-bar input[type=search]", "APP-42")
    shown = browser.run(
        "return [].filter.call(document.querySelectorAll('tr.complies'),"
        " one => getComputedStyle(one).display != 'none').map(one => one.textContent)"
    )

    assert len(shown) == len(CATALOGUE)
    assert all("app-42" in row for row in shown)


def test_large_page_is_small(large: Path) -> None:
    """Five thousand resources: below 10 MB. How quick it is, tests/benchmarks/report.py prints."""
    assert large.stat().st_size < 10_000_000


@pytest.mark.parametrize("width", [360, 700, 1280])
def test_no_screen_is_too_narrow(browser: Browser, pages: dict[str, Path], width: int) -> None:
    """The page itself never scrolls sideways."""
    browser.devtools("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    browser.open(pages["simulated"])

    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_simulated_mark_stays_in_sight(browser: Browser, pages: dict[str, Path]) -> None:
    """Wherever one reads, the annex included."""
    browser.open(pages["simulated"])
    for place in ("#provenance", "#DB-4", "#verify", "#annex .summary"):
        browser.run("document.querySelector(arguments[0]).scrollIntoView()", place)
        in_sight = browser.run(
            "return [].some.call(document.querySelectorAll('.band'), one => { const box = one.getBoundingClientRect();"
            " return box.bottom > 0 && box.top < innerHeight })"
        )
        assert in_sight, place


def test_nothing_is_loaded_from_anywhere(browser: Browser, pages: dict[str, Path]) -> None:
    """One file, and no address in it that a browser would follow by itself."""
    browser.open(pages["broken"])

    assert browser.run("return performance.getEntriesByType('resource').map(one => one.name)") == []
    assert browser.run("return document.querySelectorAll('link, img, iframe, object, embed, script[src]').length") == 0
