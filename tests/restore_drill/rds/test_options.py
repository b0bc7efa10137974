"""The live drill as it is ordered: by options, records and a name that is typed; then recorded, and judged."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.collectors.records import restore_target
from fixtures.collectors.restore_test_records import restore_tests
from fixtures.examination import HOME
from fixtures.facts.restore_tests import Kind, Outcome
from fixtures.restore_drill.rds import connection
from fixtures.simulator import aws_databases as databases
from tests.restore_drill.rds import place
from tests.restore_drill.rds.server import Server, serve
from tests.restore_drill.rds.test_connection import HOST, PASSWORD, SCHEMA, endpoint

if TYPE_CHECKING:
    from psycopg import Connection

    from fixtures.restore_drill.rds.connection import Endpoint
    from fixtures.simulator.organisation import Organisation

REFUSED, INTERRUPTED, FAILED, FINE = 4, 2, 1, 0
"""pytest's own codes."""
INVARIANTS = """
newest_row = "SELECT max(created_at) FROM orders"

[[invariants]]
name = "row counts"
sql = "SELECT count(*) = 1000 FROM orders"

[[invariants]]
name = "checksums"
sql = "SELECT md5(string_agg(email, ',' ORDER BY id)) = 'a' FROM customer"
"""


@pytest.fixture
def folder(company: Organisation, tmp_path: Path) -> Path:
    """Keep records that name a place in the simulated organisation."""
    copied = tmp_path / "records"
    shutil.copytree(company.records, copied)
    target = place.build(company)
    groups = json.dumps(list(target.security_groups))
    accounts = (copied / "accounts.toml").read_text().partition("[non_production]")[0]
    (copied / "accounts.toml").write_text(
        f"""{accounts}
[non_production]
account = "{target.account}"
region = "{target.region}"
vpc = "{target.vpc}"
subnet_group = "{target.subnet_group}"
security_groups = {groups}
parameter_group = "{target.parameter_group}"
instance_class = "db.m7g.large"

[non_production.drill]
name = "ireland"
source = "app"
database = "postgres"
certificates = "{target.certificates}"
separated_by = "network"
simulated = true
"""
    )
    (copied / "restore_tests.toml").unlink(missing_ok=True)
    return copied


def run(folder: Path, *options: str) -> int:
    """Run the suite in this process; return its status."""
    reports = folder.parent / "reports"
    fixed = [str(HOME / "compliance_tests"), f"--rootdir={HOME}", "-p", "no:cacheprovider", f"--reports={reports}"]
    return int(pytest.main([*fixed, f"--records={folder}", *options]))


def copies(company: Organisation) -> list[str]:
    """Return the copies that are there."""
    listed = company.client("rds", databases.SECONDARY).describe_db_instances()["DBInstances"]
    return [one["DBInstanceIdentifier"] for one in listed if one["DBInstanceIdentifier"].startswith("restore-drill-")]


ORDERS: dict[str, tuple[list[str], str]] = {
    "simulated": (["--restore-drill", "--yes-restore-into=ireland"], "--yes-restore-into: at RDS only: --target live"),
    "dry run of the simulated one": (["--restore-drill", "--dry-run"], "--dry-run: at RDS only"),
    "by several workers": (
        ["--target=live", "--restore-drill", "--yes-restore-into=ireland", "-n2"],
        "-n: each worker",
    ),
    "without a drill": (["--target=live", "--yes-restore-into=ireland"], "without --restore-drill nothing is restored"),
    "a time without zone": (
        ["--target=live", "--restore-drill", "--restore-at=2026-01-31T09:30:00"],
        "expected a time with its zone",
    ),
    "no time": (["--target=live", "--restore-drill", "--restore-at=yesterday"], "expected a time with its zone"),
    "nothing typed": (["--target=live", "--restore-drill"], "type --yes-restore-into ireland; nothing was"),
    "something else typed": (["--target=live", "--restore-drill", "--yes-restore-into=app"], "'app' was typed"),
    "long ago": (
        ["--target=live", "--restore-drill", "--yes-restore-into=ireland", "--restore-at=2020-01-31T09:30:00Z"],
        "is outside of what",
    ),
    "the primary region's": (
        ["--target=live", "--restore-drill", "--yes-restore-into=ireland", "--restore-from=primary"],
        "but the primary region's backup",
    ),
}


