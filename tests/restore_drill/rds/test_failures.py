"""Every call of a drill fails in turn, in every way: the copy is deleted, and nothing else is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fixtures.facts.restore_tests import Verification
from fixtures.restore_drill.rds.surroundings import UnreadableError
from tests.restore_drill.rds.conftest import Drill, prepare
from tests.restore_drill.rds.faults import FAULTS, Fault, Line, declined, unanswered, unheard_of

if TYPE_CHECKING:
    from fixtures.restore_drill.rds.outcome import Outcome
    from fixtures.simulator.organisation import Organisation

READING = [
    "GetCallerIdentity",
    "DescribeDBInstanceAutomatedBackups",
    "DescribeKey",
    "DescribeDBSubnetGroups",
    "ListTagsForResource",
    "DescribeVpcs",
    "DescribeSecurityGroups",
    "DescribeDBParameterGroups",
    *["DescribeDBParameters"] * 2,
    "DescribeDBInstances",
]
DRILLING = [
    "RestoreDBInstanceToPointInTime",
    "DescribeDBInstances",  # until it is available
    "DescribeDBInstances",  # is it ours?
    "ModifyDBInstance",
    "DescribeDBInstances",  # until it has a password of its own
    "DescribeDBInstances",  # is it still ours?
    "GetSecretValue",
    "DescribeDBInstances",  # is it ours, still?
    "DeleteDBInstance",
    "DescribeDBInstances",  # until it is gone
]
RESTORING = len(READING) + 1
DELETING = len(READING) + DRILLING.index("DeleteDBInstance") + 1


@pytest.fixture(scope="module")
def ordered(company: Organisation) -> Drill:
    """Make one place for all of them."""
    return prepare(company)


def drilled(ordered: Drill, number: int, fault: Fault) -> tuple[Drill, Outcome[Verification]]:
    """Run a drill in which one call fails."""
    drill = again(ordered)
    with Line(drill.clients, number, fault) as line:
        outcome = drill.run()
    assert len(line.calls) >= number, "the call that should fail was never made"
    return drill, outcome


def again(ordered: Drill) -> Drill:
    """Order the same once more, by the same clients: making them takes longer than a drill."""
    return Drill(ordered.org, ordered.order, ordered.clients)


def test_these_are_its_calls(ordered: Drill) -> None:
    """So that none of them is left out below."""
    drill = again(ordered)
    with Line(drill.clients) as line:
        assert drill.run().passed
    waited = [call for number, call in enumerate(line.calls) if number < RESTORING or call != "DescribeDBInstances"]
    assert waited[:RESTORING] == [*READING, DRILLING[0]]
    assert waited[RESTORING:] == [call for call in DRILLING[1:] if call != "DescribeDBInstances"]


@pytest.mark.parametrize("fault", [declined, unanswered, unheard_of], ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("number", range(1, len(READING) + 1))
def test_what_cannot_be_read_stops_the_drill_before_it_begins(ordered: Drill, number: int, fault: Fault) -> None:
    """An interlock that does not know is none that holds."""
    drill = again(ordered)
    before = drill.production()
    with (
        Line(drill.clients, number, fault) as line,
        pytest.raises(RuntimeError if fault is unheard_of else UnreadableError),
    ):
        drill.run()
    assert "RestoreDBInstanceToPointInTime" not in line.calls
    assert drill.copies() == []
    assert drill.production() == before


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("number", range(RESTORING + 1, DELETING - 1))
def test_whatever_fails_the_copy_is_deleted(ordered: Drill, number: int, fault: Fault) -> None:
    """From the moment at which RDS has made it until it is to be deleted anyway."""
    before = ordered.production()
    drill, outcome = drilled(ordered, number, fault)
    assert not outcome.passed
    assert outcome.failure
    assert outcome.leftover == ""
    assert not outcome.interrupted
    assert drill.copies() == []
    assert drill.production() == before


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if fault is not unheard_of], ids=lambda fault: fault.__name__
)
@pytest.mark.parametrize("number", [DELETING - 1, DELETING])
def test_a_deletion_that_fails_is_asked_for_again(ordered: Drill, number: int, fault: Fault) -> None:
    """The copy is gone in the end, and nothing was wrong with what was verified."""
    drill, outcome = drilled(ordered, number, fault)
    assert outcome.passed, (outcome.failure, outcome.leftover)
    assert drill.copies() == []


def test_a_fault_of_our_own_while_deleting_is_told_as_something_left_over(ordered: Drill) -> None:
    """With the command that deletes it; it is still there."""
    drill, outcome = drilled(ordered, DELETING, unheard_of)
    assert not outcome.passed
    assert "a fault of our own" in outcome.leftover
    assert f"--db-instance-identifier {outcome.plan.name} --skip-final-snapshot" in outcome.leftover
    assert drill.copies() == [outcome.plan.name]
    delete(drill)


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if fault is not unanswered], ids=lambda fault: fault.__name__
)
def test_a_restoration_that_made_nothing_leaves_nothing(ordered: Drill, fault: Fault) -> None:
    """Whether RDS declined, or nobody knows and there is nothing."""
    drill, outcome = drilled(ordered, RESTORING, fault)
    assert not outcome.passed
    assert outcome.failure
    assert outcome.leftover == ""
    assert drill.copies() == []


def test_a_restoration_that_was_never_answered_is_left_to_the_sweeper(ordered: Drill) -> None:
    """The copy is there, and its resource id was never told us: it might be anybody's, so it is left alone, aloud."""
    drill, outcome = drilled(ordered, RESTORING, unanswered)
    assert not outcome.passed
    assert "RDS never answered" in outcome.leftover
    assert "aws rds delete-db-instance" in outcome.leftover
    assert drill.copies() == [outcome.plan.name]
    delete(drill)


def test_a_connection_that_fails_fails_the_drill(ordered: Drill) -> None:
    """As a verification does that breaks off."""

    def breaks_off() -> None:
        raise ValueError("the wire was cut")

    drill = again(ordered)
    drill.meanwhile = breaks_off
    outcome = drill.run()
    assert outcome.failure == "ValueError: the wire was cut"
    assert outcome.verified is None
    assert outcome.leftover == ""
    assert drill.copies() == []


def delete(drill: Drill) -> None:
    """Tidy up what a test was about."""
    for name in drill.copies():
        drill.org.client("rds", drill.order.target.region).delete_db_instance(
            DBInstanceIdentifier=name, SkipFinalSnapshot=True
        )
