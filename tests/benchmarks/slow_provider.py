"""What one slow provider delays: `python -m tests.benchmarks.slow_provider`.

Each provider in turn answers every request two seconds late. Printed are the time of the whole run, and which
statements had to wait: those whose facts were there more than a second later than in the undisturbed run. As a plugin
of pytest (`-p`), this module tells when the facts of each statement were there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from fixtures.collection import COLLECTION, POPULATIONS
from fixtures.examination import EXAMINATION, HOME
from fixtures.simulator.organisation import Organisation
from tests.faults.conftest import PROVIDERS
from tests.gateway import Exchange, between

LATE, NOTICEABLE = 2.0, 1.0
"""Seconds."""
READY = pytest.StashKey[dict[str, float]]()
FILE = "BENCHMARK_READY"
"""Names the variable with the file to which the plugin writes: by statement, after how many seconds."""


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Note when each population that a test needs is there."""
    begun, ready = time.perf_counter(), session.config.stash.setdefault(READY, {})
    collection = session.config.stash[COLLECTION]
    for name in {name for item in session.items for name in getattr(item, "fixturenames", ()) if name in POPULATIONS}:
        collection._future(name).add_done_callback(
            lambda _, name=name: ready.setdefault(name, time.perf_counter() - begun)  # type: ignore[misc]
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write, by statement, when the last of its populations was there."""
    ready = session.config.stash[READY]
    found = {
        item.stash[EXAMINATION].statement: max(
            (ready[name] for name in getattr(item, "fixturenames", ()) if name in ready), default=0.0
        )
        for item in session.items
    }
    Path(os.environ[FILE]).write_text(json.dumps(found), "utf-8")


def late(exchange: Exchange) -> None:
    """Answer, but not yet."""
    time.sleep(LATE)
    exchange.pass_on(exchange.ask())


def run(**endpoints: str) -> tuple[float, dict[str, float]]:
    """Run the suite; return its seconds, and those after which the facts of each statement were there."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, **endpoints, FILE: f"{folder}/ready.json"}
        command = [sys.executable, "-m", "pytest", "compliance_tests", "--target=live", f"--reports={folder}/reports"]
        begun = time.perf_counter()
        quiet = ["-qq", "-p", "no:cacheprovider", "-p", "tests.benchmarks.slow_provider"]
        subprocess.run([*command, *quiet], cwd=HOME, env=environment, stdout=subprocess.DEVNULL, check=False)
        seconds = time.perf_counter() - begun
        return seconds, json.loads(Path(f"{folder}/ready.json").read_text("utf-8"))


def main() -> None:
    """Print the undisturbed run, and one with each provider slow."""
    with Organisation.serve() as organisation:
        os.environ.update(organisation.exports)
        run()  # warm
        seconds, undisturbed = run()
        print(f"nobody is slow: {seconds:.1f} s, the facts of all {len(undisturbed)} statements after", end=" ")
        print(f"{max(undisturbed.values()):.1f} s")
        for provider, variable in PROVIDERS.items():
            with between(organisation.exports[variable], lambda _path, _body: late) as gateway:
                seconds, ready = run(**{variable: gateway.url})
            waited = [id_ for id_ in ready if ready[id_] > undisturbed[id_] + NOTICEABLE]
            print(f"{provider} is {LATE:.0f} s late with each answer: {seconds:.1f} s", end="; ")
            print(f"{len(ready) - len(waited)} statements do not notice; waiting: {', '.join(waited)}", flush=True)


if __name__ == "__main__":
    main()
