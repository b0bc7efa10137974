"""What a seal costs, and what it costs to verify: `python -m tests.benchmarks.evidence RUN`, the folder of a run."""

from __future__ import annotations

import importlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def measured(what: str, do: Callable[[], T]) -> T:
    """Do it, print how long it took, and return what came of it."""
    begun = time.process_time()
    found = do()
    print(f"{what:34} {time.process_time() - begun:.3f} s of CPU")
    return found


def main(run: Path) -> None:
    """Print them."""
    for module in importlib.import_module("conftest").pytest_plugins:
        importlib.import_module(module)
    from fixtures.evidence import manifest, recorded, rejudging, sealed, signature, verification  # noqa: PLC0415
    from fixtures.evidence.encoding import plain, readable  # noqa: PLC0415
    from fixtures.policy import load  # noqa: PLC0415
    from fixtures.report.page import differences  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(run, Path(folder) / "run"))
        print(f"{'evidence':34} {(copy / 'evidence.json').stat().st_size / 1e6:.2f} MB")
        found = measured("evidence read", lambda: recorded.load(copy / "evidence.json"))
        print(f"{'facts':34} {sum(map(len, found.populations.values()))}")
        written = measured("facts written", lambda: plain(found.populations))
        measured("evidence written", lambda: readable({**found.document, "populations": written}))
        key = signature.private_key(_key(Path(folder) / "key"))
        for name in manifest.OWN:
            (copy / name).unlink(missing_ok=True)
        measured("sealed and signed", lambda: manifest.seal(copy, found.document, copy / "none", key))
        opened = measured("seal checked", lambda: sealed.open_run(copy, key.public_key()))
        measured("judged again", lambda: rejudging.judge_again(found))
        expected = verification.Expected(plain(load()), datetime.now(UTC))
        verdict = measured("verified", lambda: verification.verify(opened, expected, differences))
        print(f"{'status':34} {verdict.status}, broken: {verdict.broken or 'nothing'}")


def _key(file: Path) -> str:
    from fixtures.evidence import signature  # noqa: PLC0415 - as above

    signature.make_key(file)
    return str(file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
