"""--policy: which document is judged, and what is said where there is none that could be."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.simulator import policy_document
from fixtures.simulator.organisation import Organisation
from tests.inner_run import run_suite

ONLY = ("-k", "ISO-2", "-p", "no:html")


def test_without_a_document(organisation: Organisation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not assessed, in one line that says what to do."""
    assert organisation.exports["COMPLIANCE_POLICY"]
    monkeypatch.delenv("COMPLIANCE_POLICY")

    row = run_suite(tmp_path, *ONLY).row("ISO-2")

    assert row["result"] == "not_assessed"
    assert "no policy document was given; name it by --policy FILE or COMPLIANCE_POLICY" in row["reason"]


@pytest.mark.exhaustive(keep=2)
@pytest.mark.usefixtures("organisation")
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "no such file"),
        (b"", "no sentence"),
        (b"\xc3\x28", "not UTF-8"),
        (b"%PDF-1.7", "this is PDF"),
        (b"We keep backups. " * 300_000, "larger than 4 MiB"),
    ],
    ids=["missing", "empty", "not-utf-8", "pdf", "huge"],
)
def test_document_that_cannot_be_used(tmp_path: Path, content: bytes | None, told: str) -> None:
    """Not assessed, by name and reason; --policy goes before COMPLIANCE_POLICY."""
    file = tmp_path / "policy.txt"
    if content is not None:
        file.write_bytes(content)

    row = run_suite(tmp_path / "reports", *ONLY, f"--policy={file}").row("ISO-2")

    assert row["result"] == "not_assessed"
    assert f"{file}: " in row["reason"]
    assert told in row["reason"]
    assert "Traceback" not in str(row)


def test_document_without_a_catalogue_of_its_own(organisation: Organisation, tmp_path: Path) -> None:
    """It is held against ours: every sentence is another one than the company's policy has."""
    file = tmp_path / "policy.md"
    file.write_text(policy_document.read(organisation), "utf-8")

    verdicts = run_suite(tmp_path / "reports", *ONLY, f"--policy={file}")

    assert verdicts.of("not_compliant") == {"ISO-2"}
    assert any(seen.startswith("vanished; mapped to") for _, _, seen in verdicts.violations)
    assert any(seen.startswith("changed: ") for _, _, seen in verdicts.violations)


@pytest.mark.usefixtures("organisation")
def test_malformed_catalogue(tmp_path: Path) -> None:
    """Not assessed: what cannot be read accounts for nothing."""
    (tmp_path / "policy.md").write_text("We keep backups.")
    (tmp_path / "sentences.toml").write_text("[[sentences]]\nlabel = 1\n")

    row = run_suite(tmp_path / "reports", *ONLY, f"--policy={tmp_path / 'policy.md'}").row("ISO-2")

    assert row["result"] == "not_assessed"
    assert f"{tmp_path / 'sentences.toml'}:2: sentences.0.label" in row["reason"]
