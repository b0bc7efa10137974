"""What makes pytest-html's own page unsafe as audit evidence, danger by danger, each shown to be closed.

A killed run, which would leave the previous page where the new one is expected, is in tests/test_runs.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from fixtures.examination import CATALOGUE, HOME
from fixtures.report import page as page_module
from fixtures.simulator.organisation import Organisation
from tests.inner_run import run_suite
from tests.report.browser import Browser
from tests.report.documents import Document, described, examined, whole
from tests.report.pages import inner_run, page_of, rows

PAYLOAD = "<img src=x onerror=\"document.title='PWNED'\">"
OUTCOMES = f"""
import pytest

def test_passed(): pass
def test_failed(): assert 1 == 2
def test_skipped(): pytest.skip("because")
@pytest.mark.xfail
def test_expected_failure(): assert False
@pytest.mark.xfail
def test_unexpected_pass(): pass
@pytest.fixture
def broken(): raise OSError("down")
def test_error(broken): pass
@pytest.fixture
def late():
    yield
    raise OSError("down later")
def test_error_at_the_end(late): pass
@pytest.mark.parametrize("name", [{PAYLOAD!r}])
def test_hostile(name): assert not name
"""
SHOWN = {"Passed": 2, "Failed": 2, "Skipped": 1, "XFailed": 1, "XPassed": 1, "Error": 2}
"""`test_error_at_the_end` is shown twice: it passed, and its teardown failed."""


@pytest.fixture(scope="module")
def page(documents: dict[str, Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that pytest-html has written, with a row for every outcome that there is."""
    _, run = inner_run(tmp_path_factory.mktemp("inner"), documents["broken"], OUTCOMES)
    return run.folder.path / "report.html"


def table(browser: Browser) -> dict[str, int]:
    """Count the rows of pytest-html's table by what they show as result."""
    cells = browser.run("return [].map.call(document.querySelectorAll('td.col-result'), cell => cell.textContent)")
    return {word: cells.count(word) for word in cells}


@pytest.mark.browser
@pytest.mark.parametrize("query", ["?visible=passed", "?visible=", "?visible=passed&collapsed=all&sort=duration"])
def test_1_link_that_hides_failures(browser: Browser, page: Path, query: str) -> None:
    """The query is dropped before pytest-html's script reads it; our part never looked at it."""
    browser.open(page, query)

    assert table(browser) == SHOWN
    assert "visible" not in browser.run("return location.search")
    assert "2 of 44 statements are not compliant." in browser.text()


def test_2_rows_that_a_hook_drops(page: Path) -> None:
    """As many rows as outcomes, and none is counted from them: our part counts statements of the catalogue."""
    found = rows(page.read_text("utf-8"))

    assert {word: sum(row["result"] == word for row in found) for word in SHOWN} == SHOWN
    assert all(row["resultsTableRow"] for row in found)


@pytest.mark.browser
def test_3_script_in_the_id_of_a_test(browser: Browser, page: Path) -> None:
    """It is text, even without the page's policy."""
    text = page.read_text("utf-8")
    bare = page.with_name("bare.html")
    bare.write_text(re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text), "utf-8")
    assert bare.read_text("utf-8") != text
    for file in (page, bare):
        browser.open(file)
        assert browser.run("return document.title").startswith("Backup Policy")
        assert PAYLOAD in browser.text()
        assert browser.complaints() == []


@pytest.mark.browser
def test_4_columns_that_empty_the_table(browser: Browser, page: Path) -> None:
    """With our column in it, every row is drawn, sorted by any column."""
    browser.open(page)
    assert table(browser) == SHOWN
    for column in ("statement", "testId", "duration", "result"):
        browser.click(f'th[data-column-type="{column}"]')
        assert table(browser) == SHOWN


def test_5_page_of_an_older_run(organisation: Organisation, tmp_path: Path) -> None:
    """The page bears the id of the run whose results lie beside it."""
    assert organisation.exports
    verdicts = run_suite(tmp_path, "-kDB-1")
    page = (verdicts.folder / "report.html").read_text("utf-8")

    assert f"<code>{verdicts.results['run']['id']}</code>" in page


def test_6_part_that_looks_like_the_whole(organisation: Organisation, tmp_path: Path) -> None:
    """`-k` leaves statements out: the page says how many before it says anything else."""
    assert organisation.exports
    verdicts = run_suite(tmp_path, "-kDB-1")
    page = (verdicts.folder / "report.html").read_text("utf-8")

    left_out = len(CATALOGUE) - 1
    assert f"no violation was found, but {left_out} of {len(CATALOGUE)} statements were not run." in page
    assert f"A part of the policy only: {left_out} of {len(CATALOGUE)} statements were not run" in page
    assert page.index("A part of the policy only") < page.index('id="provenance"')


@pytest.mark.parametrize("arguments", [["--collect-only"], ["compliance_tests/test_nothing.py"]])
def test_6_run_that_runs_nothing(tmp_path: Path, arguments: list[str]) -> None:
    """It leaves no page at all."""
    places = [str(HOME / one) if one.startswith("compliance") else one for one in arguments]
    status = pytest.main([
        *(places if places[0].startswith("/") else [str(HOME / "compliance_tests"), *places]),
        f"--rootdir={HOME}",
        f"--reports={tmp_path}",
        "--target=live",
        f"--records={tmp_path}",
        "-qq",
        "-p",
        "no:cacheprovider",
    ])  # fmt: skip

    assert status in {pytest.ExitCode.OK, pytest.ExitCode.USAGE_ERROR}
    assert list(tmp_path.rglob("*.html")) == []


