"""`--period` on the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fixtures import clock
from fixtures.examination import HOME
from tests.evidence.nights import Nights, violated
from tests.report.documents import described, whole

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """A folder with a few runs, and its public key in the environment."""
    key = Ed25519PrivateKey.generate()
    nights = Nights(tmp_path / "reports", key, described(tmp_path / "base", whole()))
    nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a")})
    nights.run("2026-11-03T03:00:00+00:00")
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pub").write_bytes(pem)
    monkeypatch.setenv("COMPLIANCE_PUBLIC_KEY", str(tmp_path / "key.pub"))
    monkeypatch.setattr(clock, "read", lambda: NOW)
    return nights


def run(nights: Nights, text: str, *options: str) -> int:
    """Ask for a period."""
    places = [str(HOME / "compliance_tests"), f"--rootdir={HOME}", f"--reports={nights.reports}"]
    return int(pytest.main([*places, f"--period={text}", "-p", "no:cacheprovider", *options]))


def test_report_is_made(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    """HTML and JSON in a folder of their own; no test is run, and no run of the day before is touched."""
    before = sorted(path for path in nights.reports.rglob("*") if path.is_file())
    assert run(nights, "2026-11-01..2026-11-30") == 0
    said = capsys.readouterr().out

    folder = nights.reports / "period-2026-11-01..2026-11-30"
    assert {file.name for file in folder.iterdir()} == {"period.html", "period.json"}
    assert json.loads((folder / "period.json").read_text("utf-8"))["days_with_a_run"] == 2
    assert "2 of 26 days have a verified live run; on these, 1 violation seen." in said
    assert f"report: {folder / 'period.html'}" in said
    assert sorted(path for path in nights.reports.rglob("*") if path.is_file() and folder not in path.parents) == before


def test_earlier_report_is_kept(nights: Nights) -> None:
    """The next one stands beside it, and is not told from it."""
    assert [run(nights, "2026-11-01..2026-11-30") for _ in range(2)] == [0, 0]
    first, second = (nights.reports / f"period-2026-11-01..2026-11-30{more}" for more in ("", "-2"))

    assert (first / "period.json").read_bytes() == (second / "period.json").read_bytes()


def test_nothing_that_counts(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    """The report says so, and so does the exit status."""
    assert run(nights, "2025-01-01..2025-01-31") == 1
    assert "nothing is known of this period" in capsys.readouterr().out


def test_key_of_somebody_else(nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No run counts."""
    pem = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "other.pub").write_bytes(pem)

    assert run(nights, "2026-11-01..2026-11-30", f"--public-key={tmp_path / 'other.pub'}") == 1
    assert "0 runs count, 2 do not" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "options", "complaint"),
    [
        ("2026", [], "expected FIRST..LAST"),
        ("2027-01-01..2027-12-31", [], "begins after today"),
        ("2026-11-01..2026-11-30", ["--public-key=nowhere"], "nowhere: No such file"),
        ("2026-11-01..2026-11-30", ["--reports=nowhere"], "nowhere: no such folder of runs"),
    ],
)
def test_what_cannot_be_told(
    nights: Nights, capsys: pytest.CaptureFixture[str], text: str, options: list[str], complaint: str
) -> None:
    """One line that says why; nothing is left behind."""
    before = set(nights.reports.iterdir())
    assert run(nights, text, *options) == pytest.ExitCode.USAGE_ERROR
    said = capsys.readouterr().err

    assert complaint in said
    assert "Traceback" not in said
    assert set(nights.reports.iterdir()) == before


def test_without_a_key(nights: Nights, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing can be verified: that is an error, and no empty report."""
    monkeypatch.delenv("COMPLIANCE_PUBLIC_KEY")

    assert run(nights, "2026-11-01..2026-11-30") == pytest.ExitCode.USAGE_ERROR
    assert "name the key that signed them by --public-key FILE" in capsys.readouterr().err


def test_folder_of_one_run(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    """It is not a folder of runs."""
    (one, *_) = sorted(nights.reports.iterdir())

    assert run(nights, "2026-11-01..2026-11-30", f"--reports={one}") == pytest.ExitCode.USAGE_ERROR
    assert "is itself a run" in capsys.readouterr().err
