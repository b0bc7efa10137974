"""Monitoring: failures of backup and replication are seen, told and handled."""

from datetime import datetime

from fixtures.examination import Examination, statement
from fixtures.facts.failures import Handling
from fixtures.facts.hearings import Hearing
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.sentry import Surfacing
from fixtures.facts.text import span
from fixtures.facts.watches import Watch


@statement("MON-1")
def test_provider_reports_backup_failures(failure_hearings: Population[Hearing], examine: Examination) -> None:
    """The provider reports backup failures of every production database to somebody who is listening."""
    for hearing in failure_hearings:
        with examine(hearing, seen=hearing, required=f"{hearing.region}: backup and failure events heard by somebody"):
            hearing.must_be_known()
            assert hearing.is_complete
    examine.note("RDS has no event for every way in which a backup can fail, and sends events on a best-effort basis")
    examine.note("an alarm on the lag of the latest restorable time is needed besides: MON-2 looks at it")
    examine.note("Of a topic's own key its state is read, not its policy, which has to let RDS and EventBridge use it")


@statement("MON-2")
def test_backup_failures_alert_better_stack(watches: Population[Watch], policy: Policy, examine: Examination) -> None:
    """Failures of backup and replication raise an alert in Better Stack that reaches somebody."""
    for watch in watches:
        with examine(watch, seen=watch, required=f"up, not paused, tells somebody within {span(policy.alert_delay)}"):
            assert watch.is_watching
            assert watch.route is not None
            assert watch.route.reaches_somebody
            assert watch.tells_within(policy.alert_delay)


@statement("MON-3")
def test_backup_failures_surface_in_sentry(
    surfacings: Population[Surfacing], policy: Policy, now: datetime, examine: Examination
) -> None:
    """Failures of backup and replication surface in Sentry and raise an alert there."""
    for surfacing in surfacings:
        with examine(
            surfacing,
            seen=surfacing.describe(now),
            required=f"active, not muted, last check-in ok within {span(policy.alert_delay)} and on schedule, "
            "the first failure sets off an alert that tells somebody",
        ):
            assert surfacing.is_watching
            assert surfacing.is_good(now, policy.alert_delay, policy.clock_tolerance)
            assert surfacing.raises_at_once
            assert surfacing.tells_somebody


@statement("MON-4")
def test_backup_failures_are_handled_as_incidents(
    handled_failures: Population[Handling], policy: Policy, now: datetime, examine: Examination
) -> None:
    """Every backup or replication failure is handled as an incident, opened in time."""
    examine.note(
        f"Looked back {span(policy.failure_look_back)}. RDS keeps events for 14 days, as best effort; "
        "AWS Backup lists jobs of 30 days. What no log has is not seen here: MON-1 and MON-2 are about that."
    )
    for handling in handled_failures:
        required = (
            f"an incident about it, opened within {span(policy.incident_delay)}, "
            f"or open already since at most {span(policy.failure_look_back)}"
        )
        with examine(handling, seen=handling.describe(now), required=required):
            assert handling.is_handled(now)
