"""Whatever a run has come to, it follows from its own facts: a verifier finds nothing broken that nobody has broken."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fixtures.evidence.encoding import plain
from fixtures.evidence.sealed import open_run
from fixtures.evidence.verification import Expected, verify
from fixtures.examination import CATALOGUE
from fixtures.policy import load
from fixtures.report.exports import EXPORTS
from fixtures.report.page import differences
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.violations import CHANGES
from tests.inner_run import TESTS, run_suite

LEFT_OUT = sorted(set(CATALOGUE) - set(TESTS), key=list(CATALOGUE).index)


def unacceptable(folder: Path) -> list[str]:
    """Return why a run that nobody has touched is no evidence; it is not broken."""
    found = verify(open_run(folder, None), Expected(plain(load()), datetime.now(UTC)), differences, EXPORTS)
    assert found.broken == []
    assert found.notes == []
    return found.unacceptable


def test_everything_at_once(organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Violations, waived ones, a provider that denies everything, a cache that nobody decided about."""
    for name in ("pitr_retention_lowered_to_7_days", "database_created_in_virginia", "backup_failure_ignored"):
        CHANGES[name].do(organisation)
    monkeypatch.setenv("GITHUB_TOKEN", "revoked")
    monkeypatch.delenv("SENTRY_AUTH_TOKEN")
    verdicts = run_suite(tmp_path)

    assert {"DB-4", "MON-4"} <= verdicts.of("not_compliant")
    assert {"SRC-1", "MON-3"} <= verdicts.of("not_assessed")
    said = unacceptable(verdicts.folder)
    assert [one.split(":")[0] for one in said] == ["UNSIGNED", "SIMULATED", *(["incomplete"] if LEFT_OUT else [])]


@pytest.mark.usefixtures("organisation")
def test_part(tmp_path: Path) -> None:
    """What was left out is told, and nothing is made up for it."""
    verdicts = run_suite(tmp_path, "-kCACHE or DB-1")

    assert any(one.startswith("incomplete: a part of the tests") for one in unacceptable(verdicts.folder))


def test_nothing_answers(tmp_path: Path, organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run without a single answer."""
    for name in organisation.exports:
        if name.startswith(("GITHUB_", "SENTRY_", "DIGITALOCEAN_", "BETTERSTACK_")) and name.endswith("_URL"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    verdicts = run_suite(tmp_path)

    assert not {id_ for id_ in verdicts.of("compliant") if not id_.startswith(("ISO-", "REV-"))}
    assert any(one.startswith("CUSTOM: not audit evidence") for one in unacceptable(verdicts.folder))


def test_recorded_run(tmp_path: Path, evidence: Path) -> None:
    """A re-performance is sealed, too, and says what it is."""
    verdicts = run_suite(tmp_path, "--target=recorded", f"--evidence={evidence}")
    found = verify(open_run(verdicts.folder, None), Expected(plain(load()), datetime.now(UTC)), differences, EXPORTS)

    assert found.broken == []
    assert "RECORDED: not audit evidence; it says nothing about a real account" in found.unacceptable
    assert found.notes == ["this run judged recorded evidence again; its verdicts are held against nothing here"]
