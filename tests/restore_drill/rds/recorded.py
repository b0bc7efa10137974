"""Answers of AWS, one after the other: botocore's Stubber holds requests and answers to its models."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.stub import Stubber

from fixtures.restore_drill.rds.clients import Clients
from fixtures.restore_drill.rds.plan import Plan
from tests.restore_drill.rds.compliant import NOW, PRODUCTION, TARGET

NAMES = {"sts": "sts", "rds": "rds", "writer": "rds", "ec2": "ec2", "kms": "kms", "secrets": "secretsmanager"}
ENDPOINT = {"Address": "restore-drill.abc.eu-west-1.rds.amazonaws.com", "Port": 5432}
SECRET = f"arn:aws:secretsmanager:eu-west-1:{PRODUCTION}:secret:rds!db-0"
MADE = "db-MADE"


@dataclass
class Recorded:
    """Clients whose answers are given beforehand."""

    clients: Clients = field(init=False)
    stubs: dict[str, Stubber] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        """Make clients that reach nobody."""
        session = botocore.session.get_session()
        made: dict[str, Any] = {
            name: session.create_client(
                service,
                region_name=TARGET.region,
                aws_access_key_id="x",
                aws_secret_access_key="x",  # noqa: S106 - nobody's
            )
            for name, service in NAMES.items()
        }
        self.stubs = {name: self.stack.enter_context(Stubber(client)) for name, client in made.items()}
        self.clients = Clients(**made, simulated=lambda: False, own_hosts=lambda: True)

    def answer(self, client: str, operation: str, answer: dict[str, Any], asked: dict[str, Any] | None = None) -> None:
        """Have the next call of *client* be *operation*, with exactly the parameters *asked* if any are given."""
        self.stubs[client].add_response(operation, answer, asked)

    def decline(self, client: str, operation: str, code: str) -> None:
        """Have it declined."""
        self.stubs[client].add_client_error(operation, code, code, http_status_code=404)

    def instances(self, *listed: dict[str, Any], asked: dict[str, Any] | None = None) -> None:
        """Have the next look at databases show these."""
        self.answer("rds", "describe_db_instances", {"DBInstances": [*listed]}, asked)

    def all_were_asked(self) -> None:
        """Hold that every answer was asked for."""
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


def instance(plan: Plan, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """Return the copy as RDS describes it once it is there, but for *changes*; None leaves one out."""
    target = plan.target
    described = {
        "DBInstanceIdentifier": plan.name,
        "DBInstanceArn": f"arn:aws:rds:{target.region}:{target.account}:db:{plan.name}",
        "DbiResourceId": MADE,
        "DBInstanceStatus": "available",
        "Engine": "postgres",
        "Endpoint": ENDPOINT,
        "InstanceCreateTime": NOW,
        "DBSubnetGroup": {"DBSubnetGroupName": target.subnet_group, "VpcId": target.vpc},
        "VpcSecurityGroups": [{"VpcSecurityGroupId": name, "Status": "active"} for name in target.security_groups],
        "DBParameterGroups": [{"DBParameterGroupName": target.parameter_group, "ParameterApplyStatus": "in-sync"}],
        "PubliclyAccessible": False,
        "DeletionProtection": False,
        "BackupRetentionPeriod": 0,
        "StorageEncrypted": True,
        "TagList": [{"Key": key, "Value": value} for key, value in plan.tags.items()],
    } | changes
    return {name: value for name, value in described.items() if value is not None}
