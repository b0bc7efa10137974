"""What does not follow from its own facts is found, though sealed; what is genuine and no evidence is told apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fixtures.evidence import manifest, signature
from fixtures.evidence.encoding import plain
from fixtures.evidence.verification import LIMITS
from fixtures.examination import CATALOGUE
from fixtures.policy import load
from tests.evidence.sealed_runs import KEY, forge, live_run, seal, verified
from tests.inner_run import Verdicts


def test_genuine_run(run: Path) -> None:
    """It is good, and everything was made again."""
    assert verified(run) == (0, [])


def statement(written: dict[str, Any], id_: str = "DB-4") -> dict[str, Any]:
    """Return one statement of evidence."""
    (found,) = (one for one in written["statements"] if one["id"] == id_)
    return found  # type: ignore[no-any-return]


def relabel(written: dict[str, Any]) -> None:
    """Say of a simulated run that it was live."""
    written["run"].update(provenance="live", verdict=written["run"]["verdict"].split(": ")[-1])


def lower(written: dict[str, Any]) -> None:
    """Let what was read show a violation, of which the verdict says nothing."""
    for one in written["populations"]["database_listing"]["members"]:
        one["retention"] = "P7D"


FORGERIES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another result": (lambda w: statement(w).update(result="waived"), "DB-4: judged again, it is compliant"),
    "finding removed": (lambda w: statement(w)["findings"].pop(), "DB-4: judged again, it differs in findings"),
    "other value seen": (lambda w: statement(w)["findings"][0].update(seen="90 days"), "DB-4: judged again"),
    "requirement softened": (lambda w: statement(w).update(requires="Something."), "differs in requires"),
    "proof invented": (lambda w: statement(w)["catches"].clear(), "differs in catches"),
    "fact changed": (lower, "judged again"),
    "fact of a computed population changed": (
        lambda w: w["populations"]["protected_databases"]["members"].pop(),
        "the population protected_databases does not follow",
    ),
    "population removed": (lambda w: w["populations"].pop("database_listing"), "judged again, it is not_assessed"),
    "gap removed": (
        lambda w: w["populations"]["databases"]["unread"].append(
            {"provider": "", "account": "", "region": "", "call": "x", "reason": "x", "remedy": "x"}
        ),
        "the population databases does not follow",
    ),
    "statement removed": (lambda w: w["statements"].remove(statement(w)), "not those of the catalogue"),
    "statement twice": (lambda w: w["statements"].append(statement(w)), "not those of the catalogue"),
    "statements in another order": (lambda w: w["statements"].reverse(), "not those of the catalogue"),
    "counts changed": (lambda w: w["run"]["counts"].update(compliant=44), "run.counts does not follow"),
    "verdict changed": (lambda w: w["run"].update(verdict="44 of 44 statements compliant"), "run.verdict"),
    "scope widened": (lambda w: w["run"]["scope"][0].update(calls=10**6), "run.scope does not follow"),
    "listings widened": (lambda w: w["listings"][0].update(answered=10**6), "listings does not follow"),
    "windows drawn otherwise": (
        lambda w: w["restorability"][0]["window"].update(earliest="2000-01-01T00:00:00Z"),
        "restorability does not follow",
    ),
    "stated parameters changed": (lambda w: w["run"]["stated"].clear(), "run.stated does not follow"),
    "exception invented": (
        lambda w: w["waivers"].append(
            {
                "statement": "DB-4",
                "resource": "*",
                "is_pattern": True,
                "reason": "x",
                "approver": "x",
                "approved": "2026-01-01",
                "expires": "2099-01-01",
                "record": "x:1",
            }
        ),
        "DB-4: judged again",
    ),
    "judged at another time": (
        lambda w: w["run"].update(judged_at="2027-11-23T03:00:00.000000Z"),
        "judged again",
    ),
    "call removed from the ledger": (lambda w: w["ledger"].pop(0), "bears the number 2"),
    "own host that is an address": (lambda w: w["ledger"][0].update(host="127.0.0.1:443"), "said to be answered by"),
    "own host that is a stranger's": (
        lambda w: w["ledger"][0].update(host="rds.example.com"),
        "said to be answered by",
    ),
    "own host that is simulated": (lambda w: w["ledger"][0].update(simulated=True), "said to be answered by"),
    "counts of tests changed": (lambda w: w["run"]["tests"].update(left_out=1), "is not the whole of it"),
    "part of the accounts": (lambda w: w["run"].update(part_of_accounts="production"), "run.selection: all, though"),
    "judged before it began": (
        lambda w: w["run"].update(started="2099-01-01T00:00:00Z", finished="2099-01-01T00:00:10Z"),
        "judged before it was started",
    ),
    "old calls": (lambda w: w["ledger"][5].update(at="2020-01-01T00:00:00Z"), "calls from before the run"),
    "format of another version": (lambda w: w.update(schema=1), "schema 1, not 2"),
}


@pytest.mark.exhaustive(keep=3)
@pytest.mark.parametrize("case", FORGERIES)
def test_forged_by_the_key_holder(run: Path, case: str) -> None:
    """Results and report made to fit, sealed with the genuine key: the facts say otherwise."""
    edit, told = FORGERIES[case]
    try:
        forge(run, edit)
    except (KeyError, ValueError):  # a report cannot be made of it; then it is left as it was
        written = json.loads((run / "evidence.json").read_bytes())
        edit(written)
        (run / "evidence.json").write_bytes(json.dumps(written).encode())
        seal(run)
    status, said = verified(run)

    assert status == 1, said
    assert any(told in line for line in said), said


def in_page(before: str, after: str) -> Callable[[Path], object]:
    """Return what edits the report."""

    def edit(run: Path) -> None:
        page = (run / "report.html").read_text("utf-8")
        assert before in page
        (run / "report.html").write_text(page.replace(before, after, 1), "utf-8")

    return edit


EDITS: dict[str, Callable[[Path], object]] = {
    "a word": in_page("compliant", "splendid"),
    "a paragraph": in_page("</body>", "<p>Also certified.</p></body>"),
    "result in the table": in_page("&#34;Passed&#34;", "&#34;Failed&#34;"),
    "cell in the table": in_page("Passed", "Failed"),
    "log in the table": in_page("No log output captured.", "Looks good to me."),
    "duration in the table": in_page(
        "&lt;td class=\\&#34;col-duration\\&#34;&gt;", "&lt;td class=\\&#34;col-duration\\&#34;&gt;1"
    ),
    "statement in the table": in_page("&#34;statement&#34;: &#34;DB-4&#34;", "&#34;statement&#34;: &#34;DB-5&#34;"),
    "results with a line more": lambda run: (run / "results.json").write_bytes(
        (run / "results.json").read_bytes() + b"\n"
    ),
    "no results": lambda run: (run / "results.json").unlink(),
    "no text": lambda run: (run / "report.html").write_bytes(b"\xff"),
    "no evidence": lambda run: (run / "evidence.json").unlink(),
    "empty evidence": lambda run: (run / "evidence.json").write_bytes(b"{}"),
}


@pytest.mark.parametrize("case", EDITS)
def test_edited_and_sealed_again(run: Path, case: str) -> None:
    """An edited report or table of results, sealed with the genuine key: made again, it comes out otherwise."""
    document = json.loads((run / "evidence.json").read_bytes())
    EDITS[case](run)
    manifest.seal(run, document, run / "no-reports", KEY)
    status, said = verified(run)

    assert status == 1, said


@pytest.mark.usefixtures("genuine")
def test_simulated_run_relabelled(simulated: Verdicts, tmp_path: Path) -> None:
    """The ledger says who has answered, whatever the run says of itself."""
    run = live_run(simulated.folder, tmp_path / "run", is_live=False)
    assert verified(run)[0] == 2
    forge(run, relabel)
    status, said = verified(run)

    assert status == 1
    assert any("run.provenance does not follow from the facts: live, not simulated" in line for line in said)


def without(id_: str) -> dict[str, Any]:
    """Return the catalogue without a statement."""
    return {name: one for name, one in CATALOGUE.items() if name != id_}


def test_genuine_but_not_acceptable(simulated: Verdicts, run: Path, tmp_path: Path) -> None:
    """Each for a reason of its own."""
    more = {**CATALOGUE, "DB-99": CATALOGUE["DB-1"]}
    now = datetime.now(UTC)
    for expected, told in (
        ({"catalogue": more}, "statements missing: DB-99"),
        ({"catalogue": without("DB-1")}, "statements that the verifier does not know: DB-1"),
        ({"catalogue": {**CATALOGUE, "DB-1": {}}}, "another catalogue"),
        ({"parameters": {**plain(load()), "pitr_window": "P60D"}}, "other parameters than the verifier's"),
        ({"now": now + timedelta(days=8), "max_age": timedelta(days=7)}, "too old: finished"),
        ({"now": now - timedelta(days=1)}, "finished in the future"),
    ):
        status, said = verified(run, **expected)
        assert status == 2, said
        assert any(told in line for line in said), said
    assert verified(run, now=now + timedelta(days=6), max_age=timedelta(days=7))[0] == 0

    part = live_run(simulated.folder, tmp_path / "part", selection="part")
    assert verified(part) == (2, ["incomplete: a part of the tests was selected"])

    played = live_run(simulated.folder, tmp_path / "simulated", is_live=False)
    assert verified(played) == (2, ["SIMULATED: not audit evidence; it says nothing about a real account"])


def test_another_version_of_the_suite(run: Path) -> None:
    """Its verdicts cannot be reached again here, and nobody says that they were."""
    forge(run, lambda w: w["run"]["suite"].update(code="0" * 64, commit="f" * 40))
    status, said = verified(run)

    assert status == 2
    assert any("another version of the suite (0.1.0, commit ffff" in line for line in said)


def test_one_file_is_covered_by_the_seal_only(run: Path) -> None:
    """What this version does not make again is named."""
    (run / "junit.xml").write_text("<testsuites/>")
    seal(run)

    assert verified(run) == (0, ["junit.xml: not made again; the seal alone covers it"])


def command(run: Path, *options: str) -> int:
    """Verify as people do."""
    return int(pytest.main(["compliance_tests", f"--verify={run}", *options]))


def test_command_line(run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The three exit statuses, what a seal does not prove, and a usage error for what cannot be used."""
    signature.make_key(tmp_path / "key")
    public = tmp_path / "key.pub"
    seal(run, signature.private_key(str(tmp_path / "key")))

    assert command(run, f"--public-key={public}") == 0
    said = capfd.readouterr().out
    assert "GOOD: " in said
    assert all(line in said for line in LIMITS)

    assert command(run) == 2
    said = capfd.readouterr().out
    assert "NOT ACCEPTABLE: SIGNATURE NOT CHECKED" in said
    assert all(line in said for line in LIMITS)

    assert command(run, f"--public-key={public}", "--max-age=0") == 2
    assert "too old" in capfd.readouterr().out

    for days in ("nan", "inf", "-inf", "1e300", "-1", "soon"):
        assert command(run, f"--public-key={public}", f"--max-age={days}") == pytest.ExitCode.USAGE_ERROR
        assert "is no number of days from 0 to 366000" in capfd.readouterr().err

    (run / "results.json").write_text("{}")
    assert command(run, f"--public-key={public}") == 1
    said = capfd.readouterr().out
    assert "BROKEN: results.json: changed" in said
    assert "GOOD" not in said

    for wrong in (tmp_path / "missing", tmp_path / "key", run / "results.json"):
        assert command(run, f"--public-key={wrong}") == pytest.ExitCode.USAGE_ERROR
        said = capfd.readouterr().err
        assert f"ERROR: {wrong}: " in said
        assert "nothing was verified" in said
    assert command(tmp_path / "nothing", f"--public-key={public}") == 1
    assert "no such folder" in capfd.readouterr().out
