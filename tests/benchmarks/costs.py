"""What a run costs, and the bound to hold it against: for the benchmarks that run the suite from a memory of answers.

The bound is the time in which a bare client with as many connections makes the same requests, and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fixtures.collectors.reading import CONNECTIONS
from fixtures.examination import HOME
from tests.benchmarks.memory_proxy import message

USED = """
import json, os, subprocess, sys
_, _, used = os.wait4(subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL).pid, 0)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
"""Runs a command and says what it used. A process of its own, and a small one: Linux counts as the peak of a new one
what whoever has started it held at that time, https://man7.org/linux/man-pages/man2/getrusage.2.html."""
LATENCY = 0.05
"""Seconds after which each answer comes."""


@dataclass(frozen=True)
class Cost:
    """One run: what it took, and what it has found."""

    folder: Path
    seconds: float
    cpu: float
    """Seconds, of all its threads."""
    memory: float
    """MB at the peak."""

    @cached_property
    def evidence(self) -> dict[str, Any]:
        """Everything that it has recorded."""
        found: dict[str, Any] = json.loads((self.folder / "evidence.json").read_text("utf-8"))
        return found

    @property
    def calls(self) -> Counter[str]:
        """How often AWS was asked, by operation."""
        return Counter(call["operation"] for call in self.evidence["ledger"] if call["provider"] == "aws")

    def print_figures(self, built: float, bound: float, number: int, what: str) -> None:
        """Print what it took, to build the estate, too; *number* of *what* were there; then what was not assessed."""
        total = sum(self.calls.values())
        print(f"      built in {built:.0f} s")
        print(f"      {self.seconds:.1f} s ({self.cpu:.1f} of CPU), {total} calls, {total / number:.1f} per {what}")
        print(f"      {self.memory:.0f} MB at the peak")
        print(f"      bound {bound:.1f} s, ratio {self.seconds / bound:.2f}")
        self._print_not_assessed()

    def _print_not_assessed(self) -> None:
        """Say what could not be judged, and why: figures of a run that has read half of it would flatter."""
        statements = self.evidence["statements"]
        for reason in dict.fromkeys(one["reason"] for one in statements if one["result"] == "not_assessed"):
            print(f"      not assessed: {reason}")


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


def run_live(url: str, reports: Path, *options: str) -> Cost:
    """Run the suite on AWS as *url* answers for it."""
    return run_suite(reports, "--target=live", *options, AWS_ENDPOINT_URL=url)


def run_suite(reports: Path, *options: str, **environment: str) -> Cost:
    """Run the suite into a folder of reports of its own."""
    command = [sys.executable, "-m", "pytest", "compliance_tests", f"--reports={reports}", "-qq"]
    command += ["-p", "no:cacheprovider", *options]
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-S", "-c", USED, *command],
        cwd=HOME,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        check=True,
    )
    seconds = time.perf_counter() - begun
    newest = max((p for p in reports.iterdir() if not p.is_symlink()), key=lambda path: path.stat().st_mtime_ns)
    return Cost(newest, seconds, *json.loads(done.stdout))


def bound_of(url: str, reports: Path) -> tuple[Cost, float]:
    """Run the suite with a memory that knows every answer; return its cost, and the seconds of the bare requests."""
    run_live(url, reports)  # whatever moto has to answer, it answers now
    asyncio.run(_asked(url))
    cost = run_live(url, reports)
    return cost, asyncio.run(_bare(url, asyncio.run(_asked(url))))


async def _bare(url: str, requests: list[list[str]]) -> float:
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


async def _asked(url: str) -> list[list[str]]:
    """Return the requests that the proxy was asked since the last time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]), limit=2**28)
    writer.write(b"POST /benchmark/requests HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
    answer = await message(reader)
    writer.close()
    found: list[list[str]] = json.loads(answer[2]) if answer else []
    return found
