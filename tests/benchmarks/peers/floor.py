"""The same facts by bare boto3, judged by nobody: `python -m tests.benchmarks.peers.floor`, at `AWS_ENDPOINT_URL`.

What a tool can aim at that reads these and nothing else: one call per bucket and setting, manual snapshot, distinct
parameter group; two per key; pages of everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.benchmarks.peers.estate import PRIMARY, SECONDARY

CONNECTIONS = 16


def attempt(call: Callable[..., Any], **arguments: str) -> None:
    """Make a call, whatever its answer."""
    try:
        call(**arguments)
    except ClientError:
        return  # what is not set is an error, too


def main() -> None:
    """Read everything."""
    config = Config(max_pool_connections=CONNECTIONS)
    jobs: list[tuple[Callable[..., Any], dict[str, str]]] = []
    for region in (PRIMARY, SECONDARY):
        rds = boto3.client("rds", region, config=config)
        kms = boto3.client("kms", region, config=config)
        databases = list(rds.get_paginator("describe_db_instances").paginate().search("DBInstances[]"))
        snapshots = rds.get_paginator("describe_db_snapshots").paginate().search("DBSnapshots[]")
        list(rds.get_paginator("describe_db_instance_automated_backups").paginate())
        groups = {one["DBParameterGroupName"] for database in databases for one in database["DBParameterGroups"]}
        jobs += [(rds.describe_db_parameters, {"DBParameterGroupName": name}) for name in groups]
        manual = (one["DBSnapshotIdentifier"] for one in snapshots if one["SnapshotType"] == "manual")
        jobs += [(rds.describe_db_snapshot_attributes, {"DBSnapshotIdentifier": name}) for name in manual]
        keys = list(kms.get_paginator("list_keys").paginate().search("Keys[].KeyId"))
        jobs += [(call, {"KeyId": key}) for key in keys for call in (kms.describe_key, kms.get_key_rotation_status)]
    s3 = boto3.client("s3", PRIMARY, config=config)
    settings: tuple[Callable[..., Any], ...] = (
        s3.get_bucket_location,
        s3.get_bucket_versioning,
        s3.get_bucket_encryption,
        s3.get_bucket_policy,
        s3.get_bucket_lifecycle_configuration,
        s3.get_bucket_replication,
        s3.list_object_versions,
    )
    jobs += [(call, {"Bucket": one["Name"]}) for one in s3.list_buckets()["Buckets"] for call in settings]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda job: attempt(job[0], **job[1]), jobs))


if __name__ == "__main__":
    main()
