"""What the suite costs on AWS: `python -m tests.benchmarks.aws [DATABASES …]`, 10, 100 and 1000 if none are named.

As many databases as buckets, with five snapshots for each database, behind a server that answers from memory after
50 ms. The bound is the time in which a bare client with as many connections makes the same requests. With 1430 of each
there are 10,000 resources. Most of the time goes into building and warming up moto; it is printed, too.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fixtures.simulator import aws_databases, aws_storage
from fixtures.simulator.organisation import Organisation
from tests.benchmarks.costs import bound_of, from_memory

LIMIT = "MOTO_RDS_SNAPSHOT_LIMIT"
"""Where moto is told how many snapshots people may take; by itself it allows a thousand."""
SNAPSHOTS = 5
"""Of each database: one that somebody took, and four of as many nights."""


def seed(org: Organisation, databases: int) -> None:
    """Add databases, each with backups in both regions and snapshots, and as many buckets."""
    names = [f"load-{number:04}" for number in range(databases - 2)]  # two are there already

    def build(name: str) -> None:
        aws_databases.create_database(org, name)
        aws_databases.replicate(org, name)
        aws_storage.build_bucket(org, f"botbrains-{name}")

    with ThreadPoolExecutor(8) as pool:
        with org.days_ago(SNAPSHOTS - 1):  # since when there is an automated snapshot of each night
            list(pool.map(build, names))
        with org.days_ago(1):
            list(pool.map(lambda name: aws_databases.take_snapshot(org, name, f"{name}-before-migration"), names))


def measure(databases: int) -> None:
    """Print the figures for so many databases and buckets."""
    with Organisation.serve() as org, tempfile.TemporaryDirectory() as folder:
        os.environ.update(org.exports)
        begun = time.perf_counter()
        seed(org, databases)
        built = time.perf_counter() - begun
        with from_memory(org.exports["AWS_ENDPOINT_URL"]) as url:
            cost, bound = bound_of(url, Path(folder))
        evidence, calls = cost.evidence, cost.calls
        snapshots = len(evidence["populations"]["snapshots"]["members"])
        print(f"{databases:5} databases and buckets, {snapshots} snapshots: {evidence['run']['verdict']}")
        cost.print_figures(built, bound, databases, "pair")
        each = [f"{name} {number / databases:.1f}" for name, number in calls.most_common() if number >= databases]
        print(f"      for each: {', '.join(each)}", flush=True)


if __name__ == "__main__":
    os.environ[LIMIT] = "100000"
    for number in map(int, sys.argv[1:] or ("10", "100", "1000")):
        measure(number)
