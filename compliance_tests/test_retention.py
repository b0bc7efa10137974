"""Retention: a window of 30 days, longer only while an incident needs it."""

from fixtures.examination import Examination, statement
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.retention import RetainedFor
from fixtures.facts.text import span


@statement("RET-1")
def test_backups_retained_for_30_days(
    retained_for: Population[RetainedFor], policy: Policy, examine: Examination
) -> None:
    """Every backup is retained for the recovery window: no shorter, and no longer unless an incident extends it."""
    for one in retained_for:
        remedy = "" if one.backup.expires else "{resource.advice}"
        with examine(one, seen=one, required=span(policy.retention), remedy=remedy):
            assert one.backup.kept_at_least(policy.retention)
            assert one.is_in_order


@statement("RET-2")
def test_retention_extended_only_during_active_incident(
    retained_for: Population[RetainedFor], policy: Policy, examine: Examination
) -> None:
    """Whatever is retained longer names an incident that is open now."""
    for one in retained_for:
        remedy = "" if one.backup.expires else "{resource.advice}"
        required = f"{span(policy.retention)}, or an incident that is open now"
        with examine(one, seen=one, required=required, remedy=remedy):
            assert one.is_in_order
