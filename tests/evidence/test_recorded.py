"""What was recorded is judged again to the same verdicts, in the types that it had, with nothing to contact."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fixtures import policy
from fixtures.collection import POPULATIONS, is_derived
from fixtures.evidence import recorded
from fixtures.evidence.encoding import LARGEST, canonical, plain
from fixtures.facts.text import Command
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.violations import CHANGES
from tests.inner_run import Verdicts, run_suite

BROKEN = (
    "pitr_retention_lowered_to_7_days",
    "automated_backups_switched_off",
    "repository_made_public",
    "newest_rebuild_failed",
    "database_created_in_virginia",
    "backup_failure_ignored",
)
PROVIDERS = ("AWS_", "GITHUB_", "DIGITALOCEAN_", "BETTERSTACK_", "SENTRY_", "COMPLIANCE_")


def again(reports: Path, evidence: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Verdicts:
    """Judge *evidence* again, in an environment that points at nothing."""
    for name in [name for name in os.environ if name.startswith(PROVIDERS)]:
        monkeypatch.delenv(name)
    return run_suite(reports, "--target=recorded", f"--evidence={evidence}", "-p", "no:html", *options)


def judged(verdicts: Verdicts) -> list[dict[str, Any]]:
    """Return every verdict with all that was said of it, but for the time that it took."""
    return [{**one, "duration_s": 0} for one in verdicts.results["statements"]]


def test_every_population_survives(evidence: Path) -> None:
    """What is read from evidence is what was written into it, type by type and field by field."""
    document = json.loads(evidence.read_text("utf-8"))
    written = document["populations"]
    found = recorded.load(evidence)

    assert set(found.populations) == set(written) <= set(POPULATIONS)
    assert sum(map(len, found.populations.values())) > 500
    for name, population in found.populations.items():
        assert canonical(plain(population)) == canonical(written[name]), name
        again = recorded.of({**document, "populations": {name: plain(population)}, "ledger": []}, "", name)
        assert again.populations[name] == population, name


def test_command_lines_stay_quoted(evidence: Path) -> None:
    """A remedy that is made from a recorded fact quotes no command line a second time."""
    (cache, *_) = recorded.load(evidence).populations["caches"]

    assert type(cache.look) is Command


def test_what_is_computed_is_computed_again(evidence: Path) -> None:
    """Whoever changes what a population was computed from, changes it; whoever changes it alone, changes nothing."""
    found = recorded.load(evidence)
    known = found.known(found.policy)

    assert not any(map(is_derived, known))
    assert {"protected_databases", "databases", "scoped_stores"}.isdisjoint(known)
    assert {"database_listing", "automated_backups", "handshakes"} <= set(known)
    assert not any(one.unread for name, one in known.items() if name in found.populations)


def test_same_verdicts(simulated: Verdicts, evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the organisation as it is built."""
    verdicts = again(tmp_path, evidence, monkeypatch)

    assert judged(verdicts) == judged(simulated)
    assert verdicts.results["run"]["provenance"] == "recorded"
    assert verdicts.results["reperformed"]["parameters"] == verdicts.results["reperformed"]["verdicts"] == []
    assert "RECORDED, not audit evidence" in verdicts.results["run"]["verdict"]


