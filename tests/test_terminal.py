"""What people see in a terminal or find in a log: progress, the closing summary, and pytest's own options."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.collection import Collection
from fixtures.collectors.ledger import Ledger
from fixtures.examination import CATALOGUE, HOME
from fixtures.progress import CLEAR, Progress, Tally
from fixtures.report.closing import closing
from fixtures.simulator.organisation import Organisation
from tests.report.documents import described, examined, scenes, whole

LIMIT = 120


def text_of(document: dict[str, Any], verbosity: int = 0) -> str:
    """Return the closing summary without its colours."""
    return "\n".join(line for line, _ in closing(document, verbosity))


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return documents of every kind of run."""
    return scenes(tmp_path_factory.mktemp("reports"))


def test_summary_has_every_section(documents: dict[str, dict[str, Any]]) -> None:
    """In the policy's order, whatever was found."""
    for document in documents.values():
        sections = dict.fromkeys(entry["section"] for entry in CATALOGUE.values())
        starts = [line for line in text_of(document).splitlines() if line.startswith(tuple(sections))]
        assert [line[:26].strip() for line in starts] == list(sections)


def test_summary_says_what_is_wrong_and_what_to_do(documents: dict[str, dict[str, Any]]) -> None:
    """Statement, resource, what was seen, what is required, and the remedy; nothing of what complies."""
    text = text_of(documents["broken"])

    assert "DB-4     not compliant" in text
    assert "remedy    aws rds modify-db-instance" in text
    assert "seen      retention 7 days" in text
    assert "DB-1" not in text
    assert "DB-1     compliant" in text_of(documents["broken"], verbosity=1)
    assert "not read  rds:DescribeDBInstances (123456789012 in eu-west-3): AccessDenied" in text_of(
        documents["not assessed"]
    )
    assert "DB-1     waived: 1 accepted until 2026-12-31" in text_of(documents["waived"])


def test_summary_is_short(tmp_path: Path) -> None:
    """A thousand violations do not drown the others; `-v` shows them all."""
    many = described(tmp_path, whole(DB_4=examined("DB-4", *[False] * 1000)))

    assert len(text_of(many).splitlines()) < 40
    assert "and 997 more: the report has all of them" in text_of(many)
    assert text_of(many, verbosity=1).count("retention 7 days") == 1000


def test_part_does_not_look_like_the_whole(documents: dict[str, dict[str, Any]]) -> None:
    """It is said last, where people look."""
    assert text_of(documents["part"]).splitlines()[-1].startswith("A part of the suite, no full report: 43 statements")
    assert "no full report" not in text_of(documents["compliant"])


def test_summary_names_parameters_that_are_not_the_policys(documents: dict[str, dict[str, Any]]) -> None:
    """Below all that is compliant by them."""
    document = json.loads(json.dumps(documents["compliant"]))
    document["run"]["parameters"]["pitr_window"] = "P7D"

    last = text_of(document).splitlines()[-1]
    assert last.startswith("Not judged by what the policy states: pitr window is 7 days, the policy states 30 days.")
    assert "Not judged" not in text_of(documents["compliant"])


def test_summary_cannot_be_turned_against_its_reader(tmp_path: Path) -> None:
    """What a provider answers is never a command to the terminal."""
    hostile = described(tmp_path, whole(DB_4=examined("DB-4", False, text=lambda text: f"{text}\x1b[2J\x1b[H")))

    assert "\x1b" not in text_of(hostile)
    assert "\\u001b[2J" in text_of(hostile)


class Reading:
    """A session that is reading: a ledger with calls, and a population that is not there yet."""

    def __init__(self, *, isatty: bool) -> None:
        """Have read a little."""
        self.ledger = Ledger()
        self.collection = Collection({})
        self.waiting = ["snapshots"]
        vars(self.collection)["waiting"] = lambda: self.waiting
        writer = SimpleNamespace(fullwidth=80, width_of_current_line=10)
        self.reporter = cast("pytest.TerminalReporter", SimpleNamespace(isatty=isatty, _tw=writer))
        for number in range(3):
            self.ledger.note(provider="aws", service="rds", operation="DescribeDBSnapshots", region=f"eu-west-{number}")

    def watch(self, file: Path, seconds: float) -> str:
        """Watch for a while; return what was written."""
        out = file.open("w")
        progress = Progress(Tally(self.ledger, self.collection), out, self.reporter)
        with progress:
            time.sleep(seconds)
        return file.read_text()