@pytest.mark.parametrize("name", ORDERS)
def test_refused_orders(company: Organisation, folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the reason; nothing is made, nothing recorded, nothing judged."""
    options, reason = ORDERS[name]
    assert run(folder, *options) == REFUSED
    said = capsys.readouterr()
    assert reason in said.err + said.out
    assert copies(company) == []
    assert not (folder / "restore_tests.toml").exists()


def test_without_a_place_nothing_is_restored(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And it is said where to name one."""
    accounts = folder / "accounts.toml"
    accounts.write_text(accounts.read_text().partition("[non_production.drill]")[0])
    assert run(folder, "--target=live", "--restore-drill", "--yes-restore-into=ireland") == REFUSED
    said = capsys.readouterr()
    assert "say by [non_production] and [non_production.drill]" in said.err + said.out


def test_the_dry_run(company: Organisation, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is assessed and nothing made; its status says whether the drill would be refused."""
    order = ["--target=live", "--restore-drill", "--dry-run"]
    assert run(folder, *order, "--yes-restore-into=ireland") == FINE
    said = capsys.readouterr().out
    assert "every interlock holds" in said
    assert "rds:RestoreDBInstanceToPointInTime" in said
    assert run(folder, *order) == FAILED
    assert "it would be refused" in capsys.readouterr().out
    assert copies(company) == []
    assert not (folder.parent / "reports").exists()


def test_the_sweeper(company: Organisation, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing left over is no news."""
    assert run(folder, "--target=live", "--sweep-restores=report") == FINE
    databases.create_database(company, "restore-drill-20261101-0123abcd", databases.SECONDARY, DeletionProtection=False)
    try:
        assert run(folder, "--target=live", "--sweep-restores=report") == FAILED
        assert "left over: restore-drill-20261101-0123abcd" in capsys.readouterr().out
        assert run(folder, "--target=live", "--sweep-restores=delete") == REFUSED
    finally:
        databases.delete_database(company, "restore-drill-20261101-0123abcd", databases.SECONDARY, keep_backups=False)


def test_a_drill_that_cannot_get_in_is_recorded_as_failed(
    company: Organisation, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its copy is deleted; RST-1 has the log, and the run is no success, whatever else was selected."""

    def declines(_: Endpoint) -> AbstractContextManager[Connection[Any]]:
        raise connection.ConnectionFailedError("nobody is let in")

    monkeypatch.setattr(connection, "connect", declines)
    monkeypatch.setattr("fixtures.restore_drill.rds.restore.time.sleep", lambda _: None)
    order = ["--target=live", "--restore-drill", "--yes-restore-into=ireland"]
    assert run(folder, *order, "-k", "restore_test") == FAILED
    said = capsys.readouterr().out
    assert said.count("not entered yet: nobody is let in") == 9
    assert "the restore drill failed: nobody is let in" in said
    (entry,) = restore_tests(folder)
    assert (entry.kind, entry.outcome) == (Kind.RDS, Outcome.FAILED)
    assert not entry.complete
    assert copies(company) == []


def test_an_interrupted_drill_is_recorded_and_ends_the_run(
    company: Organisation, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its evidence lies beside the log: there is no report of a run that was cut short."""

    def interrupted(_: Endpoint) -> AbstractContextManager[Connection[Any]]:
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("never reached")

    monkeypatch.setattr(connection, "connect", interrupted)
    assert run(folder, "--target=live", "--restore-drill", "--yes-restore-into=ireland") == INTERRUPTED
    (entry,) = restore_tests(folder)
    assert entry.outcome is Outcome.FAILED
    assert not entry.complete
    assert "interrupted by SIGTERM" in entry.notes
    assert hashlib.sha256((folder / f"{entry.id}.json").read_bytes()).hexdigest() == entry.evidence_sha256
    assert copies(company) == []


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Serve a database with a few rows, once."""
    with serve(HOST, PASSWORD) as running:
        with connection.connect(endpoint(running)) as opened:
            opened.execute(SCHEMA)
        yield running


def test_a_drill_is_recorded_and_judged(
    company: Organisation, folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RDS as the simulator knows it, PostgreSQL as it is, and every statement about restore tests compliant by it."""
    real = connection.connect

    def through(given: Endpoint) -> AbstractContextManager[Connection[Any]]:
        changed = replace(given, host=HOST, address="127.0.0.1", port=server.port, user="administrator")
        return real(replace(changed, certificates=server.authority))

    monkeypatch.setattr(connection, "connect", through)
    with real(endpoint(server)) as opened:
        row = opened.execute("SELECT md5(string_agg(email, ',' ORDER BY id)) FROM customer").fetchone()
        assert row is not None
    (folder / "invariants.toml").write_text(INVARIANTS.replace("'a'", f"'{row[0]}'"))
    order = ["--target=live", "--restore-drill", "--yes-restore-into=ireland"]
    status = run(folder, *order, "-k", "restore_test")
    (entry,) = restore_tests(folder)
    assert entry.outcome is Outcome.PASSED, entry.verifications
    assert entry.complete
    assert not entry.missing
    target = restore_target(folder)
    assert target is not None
    assert (entry.destination.vpc, entry.destination.subnet_group) == (target.vpc, target.subnet_group)
    assert {"row counts", "checksums", "constraints", "amcheck"} <= {one.name for one in entry.verifications}
    (report,) = [path for path in (folder.parent / "reports").iterdir() if not path.is_symlink()]
    results = json.loads((report / "results.json").read_text())
    judged = {one["id"]: one["result"] for one in results["statements"] if one["id"].startswith("RST-")}
    assert set(judged.values()) == {"compliant"}, judged
    assert status == FINE
    proof = (report / "restore_drill.json").read_bytes()
    assert hashlib.sha256(proof).hexdigest() == entry.evidence_sha256
    assert PASSWORD.encode() not in proof
    assert copies(company) == []
