"""Whole pages: of a document alone, or written by pytest-html in a run of its own."""

from __future__ import annotations

import html
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from fixtures import examination
from fixtures.evidence.document import Run
from fixtures.evidence.folder import RunFolder
from fixtures.evidence.run import RUN
from fixtures.report import hooks
from fixtures.report.page import rebuild
from tests.judgement.facts import NOW

NUMBERS = itertools.count()
NO_ROWS: dict[str, Any] = {"environment": {}, "tests": {}, "renderCollapsed": ["passed"], "initialSort": "result"}


def page_of(document: dict[str, Any], file: Path) -> Path:
    """Write the page of *document*, whose annex is empty."""
    file.write_text(rebuild(f'data-jsonblob="{html.escape(json.dumps(NO_ROWS))}"', document), "utf-8")
    return file


class _Prepared:
    """Stands for the plugin that makes the document: it is there from the beginning."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Let pytest-html write into the folder of the run."""
        config.stash[RUN] = self.run
        config.option.htmlpath, config.option.self_contained_html = str(self.run.folder.path / "report.html"), True


def rows(page: str) -> list[dict[str, Any]]:
    """Return the rows of pytest-html's own table, as its script gets them."""
    (blob,) = re.findall(r'data-jsonblob="([^"]*)"', page)
    return [row for some in json.loads(html.unescape(blob))["tests"].values() for row in some]


def inner_run(folder: Path, document: dict[str, Any], tests: str, *options: str) -> tuple[int, Run]:
    """Run *tests* with pytest-html and our hooks; return exit status and run, whose folder is not yet published."""
    folder.mkdir(exist_ok=True)
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    # A module of its own name, since all of them are imported into this process.
    file = folder / f"test_inner_{next(NUMBERS)}.py"
    file.write_text(tests, "utf-8")
    run = Run(RunFolder(folder / "reports", NOW, "live"), "live", NOW)
    run.document = document
    arguments = [
        str(file),
        f"--rootdir={folder}",
        f"--config-file={folder / 'pytest.ini'}",
        "-qq",
        *options,
    ]
    status = pytest.main([*arguments, "-p", "no:cacheprovider"], plugins=[hooks, examination, _Prepared(run)])
    return int(status), run
