"""What a run does at its end: signed, stamped, in its chain; and what it says where that was not possible."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.evidence import signature
from fixtures.evidence.sealed import open_run
from fixtures.report.exports import EXPORTS
from tests.inner_run import run_suite

FAST = ("-k=DB-1", "-p", "no:html")


@pytest.mark.usefixtures("organisation")
def test_signed_and_chained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """With a key from the environment; each run names the one before it."""
    own = signature.make_key(tmp_path / "key")
    public = signature.public_key(str(tmp_path / "key.pub"))
    monkeypatch.setenv("COMPLIANCE_SIGN_KEY", (tmp_path / "key").read_text())
    first = run_suite(tmp_path / "reports", *FAST)
    assert f"signed by {own}" in capfd.readouterr().out

    opened = open_run(first.folder, public)
    assert opened.is_vouched_for
    assert opened.manifest["signer"] == own
    assert (opened.manifest["sequence"], opened.manifest["previous"]) == (1, "")
    assert set(opened.contents) == {"evidence.json", "results.json", *EXPORTS}
    assert opened.manifest["run"]["provenance"] == "simulated"

    first.folder.rename(first.folder.with_name("2026-01-01T00-00-00Z-live"))
    monkeypatch.delenv("COMPLIANCE_SIGN_KEY")
    pytest.main(["compliance_tests", "--target=live", f"--reports={tmp_path / 'reports'}", *FAST])
    assert "UNSIGNED: nobody vouches for this run" in capfd.readouterr().out
    (second,) = (one for one in (tmp_path / "reports").iterdir() if not one.name.startswith("2026-01-01"))
    manifest = json.loads((second / "manifest.json").read_bytes())
    assert (manifest["sequence"], manifest["previous"], manifest["signer"]) == (2, opened.sha256, "")
    assert not (second / "manifest.sig").exists()


@pytest.mark.usefixtures("organisation")
def test_authority_that_does_not_answer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The evidence is kept, the want of a time stamp is told, and the run does not look like a success."""
    verdicts = run_suite(tmp_path / "reports", "--timestamp-url=http://127.0.0.1:1/", *FAST)

    assert verdicts.status == pytest.ExitCode.INTERNAL_ERROR
    assert "NOT TIME-STAMPED: http://127.0.0.1:1/: ConnectionError" in capfd.readouterr().out
    assert json.loads((verdicts.folder / "manifest.json").read_bytes())["authority"] == "http://127.0.0.1:1/"
    assert not (verdicts.folder / "manifest.tsr").exists()


@pytest.mark.parametrize("wrong", ["--timestamp-url=nonsense", "--sign-key=/nonexistent/key"])
def test_seal_that_cannot_be_made(tmp_path: Path, capfd: pytest.CaptureFixture[str], wrong: str) -> None:
    """It is told before anything is read."""
    status = pytest.main(["compliance_tests", f"--reports={tmp_path / 'reports'}", wrong])

    assert status == pytest.ExitCode.USAGE_ERROR
    assert "nothing was assessed" in capfd.readouterr().err
    assert not (tmp_path / "reports").exists()


@pytest.mark.usefixtures("organisation")
def test_export_that_breaks_off_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is written part by part; the run is sealed without it, and says so."""

    def broken(_: object) -> Iterator[bytes]:
        yield b"half"
        raise OSError("the disk is full")

    monkeypatch.setitem(EXPORTS, "examined.csv", broken)

    folder = run_suite(tmp_path, *FAST).folder

    assert "examined.csv could not be made: OSError: the disk is full" in capsys.readouterr().out
    assert not (folder / "examined.csv").exists()
    assert set(open_run(folder, None).contents) == {"evidence.json", "results.json", *EXPORTS} - {"examined.csv"}
