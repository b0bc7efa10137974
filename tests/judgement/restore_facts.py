"""A restore test made up for judging, which complies with everything unless told otherwise; and what judges it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from compliance_tests import test_restoration as judged
from fixtures.facts.accounts import AccountCoverage
from fixtures.facts.databases import Database
from fixtures.facts.population import Population
from fixtures.facts.restore_origins import Whereabouts
from fixtures.facts.restore_tests import Destination, Kind, Measured, Origin, Outcome, RestoreTest, Verification
from fixtures.facts.restored import restored, young
from tests.judgement.facts import DAY, NOW, POLICY, database, examination

ACCOUNT, OTHER, VAULT, IRELAND = "123456789012", "210987654321", "444455556666", "eu-west-1"
OURS = Population(tuple(AccountCoverage(number, "", "", read=True) for number in (ACCOUNT, VAULT)))
KNOWN = Whereabouts(OURS, IRELAND)
PLACE = Destination("restore-drill-1", "db-COPY", ACCOUNT, IRELAND, "vpc-apart", "restore-drill")
NAMES = ("row counts", "checksums", "constraints", "amcheck")


def origin(**differently: str) -> Origin:
    """Return a copy of the database's backup, in the secondary region."""
    backup = f"arn:aws:rds:{IRELAND}:{ACCOUNT}:auto-backup:ab-1"
    return replace(Origin(database().id, "db-APP", ACCOUNT, IRELAND, backup), **differently)


def restore_test(**differently: Any) -> RestoreTest:  # noqa: ANN401 - whatever field a test is about
    """Return a restore test that complies with everything."""
    over = NOW - 30 * DAY
    ordinary = RestoreTest(
        id="one",
        kind=Kind.RDS,
        measured=Measured.DATABASE,
        by="Otto",
        started=over - timedelta(hours=2),
        finished=over,
        outcome=Outcome.PASSED,
        complete=True,
        origin=origin(),
        destination=PLACE,
        playbook="playbook",
        playbook_version="3",
        recovered_to=over - timedelta(minutes=105),
        target_time=over - timedelta(minutes=105),
        newest_backup=over - timedelta(minutes=105),
        disaster_at=over - timedelta(minutes=100),
        restore_started=over - timedelta(minutes=95),
        available=over - timedelta(minutes=60),
        verified=over - timedelta(minutes=20),
        evidence_sha256="0" * 64,
        verifications=tuple(Verification(name, passed=True) for name in NAMES),
    )
    return replace(ordinary, **differently)


def judge(
    statement: str,
    *tests: RestoreTest,
    databases: tuple[Database, ...] = (database(),),
    simulated: tuple[str, ...] = (),
    known: Whereabouts = KNOWN,
) -> Any:  # noqa: ANN401
    """Return what a statement finds of *databases*, of which *simulated* answer from the simulated organisation."""
    examine = examination(statement)
    spared = tuple(young(databases, tests, simulated, NOW, POLICY.first_restore_test))
    found = Population(tuple(restored(databases, tests, simulated, spared, known)))
    if statement == "RST-1":
        judged.test_restore_test_is_documented_and_recent(found, Population(spared), POLICY, NOW, examine)
    elif statement == "RST-3":
        judged.test_restore_test_verified_integrity(found, POLICY, examine)
    else:
        judged.test_restore_test_confirms_recovery_point_and_time(found, POLICY, examine)
    return examine


def complies(statement: str, *tests: RestoreTest, **how: Any) -> bool:  # noqa: ANN401
    """Whether there are findings, one unless several tests were over at once, and all comply."""
    findings = judge(statement, *tests, **how).findings
    assert len(findings) == 1 or len(findings) <= len(tests)
    return bool(findings) and all(finding.complies for finding in findings)
