"""The guard lets nothing through that writes, whatever anybody asks of the clients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from fixtures.restore_drill.rds import guard
from fixtures.restore_drill.rds.guard import READS, ForbiddenCallError, Guard
from fixtures.restore_drill.rds.plan import deletion
from tests.restore_drill.rds import compliant

SERVICES = ("rds", "ec2", "kms", "sts", "secretsmanager")
NOTHING_CHANGES = ("Describe", "Get", "List")


def client(service: str) -> Any:  # noqa: ANN401 - a client of any service
    """Make a client that reaches nobody."""
    return botocore.session.get_session().create_client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106 - nobody's
    )


@pytest.mark.parametrize("service", SERVICES)
def test_everything_but_the_reads_is_refused(service: str) -> None:
    """Every operation that botocore knows of the service: hundreds of RDS and EC2."""
    watched, watch = client(service), Guard()
    watch.watch(watched)
    names = watched.meta.service_model.operation_names
    with Stubber(watched):  # whatever came through would fail for want of an answer, not go out
        for name in set(names) - READS:
            with pytest.raises(ForbiddenCallError, match=name):
                watched._make_api_call(name, {})
    assert len(names) > 20 or service == "sts"
    assert watch.passed == []


def test_what_reads_is_called_so() -> None:
    """No operation is on the list that changes something by its name; secrets are not read by a dry run."""
    assert all(name.startswith(NOTHING_CHANGES) for name in READS)
    assert guard.SECRET not in READS


def test_reads_pass_and_are_remembered() -> None:
    """The dry run says which ones they were."""
    rds, watch = client("rds"), Guard()
    watch.watch(rds)
    with Stubber(rds) as stub:
        stub.add_response("describe_db_instances", {"DBInstances": []})
        rds.describe_db_instances(DBInstanceIdentifier="app")
    assert watch.passed == [("rds:DescribeDBInstances", {"DBInstanceIdentifier": "app"})]


def test_what_the_plan_writes_passes_once() -> None:
    """The restoration once only: a second copy would have no plan."""
    plan = compliant.plan()
    permit = guard.of(plan)
    assert permit("RestoreDBInstanceToPointInTime", plan.restore)
    assert not permit("RestoreDBInstanceToPointInTime", plan.restore)
    assert permit("ModifyDBInstance", plan.own_password)
    assert permit("DeleteDBInstance", plan.deletion)
    assert permit(guard.SECRET, {"SecretId": "arn"})


PLAN = compliant.plan()
FORBIDDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "deletion of production": ("DeleteDBInstance", deletion("app")),
    "deletion of another copy": ("DeleteDBInstance", deletion("restore-drill-20261126-00000000")),
    "deletion with a final snapshot": ("DeleteDBInstance", {**PLAN.deletion, "SkipFinalSnapshot": False}),
    "a password for production": ("ModifyDBInstance", {**PLAN.own_password, "DBInstanceIdentifier": "app"}),
    "another modification": ("ModifyDBInstance", {**PLAN.own_password, "DeletionProtection": False}),
    "a restoration over production": (
        "RestoreDBInstanceToPointInTime",
        {**PLAN.restore, "TargetDBInstanceIdentifier": "app"},
    ),
    "a restoration into production's network": (
        "RestoreDBInstanceToPointInTime",
        {**PLAN.restore, "DBSubnetGroupName": "production"},
    ),
    "a public restoration": ("RestoreDBInstanceToPointInTime", {**PLAN.restore, "PubliclyAccessible": True}),
    "a snapshot": ("CreateDBSnapshot", {"DBInstanceIdentifier": PLAN.name}),
    "a tag": ("AddTagsToResource", {"ResourceName": PLAN.name}),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_anything_else_does_not_pass(name: str) -> None:
    """Not even with the plan of a drill that is under way."""
    operation, parameters = FORBIDDEN[name]
    assert not guard.of(PLAN)(operation, parameters)


def test_a_plan_permits_nothing_of_another_one() -> None:
    """Each drill has its own."""
    other = replace(PLAN, name="restore-drill-20261126-ffffffff")
    permit = guard.of(other)
    assert not permit("DeleteDBInstance", PLAN.deletion)
    assert not permit("RestoreDBInstanceToPointInTime", PLAN.restore)


def test_the_sweeper_may_delete_what_it_named() -> None:
    """And nothing else."""
    permit = guard.deletion_of(PLAN.name)
    assert permit("DeleteDBInstance", PLAN.deletion)
    assert not permit("DeleteDBInstance", deletion("app"))
    assert not permit("ModifyDBInstance", PLAN.own_password)
