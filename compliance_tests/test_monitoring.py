"""Monitoring: whoever has to act on a failed backup hears of it."""

from fixtures.examination import Examination, statement
from fixtures.facts.hearings import Hearing
from fixtures.facts.population import Population


@statement("MON-1")
def test_provider_reports_backup_failures(failure_hearings: Population[Hearing], examine: Examination) -> None:
    """The provider reports backup failures of every production database to somebody who is listening."""
    for hearing in failure_hearings:
        with examine(hearing, seen=hearing, required=f"{hearing.region}: backup and failure events heard by somebody"):
            assert hearing.is_complete
    examine.note("RDS has no event for every way in which a backup can fail, and sends events on a best-effort basis")
    examine.note("an alarm on the lag of the latest restorable time is needed besides: MON-2 looks at it")
