"""What a report of a period costs: `python -m tests.benchmarks.period [RUNS] [MEGABYTES]`.

Of so many nightly runs, each with so many megabytes of evidence and report, and a violation now and then.
"""

from __future__ import annotations

import importlib
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

FIRST = datetime(2025, 10, 1, 3, tzinfo=UTC)


def main(runs: int, megabytes: float) -> None:
    """Print it."""
    importlib.import_module("conftest")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    from fixtures.evidence.past_runs import examine, find  # noqa: PLC0415
    from fixtures.evidence.period import describe, understand  # noqa: PLC0415
    from fixtures.report.period_page import render  # noqa: PLC0415
    from tests.evidence.nights import Nights, violated  # noqa: PLC0415
    from tests.report.documents import described, whole  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder) / "reports"
        base = described(Path(folder) / "base", whole())
        nights = Nights(reports, Ed25519PrivateKey.generate(), base, padding=int(megabytes * 500_000))
        for night in range(runs):
            bad = {"DB-4": violated(*(f"arn:{n}" for n in range(night % 50)))} if night % 20 > 17 and night % 50 else {}
            nights.run((FIRST + timedelta(days=night)).isoformat(), bad)
        size = sum(file.stat().st_size for file in reports.rglob("*") if file.is_file())
        print(f"{'runs':28} {runs}, {size / 1e6:.0f} MB")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.perf_counter(), time.process_time()
        last = (FIRST + timedelta(days=runs - 1)).date()
        examined = (examine(run, reports, nights.judges) for run in find(reports))
        document = describe(understand(f"{FIRST.date()}..{last}", last), examined, nights.judges, FIRST)
        took = time.perf_counter() - begun[0], time.process_time() - begun[1]
        print(f"{'read and told':28} {took[0]:.2f} s, {took[1]:.2f} s of CPU; {len(document['runs'])} count")
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{'memory on top':28} {(after - before) / 1024:.0f} MiB")
        begun = time.perf_counter(), time.process_time()
        page = render(document)
        print(f"{'rendered':28} {time.process_time() - begun[1]:.2f} s of CPU, {len(page) / 1e6:.2f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 400, float(sys.argv[2]) if sys.argv[2:] else 2)
