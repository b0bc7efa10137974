"""Automated backups: a record that does not tell of which database it is says nothing about any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.stub import Stubber

from fixtures.collectors.aws_estate import Estate, Place
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
