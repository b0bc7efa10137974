"""ISO-1 in whole runs: it hears the others out, and says of an area that nobody carried which one, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.simulator.organisation import Organisation
from tests.inner_run import run_suite

QUIET = ("-p", "no:html")


@pytest.mark.usefixtures("organisation")
def test_part_of_a_run(tmp_path: Path) -> None:
    """What was left out carries nothing, and each area that it leaves open is named."""
    row = run_suite(tmp_path, *QUIET, "-k", "ISO-1 or ENC-1").row("ISO-1")

    assert row["result"] == "not_assessed"
    assert [gap["call"] for gap in row["unread"]] == [
        "A.8.13: scope",
        "A.8.13: frequency",
        "A.8.13: retention",
        "A.8.13: restoration testing",
    ]
    assert "SCOPE-1 not run" in row["reason"]


@pytest.mark.usefixtures("organisation")
def test_alone(tmp_path: Path) -> None:
    """No verdict at all is no cover."""
    row = run_suite(tmp_path, *QUIET, "-k", "ISO-1").row("ISO-1")

    assert (row["result"], row["population"], len(row["unread"])) == ("not_assessed", 0, 5)


def test_unreadable_carriers(organisation: Organisation, tmp_path: Path) -> None:
    """What could not be assessed carries nothing; why it could not is told."""
    (organisation.records / "restore_tests.toml").write_text("[[restore_tests]]\nid = 1\n")

    verdicts = run_suite(tmp_path, *QUIET, "-k", "ISO-1 or SCOPE-1 or DB-3 or ENC-1 or RET-1 or RST")

    row = verdicts.row("ISO-1")
    assert row["result"] == "not_assessed"
    assert [gap["call"] for gap in row["unread"]] == ["A.8.13: restoration testing"]
    assert "RST-1 not assessed (" in row["reason"]
    assert "restore_tests.toml" in row["reason"]
