"""Connections that nobody uses any more: each costs a thread as long as it is open."""

from __future__ import annotations

import socket
import time
from threading import Thread, active_count
from typing import TYPE_CHECKING, Any

import pytest
import requests

from fixtures.simulator import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 60.0


class Quick(wire.Handler):
    """As the handler, in less time."""

    timeout = 1


def hello(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer anything."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[wire.Server]:
    """Serve on a free port."""
    monkeypatch.setattr(wire.Handler, "timeout", Quick.timeout)
    server = wire.Server("127.0.0.1", hello, Quick)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_the_server_hangs_up_and_a_client_may_come_back(server: wire.Server) -> None:
    """Those that asked something and those that never said a word."""
    url = f"http://127.0.0.1:{server.server_port}"
    before = active_count()
    clients = [requests.Session() for _ in range(10)]
    assert {client.get(url, timeout=PATIENCE).text for client in clients} == {"hello"}
    silent = [socket.create_connection(("127.0.0.1", server.server_port)) for _ in range(5)]
    until = time.monotonic() + PATIENCE
    while active_count() > before and time.monotonic() < until:
        time.sleep(0.1)
    assert active_count() <= before
    assert {client.get(url, timeout=PATIENCE).text for client in clients} == {"hello"}
    for connection in silent:
        connection.close()
