"""What a restore drill takes: `python -m tests.benchmarks.restore_drill [MB…]` (10, 100 and 1000 if none is named).

Memory is the proportional set size of this process and all below it (Linux): pages that several share count once.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import psutil

from fixtures.facts.invariants import Invariants
from fixtures.restore_drill import drill
from fixtures.restore_drill.phases import Phases
from fixtures.restore_drill.restoration import Objectives
from fixtures.restore_drill.site import Plan

UNLIMITED = Objectives(timedelta(days=1), timedelta(days=1))
MIB = 1 << 20
KIB = 1 << 10


class Memory(Thread):
    """Looks twice a second, and remembers the most; by what the processes are."""

    def __init__(self) -> None:
        """Begin to look."""
        super().__init__(daemon=True)
        self.peak: Counter[str] = Counter()
        self._halt = Event()
        self.start()

    def run(self) -> None:
        """Look until `stop`."""
        while not self._halt.wait(0.5):
            now: Counter[str] = Counter()
            for kind, size in _sizes():
                now[kind] += size
                now["all processes"] += size
            for kind, size in now.items():
                self.peak[kind] = max(self.peak[kind], size)

    def stop(self) -> None:
        """Look no more."""
        self._halt.set()
        self.join()


def _sizes() -> Iterator[tuple[str, int]]:
    """Yield kind and bytes of this process and of each below it; those that end meanwhile are left out."""
    me = psutil.Process()
    for one in (me, *me.children(recursive=True)):
        try:
            name = one.name()
            lines = Path(f"/proc/{one.pid}/smaps_rollup").read_text("ascii").splitlines()
        except (psutil.Error, OSError):
            continue
        kind = "PostgreSQL" if name.startswith(("postgres", "pg_")) else "the drill" if one == me else "object storage"
        yield kind, sum(int(line.split()[1]) * KIB for line in lines if line.startswith("Pss:"))


def main(megabytes: float) -> None:
    """Run one drill, and print what it took."""
    memory = Memory()
    result = drill.run(Plan(megabytes=megabytes), UNLIMITED, Invariants(), Phases())
    memory.stop()
    finished = result.finished or result.started
    print(f"{megabytes:g} MB: {'succeeded' if result.succeeded else f'FAILED in {result.failed_in}: {result.reason}'}")
    print(f"  {'PostgreSQL':44} {result.version}")
    print(f"  {'processors, load before the drill':44} {os.cpu_count()}, {os.getloadavg()[0]:.1f}")
    if loss := result.loss:
        print(f"  {'database, base backup':44} {loss.database_bytes / MIB:.0f} MiB, {loss.backup.size / MIB:.1f} MiB")
        print(f"  {'damage arrived in the secondary region after':44} {loss.arrival.total_seconds():.1f} s")
    for phase, seconds in result.seconds.items():
        print(f"  {phase:44} {seconds:.1f} s")
    print(f"  {'whole drill':44} {(finished - result.started).total_seconds():.1f} s")
    for one in result.restorations:
        if one.available and one.verified:
            available, verified = (when - one.started for when in (one.available, one.verified))
            told = f"{available.total_seconds():.1f} s, {verified.total_seconds():.1f} s, {one.lost_commits}"
            print(f"  {f'{one.mode}: available, verified, commits lost':44} {told}")
    for kind, size in memory.peak.most_common():
        print(f"  {f'peak memory, {kind}':44} {size / MIB:.0f} MiB")


if __name__ == "__main__":
    for argument in sys.argv[1:] or ("10", "100", "1000"):
        main(float(argument))
