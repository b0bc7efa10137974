"""The same document gives the same bytes, and everything that it holds is on the page."""

from __future__ import annotations

import copy
import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from fixtures.examination import CATALOGUE, HOME
from fixtures.report.page import OURS, PageError, complete, rebuild
from fixtures.report.rendering import render, title
from fixtures.report.wording import headline
from tests.report.documents import WAIVER, Document, described, examined, whole
from tests.report.pages import inner_run

SCENES = ["compliant", "broken", "waived", "not assessed", "part", "nothing run", "simulated", "custom"]
PRINT_IT = """
import json, sys
from fixtures.report.rendering import render
sys.stdout.buffer.write(render(json.load(open(sys.argv[1], encoding="utf-8"))).encode())
"""


def shown(document: Document) -> str:
    """Return the text of the rendered part, without tags."""
    return html.unescape(re.sub(r"<[^>]*>", "", render(document)))


@pytest.mark.parametrize("scene", SCENES)
def test_document_as_json_gives_the_same_bytes(documents: dict[str, Document], scene: str) -> None:
    """A verifier reads it from evidence.json; nothing in it may be more than plain data."""
    document = documents[scene]

    assert render(json.loads(json.dumps(document))) == render(document)


def test_another_process_elsewhere_gives_the_same_bytes(documents: dict[str, Document], tmp_path: Path) -> None:
    """Neither clock, nor zone, nor language, nor folder, nor the order of a hash is in it."""
    (tmp_path / "evidence.json").write_text(json.dumps(documents["broken"]), "utf-8")
    strange = {
        "TZ": "Asia/Tokyo",
        "LANG": "tr_TR.UTF-8",
        "PYTHONHASHSEED": "7",
        "USER": "somebody",
        "PYTHONPATH": str(HOME),
    }
    done = subprocess.run(
        [sys.executable, "-c", PRINT_IT, str(tmp_path / "evidence.json")],
        cwd=tmp_path,
        env={**os.environ, **strange},
        capture_output=True,
        check=True,
    )

    assert done.stdout.decode() == render(documents["broken"])


def test_page_of_pytest_html_can_be_built_again(documents: dict[str, Document], tmp_path: Path) -> None:
    """All of it byte for byte, but for the rows of pytest-html's own table, which are taken from the page."""
    tests = "import pytest\n@pytest.mark.parametrize('x', [1, 2])\ndef test_it(x):\n    assert x == 1\n"
    _, run = inner_run(tmp_path / "inner", documents["broken"], tests)
    page = (run.folder.path / "report.html").read_text("utf-8")

    assert rebuild(page, documents["broken"]) == page
    assert rebuild(page.replace("2 of 44", "0 of 44"), documents["broken"]) == page
    assert (
        rebuild(page.replace("<body", "<style>.not_compliant{display:none}</style><body"), documents["broken"]) == page
    )
    assert rebuild(page, documents["compliant"]) != page


@pytest.mark.parametrize("scene", SCENES)
def test_everything_that_was_found_is_shown(documents: dict[str, Document], scene: str) -> None:
    """Every statement with its requirement and controls; every finding, compliant ones too; every gap and exception."""
    document, text = documents[scene], shown(documents[scene])

    assert {one["id"] for one in document["statements"]} == set(CATALOGUE)
    for one in document["statements"]:
        assert f"{one['id']} {one['requires']}" in text
        assert ", ".join(one["controls"]) in text
        for finding in one["findings"]:
            assert finding["resource"] in text
            assert finding["seen"] in text
            assert finding["required"] in text
            assert finding["remedy"] in text
            assert finding["complies"] or finding["look"] in text
        for gap in one["unread"]:
            assert gap["reason"] in text
            assert gap["remedy"] in text
        assert one["source"] in text
        for read in one["reads"]:
            assert read["says"] in text
            assert read["place"] in text
    for observation in document["observations"]:
        assert observation["says"] in text
    for waiver in document["waivers"]:
        assert f"{waiver['approver']}, {waiver['approved']}" in text
        assert waiver["expires"] in text
    assert "preparing for certification" in text
    assert "not certified" in text


def test_violations_that_a_test_is_proven_to_catch(documents: dict[str, Document]) -> None:
    """By name and story, beside the test."""
    (statement,) = (one for one in documents["compliant"]["statements"] if one["id"] == "DB-4")
    text = shown(documents["compliant"])

    assert statement["catches"]
    for one in statement["catches"]:
        assert f"{one['name']} {one['says']} {one['place']}" in text


@pytest.mark.parametrize("scene", ["simulated", "custom"])
def test_nothing_simulated_reads_like_real(documents: dict[str, Document], scene: str) -> None:
    """Each result says what it is, the head and the title say it, and so does every page of a print."""
    part = render(documents[scene])
    results = re.findall(r'<span class="result [^"]*">(?:<svg.*?</svg>)?(.*?)</span>', part)

    assert len(results) > len(CATALOGUE)
    assert all(words.startswith(f"{scene}: ") for words in results)
    assert f'<p class="headline">{scene.capitalize()}: ' in part
    assert f"@top-center {{ content: &#34;{scene.upper()}" not in part
    assert f'@top-center {{ content: "{scene.upper()} \N{EN DASH} not audit evidence" }}' in part
    assert title(documents[scene]).startswith(f"{scene.upper()} ")


