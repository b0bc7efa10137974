"""A server in between: forwards to the simulated organisation, except where a test has other answers in mind."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_plus

import requests

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "host", "keep-alive"}


@dataclass(frozen=True)
class Answer:
    """What is answered in place of the provider."""

    status: int
    body: str
    content_type: str = "text/xml"

    @classmethod
    def denied(cls, code: str, status: int = 403) -> Answer:
        """Refuse as AWS's query protocol does."""
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{code}, says the test</Message></Error>"
        return cls(status, f"<ErrorResponse>{error}<RequestId>00000000</RequestId></ErrorResponse>")


@dataclass
class Exchange:
    """One request that came by, for whoever does to it what no plain answer can."""

    handler: BaseHTTPRequestHandler
    ask: Callable[[], requests.Response]
    """Ask the provider itself."""

    def pass_on(
        self, answer: requests.Response, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Pass the provider's answer on, with another body or with other headers if they are given."""
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
        kept.pop("Content-Encoding", None)
        self.send(answer.status_code, kept | dict(headers or {}), answer.content if body is None else body)

    def send(self, status: int, headers: dict[str, str], body: bytes, length: int | None = None) -> None:
        """Send an answer; *length* is what it claims to be long, if that is not the truth."""
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name, value)
        self.handler.send_header("Content-Length", str(len(body) if length is None else length))
        self.handler.end_headers()
        if self.handler.command != "HEAD":
            self.handler.wfile.write(body)


Disturbance = Callable[[Exchange], None]
Rule = Callable[[str, str], Answer | Disturbance | None]
"""Given path and body of a request, what to answer or what to do; None to forward it."""


@dataclass
class Gateway:
    """Where it listens, and how it answers; `seen` counts what came by."""

    url: str
    rule: Rule
    seen: list[str] = field(default_factory=list)


def on(operation: str, answer: Answer, region: str = "") -> Rule:
    """Answer *operation* so (an action of the query protocol, or a part of a path), in one region or in all."""

    def rule(path: str, request: str) -> Answer | None:
        named = f"Action={operation}&" in f"{request}&" or (operation.startswith("/") and operation in path)
        return answer if named and (not region or f"/{region}/" in request) else None

    return rule


@contextmanager
def between(target: str, rule: Rule) -> Iterator[Gateway]:
    """Serve a gateway to *target* on a loopback port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            credential = self.headers.get("Authorization", "")
            request = f"{unquote_plus(body.decode('utf-8', 'replace'))}\n{credential}"
            gateway.seen.append(request)
            exchange = Exchange(self, lambda: self._forward(body))
            answer = gateway.rule(self.path, request.replace("\n", "&"))
            if answer is None:
                exchange.pass_on(exchange.ask())
            elif isinstance(answer, Answer):
                exchange.send(answer.status, {"Content-Type": answer.content_type}, answer.body.encode())
            else:
                answer(exchange)

        def _forward(self, body: bytes) -> requests.Response:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            return requests.request(
                self.command,
                target + self.path,
                data=body,
                headers=headers,
                timeout=60,
                allow_redirects=False,
                verify=os.environ.get("AWS_CA_BUNDLE") or True,
            )

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _handle  # noqa: N815 - the names http.server wants

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients hang up, as some tests mean them to
    gateway = Gateway(f"http://127.0.0.1:{server.server_port}", rule)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
