"""Copies that outlived their drill: found, told, and deleted only where nothing else can be meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fixtures.restore_drill.rds.interlocks import InterlockError
from fixtures.restore_drill.rds.plan import EXPIRY_TAG, PURPOSE, RUN_TAG, STAMP
from fixtures.restore_drill.rds.sweeper import ChangedError, sweep
from fixtures.simulator import aws_databases as databases
from tests.restore_drill.rds.conftest import Drill
from tests.restore_drill.rds.faults import Line, Send

NAME = "restore-drill-20261101-0123abcd"
HOUR = timedelta(hours=1)


def leave(drill: Drill, name: str = NAME, *, expires: timedelta = -HOUR, **changes: Any) -> None:  # noqa: ANN401
    """Leave a copy behind; *changes* are tags (`_` for a dash; None for none) and, with capitals, parameters of RDS."""
    tags = {**PURPOSE, RUN_TAG: "0123456789abcdef", EXPIRY_TAG: f"{datetime.now(UTC) + expires:{STAMP}}"}
    tags |= {key.replace("_", "-"): value for key, value in changes.items() if key.islower()}
    options = {"DBSubnetGroupName": drill.order.target.subnet_group, "DeletionProtection": False, "MultiAZ": False}
    options |= {key: value for key, value in changes.items() if not key.islower()}
    listed = [{"Key": key, "Value": value} for key, value in tags.items() if value is not None]
    databases.create_database(drill.org, name, databases.SECONDARY, Tags=listed, **options)


@pytest.fixture(autouse=True)
def tidy(drill: Drill) -> Any:  # noqa: ANN401 - a fixture that yields
    """Take away what a test has left behind."""
    yield
    rds = drill.org.client("rds", databases.SECONDARY)
    for name in drill.databases(databases.SECONDARY):
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


def swept(drill: Drill, *, delete: bool = True) -> str:
    """Sweep; return what was said."""
    sweep(drill.order, drill.clients, drill.said.append, delete=delete)
    return "\n".join(drill.said)


def test_nothing_left_over(drill: Drill) -> None:
    """Nothing is said."""
    assert swept(drill) == ""


def test_what_is_due_is_told_with_the_command_that_deletes_it(drill: Drill) -> None:
    """And is still there: nobody asked for its deletion."""
    leave(drill)
    said = swept(drill, delete=False)
    assert f"left over, and due: {NAME}" in said
    assert f"aws rds delete-db-instance --region eu-west-1 --db-instance-identifier {NAME}" in said
    assert NAME in drill.databases(databases.SECONDARY)


def test_what_is_due_is_deleted_on_request(drill: Drill) -> None:
    """And nothing else."""
    leave(drill)
    leave(drill, "restore-drill-20261126-89abcdef", expires=HOUR)
    leave(drill, "sandbox", restore_drill_run=None)
    before = drill.production()[0]
    assert "RDS is deleting it" in swept(drill)
    assert set(drill.databases(databases.SECONDARY)) == {"restore-drill-20261126-89abcdef", "sandbox"}
    assert drill.production()[0] == before


DOUBTFUL: dict[str, dict[str, Any]] = {
    "not due yet": {"expires": HOUR},
    "another name": {"name": "restore-drill-of-mine"},
    "without the tag of a run": {"restore_drill_run": None},
    "production by its tag": {"environment": "production"},
    "another purpose": {"purpose": "load-test"},
    "no time to go": {"expires_at": None},
    "a time that is none": {"expires_at": "tomorrow"},
    "another subnet group": {"DBSubnetGroupName": "restore"},
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_may_be_something_else_is_left_alone(drill: Drill, name: str) -> None:
    """Whatever else it has of a copy; it is told of."""
    options = {"name": NAME, **DOUBTFUL[name]}
    leave(drill, options.pop("name"), **options)
    there = drill.databases(databases.SECONDARY)
    assert swept(drill).startswith("left over: ")
    assert drill.databases(databases.SECONDARY) == there


@pytest.mark.parametrize(
    "change",
    [{"confirmed": ""}, {"confirmed": "somewhere"}, {"simulated_run": True}],
    ids=["nothing typed", "something else typed", "simulated run"],
)
def test_deleting_needs_what_restoring_needs(drill: Drill, change: dict[str, Any]) -> None:
    """Somebody who means it, in the place that is meant."""
    leave(drill)
    drill.order = replace(drill.order, **change)
    with pytest.raises(InterlockError):
        swept(drill)
    assert NAME in drill.databases(databases.SECONDARY)


def test_deleting_needs_the_right_account(drill: Drill) -> None:
    """Whose credentials these are is asked first."""
    leave(drill)
    drill.order = replace(drill.order, target=replace(drill.order.target, account="999999999999"))
    with pytest.raises(InterlockError, match="the credentials belong to account"):
        swept(drill)
    assert NAME in drill.databases(databases.SECONDARY)


def changed(send: Send, operation: str, parameters: Any) -> Any:  # noqa: ANN401 - an answer
    """Have it be another one than a moment ago."""
    answer = send(operation, parameters)
    answer["DBInstances"][0]["DbiResourceId"] = "db-OTHER"
    return answer


def test_what_has_changed_since_it_was_listed_is_left_alone(drill: Drill) -> None:
    """Somebody may have made another one under its name."""
    leave(drill)
    with Line(drill.clients) as line:
        swept(drill, delete=False)
    with Line(drill.clients, len(line.calls) + 1, changed), pytest.raises(ChangedError):
        swept(drill)
    assert NAME in drill.databases(databases.SECONDARY)


def test_a_guard_that_was_told_nothing_lets_no_sweeper_delete(drill: Drill) -> None:
    """Deleting is permitted one by one, by name."""
    leave(drill)
    swept(drill)
    names = [
        call["DBInstanceIdentifier"] for what, call in drill.clients.guard.passed if what == "rds:DeleteDBInstance"
    ]
    assert names == [NAME]
