"""pytest's own JUnit XML, for CI: each result is what it is there, too, and no secret is in any file of a run."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fixtures.simulator.organisation import Organisation
from fixtures.simulator.violations import CHANGES
from tests.inner_run import run_suite

KINDS = {"failure": "not_compliant", "error": "not_assessed", "skipped": "waived"}
SECRETS = {"SENTRY_AUTH_TOKEN": "nobodys-token-5f3a", "AWS_SECRET_ACCESS_KEY": "nobodys-key-5f3a"}
"""The first is refused, the second is what requests are signed by."""


def test_results_and_secrets(organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A violation is a failure, what could not be read an error, an exception skipped, with what was seen as text."""
    CHANGES["pitr_retention_lowered_to_7_days"].do(organisation)
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    file = tmp_path / "junit.xml"
    verdicts = run_suite(tmp_path / "reports", f"--junitxml={file}")
    cases = {
        case.get("name", ""): next((KINDS[kind] for kind in KINDS if case.find(kind) is not None), "compliant")
        for case in ET.fromstring(file.read_text("utf-8")).iter("testcase")  # noqa: S314 - written by pytest, just now
    }
    judged = {one["test"].split("::")[-1]: one["result"] for one in verdicts.results["statements"]}

    assert {name: judged[name] for name in cases} == cases
    assert set(KINDS.values()) | {"compliant"} == set(cases.values())
    assert "retention 7 days" in file.read_text("utf-8")
    assert "aws rds modify-db-instance" in file.read_text("utf-8")
    written = [file, *(one for one in verdicts.folder.iterdir() if one.is_file())]
    for secret in SECRETS.values():
        assert [one.name for one in written if secret.encode() in one.read_bytes()] == []
