"""Parts of the accounts, read by runs of their own and put together: the same as one run over all, or refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.examination import HOME
from fixtures.simulator.organisation import ACCOUNT
from tests.account_runs import ARCHIVE, LIMIT, OTHER, document, only_published, run, seen, verdicts
from tests.evidence.account_parts import deny
from tests.evidence.sealed_runs import reread


def test_part_does_not_look_like_the_whole(parts: dict[str, Path]) -> None:
    """It says which accounts it has read, and which it leaves to others; nothing points to it as the latest."""
    run_ = document(parts["second"], "evidence.json")["run"]

    assert run_["selection"] == "part"
    assert run_["part_of_accounts"] == OTHER
    assert {one["id"]: one["read"] for one in run_["accounts"]} == {ACCOUNT: False, OTHER: True}
    assert not (parts["second"].parent / "latest").exists()
    assert f"only the AWS accounts of --accounts {OTHER} were read" in (parts["second"] / "report.html").read_text()
    assert {call["account"] for call in document(parts["second"], "evidence.json")["ledger"]} >= {OTHER}


def test_parts_together_are_the_whole(parts: dict[str, Path], tmp_path: Path) -> None:
    """The same verdict on every statement, for the same resources; as one report, which can be verified."""
    done = run(tmp_path, "--merge", str(parts["first"]), str(parts["second"]), target="")

    whole = only_published(tmp_path)
    assert verdicts(whole) == verdicts(parts["whole"]), done.stdout
    assert verdicts(whole)["DB-5"] == ("not_compliant", 3, [f"arn:aws:rds:eu-central-1:{OTHER}:db:elsewhere"])
    assert verdicts(parts["first"])["DB-5"] == ("compliant", 2, [])
    run_ = document(whole, "evidence.json")["run"]
    assert run_["selection"] == "all"
    assert run_["target"] == "live"
    assert run_["provenance"] == "simulated"
    assert [one["part_of_accounts"] for one in run_["merged"]] == [ACCOUNT, OTHER]
    assert all(one["read"] for one in run_["accounts"])
    assert (tmp_path / "latest").resolve() == whole
    assert "Put together" in done.stdout
    verified = subprocess.run(
        [sys.executable, "-m", "pytest", "compliance_tests", "--verify", str(whole)],
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert verified.returncode == 2, verified.stdout + verified.stderr  # genuine; simulated, and signed by nobody


def test_copies_in_an_account_of_another_part(parts: dict[str, Path], tmp_path: Path) -> None:
    """They are in nobody else's hands; a part by itself cannot say that, and says so."""
    run(tmp_path, "--merge", str(parts["second"]), str(parts["first"]), target="")

    merged, whole = seen(only_published(tmp_path), "RES-2"), seen(parts["whole"], "RES-2")
    assert merged == whole
    assert {text for text in whole if ARCHIVE in text and "bucket in" not in text} == {
        f"replica of bucket botbrains-uploads in bucket {ARCHIVE} in eu-west-1 (IE)",
        f"export COMPLETE to bucket {ARCHIVE} in eu-west-1 (IE)",
    }
    assert seen(only_published(tmp_path), "REV-3") == seen(parts["whole"], "REV-3")
    assert verdicts(parts["first"])["RES-2"][0] == "not_assessed"
    (row,) = (one for one in document(parts["first"])["statements"] if one["id"] == "RES-2")
    assert f"bucket {ARCHIVE} may belong to an account that another part has" in row["reason"]


@pytest.mark.parametrize("first", ["first", "second"])
def test_key_of_an_account_of_another_part(parts: dict[str, Path], tmp_path: Path, first: str) -> None:
    """Its owner was let look at it; a part that was not says so, and calls it neither good nor bad."""
    second = {"first": "second", "second": "first"}[first]
    run(tmp_path, "--merge", str(parts[first]), str(parts[second]), target="")

    merged = only_published(tmp_path)
    for statement in ("ENC-1", "ENC-2", "ENC-4"):
        assert seen(merged, statement) == seen(parts["whole"], statement)
    for statement in ("ENC-1", "ENC-2", "ENC-4", "RES-3"):
        assert verdicts(merged)[statement] == verdicts(parts["whole"])[statement]
    assert "Enabled, customer managed key, rotated every 365 days, in eu-west-1, needed in eu-west-1" in (
        seen(merged, "ENC-2")
    )
    (row,) = (one for one in document(parts["first"])["statements"] if one["id"] == "ENC-2")
    assert row["result"] == "not_assessed"
    assert f"account {OTHER} does not let this one look at arn:aws:kms:eu-west-1:{OTHER}:key/" in row["reason"]


