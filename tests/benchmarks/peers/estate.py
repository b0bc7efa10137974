"""Databases, snapshots and buckets that comply, as far as stock moto can show it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import boto3

from tests.stock_estate import ACCOUNT, Client, create_database, open_bucket, rotating_key

PRIMARY, SECONDARY = "eu-central-1", "eu-west-1"
CONTROLS = {
    "database": "*:rds:eu-central-1:*:db:load-0000",
    "snapshot": "*:rds:eu-central-1:*:snapshot:load-0000-manual",
    "bucket": "arn:aws:s3:::load-0000",
}
"""What complies, of each kind: a finding that a tool has of this, too, says nothing of what was planted."""


def client_of(url: str) -> Client:
    """Return what makes clients of the server at *url*."""
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}

    @cache
    def make(service: str, region: str = PRIMARY) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
        return boto3.client(service, region, endpoint_url=url, **keys)  # type: ignore[call-overload]

    return make


def parameter_group(client: Client, name: str, region: str = PRIMARY, *, force: str = "1", tls: str = "TLSv1.3") -> str:
    """Make a parameter group with what it demands of clients; return its name."""
    rds = client("rds", region)
    rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily="postgres17", Description=name)
    settings = {"rds.force_ssl": (force, "integer"), "ssl_min_protocol_version": (tls, "string")}
    parameters = [
        {"ParameterName": key, "ParameterValue": value, "DataType": kind, "ApplyMethod": "immediate"}
        for key, (value, kind) in settings.items()
    ]
    rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=parameters)
    return name


class Estate:
    """One account, with one key for each region, and one parameter group."""

    def __init__(self, url: str) -> None:
        self.client = client_of(url)
        self.keys = {region: rotating_key(self.client, region) for region in (PRIMARY, SECONDARY)}
        self.group = parameter_group(self.client, "tls13")

    def database(self, name: str, region: str = PRIMARY, **options: Any) -> str:  # noqa: ANN401 - the API's own
        """Create a database; *options* win. Return the pattern of its ARN, and that of its automated snapshots."""
        sealed = {"StorageEncrypted": True, "KmsKeyId": self.keys.get(region), "DBParameterGroupName": self.group}
        create_database(self.client, name, region, **{**sealed, **options})
        return f"arn:aws:rds:{region}:*:db:{name}"

    def snapshot(self, name: str, database: str) -> str:
        """Take a snapshot of a database; return the pattern of its ARN."""
        self.client("rds").create_db_snapshot(DBInstanceIdentifier=database, DBSnapshotIdentifier=name)
        return f"arn:aws:rds:{PRIMARY}:*:snapshot:{name}"

    def copy(self, name: str, region: str, key: str) -> str:
        """Copy a snapshot to another region; return the pattern of the copy's ARN."""
        source = f"arn:aws:rds:{PRIMARY}:{ACCOUNT}:snapshot:{name}"
        self.client("rds", region).copy_db_snapshot(
            SourceDBSnapshotIdentifier=source,
            TargetDBSnapshotIdentifier=name,
            KmsKeyId=key,
            SourceRegion=PRIMARY,
        )
        return f"arn:aws:rds:{region}:*:snapshot:{name}"

    def bucket(self, name: str, region: str = PRIMARY) -> str:
        """Open a bucket; return its ARN."""
        open_bucket(self.client, name, region)
        return f"arn:aws:s3:::{name}"

    def fill(self, pairs: int) -> None:
        """Add so many databases with a snapshot each, a fifth of them with a copy in Ireland, and as many buckets."""
        self.client("s3"), self.client("rds"), self.client("rds", SECONDARY)  # boto3 does not make clients in threads

        def build(number: int) -> None:
            name = f"load-{number:04}"
            self.database(name)
            self.snapshot(f"{name}-manual", name)
            self.bucket(name)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(build, range(pairs)))
        for number in range(0, pairs, 5):  # alone: moto stumbles over a snapshot that comes up
            self.copy(f"load-{number:04}-manual", SECONDARY, self.keys[SECONDARY])
