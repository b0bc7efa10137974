"""A restore test made up for judging: complies with everything unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from fixtures.facts.accounts import AccountCoverage
from fixtures.facts.population import Population
from fixtures.facts.restore_origins import Whereabouts
from fixtures.facts.restore_tests import Destination, Kind, Measured, Origin, Outcome, RestoreTest, Verification
from tests.judgement.facts import DAY, NOW

ACCOUNT, OTHER, VAULT, IRELAND = "123456789012", "210987654321", "444455556666", "eu-west-1"
OURS = Population(tuple(AccountCoverage(number, "", "", read=True) for number in (ACCOUNT, VAULT)))
KNOWN = Whereabouts(OURS, IRELAND)
PLACE = Destination("restore-drill-1", "db-COPY", ACCOUNT, IRELAND, "vpc-apart", "restore-drill")
NAMES = ("row counts", "checksums", "constraints", "amcheck")


def origin(**differently: str) -> Origin:
    """Return a copy of the database's backup, in the secondary region."""
    database = "arn:aws:rds:eu-central-1:123456789012:db:app"
    backup = f"arn:aws:rds:{IRELAND}:{ACCOUNT}:auto-backup:ab-1"
    return replace(Origin(database, "db-APP", ACCOUNT, IRELAND, backup), **differently)


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
