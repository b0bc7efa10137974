"""What the suite costs on AWS: `python -m tests.benchmarks.aws [DATABASES …]`, 10, 100 and 1000 if none are named.

As many databases as buckets, with five snapshots for each database, behind a server that answers from memory after
50 ms. The bound is the time in which a bare client with as many connections makes the same requests.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fixtures.collectors.reading import CONNECTIONS
from fixtures.examination import HOME
from fixtures.simulator import aws_databases, aws_storage
from fixtures.simulator.organisation import Organisation
from tests.benchmarks.memory_proxy import message

LATENCY = 0.05
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


@contextmanager
def from_memory(target: str, latency: float = LATENCY) -> Iterator[str]:
    """Serve what *target* answers, once it has, from memory."""
    command = [sys.executable, "-m", "tests.benchmarks.memory_proxy", target, str(latency)]
    with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True) as proxy:
        try:
            assert proxy.stdout
            yield f"http://127.0.0.1:{int(proxy.stdout.readline())}"
        finally:
            proxy.terminate()


def run_suite(url: str, reports: Path) -> tuple[float, float, float, dict[str, Any]]:
    """Run the suite; return its seconds, those of CPU, its peak memory in MB, and its evidence."""
    command = [sys.executable, "-m", "pytest", "compliance_tests", "--target=live", f"--reports={reports}", "-qq"]
    environment = {**os.environ, "AWS_ENDPOINT_URL": url}
    begun = time.perf_counter()
    suite = subprocess.Popen([*command, "-p", "no:cacheprovider"], cwd=HOME, env=environment, stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(suite.pid, 0)
    seconds = time.perf_counter() - begun
    newest = max((p for p in reports.iterdir() if not p.is_symlink()), key=lambda path: path.stat().st_mtime_ns)
    cpu = used.ru_utime + used.ru_stime
    return seconds, cpu, used.ru_maxrss / 1024, json.loads((newest / "evidence.json").read_text("utf-8"))


async def bare(url: str, requests: list[list[str]]) -> float:
    """Make the same requests with as many connections, and nothing else; return the seconds."""
    waiting = iter(requests)
    port = int(url.rpartition(":")[2])

    async def one_after_the_other() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**26)
        for first, authorization, target, body in waiting:
            head = f"{first}\r\nauthorization: {authorization}\r\nx-amz-target: {target}\r\n"
            writer.write(f"{head}content-length: {len(body.encode('latin-1'))}\r\n\r\n{body}".encode("latin-1"))
            await message(reader, has_body=not first.startswith("HEAD"))
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(CONNECTIONS)))
    return time.perf_counter() - begun


async def asked(url: str) -> list[list[str]]:
    """Return the requests that the proxy was asked since the last time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]), limit=2**28)
    writer.write(b"POST /benchmark/requests HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
    answer = await message(reader)
    writer.close()
    found: list[list[str]] = json.loads(answer[2]) if answer else []
    return found


def measure(databases: int) -> None:
    """Print the figures for so many databases and buckets."""
    with Organisation.serve() as org, tempfile.TemporaryDirectory() as folder:
        os.environ.update(org.exports)
        seed(org, databases)
        with from_memory(org.exports["AWS_ENDPOINT_URL"]) as url:
            run_suite(url, Path(folder))  # whatever moto has to answer, it answers now
            asyncio.run(asked(url))
            seconds, cpu, memory, evidence = run_suite(url, Path(folder))
            requests = asyncio.run(asked(url))
            bound = asyncio.run(bare(url, requests))
    calls = Counter(call["operation"] for call in evidence["ledger"] if call["provider"] == "aws")
    total = sum(calls.values())
    snapshots = len(evidence["populations"]["snapshots"]["members"])
    print(f"{databases:5} databases and buckets, {snapshots} snapshots: {evidence['run']['verdict']}")
    print(f"      {seconds:.1f} s ({cpu:.1f} of CPU), {total} calls, {total / databases:.1f} per pair")
    print(f"      {memory:.0f} MB at the peak")
    print(f"      bound {bound:.1f} s, ratio {seconds / bound:.2f}")
    for reason in dict.fromkeys(one["reason"] for one in evidence["statements"] if one["result"] == "not_assessed"):
        print(f"      not assessed: {reason}")
    each = [f"{name} {number / databases:.1f}" for name, number in calls.most_common() if number >= databases]
    print(f"      for each: {', '.join(each)}", flush=True)


if __name__ == "__main__":
    for number in map(int, sys.argv[1:] or ("10", "100", "1000")):
        measure(number)
