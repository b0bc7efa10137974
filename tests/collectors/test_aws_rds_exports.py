"""Where exports of databases went: the bucket is asked, not the task."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.stub import Stubber

from fixtures.collectors.aws_estate import Estate, Place
from fixtures.collectors.aws_rds_backups import read_exports
from fixtures.collectors.aws_s3_listing import read_bucket_listing
from fixtures.facts.backups import ExportTask
from fixtures.facts.buckets import KnownBuckets
from fixtures.facts.population import Population, Unread

pytest_plugins = ("tests.collectors.stock_moto",)
Client = Callable[..., Any]


@pytest.fixture
def exported(client: Client) -> None:
    """Export a snapshot to bucket analysts, in Virginia."""
    client("rds").create_db_instance(DBInstanceIdentifier="app", DBInstanceClass="db.t4g.micro", Engine="postgres")
    client("rds").create_db_snapshot(DBInstanceIdentifier="app", DBSnapshotIdentifier="one")
    client("s3", "us-east-1").create_bucket(Bucket="analysts")
    client("rds").start_export_task(
        ExportTaskIdentifier="task",
        SourceArn="arn:aws:rds:eu-central-1:123456789012:snapshot:one",
        S3BucketName="analysts",
        IamRoleArn="arn:aws:iam::123456789012:role/export",
        KmsKeyId="arn:aws:kms:eu-central-1:123456789012:key/one",
    )


def read(estate: Estate, known: KnownBuckets) -> Population[ExportTask]:
    """Read the exports of every region."""
    return estate.everywhere("rds:DescribeExportTasks", partial(read_exports, buckets=known))


@pytest.mark.usefixtures("exported")
def test_export_to_own_bucket(estate: Estate) -> None:
    """The listing tells the region."""
    (task,) = read(estate, KnownBuckets(estate.in_each_account("s3:ListBuckets", read_bucket_listing, "eu-central-1")))

    assert (task.bucket, task.bucket_region, task.bucket_is_ours) == ("analysts", "us-east-1", True)


@pytest.mark.usefixtures("exported")
def test_export_to_somebody_elses_bucket(estate: Estate) -> None:
    """The bucket tells its region."""
    (task,) = read(estate, KnownBuckets(Population()))

    assert (task.bucket_region, task.bucket_is_ours) == ("us-east-1", False)


@pytest.mark.usefixtures("exported")
def test_export_while_a_listing_is_missing(estate: Estate) -> None:
    """It may be ours: no violation, and a gap elsewhere keeps the statement from passing."""
    (task,) = read(estate, KnownBuckets(Population((), (Unread("aws", "2", "", "s3:ListBuckets", "", ""),))))

    assert (task.bucket_region, task.bucket_is_ours) == ("us-east-1", True)


@pytest.mark.usefixtures("exported")
def test_export_to_a_bucket_that_tells_nothing(estate: Estate) -> None:
    """Not a region called nothing, but a gap."""
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("s3")) as stubber:
        stubber.add_client_error("head_bucket", "403", http_status_code=403)
        found = read(estate, KnownBuckets(Population()))

    assert found.members == ()
    assert [gap.call for gap in found.unread] == ["s3:HeadBucket"]