def test_progress_on_a_terminal(tmp_path: Path) -> None:
    """One line that stays within its room, and that is gone at the end; the cursor is always put back."""
    shown = Reading(isatty=True).watch(tmp_path / "terminal", 0.7)

    lines = [line for line in shown.split(CLEAR) if line]
    assert "3 calls" in lines[0]
    assert "aws eu-west-2 DescribeDBSnapshots" in lines[0]
    for line in lines:
        text, _, back = line.partition("\x1b[")
        assert back == f"{len(text)}D"
        assert len(text) < 80 - 10
    assert shown.endswith(CLEAR)
    assert "\n" not in shown


def test_progress_in_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seldom, whole lines, no control characters; nothing at all of a short run."""
    assert Reading(isatty=False).watch(tmp_path / "short", 0.6) == ""

    monkeypatch.setattr("fixtures.progress.FIRST", 0.3)
    text = Reading(isatty=False).watch(tmp_path / "long", 1.4)
    assert "\x1b" not in text
    assert text.splitlines()[1].endswith("aws 3 calls in 3 regions; to go: snapshots")
    assert 1 <= text.count("reading for") <= 3


def test_nothing_is_shown_once_everything_is_read(tmp_path: Path) -> None:
    """Judging takes no time that anybody would have to be told of."""
    reading = Reading(isatty=True)
    reading.waiting = []

    assert reading.watch(tmp_path / "terminal", 0.6) == ""


def command(reports: Path, *options: str) -> list[str]:
    """Return a command line that runs against what the environment points at."""
    return [
        *(sys.executable, "-m", "pytest", "compliance_tests", "--target=live", f"--reports={reports}"),
        *("-o", f"cache_dir={reports.parent / 'cache'}", *options),
    ]


def results(reports: Path) -> dict[str, str]:
    """Return what the newest run says of each statement."""
    newest = max((p for p in reports.iterdir() if not p.is_symlink()), key=lambda path: path.stat().st_mtime)
    return {one["id"]: one["result"] for one in json.loads((newest / "results.json").read_text())["statements"]}


@pytest.mark.usefixtures("organisation")
def test_terminal_that_somebody_watches(tmp_path: Path) -> None:
    """On a terminal, a whole run with progress leaves every dot where pytest has put it."""
    own, other = pty.openpty()
    shown = bytearray()

    def watch() -> None:
        try:
            while part := os.read(own, 65536):
                shown.extend(part)
        except OSError:
            return  # how a terminal says that nobody writes to it any more

    watching = Thread(target=watch)
    watching.start()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    done = subprocess.run(
        command(tmp_path / "reports"), cwd=HOME, stdout=other, stderr=other, env=environment, timeout=LIMIT, check=False
    )
    os.close(other)
    watching.join(LIMIT)
    os.close(own)

    text = shown.decode()
    assert done.returncode in {0, 1}
    assert "reading, 0 s, " in text
    assert "Backup Policy, section by section" in text


def fail(reports: Path, *options: str) -> dict[str, str]:
    """Run to the end, at which pytest says that tests failed; return what the run says of each statement."""
    line = command(reports, "-q", *options)
    done = subprocess.run(line, cwd=HOME, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    return results(reports)


@pytest.mark.exhaustive
def test_failed_first_and_only_failed(organisation: Organisation, tmp_path: Path) -> None:
    """`--lf` runs what failed, and never passes for a whole run even where whole files were left out; `--ff` is one."""
    (organisation.records / "cache.toml").write_text("[[caches]\n")
    reports = tmp_path / "reports"
    failed = {id_ for id_, result in fail(reports).items() if result in {"not_compliant", "not_assessed"}}
    latest = (reports / "latest").resolve()
    assert failed

    again = fail(reports, "--lf")

    assert {id_ for id_, result in again.items() if result != "not_run"} == failed
    assert (reports / "latest").resolve() == latest

    everything = fail(reports, "--ff")

    assert "compliant" in everything.values()
    assert (reports / "latest").resolve() != latest


@pytest.mark.usefixtures("organisation")
def test_without_terminal_and_without_html(tmp_path: Path) -> None:
    """Results and evidence are written all the same; JUnit's file, too."""
    junit = tmp_path / "junit.xml"
    done = subprocess.run(
        command(tmp_path / "reports", "-p", "no:terminal", "-p", "no:html", f"--junitxml={junit}"),
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )

    assert done.stdout == ""
    assert {path.name for path in (tmp_path / "reports/latest").iterdir()} >= {"results.json", "evidence.json"}
    assert not (tmp_path / "reports/latest/report.html").exists()
    assert junit.read_text().count("<testcase ") == sum(
        one != "not_run" for one in results(tmp_path / "reports").values()
    )
