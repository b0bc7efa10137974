"""Faults strike the requests that they describe, do what they describe, and nothing else."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask, jsonify, request

from fixtures.simulator.stand_ins.clock import stand_back
from fixtures.simulator.stand_ins.faults import drop, replace
from fixtures.simulator.stand_ins.provider import MARK, stand_in, token_sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from flask.typing import ResponseReturnValue

AUTHORISED = {"Authorization": "Bearer right"}
ITEMS = ["one", "two"]


def _refuse() -> ResponseReturnValue | None:
    """Ask for the token `right`."""
    return None if token_sent("Bearer", "token") == "right" else (jsonify(id="unauthorized"), 401)


@pytest.fixture
def emptied() -> list[str]:
    """Note each time that the provider is emptied."""
    return []


@pytest.fixture
def app(emptied: list[str]) -> Flask:
    """Serve a provider with one listing."""
    app = stand_in("example", refuse=_refuse, reset=lambda: emptied.append("emptied"))

    @app.get("/v2/items")
    def items() -> ResponseReturnValue:
        return jsonify(items=[{"name": name, "region": "fra1"} for name in ITEMS], page=request.args.get("page"))

    @app.get("/v2/broken")
    def broken() -> ResponseReturnValue:
        raise RuntimeError("the stand-in itself breaks")

    return app


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """Ask that provider without a socket between."""
    with app.test_client() as client:
        yield client


def _get(client: FlaskClient, path: str = "/v2/items") -> tuple[int, object]:
    answer = client.get(path, headers=AUTHORISED)
    return answer.status_code, answer.get_json(silent=True)


def _switch_on(client: FlaskClient, **fault: object) -> None:
    assert client.post("/simulator/faults", json=fault).status_code == 201


@pytest.mark.parametrize("header", ["Bearer right", "bearer right", "token right"])
def test_right_token(client: FlaskClient, header: str) -> None:
    """Schemes are compared without regard to case, as HTTP says."""
    assert client.get("/v2/items", headers={"Authorization": header}).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic right", "right"])
def test_wrong_token(client: FlaskClient, header: str) -> None:
    """Who may not ask gets the provider's own refusal."""
    answer = client.get("/v2/items", headers={"Authorization": header})
    assert (answer.status_code, answer.get_json()) == (401, {"id": "unauthorized"})


@pytest.mark.parametrize("path", ["/v2/items", "/v2/nowhere", "/v2/broken", "/simulator/faults"])
def test_every_answer_is_marked(client: FlaskClient, path: str) -> None:
    """No answer can pass for a real provider's: not an error, not one under a fault that takes headers away."""
    assert client.get(path).headers[MARK] == "true"
    _switch_on(client, headers={MARK: None})
    assert client.get(path, headers=AUTHORISED).headers[MARK] == "true"


def test_instead(client: FlaskClient) -> None:
    """Status, body and headers stand in for the provider's own."""
    _switch_on(client, path="/v2/it*", status=429, body={"id": "too_many_requests"}, headers={"retry-after": "7"})
    answer = client.get("/v2/items", headers=AUTHORISED)
    assert (answer.status_code, answer.get_json()) == (429, {"id": "too_many_requests"})
    assert answer.headers["Retry-After"] == "7"
    assert _get(client, "/v2/nowhere")[0] == 404


def test_html_page_with_status_200(client: FlaskClient) -> None:
    """A captive portal."""
    _switch_on(client, html=True)
    answer = client.get("/v2/items", headers=AUTHORISED)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_second_page_only(client: FlaskClient) -> None:
    """The first page is answered as ever."""
    _switch_on(client, page=2, status=500)
    assert [_get(client, f"/v2/items?page={page}")[0] for page in (1, 2, 3)] == [200, 500, 200]


def test_after_and_times(client: FlaskClient) -> None:
    """One goes through, two are struck, the next goes through; and the fault says that it struck two."""
    _switch_on(client, after=1, times=2, status=503)
    assert [_get(client)[0] for _ in range(4)] == [200, 503, 503, 200]
    (fault,) = client.get("/simulator/faults").get_json()
    assert fault["struck"] == 2


def test_amended_fields(client: FlaskClient) -> None:
    """The rest of the answer stays the provider's own."""
    _switch_on(client, drop=["items.*.region"], replace={"items.0.name": None, "nowhere.else": 1})
    assert _get(client) == (200, {"items": [{"name": None}, {"name": "two"}], "page": None})


def test_truncated(client: FlaskClient) -> None:
    """A body that ends in the middle, under a Content-Length that agrees with it."""
    _switch_on(client, truncate=9)
    answer = client.get("/v2/items", headers=AUTHORISED)
    assert (len(answer.data), answer.content_length) == (9, 9)


def test_delay(client: FlaskClient) -> None:
    """Slow, but right."""
    _switch_on(client, delay=0.2)
    began = time.perf_counter()
    assert _get(client)[0] == 200
    assert time.perf_counter() - began >= 0.2


@pytest.mark.parametrize("wrong", [[], {"pth": "/v2/items"}])
def test_fault_that_cannot_be(client: FlaskClient, wrong: object) -> None:
    """A misspelt fault would strike nothing, and a test with it would prove nothing."""
    assert client.post("/simulator/faults", json=wrong).status_code == 400


def test_off_and_reset(client: FlaskClient, emptied: list[str]) -> None:
    """Faults go alone, or with everything else."""
    for method, path in (("DELETE", "/simulator/faults"), ("POST", "/simulator/reset")):
        _switch_on(client, status=500)
        assert _get(client)[0] == 500
        assert client.open(path, method=method).status_code == 204
        assert _get(client)[0] == 200
    assert emptied == ["emptied"]


def test_clock_stands_back_and_goes_on(client: FlaskClient) -> None:
    """The clock of the process is behind by what was said, and never frozen."""
    before = datetime.now(UTC)
    try:
        assert client.post("/simulator/clock", json={"seconds_ago": 3600}).status_code == 204
        first = datetime.now(UTC)
        assert timedelta(minutes=59) < before - first <= timedelta(hours=1)
        time.sleep(0.01)
        assert datetime.now(UTC) > first
        stand_back(7200)
        assert datetime.now(UTC) < first - timedelta(minutes=59)
    finally:
        client.post("/simulator/clock", json={"seconds_ago": 0})
    assert datetime.now(UTC) >= before


def test_field_paths() -> None:
    """A star is every item or key, a number one item; a path that leads nowhere changes nothing."""
    body: dict[str, object] = {"a": [{"b": 1}, {"b": 2}], "c": {"x": {"d": 1}, "y": {"d": 2}}}
    replace(body, ["a", "*", "b"], 0)
    drop(body, ["c", "*", "d"])
    drop(body, ["a", "1"])
    drop(body, ["a", "b", "c"])
    assert body == {"a": [{"b": 0}], "c": {"x": {}, "y": {}}}
    drop(body, ["a", "*"])
    assert body["a"] == []
