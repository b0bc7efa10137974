"""The dry run: every call that the drill would make, by calls that only read."""

from __future__ import annotations

from fixtures.restore_drill.rds.dry_run import dry_run
from tests.restore_drill.rds.conftest import Drill
from tests.restore_drill.rds.test_drill import WRITES, prepare_again, written


def test_the_dry_run_says_every_call_and_makes_none_that_writes(drill: Drill) -> None:
    """Parameters, duration and what costs money among it; no permit was given to its guard."""
    before = drill.production()
    assert dry_run(drill.order, drill.clients, drill.said.append) == ()
    text = "\n".join(drill.said)
    for call in (*WRITES, "sts:GetCallerIdentity", "kms:DescribeKey", "ec2:DescribeSecurityGroups", "GetSecretValue"):
        assert call in text
    for expected in ("PubliclyAccessible = false", "ManageMasterUserPassword = true", "100 GiB", "db.m7g.large"):
        assert expected in text
    assert written(drill) == []
    assert drill.production() == before
    assert drill.copies() == []


def test_what_it_says_it_would_do_is_what_it_does(drill: Drill) -> None:
    """In this order, whatever the names."""
    again = prepare_again(drill)
    dry_run(again.order, again.clients, again.said.append)
    planned = [line.split(". ")[1] for line in again.said if line[:1].isdigit() and ". " in line]
    drill.run()
    done = [call for call, _ in drill.clients.guard.passed]
    assert without_repeats(done) == without_repeats(planned)


def without_repeats(calls: list[str]) -> list[str]:
    """Return calls without those that repeat the one before, as waiting and pages do."""
    return [call for number, call in enumerate(calls) if not number or call != calls[number - 1]]