def test_what_is_live_is_not_marked(documents: dict[str, Document]) -> None:
    """A mark that is always there is not read."""
    part = render(documents["broken"])

    assert "not audit evidence" not in part
    assert 'class="watermark"' not in part
    assert '<p class="headline">2 of 44 statements are not compliant.</p>' in part


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({"compliant": 44}, "All 44 statements are compliant."),
        ({"compliant": 42, "waived": 2}, "42 of 44 statements are compliant, 2 are waived by an approved exception."),
        ({"compliant": 43, "not_compliant": 1}, "1 of 44 statements is not compliant."),
        ({"not_compliant": 2, "not_assessed": 40, "not_run": 2}, "2 of 44 statements are not compliant."),
        ({"compliant": 41, "not_assessed": 3}, "No violation was found, but 3 of 44 statements could not be assessed."),
        ({"not_assessed": 44}, "44 of 44 statements could not be assessed."),
        ({"compliant": 3, "not_run": 41}, "No violation was found, but 41 of 44 statements were not run."),
        ({"not_run": 44}, "No statement was run."),
    ],
)
def test_headline(counts: dict[str, int], sentence: str) -> None:
    """The worst first; a part never sounds like the whole."""
    assert headline(counts, "live") == sentence
    assert headline(counts, "simulated") == f"Simulated: {sentence[0].lower()}{sentence[1:]}"


def test_part_says_so_first(documents: dict[str, Document]) -> None:
    """How much is missing, and why."""
    text = shown(documents["part"])

    assert "A part of the policy only: 43 of 44 statements were not run (10 tests were deselected)" in text
    assert "A part of the policy only" not in shown(documents["broken"])


def test_parameter_that_differs_from_the_policy(documents: dict[str, Document]) -> None:
    """It is marked; and so is a value that the policy does not give."""
    document = copy.deepcopy(documents["compliant"])
    document["run"]["parameters"]["pitr_window"] = "P7D"
    text = shown(document)

    assert re.search(r"pitr window\s*7 days differs\s*30 days", text)
    assert re.search(r"wal lag\s*15 minutes\s*no value; this one is the suite's own", text)
    assert "<b>differs</b>" not in render(documents["compliant"])
    head = text[: text.index("Judged at")]
    assert "Not judged by what the policy states: pitr window is 7 days, the policy states 30 days." in head
    assert "All 44 statements are compliant, by other parameters than the policy states." in head
    assert "Not judged by what the policy states" not in shown(documents["compliant"])


def test_exceptions_tell_what_became_of_them(tmp_path: Path) -> None:
    """In force, expired, not yet begun, needed no more."""
    day = type(WAIVER.expires)
    others: dict[str, dict[str, Any]] = {
        "expired: not applied": {"expires": day(2026, 11, 22)},
        "approved in the future: not applied": {"approved": day(2026, 11, 24)},
        "matches no violation any more": {"resource": "arn:other"},
    }
    fields = {name: getattr(WAIVER, name) for name in WAIVER.__slots__}
    waivers = (
        WAIVER,
        *(
            type(WAIVER)(**{**fields, "record": f"records/exceptions.toml:{number}", **change})
            for number, change in enumerate(others.values(), 10)
        ),
    )
    document = described(tmp_path, whole(DB_1=examined("DB-1", False, waivers=waivers)), waivers=waivers)
    text = shown(document)

    for state in ("in force: accepts 1 violation", *others):
        assert state in text


@pytest.mark.parametrize("missing", ["statements", "listings", "restorability", "observations", "guidance", "previous"])
def test_document_that_lacks_something(documents: dict[str, Document], missing: str) -> None:
    """An error, rather than a page with a hole in it."""
    document = {name: value for name, value in documents["broken"].items() if name != missing}

    with pytest.raises((KeyError, UndefinedError)):
        render(document)


def test_result_that_does_not_exist(documents: dict[str, Document]) -> None:
    """Nobody makes up words for it."""
    document = copy.deepcopy(documents["broken"])
    document["statements"][0]["result"] = "partially_compliant"

    with pytest.raises(KeyError):
        render(document)


@pytest.mark.parametrize("anchor", ['<h1 id="title">', '<p class="run-count">', "<footer>", '<table id="environment">'])
def test_pytest_html_with_another_page(pages: dict[str, Path], documents: dict[str, Document], anchor: str) -> None:
    """What cannot be made safe in the known way is not handed over."""
    stock = f"<html><head></head><body>{OURS}" + "".join(
        text for text in pages["compliant"].read_text("utf-8").split("\n") if anchor not in text
    )

    with pytest.raises(PageError, match="pytest-html's page has changed"):
        list(complete(stock, documents["compliant"]))
