"""What is sent to RDS, parameter by parameter, and what RDS may answer in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest

from fixtures.facts.restore_tests import Verification
from fixtures.restore_drill.rds import restore
from fixtures.restore_drill.rds.restore import restore_from_rds
from tests.restore_drill.rds.compliant import ORDER, SEEN, order, plan
from tests.restore_drill.rds.recorded import ENDPOINT, MADE, SECRET, Recorded, instance

if TYPE_CHECKING:
    from psycopg import Connection

    from fixtures.restore_drill.rds.connection import Endpoint
    from fixtures.restore_drill.rds.order import Order
    from fixtures.restore_drill.rds.outcome import Outcome

PLAN = plan()
COPY = {"DBInstanceIdentifier": PLAN.name}
PASSWORD = {"SecretArn": SECRET, "SecretStatus": "active"}


@pytest.fixture
def rds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """Answer in turn; the surroundings have been read and judged, and nobody waits."""
    monkeypatch.setattr(restore, "prepare", lambda *_: (PLAN, SEEN, ()))
    monkeypatch.setattr("time.sleep", lambda _: None)
    recorded = Recorded()
    with recorded.stack:
        yield recorded


def drill(rds: Recorded, ordered: Order = ORDER) -> tuple[Outcome[Verification], list[str], list[Endpoint]]:
    """Run a drill; return what came of it, what was said, and where it connected to."""
    said: list[str] = []
    entered: list[Endpoint] = []

    @contextmanager
    def connect(endpoint: Endpoint) -> Iterator[Connection[Any]]:
        entered.append(endpoint)
        yield cast("Connection[Any]", None)

    outcome = restore_from_rds(
        ordered, rds.clients, lambda *_: [Verification("row counts", passed=True)], said.append, connect
    )
    rds.all_were_asked()
    return outcome, said, entered


def restored(rds: Recorded) -> None:
    """RDS is asked for the copy, with every parameter that keeps it apart."""
    asked = {
        "SourceDBInstanceAutomatedBackupsArn": PLAN.backup.arn,
        "TargetDBInstanceIdentifier": PLAN.name,
        "RestoreTime": PLAN.at,
        "DBInstanceClass": "db.m7g.large",
        "DBSubnetGroupName": "restore-drill",
        "VpcSecurityGroupIds": ["sg-0a"],
        "DBParameterGroupName": "restore-drill-postgres17",
        "PubliclyAccessible": False,
        "MultiAZ": False,
        "DeletionProtection": False,
        "AutoMinorVersionUpgrade": False,
        "CopyTagsToSnapshot": False,
        "EnableIAMDatabaseAuthentication": False,
        "BackupRetentionPeriod": 0,
        "Tags": [
            {"Key": "purpose", "Value": "restore-drill"},
            {"Key": "environment", "Value": "non-production"},
            {"Key": "restore-drill-run", "Value": PLAN.run},
            {"Key": "expires-at", "Value": "2026-11-26T12:00:00Z"},
        ],
    }
    answer = {"DBInstance": {"DBInstanceIdentifier": PLAN.name, "DbiResourceId": MADE}}
    rds.answer("writer", "restore_db_instance_to_point_in_time", answer, asked)


def given_a_password(rds: Recorded) -> None:
    """RDS is asked to make one."""
    asked = {**COPY, "ManageMasterUserPassword": True, "ApplyImmediately": True}
    rds.answer("writer", "modify_db_instance", {"DBInstance": {}}, asked)


def deleted(rds: Recorded) -> None:
    """RDS is asked to delete the copy, with all that it would keep, and does so after a while."""
    rds.instances(instance(PLAN), asked=COPY)
    asked = {**COPY, "SkipFinalSnapshot": True, "DeleteAutomatedBackups": True}
    rds.answer("writer", "delete_db_instance", {"DBInstance": {}}, asked)
    rds.instances(instance(PLAN, DBInstanceStatus="deleting"), asked=COPY)
    rds.decline("rds", "describe_db_instances", "DBInstanceNotFound")


def test_the_whole_sequence(rds: Recorded) -> None:
    """With all that RDS says in between: every answer is a line of progress."""
    restored(rds)
    for status in ("creating", "backing-up", "modifying", "available"):
        rds.instances(instance(PLAN, DBInstanceStatus=status), asked=COPY)
    rds.instances(instance(PLAN), asked=COPY)
    given_a_password(rds)
    rds.instances(instance(PLAN), asked=COPY)  # RDS has not begun yet
    rds.instances(instance(PLAN, DBInstanceStatus="resetting-master-credentials"), asked=COPY)
    rds.instances(instance(PLAN, MasterUserSecret={**PASSWORD, "SecretStatus": "creating"}), asked=COPY)
    rds.instances(instance(PLAN, MasterUserSecret=PASSWORD), asked=COPY)
    rds.instances(instance(PLAN, MasterUserSecret=PASSWORD), asked=COPY)
    secret = {"SecretString": '{"username": "administrator", "password": "of-its-own"}'}
    rds.answer("secrets", "get_secret_value", secret, {"SecretId": SECRET})
    deleted(rds)
    outcome, said, (entered,) = drill(rds)
    assert outcome.passed, (outcome.failure, outcome.leftover)
    assert (entered.host, entered.port) == (ENDPOINT["Address"], ENDPOINT["Port"])
    assert (entered.user, entered.password, entered.database) == ("administrator", "of-its-own", "app")
    for status in ("creating", "backing-up", "modifying", "resetting-master-credentials", "DBInstanceNotFound"):
        assert any(f"{PLAN.name}: {status} after" in line for line in said), said
    assert "of-its-own" not in "\n".join((*said, *outcome.lines, repr(outcome)))


@pytest.mark.parametrize("status", ["failed", "incompatible-restore", "incompatible-network", "storage-full"])
def test_a_copy_that_will_never_be_available_is_deleted(rds: Recorded, status: str) -> None:
    """At once, not when the patience is used up."""
    restored(rds)
    rds.instances(instance(PLAN, DBInstanceStatus=status), asked=COPY)
    deleted(rds)
    outcome, _, entered = drill(rds)
    assert outcome.failure == f"{PLAN.name} will not be available: it is {status}"
    assert outcome.leftover == ""
    assert entered == []


def test_a_copy_that_takes_too_long_is_deleted(rds: Recorded) -> None:
    """Patience is a number of looks."""
    ordered = order(availability_wait=3 * ORDER.interval)
    restored(rds)
    for _ in range(3):
        rds.instances(instance(PLAN, DBInstanceStatus="creating"), asked=COPY)
    deleted(rds)
    outcome, _, _ = drill(rds, ordered)
    assert outcome.failure == f"{PLAN.name} is not available after 1.5 minutes; it is creating"
    assert outcome.leftover == ""


def test_rds_is_asked_again_while_it_declines_to_delete_what_it_still_makes(rds: Recorded) -> None:
    """The copy is looked at afresh each time."""
    restored(rds)
    rds.instances(instance(PLAN, DBInstanceStatus="failed"), asked=COPY)
    for _ in range(2):
        rds.instances(instance(PLAN, DBInstanceStatus="creating"), asked=COPY)
        rds.decline("writer", "delete_db_instance", "InvalidDBInstanceState")
    deleted(rds)
    outcome, said, _ = drill(rds)
    assert outcome.leftover == ""
    assert sum("not deleted yet: InvalidDBInstanceState" in line for line in said) == 2


def test_a_copy_that_is_never_gone_is_left_over(rds: Recorded) -> None:
    """And whoever ordered the drill is told how to delete it."""
    restored(rds)
    rds.instances(instance(PLAN, DBInstanceStatus="failed"), asked=COPY)
    rds.instances(instance(PLAN), asked=COPY)
    rds.answer("writer", "delete_db_instance", {"DBInstance": {}})
    for _ in range(2):
        rds.instances(instance(PLAN, DBInstanceStatus="deleting"), asked=COPY)
    outcome, _, _ = drill(rds, order(removal_wait=2 * ORDER.interval))
    assert f"{PLAN.name} is not gone after 1 minute; it is deleting" in outcome.leftover
    assert "aws rds delete-db-instance --region eu-west-1" in outcome.leftover


DIFFERENT: dict[str, dict[str, Any]] = {
    "VPC": {"DBSubnetGroup": {"DBSubnetGroupName": "restore-drill", "VpcId": "vpc-0b"}},
    "subnet group": {"DBSubnetGroup": {"DBSubnetGroupName": "default", "VpcId": "vpc-0a"}},
    "security groups": {"VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0b", "Status": "active"}]},
    "one more security group": {"VpcSecurityGroups": [{"VpcSecurityGroupId": one} for one in ("sg-0a", "sg-0b")]},
    "parameter group": {
        "DBParameterGroups": [{"DBParameterGroupName": "default.postgres17", "ParameterApplyStatus": "in-sync"}]
    },
    "parameters that wait": {
        "DBParameterGroups": [
            {"DBParameterGroupName": "restore-drill-postgres17", "ParameterApplyStatus": "pending-reboot"}
        ]
    },
    "a public address": {"PubliclyAccessible": True},
    "nobody knows whether public": {"PubliclyAccessible": None},
    "deletion protection": {"DeletionProtection": True},
    "backups": {"BackupRetentionPeriod": 1},
    "in the clear": {"StorageEncrypted": False},
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_copy_that_is_not_what_was_ordered_is_not_entered(rds: Recorded, name: str) -> None:
    """It is deleted."""
    restored(rds)
    for _ in range(2):
        rds.instances(instance(PLAN, **DIFFERENT[name]), asked=COPY)
    deleted(rds)
    outcome, _, entered = drill(rds)
    assert outcome.failure.startswith("the copy's ")
    assert entered == []
    assert outcome.leftover == ""


NOT_OURS: dict[str, tuple[dict[str, Any], str]] = {
    "another resource": ({"DbiResourceId": "db-OTHER"}, "its resource id is db-OTHER"),
    "production": ({"DbiResourceId": "db-PRODUCTION"}, "its resource id is the source's"),
    "no resource id": ({"DbiResourceId": None}, "its resource id is unknown"),
    "no tags": ({"TagList": []}, "it does not bear the tag of this run"),
    "tags unknown": ({"TagList": None}, "it does not bear the tag of this run"),
    "the tag of another run": (
        {"TagList": [{"Key": "restore-drill-run", "Value": "0123456789abcdef"}]},
        "it does not bear the tag of this run",
    ),
    "another name": ({"DBInstanceIdentifier": "app"}, "its name is app"),
    "another region": ({"DBInstanceArn": f"arn:aws:rds:eu-central-1:111122223333:db:{PLAN.name}"}, "its ARN is"),
    "another account": ({"DBInstanceArn": f"arn:aws:rds:eu-west-1:444455556666:db:{PLAN.name}"}, "its ARN is"),
}


@pytest.mark.parametrize("name", NOT_OURS)
def test_what_may_not_be_ours_is_neither_modified_nor_deleted(rds: Recorded, name: str) -> None:
    """Whatever bears our name: the four facts are looked at afresh, and have to agree."""
    changes, doubt = NOT_OURS[name]
    restored(rds)
    rds.instances(instance(PLAN), asked=COPY)
    for _ in range(2):  # before it would be given a password, and before it would be deleted
        rds.instances(instance(PLAN, **changes), asked=COPY)
    outcome, _, entered = drill(rds)
    assert doubt in outcome.failure
    assert doubt in outcome.leftover
    assert "left alone" in outcome.leftover
    assert entered == []


@pytest.mark.parametrize("name", NOT_OURS)
def test_what_has_become_something_else_is_not_deleted(rds: Recorded, name: str) -> None:
    """Even after it was entered."""
    changes, doubt = NOT_OURS[name]
    restored(rds)
    for _ in range(2):
        rds.instances(instance(PLAN), asked=COPY)
    given_a_password(rds)
    for _ in range(2):
        rds.instances(instance(PLAN, MasterUserSecret=PASSWORD), asked=COPY)
    rds.answer("secrets", "get_secret_value", {"SecretString": '{"username": "a", "password": "b"}'})
    rds.instances(instance(PLAN, **changes), asked=COPY)
    outcome, _, _ = drill(rds)
    assert outcome.failure == ""
    assert doubt in outcome.leftover
    assert not outcome.passed


@pytest.mark.parametrize("secret", ["no JSON", "{}", '"of-its-own"', "null", '{"username": "a"}'])
def test_a_secret_of_another_shape_is_not_shown(rds: Recorded, secret: str) -> None:
    """Only said to be one."""
    restored(rds)
    for _ in range(2):
        rds.instances(instance(PLAN), asked=COPY)
    given_a_password(rds)
    for _ in range(2):
        rds.instances(instance(PLAN, MasterUserSecret=PASSWORD), asked=COPY)
    rds.answer("secrets", "get_secret_value", {"SecretString": secret})
    deleted(rds)
    outcome, _, entered = drill(rds)
    assert outcome.failure == f"{SECRET} does not hold user and password as RDS writes them"
    assert entered == []