def test_7_count_that_leaves_errors_out(page: Path) -> None:
    """pytest-html's line is gone; ours counts every statement, once."""
    text = page.read_text("utf-8")
    counted = [int(number) for number in re.findall(r"<b>(\d+)</b> <span>(?:not )?\w+</span></li>", text)]

    assert "run-count" not in re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    assert len(counted) == 5
    assert sum(counted) == len(CATALOGUE)


def test_8_time_without_a_zone(page: Path) -> None:
    """Every time in our part is said to be UTC, and pytest-html's date is gone."""
    text = page.read_text("utf-8")
    part = text[: text.index('<section id="annex"')]
    times = re.findall(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?(.{0,4})", part)

    assert "Report generated on" not in text
    assert times
    assert all(after.startswith(("Z", " UTC")) for after in times)


@pytest.mark.browser
def test_9_what_does_not_print(browser: Browser, tmp_path: Path) -> None:
    """All of it is on paper, whatever was collapsed or filtered on the screen, and nothing runs over the edge."""
    long = "arn:aws:rds:eu-central-1:123456789012:db:" + "x" * 200
    document = described(tmp_path, whole(DB_4=examined("DB-4", False, True, text=lambda text: f"{text}-{long}")))
    page = page_of(document, tmp_path / "report.html")
    browser.open(page)
    browser.run("document.querySelectorAll('details').forEach(one => one.removeAttribute('open'))")
    browser.click(".filter-bar input[type=checkbox]")
    text = re.sub(r"\s", "", "".join(browser.pdf(tmp_path / "report.pdf")))

    assert {id_ for id_ in CATALOGUE if id_ not in text} == set()
    for one in document["statements"]:
        for finding in one["findings"]:
            for said in (finding["resource"], finding["seen"], finding["required"], finding["remedy"]):
                assert re.sub(r"\s", "", said) in text
    browser.devtools("Emulation.setEmulatedMedia", media="print", features=[])
    browser.devtools("Emulation.setDeviceMetricsOverride", width=690, height=1000, deviceScaleFactor=1, mobile=False)
    wide = browser.run(
        "return [].filter.call(document.querySelectorAll('#report *'), one => one.getClientRects().length"
        " && !one.closest('.watermark, .unseen, .skip, svg') && one.getBoundingClientRect().right > 691)"
        ".map(one => one.outerHTML.slice(0, 120))"
    )
    assert wide == []


def test_10_what_json_cannot_hold(documents: dict[str, Document], tmp_path: Path) -> None:
    """pytest-html falls over it: it is told, the run fails, and no page without our part is left."""
    tests = """
def test_it(extras):
    extras.append({"name": "x", "format_type": "html", "content": object(), "mime_type": "", "extension": ""})
"""
    status, run = inner_run(tmp_path / "inner", documents["broken"], tests)

    assert status == pytest.ExitCode.INTERNAL_ERROR
    assert "not JSON serializable" in run.failure
    assert not (run.folder.path / "report.html").exists()


def test_10_template_that_fails(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Results and evidence are written all the same; the run says what has happened, and fails."""

    def broken(_document: Document) -> Iterator[str]:
        yield '<div id="report" class="simulated"><main>'
        raise KeyError("a hole in the template")

    assert organisation.exports
    monkeypatch.setattr(page_module, "rendered", broken)
    verdicts = run_suite(tmp_path, "-kDB-1")

    assert verdicts.status == pytest.ExitCode.INTERNAL_ERROR
    left = {path.name for path in verdicts.folder.iterdir()}
    assert {"results.json", "evidence.json", "manifest.json"} <= left
    assert "report.html" not in left
    assert json.loads((verdicts.folder / "evidence.json").read_text("utf-8"))["statements"]
    assert "the report could not be made (KeyError: 'a hole in the template')" in capsys.readouterr().out


@pytest.mark.browser
def test_11_paper(browser: Browser, documents: dict[str, Document], pages: dict[str, Path], tmp_path: Path) -> None:
    """A4, numbered, with the id of the run on each page; controls that only a screen can use are not printed."""
    browser.open(pages["simulated"])
    sheets = [re.sub(r"\s", "", sheet) for sheet in browser.pdf(tmp_path / "report.pdf")]
    boxes = {
        (round(page.mediabox.width), round(page.mediabox.height)) for page in PdfReader(tmp_path / "report.pdf").pages
    }

    assert boxes == {(595, 842)}
    for number, sheet in enumerate(sheets, 1):
        assert f"page{number}of{len(sheets)}" in sheet
        assert f"run{documents['simulated']['run']['id']}" in sheet
        assert "SIMULATED\N{EN DASH}notauditevidence" in sheet
    for control in ("(Un)check", "Showalldetails", "Filterwhatcomplies", "Skiptothestatements"):
        assert control not in "".join(sheets)


BODIES = """
from types import SimpleNamespace
import pytest
from fixtures.examination import statement
from fixtures.facts.population import Source

resource = SimpleNamespace(id="arn", name="x", region="r", modify="m", source=Source("aws", "c", "a", "r", 1))

@statement("DB-2")
def test_denied(examine):
    raise PermissionError("AccessDenied")

@statement("DB-4")
def test_violated(examine):
    with examine(resource, seen="7 days", required="30 days"):
        assert False
"""


def test_12_access_denied_is_no_violation(documents: dict[str, Document], tmp_path: Path) -> None:
    """What goes wrong in the body of a test is an error there, too; only an assertion about a resource is a failure."""
    _, run = inner_run(tmp_path / "inner", documents["broken"], BODIES)
    found = {
        row["testId"].partition("::")[2]: row["result"]
        for row in rows((run.folder.path / "report.html").read_text("utf-8"))
    }

    assert found == {
        "test_denied::setup": "Error",
        "test_violated": "Failed",
    }
