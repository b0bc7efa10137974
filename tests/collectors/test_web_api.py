"""The one way to a web API: patient within limits, faithful to its host, and never silent about an answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask, Response, request
from pydantic import TypeAdapter
from werkzeug.serving import WSGIRequestHandler, make_server

from fixtures.collectors.ledger import Ledger
from fixtures.collectors.web_api import Answer, Shape, WebApi, read
from fixtures.collectors.web_failures import WebApiError, explain
from fixtures.evidence.provenance import CUSTOM, provenance

TOKEN = "s3cret-token"  # noqa: S105 - opens nothing


class Quiet(WSGIRequestHandler):
    """Serves without a line per request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve *app* on a loopback port."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()


class Script:
    """A provider that answers what it is told, one answer after another, and remembers what it was asked."""

    def __init__(self) -> None:
        """Nothing to answer yet."""
        self.answers: list[Response | Callable[[], Response]] = []
        self.asked: list[tuple[str, str]] = []
        self.app = Flask("script")
        self.app.add_url_rule("/", "root", self.answer, defaults={"path": ""})
        self.app.add_url_rule("/<path:path>", "answer", self.answer)

    def answer(self, path: str) -> Response:
        """Give the next answer, the last one for ever."""
        self.asked.append((f"/{path}?{request.query_string.decode()}", request.headers.get("Authorization", "")))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, Response) else answer()


@pytest.fixture
def script() -> Script:
    """Return a provider to be told what to answer."""
    return Script()


@pytest.fixture
def api(script: Script) -> Iterator[WebApi]:
    """Ask that provider."""
    with serving(script.app) as url:
        yield WebApi("example", url, TOKEN, Ledger(), ("api.example",), "acme", "the scope read", patience=3)


def good(body: object = None, **headers: str) -> Response:
    """Answer JSON."""
    return Response(json.dumps([] if body is None else body), 200, headers, mimetype="application/json")


def refused(status: int, body: object = "", **headers: str) -> Response:
    """Answer an error."""
    text = body if isinstance(body, str) else json.dumps(body)
    return Response(text, status, {name.replace("_", "-"): value for name, value in headers.items()})


def following(answer: Answer) -> str | None:
    """Follow the field `next`."""
    onward: str | None = json.loads(answer.body)["next"]
    return onward


def test_every_answer_is_in_the_ledger(api: WebApi, script: Script) -> None:
    """What was asked, what came, its digest; not the token, and not the answer."""
    script.answers = [good({"password": "hunter2"}, **{"X-Simulated-Organisation": "true"})]
    assert api.get("/things", per_page="5").ledger == 1
    (call,) = api.ledger.calls
    assert (call.provider, call.operation, call.account, call.status) == ("example", "GET /things", "acme", 200)
    assert (call.simulated, call.own_host, len(call.sha256)) == (True, False, 64)
    assert "hunter2" not in str(call)
    assert TOKEN not in str(call)
    assert script.asked == [("/things?per_page=5", f"Bearer {TOKEN}")]


