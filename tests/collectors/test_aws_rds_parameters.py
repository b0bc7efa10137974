"""Parameter groups and who uses them, as a stock moto server and recorded answers tell them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from fixtures.collectors.aws_estate import Estate, Place
from fixtures.collectors.aws_rds import read_databases
from fixtures.collectors.aws_rds_parameters import read_parameter_group
from fixtures.collectors.ledger import Ledger
from fixtures.facts.databases import Database, DatabaseEndpoint, GroupInUse
from fixtures.facts.parameter_groups import GroupName, ParameterGroup, Setting, in_use
from fixtures.facts.population import Population

pytest_plugins = ("tests.collectors.stock_moto",)
ACCOUNT = "123456789012"
FILTERS = [{"Name": "parameter-name", "Values": ["rds.force_ssl", "ssl_min_protocol_version"]}]
META: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}}
"""What belongs to every answer that a Stubber gives."""
Client = Callable[..., Any]


def read(estate: Estate, name: str = "production", *, of_cluster: bool = False) -> Population[ParameterGroup]:
    """Read one group in Frankfurt."""
    group = GroupName(ACCOUNT, "eu-central-1", name, of_cluster)
    return estate.for_each("rds:DescribeDBParameters", [group], read_parameter_group)


def databases(estate: Estate) -> Population[Database]:
    """Read every database."""
    return estate.everywhere("rds:DescribeDBInstances", read_databases)


@pytest.fixture
def stubbed(estate: Estate) -> Iterator[Stubber]:
    """Answer the collector's calls to RDS in Frankfurt as written down, instead of sending them."""
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("rds")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def parameter(name: str, value: str | None, source: str = "user") -> dict[str, Any]:
    """Return one parameter as RDS lists it."""
    told = {"ParameterName": name, "Source": source}
    return told if value is None else told | {"ParameterValue": value}


@pytest.mark.parametrize("of_cluster", [False, True])
def test_what_somebody_set(estate: Estate, client: Client, ledger: Ledger, of_cluster: bool) -> None:
    """One call; stock moto tells nothing of what nobody set, and that stays unknown."""
    noun = "db_cluster" if of_cluster else "db"
    title = "DBCluster" if of_cluster else "DB"
    rds = client("rds")
    getattr(rds, f"create_{noun}_parameter_group")(
        **{f"{title}ParameterGroupName": "production"}, DBParameterGroupFamily="postgres17", Description="ours"
    )
    values = [
        {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}
        for name, value in (("ssl_min_protocol_version", "TLSv1.3"), ("work_mem", "secret"))
    ]
    getattr(rds, f"modify_{noun}_parameter_group")(**{f"{title}ParameterGroupName": "production"}, Parameters=values)
    ledger.calls.clear()

    (group,) = read(estate, of_cluster=of_cluster)

    kind = "cluster-pg" if of_cluster else "pg"
    assert group.id == f"arn:aws:rds:eu-central-1:{ACCOUNT}:{kind}:production"
    assert group.force_ssl is None
    assert group.minimum
    assert group.minimum.value == "TLSv1.3"
    assert "secret" not in repr(group)
    assert [call.operation for call in ledger.calls] == [f"Describe{title}Parameters"]


def test_defaults_count_and_every_page_is_read(estate: Estate, stubbed: Stubber) -> None:
    """A default group has values, too; who answers unfiltered is read to the end."""
    first = META | {
        "Parameters": [parameter("work_mem", "4MB"), parameter("rds.force_ssl", "1", "system")],
        "Marker": "next",
    }
    second = META | {"Parameters": [parameter("ssl_min_protocol_version", "TLSv1.2", "engine-default")]}
    asked = {"DBParameterGroupName": "default.postgres17", "Filters": FILTERS}
    stubbed.add_response("describe_db_parameters", first, asked)
    stubbed.add_response("describe_db_parameters", second, asked | {"Marker": "next"})

    (group,) = read(estate, "default.postgres17")

    assert group.force_ssl == Setting("1", "system")
    assert group.minimum == Setting("TLSv1.2", "engine-default")


