"""A place in the simulated organisation that a drill may restore into, made as its engineers would make it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fixtures.collectors.ledger import Ledger
from fixtures.facts.drill_targets import BY_NETWORK, DrillTarget
from fixtures.restore_drill.rds.clients import Clients, open_clients
from fixtures.restore_drill.rds.order import Order
from fixtures.simulator import aws_databases as databases
from fixtures.simulator.organisation import ACCOUNT, Organisation

if TYPE_CHECKING:
    from pathlib import Path

NAME = "restore-drill"
TAGS = databases.NON_PRODUCTION
FAMILY = "postgres17"
PARAMETERS = {"max_logical_replication_workers": "0", "shared_preload_libraries": "pg_stat_statements"}


def build(org: Organisation, region: str = databases.SECONDARY) -> DrillTarget:
    """Make network, security group and parameter group under names of their own; return the target that names them."""
    name = f"{NAME}-{secrets.token_hex(3)}"
    ec2 = org.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16", TagSpecifications=tagged("vpc"))["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.77.{number}.0/24", AvailabilityZone=f"{region}{zone}")
        for number, zone in enumerate("ab")
    ]
    org.client("rds", region).create_db_subnet_group(
        DBSubnetGroupName=name,
        DBSubnetGroupDescription="where copies are restored",
        SubnetIds=[one["Subnet"]["SubnetId"] for one in subnets],
        Tags=TAGS,
    )
    group = security_group(org, vpc, region)
    databases.create_parameter_group(org, f"{name}-{FAMILY}", {}, family=FAMILY, region=region)
    databases.set_parameters(org, f"{name}-{FAMILY}", PARAMETERS, method="pending-reboot", region=region)
    return DrillTarget(
        name="ireland",
        account=ACCOUNT,
        role="",
        external_id="",
        region=region,
        vpc=vpc,
        subnet_group=name,
        security_groups=(group,),
        parameter_group=f"{name}-{FAMILY}",
        instance_class="db.m7g.large",
        source="app",
        database="postgres",
        certificates=org.exports["AWS_CA_BUNDLE"],
        separated_by=BY_NETWORK,
        simulated=True,
    )


def security_group(org: Organisation, vpc: str, region: str = databases.SECONDARY) -> str:
    """Make a security group that lets the office's network in, and nothing out; a new one lets everything out."""
    ec2 = org.client("ec2", region)
    group: str = ec2.create_security_group(GroupName=NAME, Description="restored copies", VpcId=vpc)["GroupId"]
    (made,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=made["IpPermissionsEgress"])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule("10.1.0.0/16")])
    return group


def rule(where: str) -> dict[str, Any]:
    """Return a rule about PostgreSQL's port and an address range."""
    named = {"Ipv6Ranges": [{"CidrIpv6": where}]} if ":" in where else {"IpRanges": [{"CidrIp": where}]}
    return {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **named}


def tagged(kind: str) -> list[Any]:
    """Return the tags of something that EC2 makes."""
    return [{"ResourceType": kind, "Tags": TAGS}]


def order(target: DrillTarget, **changes: Any) -> Order:  # noqa: ANN401 - any field
    """Order a drill as somebody would who means it."""
    ordered = Order(
        target=target,
        production_accounts=frozenset({ACCOUNT}),
        primary_region=databases.PRIMARY,
        secondary_region=databases.SECONDARY,
        confirmed=target.name,
    )
    return replace(ordered, **changes)


def clients(target: DrillTarget) -> Clients:
    """Open clients to whatever the environment points at."""
    return open_clients(target, Ledger())


def with_certificates(target: DrillTarget, file: Path) -> DrillTarget:
    """Return the target with the certificate authorities of another file."""
    return replace(target, certificates=str(file))
