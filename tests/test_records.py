"""Whole runs over record files: unreadable ones are not assessed, empty ones violate, no drill stands in for life."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fixtures.collectors.ledger import SIMULATED
from fixtures.examination import HOME
from fixtures.simulator import restore_tests
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.violations.restoration import instead
from tests.gateway import Disturbance, Exchange, between
from tests.inner_run import TESTS, run_suite

RESTORATION = {"RST-1", "RST-2", "RST-3", "RST-4"}
# ISO-1 says of the area of restoration testing what the four say.
JUDGED_BY = {
    "restore_tests.toml": RESTORATION,
    "certifications.toml": {"SCOPE-3"},
    "subprocessors.toml": {"SCOPE-4"},
    "cache.toml": {"CACHE-2", "CACHE-3", "CACHE-4"},
}


@pytest.mark.exhaustive(keep=2)
@pytest.mark.parametrize(
    "content",
    [b"[[restore_tests]\n", "# caf\u00e9\n".encode("latin-1"), b'[[somehting]]\nid = "1"\n'],
    ids=["not-toml", "not-utf-8", "misspelt"],
)
def test_unreadable(organisation: Organisation, tmp_path: Path, content: bytes) -> None:
    """What stands in them is unknown, which is neither a violation nor compliance, and the reason names the file."""
    for file in JUDGED_BY:
        (organisation.records / file).write_bytes(content)

    verdicts = run_suite(tmp_path, "-p", "no:html")

    assert verdicts.of("not_assessed") == {"ISO-1"}.union(*JUDGED_BY.values())
    assert verdicts.of("not_compliant") == set()
    for file, statements in JUDGED_BY.items():
        for statement in statements:
            assert file in verdicts.row(statement)["reason"]
            assert "Traceback" not in str(verdicts.row(statement))
    assert verdicts.status != 0


def test_templates(organisation: Organisation, tmp_path: Path) -> None:
    """The files as they are shipped make nothing compliant that people have to record."""
    for file in JUDGED_BY:
        shutil.copy(HOME / "records" / file, organisation.records / file)

    verdicts = run_suite(tmp_path, "-p", "no:html")

    assert verdicts.of("not_compliant") == {"ISO-1"}.union(*JUDGED_BY.values())
    for statement in RESTORATION:
        assert "nothing found to examine" in verdicts.row(statement)["reason"]
    assert verdicts.of("not_assessed") == set()


def without_mark(_path: str, _request: str) -> Disturbance:
    """Answer as the simulated organisation does, but for the header by which it gives itself away."""

    def answer(exchange: Exchange) -> None:
        told = exchange.ask()
        kept = {name: told.headers[name] for name in told.headers if name in {"Content-Type", "x-amzn-requestid"}}
        assert SIMULATED not in kept
        exchange.send(told.status_code, kept, told.content)

    return answer


def test_drill_on_a_stand_in_says_nothing_of_a_live_database(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The very record that speaks for a simulated database speaks for no database that does not say that it is one."""
    instead(organisation, kind="embedded", measured="stand-in", destination='identifier = "restore-drill-1"')
    assert run_suite(tmp_path / "simulated", "-p", "no:html").of("compliant") >= RESTORATION

    with between(organisation.exports["AWS_ENDPOINT_URL"], without_mark) as gateway:
        monkeypatch.setenv("AWS_ENDPOINT_URL", gateway.url)
        verdicts = run_suite(tmp_path / "live", "-p", "no:html")

    assert verdicts.of("not_compliant") == RESTORATION | {"ENC-3"}, "the gateway itself speaks plain HTTP"
    (violation,) = verdicts.row("RST-1")["violations"]
    assert violation["seen"].endswith("on record; 1 of a stand-in prove the mechanism, and nothing about this database")
    assert verdicts.of("compliant") >= {one for one in TESTS if one.startswith("DB-")}


def test_hostile_texts_in_the_log(organisation: Organisation, tmp_path: Path) -> None:
    """They reach results as text, whole and harmless, and no command line that somebody may paste."""
    hostile = "$(reboot)`id`'; </script><script>alert(1)</script>"
    restore_tests.amend(organisation, 'by = "Otto Okafor"', f'by = "{hostile}"')
    restore_tests.amend(organisation, 'outcome = "passed"', 'outcome = "failed"')

    verdicts = run_suite(tmp_path)

    (violation,) = verdicts.row("RST-1")["violations"]
    assert hostile in violation["seen"]
    assert hostile not in violation["remedy"]
    page = (verdicts.folder / "report.html").read_text("utf-8")
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)" in page