def test_facts_name_the_calls_that_they_come_from(parts: dict[str, Path], tmp_path: Path) -> None:
    """Ledgers are put one behind the other; the number in a fact still leads to its call."""
    run(tmp_path, "--merge", str(parts["first"]), str(parts["second"]), target="")

    evidence = document(only_published(tmp_path), "evidence.json")
    ledger = evidence["ledger"]
    assert [call["number"] for call in ledger] == list(range(1, len(ledger) + 1))
    for database in evidence["populations"]["database_listing"]["members"]:
        call = ledger[database["source"]["ledger"] - 1]
        assert (call["account"], call["region"]) == (database["account"], database["region"])
        assert call["operation"] in {"DescribeDBInstances", "DescribeDBClusters"}


def copied(run_: Path, to: Path) -> Path:
    """Copy a run, so that it can be spoilt."""
    return Path(shutil.copytree(run_, to / run_.name))


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["first"], "two at least"),
        (["first", "first"], "is named twice"),
        (["first", "whole"], f"account {ACCOUNT} is counted 2 times"),
        (["second", "second"], f"account {ACCOUNT} is missing"),
    ],
)
def test_parts_that_are_no_whole(parts: dict[str, Path], tmp_path: Path, names: list[str], told: str) -> None:
    """Refused with the account that is missing or counted twice; nothing is left behind."""
    done = run(tmp_path, "--merge", *(str(parts[name]) for name in names), target="")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert told in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_part_that_was_changed(parts: dict[str, Path], tmp_path: Path) -> None:
    """A byte is enough."""
    changed = copied(parts["second"], tmp_path)
    evidence = changed / "evidence.json"
    evidence.write_bytes(evidence.read_bytes().replace(b'"BackupRetentionPeriod"', b'"BackupRetentionPerioD"') + b" ")

    done = run(tmp_path / "reports", "--merge", str(parts["first"]), str(changed), target="")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "evidence.json" in done.stderr
    assert not (tmp_path / "reports").exists()


def test_part_that_an_account_was_denied_to(parts: dict[str, Path], tmp_path: Path) -> None:
    """Whatever needs all accounts is not assessed, all else is as it was, and the report names the account."""
    shut = copied(parts["second"], tmp_path / "denied")
    reread(shut, lambda evidence: deny(evidence, OTHER), None)

    done = run(tmp_path / "reports", "--merge", str(parts["first"]), str(shut), target="")

    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    whole = only_published(tmp_path / "reports")
    of_one, of_both = verdicts(parts["first"]), verdicts(whole)
    changed = {id_ for id_ in of_one if of_one[id_] != of_both[id_]}
    # An account that could not be entered is not ours to keep the key of a copy.
    assert {id_: of_both[id_][0] for id_ in changed if of_both[id_][0] != "not_assessed"} == dict.fromkeys(
        ("ENC-2", "RES-2"), "not_compliant"
    )
    assert all(f":{OTHER}:key/" in resource for resource in of_both["ENC-2"][2])
    assert {"DB-1", "DB-5", "OBJ-1"} <= changed
    assert of_both["ENC-1"][0] == "not_assessed"
    assert changed.isdisjoint({"SRC-1", "SRC-3", "CACHE-1", "GOV-1"})
    (told,) = (one for one in document(whole, "evidence.json")["run"]["accounts"] if not one["read"])
    assert (told["id"], told["reason"]) == (OTHER, "could not be entered")
    assert f"sts:AssumeRole ({OTHER}): AccessDenied" in done.stdout
    assert OTHER in (whole / "report.html").read_text("utf-8")


@pytest.mark.parametrize("option", [["--target", "live"], ["--accounts", ACCOUNT], ["--records", "records"]])
def test_merge_takes_everything_from_the_runs(parts: dict[str, Path], tmp_path: Path, option: list[str]) -> None:
    """An option that would be of no effect is refused."""
    done = run(tmp_path, "--merge", str(parts["first"]), str(parts["second"]), *option, target="")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "leave them out" in done.stderr


@pytest.mark.parametrize("text", ["0/4", "5/4", "1/0", "12345", f"{ACCOUNT},{ACCOUNT}", "a/b"])
def test_part_that_nobody_can_mean(tmp_path: Path, text: str) -> None:
    """One clear error."""
    done = run(tmp_path, "--accounts", text)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"--accounts {text}" in done.stderr
