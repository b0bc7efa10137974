"""Databases and automated backups: where they are, and that a record of no database says nothing about any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from fixtures.collectors.aws_estate import Estate, Place
from fixtures.collectors.aws_rds import read_databases
from fixtures.collectors.aws_rds_backups import read_instance_backups
from fixtures.facts.population import join

pytest_plugins = ("tests.collectors.stock_moto",)


def test_record_without_identity_is_a_gap(estate: Estate, client: Callable[..., Any]) -> None:
    """Stock moto answers a name and a status, and lists databases that have no automated backups at all."""
    for name, days in (("one", 30), ("two", 0)):
        client("rds").create_db_instance(
            DBInstanceIdentifier=name, DBInstanceClass="db.t4g.micro", Engine="postgres", BackupRetentionPeriod=days
        )

    found = join(estate.everywhere("rds:DescribeDBInstanceAutomatedBackups", read_instance_backups))

    assert found.members == ()
    (gap,) = found.unread
    assert (gap.region, gap.call) == ("eu-central-1", "rds:DescribeDBInstanceAutomatedBackups")
    assert "published shape" in gap.reason
    assert "DbiResourceId" in gap.reason


def test_records_beside_it_are_kept(estate: Estate) -> None:
    """A violation once seen stands."""
    records = [{"DBInstanceIdentifier": "one"}, {"DBInstanceIdentifier": "two", "DbiResourceId": "db-TWO"}]
    place = Place(estate.accounts[0], "eu-central-1")
    with Stubber(place.client("rds")) as stubber:
        answer = {"DBInstanceAutomatedBackups": records, "ResponseMetadata": {}}
        stubber.add_response("describe_db_instance_automated_backups", answer)
        kinds = [type(one).__name__ for one in read_instance_backups(place)]
    assert kinds == ["Unread", "AutomatedBackup"]


@pytest.mark.parametrize(
    ("listed", "where"),
    [
        ({"AvailabilityZone": "eu-central-1b", "SecondaryAvailabilityZone": "eu-central-1c"}, "eu-central-1"),
        ({}, "eu-central-1"),
        ({"AvailabilityZone": "eu-central-1-waw-1a"}, "eu-central-1-waw-1a of eu-central-1"),
        (
            {"AvailabilityZone": "eu-central-1a", "SecondaryAvailabilityZone": "us-east-1a"},
            "us-east-1a of eu-central-1",
        ),
        (
            {"DBSubnetGroup": {"Subnets": [{"SubnetOutpost": {}}, {"SubnetOutpost": {"Arn": "arn:aws:outposts"}}]}},
            "arn:aws:outposts of eu-central-1",
        ),
    ],
)
def test_local_zone_or_outpost_is_not_the_region(estate: Estate, listed: dict[str, Any], where: str) -> None:
    """They can stand in another country: an instance is there, and so is a cluster with such a member."""
    place = Place(estate.accounts[0], "eu-central-1")
    ours = {"DBInstanceArn": "arn:aws:rds:eu-central-1:1:db:a", "DBInstanceIdentifier": "a", "Engine": "postgres"}
    cluster = {"DBClusterArn": "arn:aws:rds:eu-central-1:1:cluster:c", "DBClusterIdentifier": "c", "Engine": "aurora"}
    for member, clusters in (({}, []), ({"DBClusterIdentifier": "c"}, [{**cluster, "DBSubnetGroup": "name"}])):
        with Stubber(place.client("rds")) as stubber:
            answer = {"DBInstances": [{**ours, **member, **listed}], "ResponseMetadata": {}}
            stubber.add_response("describe_db_instances", answer)
            stubber.add_response("describe_db_clusters", {"DBClusters": clusters, "ResponseMetadata": {}})
            (found,) = read_databases(place)
        assert (found.region, found.stands_in) == ("eu-central-1", where)
