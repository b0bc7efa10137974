"""The two alerting providers of the simulated organisation alone, on loopback ports of this process."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from fixtures.simulator import betterstack, sentry
from fixtures.simulator.stand_ins import betterstack as betterstack_stand_in
from fixtures.simulator.stand_ins import sentry as sentry_stand_in
from fixtures.simulator.stand_ins.clock import stand_back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from fixtures.simulator.organisation import Organisation

TOKENS = {"betterstack": betterstack_stand_in.TOKEN, "sentry": sentry_stand_in.TOKEN}


class Api:
    """Writes to one provider; an error status raises."""

    def __init__(self, url: str, token: str) -> None:
        """Ask at *url*, with *token*."""
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, **arguments: Any) -> requests.Response:  # noqa: ANN401 - as requests takes them
        """Ask, whatever the answer."""
        return self._session.request(method, self.url + path, timeout=10, **arguments)

    def _must(self, method: str, path: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
        answer = self.ask(method, path, **arguments)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def get(self, path: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
        """GET; return the answer's JSON, or raise."""
        return self._must("GET", path, **arguments)

    def post(self, path: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
        """POST; return the answer's JSON, or raise."""
        return self._must("POST", path, **arguments)

    def put(self, path: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
        """PUT; return the answer's JSON, or raise."""
        return self._must("PUT", path, **arguments)

    def patch(self, path: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
        """PATCH; return the answer's JSON, or raise."""
        return self._must("PATCH", path, **arguments)

    def delete(self, path: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
        """DELETE; return the answer's JSON, or raise."""
        return self._must("DELETE", path, **arguments)

    def fault(self, **fault: object) -> None:
        """Switch a fault on."""
        self.post("/simulator/faults", json=fault)


class AlertingOrganisation:
    """As much of the organisation's handle as the builders of the two providers use."""

    def __init__(self, urls: dict[str, str]) -> None:
        """Point at the ports; nothing is built yet."""
        self._apis = {name: Api(url, TOKENS[name]) for name, url in urls.items()}

    def api(self, name: str) -> Api:
        """Return the client of a provider."""
        return self._apis[name]

    @contextmanager
    def days_ago(self, days: float) -> Iterator[None]:
        """Let the servers' clock stand back inside."""
        with self.ago(timedelta(days=days)):
            yield

    @contextmanager
    def ago(self, age: timedelta) -> Iterator[None]:
        """Let the servers' clock stand back inside."""
        stand_back(age.total_seconds())
        try:
            yield
        finally:
            stand_back(0)

    def rebuild(self) -> None:
        """Build the compliant organisation anew."""
        for provider in self._apis.values():
            provider.post("/simulator/reset")
        handle = cast("Organisation", self)
        betterstack.build(handle)
        sentry.build(handle)


class _Quiet(WSGIRequestHandler):
    """Serves without a line per request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[AlertingOrganisation]:
    """Serve both providers."""
    with ExitStack() as stack:
        urls = {}
        for name, app in (("betterstack", betterstack_stand_in.create_app()), ("sentry", sentry_stand_in.create_app())):
            urls[name] = stack.enter_context(_serve(app))
        yield AlertingOrganisation(urls)


@contextmanager
def _serve(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