@pytest.mark.exhaustive(keep=1)
@pytest.mark.parametrize("name", BROKEN)
def test_same_violations(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Of an organisation that something has happened to: with the same values, remedies and command lines."""
    CHANGES[name].do(organisation)
    first = run_suite(tmp_path / "first", "-p", "no:html")
    assert first.of("not_compliant") == CHANGES[name].turns_red

    verdicts = again(tmp_path / "again", first.folder / "evidence.json", monkeypatch)

    assert judged(verdicts) == judged(first)
    assert verdicts.status == first.status == pytest.ExitCode.TESTS_FAILED


def changed(monkeypatch: pytest.MonkeyPatch, **parameters: object) -> None:
    """Let other parameters be in force."""
    in_force = replace(policy.load(), **parameters)  # type: ignore[arg-type]
    monkeypatch.setattr(policy, "load", lambda: in_force)


def test_what_would_change(evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under other parameters: which verdicts, and of which resources."""
    changed(monkeypatch, pitr_window=timedelta(days=60))
    verdicts = again(tmp_path, evidence, monkeypatch)

    found = verdicts.results["reperformed"]
    assert found["parameters"] == [{"name": "pitr_window", "before": "P30D", "after": "P60D"}]
    run = verdicts.results["run"]
    assert run["deviations"] == [{"parameter": "pitr_window", "in_force": "P60D", "stated": "P30D"}]
    assert run["verdict"].endswith("; judged by other parameters than the policy states: pitr window")
    changes = {one["id"]: (one["before"], one["after"]) for one in found["verdicts"]}
    assert changes["DB-4"] == ("compliant", "not_compliant")
    assert {"complies"} == {
        resource["before"] for one in found["verdicts"] if one["id"] == "DB-4" for resource in one["resources"]
    }


@pytest.mark.parametrize(
    ("parameters", "statement", "told"),
    [
        ({"failure_look_back": timedelta(days=60)}, "MON-4", "was read with failure_look_back = P14D, not P60D"),
        ({"listed_versions": 1}, "OBJ-3", "was read with listed_versions = 10000, not 1"),
    ],
)
def test_what_was_read_by_another_parameter_is_not_assessed(
    evidence: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    parameters: dict[str, object],
    statement: str,
    told: str,
) -> None:
    """Fourteen days of events say nothing about sixty."""
    changed(monkeypatch, **parameters)
    verdicts = again(tmp_path, evidence, monkeypatch)

    assert statement in verdicts.of("not_assessed")
    assert told in verdicts.row(statement)["reason"]


def test_what_was_not_recorded_is_not_assessed(evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence of a part says nothing about the rest, and a population that was taken out is missed."""
    document = json.loads(evidence.read_text("utf-8"))
    del document["populations"]["repositories"]
    (tmp_path / "evidence.json").write_text(json.dumps(document))
    verdicts = again(tmp_path / "reports", tmp_path / "evidence.json", monkeypatch)

    assert {"SCOPE-1", "SRC-1"} <= verdicts.of("not_assessed")
    assert "not in the recorded evidence" in verdicts.row("SRC-1")["reason"]
    assert "DB-4" in verdicts.of("compliant")


def edited(edit: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    """Return what changes the text of evidence by changing its document."""

    def change(text: str) -> str:
        document = json.loads(text)
        edit(document)
        return json.dumps(document)

    return change


def member(document: dict[str, Any], population: str = "database_listing") -> dict[str, Any]:
    """Return the first member of a population."""
    first: dict[str, Any] = document["populations"][population]["members"][0]
    return first


UNUSABLE: dict[str, tuple[Callable[[str], str], str]] = {
    "empty": (lambda _: "", "not JSON"),
    "truncated": (lambda text: text[: len(text) // 2], "is it truncated?"),
    "not an object": (lambda _: "[]", "not the evidence of a run"),
    "something else": (lambda _: '{"name": "x"}', "not the evidence of a run: no schema"),
    "older schema": (edited(lambda d: d.update(schema=1)), "schema 1, not 2"),
    "newer schema": (edited(lambda d: d.update(schema=3)), "schema 3, not 2"),
    "no schema number": (edited(lambda d: d.update(schema=True)), "schema True, not 2"),
    "key twice": (lambda text: text.replace('"schema": 2', '"schema": 2, "schema": 2', 1), "'schema' stands twice"),
    "NaN": (edited(lambda d: d["statements"][0].update(duration_s=float("nan"))), "NaN is no number"),
    "infinity": (lambda text: text.replace('"schema": 2', '"schema": 1e999', 1), "too large a number"),
    "endless number": (lambda text: text.replace('"schema": 2', '"schema": ' + "9" * 5000, 1), "digits"),
    "deep": (lambda text: text.replace('"schema": 2', '"schema": ' + "[" * 10**6, 1), "nested more deeply"),
    "no ledger": (edited(lambda d: d.pop("ledger")), "ledger: missing"),
    "no populations": (edited(lambda d: d.pop("populations")), "populations: missing"),
    "populations of another type": (edited(lambda d: d.update(populations=[])), "populations: not an object"),
    "no run": (edited(lambda d: d.pop("run")), "run: Field required"),
    "a text for a flag": (edited(lambda d: d["run"].update(complete="yes")), "run.complete"),
    "no zone": (edited(lambda d: d["run"].update(judged_at="2026-11-23T03:00:00")), "is no time with a zone"),
    "no time": (edited(lambda d: d["run"].update(judged_at="yesterday")), "is no time with a zone"),
    "unknown result": (edited(lambda d: d["statements"][0].update(result="fine")), "statements.0.result"),
    "field missing": (edited(lambda d: member(d).pop("engine")), "populations.database_listing"),
    "field with a default missing": (edited(lambda d: d["ledger"][0].pop("error")), "ledger: fields that"),
    "field too many": (edited(lambda d: member(d).update(extra=1)), "fields that this version does not write"),
    "number as text": (edited(lambda d: d["ledger"][0].update(status="200")), "ledger"),
    "flag as number": (edited(lambda d: d["ledger"][0].update(own_host=1)), "ledger"),
    "no such kind": (edited(lambda d: member(d).update(kind="fleet")), "populations.database_listing: members.0.kind"),
    "waiver without approver": (edited(lambda d: d["waivers"].append({"statement": "DB-1"})), "waivers"),
    "judged again before": (edited(lambda d: d["run"].update(target="recorded")), "judge the original again"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_unusable_evidence(evidence: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], case: str) -> None:
    """One clear error, and nothing is assessed."""
    change, told = UNUSABLE[case]
    spoilt = tmp_path / "evidence.json"
    spoilt.write_text(change(evidence.read_text("utf-8")))
    status = pytest.main(
        [
            "compliance_tests",
            "--target=recorded",
            f"--evidence={spoilt}",
            f"--reports={tmp_path / 'r'}",
            "-p",
            "no:html",
        ]
    )

    said = capfd.readouterr()
    assert status == pytest.ExitCode.USAGE_ERROR
    assert told in said.err
    assert str(spoilt) in said.err
    assert "Traceback" not in said.out + said.err
    assert len(said.err) < 1000
    assert not (tmp_path / "r").exists()


def test_no_text(evidence: Path, tmp_path: Path) -> None:
    """Bytes that are not UTF-8, a file that is none, a link, and one that is larger than any run writes."""
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff" + evidence.read_bytes())
    (tmp_path / "link").symlink_to(evidence)
    huge = tmp_path / "huge"
    with huge.open("wb") as opened:
        opened.truncate(LARGEST + 1)

    for file, told in (
        (binary, "not UTF-8 at byte 0"),
        (tmp_path / "missing", "no such file"),
        (tmp_path, "not a plain file"),
        (tmp_path / "link", "not a plain file"),
        (huge, "more than any run writes"),
    ):
        with pytest.raises(recorded.EvidenceError, match=told):
            recorded.load(file)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--target=recorded"], "name the evidence by --evidence"),
        (["--evidence=x"], "judged by --target recorded"),
        (["--target=recorded", "--evidence=x", "--break=anything"], "neither --break nor --records"),
        (["--target=recorded", "--evidence=x", "--records=records"], "neither --break nor --records"),
    ],
)
def test_options_that_do_not_go_together(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    """They are told before anything is read."""
    status = pytest.main(["compliance_tests", f"--reports={tmp_path / 'r'}", *options])

    assert status == pytest.ExitCode.USAGE_ERROR
    assert told in capfd.readouterr().err
