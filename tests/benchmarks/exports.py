"""What the hand-over formats cost: `python -m tests.benchmarks.exports [RESOURCES]`."""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from pathlib import Path


def main(resources: int) -> None:
    """Print it for a run that examined *resources* in all."""
    importlib.import_module("conftest")
    from fixtures.examination import CATALOGUE  # noqa: PLC0415
    from fixtures.report.exports import EXPORTS  # noqa: PLC0415
    from tests.report.documents import described, examined  # noqa: PLC0415

    share = -(-resources // len(CATALOGUE))
    with tempfile.TemporaryDirectory() as folder:
        document = described(Path(folder), [examined(id_, *(n % 100 != 7 for n in range(share))) for id_ in CATALOGUE])
    print(f"{'resources examined':32} {share * len(CATALOGUE)}")
    for name, make in EXPORTS.items():
        begun = time.process_time()
        content = b"".join(make(document))
        print(f"{name:32} {time.process_time() - begun:.2f} s of CPU, {len(content) / 1e6:.2f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 5000)