def test_loopback_is_nobodys_own_host(api: WebApi, script: Script) -> None:
    """An answer without the mark of the simulation, from another host than the provider's, is not live."""
    script.answers = [good()]
    api.get("/")
    assert provenance(api.ledger.calls) == CUSTOM


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (401, "wrong or expired; it needs the scope read"),
        (403, "may not do this; it needs the scope read"),
        (404, "check the names"),
        (410, "retired"),
        (400, "status page"),
        (418, "status page"),
        (302, "not carried"),
    ],
)
def test_refusals_are_final(api: WebApi, script: Script, status: int, remedy: str) -> None:
    """They are told at once, in the provider's words, with what to do."""
    script.answers = [refused(status, {"detail": "No such luck."}, Location="http://elsewhere.example/")]
    with pytest.raises(WebApiError, match="No such luck") as told:
        api.get("/")
    assert str(told.value).startswith(f"{status} ")
    assert remedy in told.value.remedy
    assert len(script.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_faults_are_tried_again(api: WebApi, script: Script, status: int) -> None:
    """A fault that passes costs time, not a verdict; each try is in the ledger."""
    script.answers = [refused(status, Retry_After="0"), refused(status, Retry_After="0"), good({"a": 1})]
    assert json.loads(api.get("/").body) == {"a": 1}
    assert [call.status for call in api.ledger.calls] == [status, status, 200]


def test_retry_after_is_honoured(api: WebApi, script: Script) -> None:
    """The provider says how long to wait, in seconds or by a date."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    for wait, least in (("1", 1.0), (soon, 0.0)):
        script.answers = [refused(429, Retry_After=wait), good()]
        began = time.monotonic()
        api.get("/")
        assert time.monotonic() - began >= least


def test_patience_is_bounded(api: WebApi, script: Script) -> None:
    """What would take longer than the patience fails at once, and says that it was throttled."""
    script.answers = [refused(429, '"You are attempting to use this endpoint too frequently."', Retry_After="3600")]
    began = time.monotonic()
    with pytest.raises(WebApiError, match="429 Too Many Requests: You are attempting") as told:
        api.get("/")
    assert time.monotonic() - began < 1
    assert "throttled" in told.value.remedy


def test_provider_that_stays_broken(api: WebApi, script: Script) -> None:
    """A few tries, then the fault is told; a page for people is not quoted."""
    script.answers = [refused(503, "<html>Sorry!</html>", Retry_After="0")]
    with pytest.raises(WebApiError, match=r"^503 Service Unavailable$"):
        api.get("/")
    assert 2 <= len(script.asked) <= 5


def test_slow_drip(api: WebApi, script: Script) -> None:
    """An answer that comes byte by byte is given up when the patience is over."""

    def drip() -> Iterator[bytes]:
        yield b"["
        for _ in range(100):
            time.sleep(0.1)
            yield b" " * 70000

    script.answers = [lambda: Response(drip(), mimetype="application/json")]
    api.patience = 0.5
    began = time.monotonic()
    with pytest.raises(WebApiError, match="took too long"):
        api.get("/")
    assert time.monotonic() - began < 3


def test_nothing_there() -> None:
    """A refused connection is a gap that names the host, with an entry in the ledger that no answer came."""
    api = WebApi("example", "http://127.0.0.1:1", TOKEN, Ledger(), (), patience=0.5)
    with pytest.raises(WebApiError, match=r"127\.0\.0\.1:1 is unreachable: no connection"):
        api.get("/")
    assert {call.status for call in api.ledger.calls} == {0}
    assert all(call.error for call in api.ledger.calls)


@pytest.mark.parametrize("address", ["", "nonsense", "ftp://example.org", "http://[broken", "anna:hunter2@example.org"])
def test_address_that_is_none(address: str) -> None:
    """A mistyped variable is told as such."""
    api = WebApi("example", address, TOKEN, Ledger(), (), patience=0.2)
    with pytest.raises(WebApiError, match="no address") as told:
        api.get("/things")
    assert "hunter2" not in f"{told.value}{told.value.remedy}"


def test_token_goes_over_no_network_in_clear_text() -> None:
    """To this machine it may, where stand-ins answer."""
    abroad = WebApi("sentry", "http://sentry.example", TOKEN, Ledger(), [], address_variable="SENTRY_URL")

    with pytest.raises(WebApiError, match="without encryption") as told:
        abroad.get("/x")
    assert told.value.remedy == "set SENTRY_URL to https://…"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Response("<html>", 200, mimetype="text/html"), "answered text/html where JSON is published"),
        (Response("{}", 200, mimetype="text/plain"), "answered text/plain where JSON is published"),
        (Response('[{"a": 1', 200, mimetype="application/json"), "JSON that breaks off or is none"),
        (Response("", 200, mimetype="application/json"), "JSON that breaks off or is none"),
        (Response(b"\xff\xfe", 200, mimetype="application/json"), "JSON that breaks off or is none"),
    ],
)
def test_answers_that_are_no_json(api: WebApi, script: Script, answer: Response, reason: str) -> None:
    """A captive portal's page with status 200 is no empty list."""
    script.answers = [answer]
    with pytest.raises(WebApiError, match=reason):
        api.get("/")


@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_page(api: WebApi, script: Script, count: int) -> None:
    """Pages are followed until the provider says that there is none."""
    script.answers = [good({"n": n, "next": f"/things?page={n + 1}" if n + 1 < count else None}) for n in range(count)]
    pages = [json.loads(answer.body)["n"] for answer in api.pages("/things", size="3").walk(following)]
    assert pages == list(range(count))
    assert script.asked[0][0] == "/things?size=3"


@pytest.mark.parametrize(
    "onward",
    [
        "http://elsewhere.example/things?page=2",
        "https://127.0.0.1/things?page=2",
        "//elsewhere.example/things",
        "/other?page=2",
        "http://127.0.0.1:1/things?page=2",
    ],
)
def test_foreign_pages_are_refused(api: WebApi, script: Script, onward: str) -> None:
    """Whatever an answer points at, the token goes nowhere but where it was sent first."""
    script.answers = [good({"next": onward})]
    with pytest.raises(WebApiError, match="elsewhere"):
        list(api.pages("/things").walk(following))
    assert len(script.asked) == 1


@pytest.mark.parametrize("circle", [["/things"], ["/things?page=2", "/things?page=3", "/things?page=2"]])
def test_pages_in_a_circle(api: WebApi, script: Script, circle: list[str]) -> None:
    """A listing that comes back to where it was is no listing."""
    script.answers = [good({"next": onward}) for onward in circle]
    with pytest.raises(WebApiError, match="circle"):
        list(api.pages("/things").walk(following))


def test_netrc_does_not_replace_the_token(
    api: WebApi,
    script: Script,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Credentials that lie around in a file of whoever runs this are not sent."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    script.answers = [good()]
    api.get("/")
    assert script.asked[0][1] == f"Bearer {TOKEN}"


class Thing(Shape):
    """An example."""

    name: str
    size: int


def test_wrong_shapes_are_told_by_field_never_by_value() -> None:
    """The reason names where and what is expected; what stood there may be a secret."""
    answer = Answer(json.dumps([{"name": 5, "size": "hunter2"}, {"name": None}]).encode(), {}, 1)
    with pytest.raises(WebApiError) as told:
        read(TypeAdapter(tuple[Thing, ...]), answer)
    assert "0.name: Input should be a valid string" in str(told.value)
    assert "and 1 more" in str(told.value)
    assert "hunter2" not in str(told.value)


def test_unexpected_faults_keep_what_they_quote() -> None:
    """An exception that nobody thought of may carry an answer in its text."""
    assert explain(RuntimeError("hunter2"), "example", "", "GET /").reason == "RuntimeError"
