"""Retention: a window of 30 days, longer only while an incident needs it."""

from datetime import datetime

from fixtures.examination import Examination, statement
from fixtures.facts.incidents import Incident
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.retention import Retained, extension
from fixtures.facts.text import span


@statement("RET-1")
def test_backups_retained_for_30_days(
    retained_backups: Population[Retained],
    incidents: Population[Incident],
    policy: Policy,
    now: datetime,
    examine: Examination,
) -> None:
    """Every backup is retained for the recovery window: no shorter, and no longer unless an incident extends it."""
    register = {incident.id: incident for incident in incidents}
    for backup in retained_backups:
        excuse = extension(backup, register, now)
        longer = f", {excuse or f'extended by open incident {backup.incident}'}"
        seen = f"{backup}{longer if backup.kept_longer_than(policy.retention) else ''}"
        with examine(backup, seen=seen, required=span(policy.retention)):
            assert backup.kept_at_least(policy.retention)
            assert not backup.kept_longer_than(policy.retention) or not excuse


@statement("RET-2")
def test_retention_extended_only_during_active_incident(
    retained_backups: Population[Retained],
    incidents: Population[Incident],
    policy: Policy,
    now: datetime,
    examine: Examination,
) -> None:
    """Whatever is retained longer names an incident that is open now."""
    register = {incident.id: incident for incident in incidents}
    for backup in retained_backups:
        longer = backup.kept_longer_than(policy.retention)
        excuse = extension(backup, register, now) if longer else ""
        seen = f"{backup}, {excuse or f'extended by open incident {backup.incident}'}" if longer else f"{backup}"
        with examine(backup, seen=seen, required=f"{span(policy.retention)}, or an incident that is open now"):
            assert not excuse
