"""--preflight: who may see what, and what is missing, before anybody relies on a run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.collectors import reading
from fixtures.examination import HOME
from fixtures.facts.population import Population, Unread
from fixtures.preflight import ASKED, FILLED_FOR
from fixtures.simulator.organisation import Organisation
from tests.inner_run import TESTS

LIMIT = 120


@pytest.fixture(scope="module")
def organisation(served: Organisation) -> Organisation:
    """The compliant organisation, for the whole of this file: nothing here changes it."""
    served.rebuild()
    return served


def preflight(org: Organisation, tmp_path: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run --preflight against the organisation, as somebody who starts it."""
    command = [sys.executable, "-m", "pytest", "compliance_tests", "--target=live", "--preflight", *options]
    return subprocess.run(
        [*command, f"--reports={tmp_path}", "-p", "no:cacheprovider"],
        cwd=HOME,
        env={"PATH": "/usr/bin:/bin", **org.exports, **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def test_everything_can_be_read(organisation: Organisation, tmp_path: Path) -> None:
    """All is there: exit status 0, a row for each provider with whoever asked, and no report that looks like a run."""
    done = preflight(organisation, tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(TESTS)} of {len(TESTS)} statements can be assessed (simulated)" in done.stdout
    for provider in ("aws", "github", "digitalocean", "betterstack", "sentry"):
        assert f"\n{provider:13} ok " in done.stdout
    assert "MISSING" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_not_enough(organisation: Organisation, tmp_path: Path) -> None:
    """A selection that fits no statement has looked at nothing, and finds nothing ready."""
    done = preflight(organisation, tmp_path, "-k", "no-such-statement")

    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "0 of 0 statements can be assessed" in done.stdout


def test_token_is_missing(organisation: Organisation, tmp_path: Path) -> None:
    """What is missing stands there with the line that mends it, and with the statements that it costs."""
    done = preflight(organisation, tmp_path, GITHUB_TOKEN="")

    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    rows = done.stdout.split("\ngithub ")[1].split("\ndigitalocean ")[0]
    assert "MISSING" in rows
    assert "SRC-1 SRC-2 SRC-3 SRC-4" in rows
    assert "set GITHUB_TOKEN (README, Live: the first hour)" in rows
    assert f"\n{'aws':13} ok " in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_record_that_cannot_be_read(organisation: Organisation, tmp_path: Path) -> None:
    """A record that does not parse is named with its line, and costs what it is needed for."""
    records = tmp_path / "records"
    records.mkdir()
    for file in organisation.records.iterdir():
        if file.is_file():
            (records / file.name).write_bytes(file.read_bytes())
    (records / "scope.toml").write_text("[[stores]]\nclass = 7\n")
    done = preflight(organisation, tmp_path / "reports", f"--records={records}")

    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    rows = done.stdout.split("\nrecords ")[1]
    assert "SCOPE-1" in rows
    assert "scope.toml:2" in rows


def test_records_as_they_come(organisation: Organisation, tmp_path: Path) -> None:
    """Records in which nobody has written anything are missing: each by name, with what fails without it."""
    records = tmp_path / "records"
    shutil.copytree(HOME / "records", records)
    (records / "accounts.toml").write_bytes((organisation.records / "accounts.toml").read_bytes())
    (records / "cache.toml").unlink()
    (records / "mirrors.toml").unlink()
    done = preflight(organisation, tmp_path / "reports", f"--records={records}")

    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    rows = done.stdout.split("\nrecords ")[1].split("\npolicy ")[0]
    empty = re.findall(r"mend +records/(\S+): nothing is recorded, so that (.+) fails?; fill it", rows)
    assert dict(empty) == {file: " ".join(ids) for file, ids in FILLED_FOR.items()}
    assert "LACKS" not in done.stdout
    assert f"{len(TESTS)} of {len(TESTS)} statements can be assessed" in done.stdout


def test_records_that_must_be_filled_are_those_of_the_guide() -> None:
    """What records/README.md says of each file is what the preflight says of an empty one."""
    table = (HOME / "records/README.md").read_text("utf-8")
    told = re.findall(r"^\| \S*?(\w+\.toml)\S* \|.*\| ([^|]+) \|$", table, re.MULTILINE)
    free = {"accounts.toml", "exceptions.toml", "incidents.toml", "mirrors.toml", "invariants.toml"}

    assert free < {file for file, _ in told}
    assert {file: spelled_out(ids) for file, ids in told if file not in free} == FILLED_FOR


def spelled_out(ids: str) -> tuple[str, ...]:
    """Return every id of `RST-1 to RST-4` or `MON-2, MON-3`."""
    if " to " in ids:
        first, last = (one.rpartition("-") for one in ids.split(" to "))
        return tuple(f"{first[0]}-{number}" for number in range(int(first[2]), int(last[2]) + 1))
    return tuple(ids.split(", "))


def test_accounts_that_cannot_be_read(organisation: Organisation, tmp_path: Path) -> None:
    """A mistake in accounts.toml is told once, and no provider is called ready that was never asked."""
    records = tmp_path / "records"
    shutil.copytree(organisation.records, records)
    (records / "accounts.toml").write_text('[githb]\norganisation = "acme"\n')
    done = preflight(organisation, tmp_path / "reports", f"--records={records}")

    assert all(f"\n{provider:13} MISSING  not signed in" in done.stdout for provider in ASKED)
    assert done.stdout.count("accounts.toml:1: githb: there is no such field; did you mean github?") == 1


def test_one_cause_is_told_once(organisation: Organisation, tmp_path: Path) -> None:
    """A wrong token fails at many calls: one line, with the variable to set."""
    done = preflight(organisation, tmp_path, BETTERSTACK_API_TOKEN="not-this-one")  # noqa: S106 - no token

    rows = done.stdout.split("\nbetterstack ")[1].split("\nsentry ")[0]
    (line,) = re.findall(r"mend +(.+)", rows)
    assert re.match(r"GET \S+, GET \S+, GET \S+ and \d more calls: 401 .*; renew BETTERSTACK_API_TOKEN: ", line)


def test_only_providers_records_and_policy_have_a_row(organisation: Organisation, tmp_path: Path) -> None:
    """Nothing is named as only the suite itself names it."""
    done = preflight(organisation, tmp_path)

    assert re.findall(r"^(\S+) +ok\b", done.stdout, re.MULTILINE) == [*ASKED, "records", "policy"]


def test_nobody_at_all(tmp_path: Path, organisation: Organisation) -> None:
    """Without any credential every provider says so in one line, and no statement can be assessed."""
    nothing = dict.fromkeys(organisation.exports, "") | {"AWS_EC2_METADATA_DISABLED": "true"}
    done = preflight(organisation, tmp_path, f"--records={HOME / 'records'}", **nothing)

    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "LACKS    SCOPE-1 SCOPE-2" in done.stdout
    assert all(f"\n{provider:13} MISSING" in done.stdout for provider in ("aws", "github", "digitalocean"))
    assert "Traceback" not in done.stdout + done.stderr


@pytest.fixture
def sampling(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take samples for the time of one test."""
    event = type(reading._sampling)()
    monkeypatch.setattr(reading, "_sampling", event)
    reading.take_samples()
    yield
    assert event.is_set()


@pytest.mark.usefixtures("sampling")
def test_sample_can_make_nothing_compliant() -> None:
    """Whatever is read in samples has a gap that says so, and reads no more than a few of many."""
    asked: list[int] = []

    def job(number: int) -> list[int]:
        asked.append(number)
        return [number]

    jobs = [(lambda number=number: job(number), lambda _: Unread("", "", "", "", "", "")) for number in range(100)]
    found: Population[int] = reading.Reading().gather_each(jobs)

    assert len(found) == len(asked) == reading.SAMPLE
    assert [reading.is_of_a_sample(gap) for gap in found.unread] == [True]
