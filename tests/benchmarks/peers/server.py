"""A stock moto server that counts calls, in a process of its own.

`python -m tests.benchmarks.peers.server` serves on a free port and prints it. `GET /benchmark/calls` returns how many
calls there were since the last time.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import requests
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from fixtures.examination import HOME

SNAPSHOTS = "100000"
"""moto's own limit is 1000."""


class Counter:
    """Passes everything on to moto, and counts it."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application, self._calls, self._lock = application, 0, Lock()

    def __call__(self, environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one call."""
        path = environment["PATH_INFO"]
        with self._lock:
            if path == "/benchmark/calls":
                told, self._calls = str(self._calls).encode(), 0
                start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(told)))])
                return [told]
            self._calls += not path.startswith("/moto-api")
        return self._application(environment, start)


def calls(url: str) -> int:
    """Return how many calls there were since the last time."""
    return int(requests.get(f"{url}/benchmark/calls", timeout=60).text)


@contextmanager
def serve() -> Iterator[str]:
    """Run a server with nothing in it; yield its address."""
    environment = {**os.environ, "MOTO_RDS_SNAPSHOT_LIMIT": SNAPSHOTS}
    command = [sys.executable, "-m", "tests.benchmarks.peers.server"]
    # What moto lacks, it says by a traceback for each call.
    silent = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=HOME, env=environment, stdout=subprocess.PIPE, stderr=silent, text=True
    ) as server:
        try:
            assert server.stdout
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    listener = make_server("127.0.0.1", 0, Counter(DomainDispatcherApplication(create_backend_app)), threaded=True)
    print(listener.server_port, flush=True)
    listener.serve_forever()
