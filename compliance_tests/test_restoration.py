"""Restoration testing: the application database is restored, apart from production, verified, and timed."""

from datetime import datetime

from fixtures.examination import Examination, statement
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.restore_places import RestorePlace
from fixtures.facts.restored import RestoredDatabase, YoungDatabase
from fixtures.facts.text import moment, span


@statement("RST-1")
def test_restore_test_is_documented_and_recent(
    restored_databases: Population[RestoredDatabase],
    young_databases: Population[YoungDatabase],
    policy: Policy,
    now: datetime,
    examine: Examination,
) -> None:
    """A recent, successful and complete restore test of the application database is on record."""
    start = now - policy.restore_test_interval
    for one in restored_databases:
        with examine(
            one, seen=one, required=f"one since {moment(start)}: passed, complete, by a playbook of a version"
        ):
            assert one.test is not None
            assert one.test.outcome == "passed"
            assert one.test.complete
            assert not one.test.missing
            assert not one.contradictions
            assert start <= one.test.finished <= now + policy.clock_tolerance
    for young in young_databases:
        examine.note(str(young))


@statement("RST-2")
def test_restore_test_used_non_production_environment(
    restore_places: Population[RestorePlace], examine: Examination
) -> None:
    """The restore test recovered into an environment that is not production."""
    examine.note("Networks that are joined with each other (peering, transit gateways) are not looked at.")
    for one in restore_places:
        with examine(one, seen=one, required="the environment of [non_production], in no network of production"):
            assert one.restored.test is not None
            assert not one.ties


@statement("RST-3")
def test_restore_test_verified_integrity(
    restored_databases: Population[RestoredDatabase], policy: Policy, examine: Examination
) -> None:
    """The restore test verified the integrity of what it recovered."""
    for one in restored_databases:
        with examine(one, seen=one.soundness, required=f"passed {', '.join(policy.required_verifications)}"):
            assert one.test is not None
            assert one.test.verifications
            assert not one.test.failed
            assert not one.test.lacks(policy.required_verifications)


@statement("RST-4")
def test_restore_test_confirms_recovery_point_and_time(
    restored_databases: Population[RestoredDatabase], policy: Policy, examine: Examination
) -> None:
    """The restore test confirms the recovery point and the recovery time that the continuity policy relies on."""
    objectives = f"RPO {span(policy.rpo_objective)} at most, RTO {span(policy.rto_objective)} at most"
    required = f"{objectives}, both as computed, to a point that backups of {span(policy.pitr_window)} reach"
    for one in restored_databases:
        with examine(one, seen=one.achieved, required=required):
            assert one.test is not None
            assert one.test.rpo is not None
            assert one.test.rto is not None
            assert not one.test.disorder
            assert not one.test.untrue_claims
            assert one.test.is_within_reach(policy.pitr_window)
            assert one.test.rpo <= policy.rpo_objective
            assert one.test.rto <= policy.rto_objective
