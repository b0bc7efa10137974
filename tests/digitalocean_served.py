"""A DigitalOcean account on a port of this process, and the populations that the suite reads from it."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

import requests
import time_machine
from werkzeug.serving import WSGIRequestHandler, make_server

from compliance_tests import test_cache
from fixtures import accounts, caches, droplets, policy
from fixtures.collection import Collection
from fixtures.collectors.ledger import Ledger
from fixtures.examination import Examination
from fixtures.facts.population import Population
from fixtures.simulator import digitalocean
from fixtures.simulator.stand_ins.digitalocean import TOKEN, create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READERS = (accounts, caches, droplets)
"""Imported for the populations that they declare."""


TESTS: tuple[Any, ...] = tuple(one for name, one in vars(test_cache).items() if name.startswith("test_"))


class Api:
    """The provider's API for somebody who may do everything."""

    def __init__(self, url: str) -> None:
        """Ask at *url*."""
        self._url = url

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401 - get, post, put, patch, delete
        """Return a function that makes a call and returns the JSON of its answer."""

        def call(path: str, json: Any = None) -> object:  # noqa: ANN401
            headers = {"Authorization": f"Bearer {TOKEN}"}
            answer = requests.request(method, self._url + path, json=json, headers=headers, timeout=20)
            answer.raise_for_status()
            return answer.json() if answer.content else None

        return call


class Served:
    """An organisation that owns something at DigitalOcean alone."""

    def __init__(self, url: str, records: Path) -> None:
        """Know the port and the folder of records."""
        self.url, self.records = url, records
        self.exports = {"DIGITALOCEAN_API_URL": url, "DIGITALOCEAN_ACCESS_TOKEN": TOKEN}
        self.ledger = Ledger()

    def api(self, _: str = "digitalocean") -> Api:
        """Return the one API that there is."""
        return Api(self.url)

    @contextmanager
    def ago(self, span: timedelta) -> Iterator[None]:
        """Let the clock stand back while inside."""
        with time_machine.travel(datetime.now(UTC) - span, tick=True):
            yield

    def days_ago(self, days: float) -> Any:  # noqa: ANN401 - a context manager
        """As `ago`."""
        return self.ago(timedelta(days=days))

    def rebuild(self, *, empty: bool = False) -> None:
        """Empty the account; build what the company owns there."""
        self.api().post("/simulator/reset")
        self.ledger = Ledger()
        for path in self.records.iterdir():
            path.unlink()
        if not empty:
            digitalocean.build(self)  # type: ignore[arg-type]

    def fault(self, **described: object) -> None:
        """Switch a fault on."""
        self.api().post("/simulator/faults", json=described)

    def struck(self) -> list[int]:
        """Return how many requests each fault has struck."""
        return [fault["struck"] for fault in self.api().get("/simulator/faults")]

    def read(self, name: str) -> Population[Any]:
        """Read one population as a run would."""
        found: Population[Any] = self.collection().value(name)
        return found

    def judge(self) -> dict[str, Examination]:
        """Run the tests of the cache's statements on what is served; return what each has found."""
        collection = self.collection()
        return {test.pytestmark[0].args[0]: _judged(test, collection) for test in TESTS}

    def results(self) -> dict[str, str]:
        """Return the result of each statement."""
        return {statement: str(examination.result) for statement, examination in self.judge().items()}

    def collection(self) -> Collection:
        """Return what a run begins with."""
        known = {"now": datetime.now(UTC), "policy": policy.load(), "records": self.records, "ledger": self.ledger}
        return Collection(known)


def _judged(test: Any, collection: Collection) -> Examination:  # noqa: ANN401 - a test of a statement
    examination = Examination(test.pytestmark[0].args[0], datetime.now(UTC))
    values = {
        name: examination if name == "examine" else collection.value(name)
        for name in inspect.signature(test).parameters
    }
    test(**values)
    examination.close({name: value for name, value in values.items() if isinstance(value, Population)})
    return examination


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve(records: Path) -> Iterator[Served]:
    """Serve an empty account on a free port of the loopback interface."""
    server = make_server("127.0.0.1", 0, create_app(), threaded=True, request_handler=_Handler)
    server.daemon_threads = True  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}", records)
    finally:
        server.shutdown()
        server.server_close()
