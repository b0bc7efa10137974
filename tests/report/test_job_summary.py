"""The summary on a job's page: what is wrong, inert whatever a provider sent, and only of live runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fixtures.report import job_summary
from fixtures.report.job_summary import ROWS, VARIABLE
from fixtures.simulator.organisation import Organisation
from tests.inner_run import run_suite

HOSTILE = "<script>alert(1)</script>|`x`\n\n# a heading\n[link](javascript:alert(1))"


def statement(result: str, findings: int = 0) -> dict[str, Any]:
    """Return one statement of a run's document."""
    finding = {"resource": HOSTILE, "seen": HOSTILE, "required": "b", "remedy": HOSTILE, "complies": False}
    return {
        "id": "DB-1",
        "requires": "Every database is in Germany.",
        "result": result,
        "findings": [finding] * findings,
        "unread": [],
        "faults": [],
        "reason": "left out",
    }


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return as much of a run's document as a summary takes."""
    return {"run": {"verdict": "1 of 2 statements compliant"}, "statements": list(statements)}


def test_violations_are_inert() -> None:
    """Nothing is markup, and no line break lets Markdown begin within the table."""
    text = job_summary.job_summary(document(statement("not_compliant", findings=1), statement("compliant")))

    assert "<script" not in text
    assert "&lt;script&gt;" in text
    table = text[text.index("<table>") : text.index("</table>")]
    assert "\n\n" not in table
    assert all(line.startswith(("<table>", "<tr>")) for line in table.strip().splitlines())


def test_what_was_not_run_is_told() -> None:
    """A statement without findings stands there with the reason."""
    assert "left out" in job_summary.job_summary(document(statement("not_run")))


@pytest.mark.parametrize(("violations", "rest"), [(ROWS, ""), (ROWS + 1, "and 1 more: see the report")])
def test_many_violations(violations: int, rest: str) -> None:
    """GitHub would drop what is too long: so many rows, and how many more there are."""
    text = job_summary.job_summary(document(statement("not_compliant", findings=violations)))

    assert text.count("<tr><td>") == ROWS
    assert rest in text


@pytest.mark.usefixtures("organisation")
def test_live_run_appends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, organisation: Organisation) -> None:
    """A whole run, broken by somebody: its verdict, and what is wrong where."""
    (tmp_path / "summary").write_text("what an earlier step said\n")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "summary"))
    organisation.client("s3").put_bucket_versioning(
        Bucket="botbrains-uploads", VersioningConfiguration={"Status": "Suspended"}
    )
    run_suite(tmp_path / "reports")

    text = (tmp_path / "summary").read_text("utf-8")
    assert text.startswith("what an earlier step said\n")
    assert "SIMULATED, not audit evidence" in text
    assert "OBJ-2" in text
    assert "botbrains-uploads" in text


@pytest.mark.usefixtures("organisation")
def test_summary_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs the summary, and nothing else."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    verdicts = run_suite(tmp_path / "reports")

    assert verdicts.violations == []
    assert (verdicts.folder / "report.html").is_file()
