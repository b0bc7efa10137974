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
from fixtures.facts.population import Population

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

    assert (task.bucket, task.bucket_region, task.bucket_exists) == ("analysts", "us-east-1", True)
    assert task.bucket_arn == "arn:aws:s3:::analysts"


@pytest.mark.usefixtures("exported")
def test_export_to_somebody_elses_bucket(estate: Estate) -> None:
    """The bucket tells its region; whose it is, is for all accounts to say."""
    (task,) = read(estate, KnownBuckets(Population()))

    assert (task.bucket_region, task.bucket_exists) == ("us-east-1", True)


HEADERS = {"HTTPHeaders": {"x-amz-bucket-region": "us-east-1"}}


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize(
    ("status", "headers", "found"),
    [(404, {}, ("", False)), (404, HEADERS, ("us-east-1", True)), (403, HEADERS, ("us-east-1", True))],
)
def test_export_to_a_bucket_that_is_gone(
    estate: Estate, status: int, headers: dict[str, Any], found: tuple[str, bool]
) -> None:
    """404 is the answer for a name that nobody has; what has a region exists, and 403 is somebody else's."""
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("s3")) as stubber:
        stubber.add_client_error("head_bucket", str(status), http_status_code=status, response_meta=headers)
        (task,) = read(estate, KnownBuckets(Population()))

    assert (task.bucket_region, task.bucket_exists) == found


@pytest.mark.usefixtures("exported")
def test_export_to_a_bucket_that_tells_nothing(estate: Estate) -> None:
    """Not a region called nothing, but a gap."""
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("s3")) as stubber:
        stubber.add_client_error("head_bucket", "403", http_status_code=403)
        found = read(estate, KnownBuckets(Population()))

    assert found.members == ()
    assert [gap.call for gap in found.unread] == ["s3:HeadBucket"]