def test_a_parameter_without_a_value_has_none(estate: Estate, stubbed: Stubber) -> None:
    """Nothing is put in its place."""
    stubbed.add_response("describe_db_parameters", META | {"Parameters": [parameter("ssl_min_protocol_version", None)]})

    (group,) = read(estate)

    assert group.minimum == Setting("", "user")


def test_a_group_that_cannot_be_read_is_a_gap(estate: Estate) -> None:
    """Stock moto has no default groups."""
    found = read(estate, "default.postgres17")

    assert found.members == ()
    (gap,) = found.unread
    assert gap.call == "rds:DescribeDBParameters"
    assert "DBParameterGroupNotFound" in gap.reason


def test_an_instance_names_its_group_and_its_endpoint(estate: Estate, client: Client) -> None:
    """The group, whether it is in force, and where the instance answers."""
    client("rds").create_db_parameter_group(
        DBParameterGroupName="production", DBParameterGroupFamily="postgres17", Description="ours"
    )
    client("rds").create_db_instance(
        DBInstanceIdentifier="app", Engine="postgres", DBInstanceClass="db.m7g.large", DBParameterGroupName="production"
    )

    (database,) = databases(estate)

    assert database.parameter_groups == (GroupInUse("production", of_cluster=False, member="app", status="in-sync"),)
    (endpoint,) = database.endpoints
    assert endpoint.host.startswith("app.")
    assert endpoint.port == 5432
    assert in_use([database]) == (GroupName(ACCOUNT, "eu-central-1", "production", of_cluster=False),)


def listed_cluster() -> dict[str, Any]:
    """Return a cluster of two, one of which has not been rebooted."""
    members = [
        {"DBInstanceIdentifier": "orders-1", "DBClusterParameterGroupStatus": "in-sync"},
        {"DBInstanceIdentifier": "orders-2", "DBClusterParameterGroupStatus": "pending-reboot"},
    ]
    return {
        "DBClusterIdentifier": "orders",
        "DBClusterArn": f"arn:aws:rds:eu-central-1:{ACCOUNT}:cluster:orders",
        "Engine": "aurora-postgresql",
        "EngineVersion": "17.5",
        "DBClusterParameterGroup": "production",
        "DBClusterMembers": members,
        "Endpoint": "orders.cluster-abc.eu-central-1.rds.amazonaws.com",
        "Port": 5432,
    }


def listed_member(number: int) -> dict[str, Any]:
    """Return one of its members; the second one is still without an endpoint."""
    told: dict[str, Any] = {
        "DBInstanceIdentifier": f"orders-{number}",
        "DBInstanceArn": f"arn:aws:rds:eu-central-1:{ACCOUNT}:db:orders-{number}",
        "DBClusterIdentifier": "orders",
        "Engine": "aurora-postgresql",
        "DBParameterGroups": [{"DBParameterGroupName": "default.aurora", "ParameterApplyStatus": "in-sync"}],
    }
    return told | ({"Endpoint": {"Address": "orders-1.example.org", "Port": 5433}} if number == 1 else {})


def test_a_cluster_names_both_kinds_of_groups_of_every_member(estate: Estate, stubbed: Stubber) -> None:
    """Its own in each member, then those of the members; and every endpoint once."""
    stubbed.add_response("describe_db_instances", META | {"DBInstances": [listed_member(1), listed_member(2)]})
    stubbed.add_response("describe_db_clusters", META | {"DBClusters": [listed_cluster()]})

    (database,) = databases(estate)

    assert database.parameter_groups == (
        GroupInUse("production", of_cluster=True, member="orders-1", status="in-sync"),
        GroupInUse("production", of_cluster=True, member="orders-2", status="pending-reboot"),
        GroupInUse("default.aurora", of_cluster=False, member="orders-1", status="in-sync"),
        GroupInUse("default.aurora", of_cluster=False, member="orders-2", status="in-sync"),
    )
    assert database.endpoints == (
        DatabaseEndpoint("orders.cluster-abc.eu-central-1.rds.amazonaws.com", 5432),
        DatabaseEndpoint("orders-1.example.org", 5433),
    )
    assert len(in_use([database, database])) == 2
