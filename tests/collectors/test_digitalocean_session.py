"""The token stays where it was meant to go, waiting has an end, and only whole answers are believed."""

from __future__ import annotations

import socket
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import requests

from fixtures.collectors import digitalocean_account, digitalocean_session
from fixtures.collectors.digitalocean_account import open_ocean
from fixtures.collectors.digitalocean_droplets import VOLUMES, read_volumes
from fixtures.collectors.ledger import Ledger
from fixtures.simulator.stand_ins.digitalocean import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.digitalocean_served import Served


class Stranger(BaseHTTPRequestHandler):
    """A host that nobody meant to ask; it remembers who asked, with what."""

    asked: list[str]

    def do_GET(self) -> None:
        """Remember the request."""
        self.asked.append(f"{self.path} {self.headers.get('Authorization')}")
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str]]]:
    """Serve the address of a stranger, and what it was asked."""
    asked: list[str] = []
    server = HTTPServer(("127.0.0.1", 0), type("Handler", (Stranger,), {"asked": asked}))
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note each wait instead of waiting."""
    noted: list[float] = []
    monkeypatch.setattr(time, "sleep", noted.append)
    return noted


def _reason(ocean: Served) -> str:
    """Read the volumes; return why that did not work."""
    found = read_volumes(open_ocean(ocean.ledger))
    assert len(found) == 0
    (gap,) = found.unread
    return str(gap)


def test_foreign_next_link_is_not_followed(ocean: Served, stranger: tuple[str, list[str]]) -> None:
    """The library would follow it, with the token."""
    address, asked = stranger
    links = {"pages": {"next": f"{address}/v2/volumes?page=2"}}
    ocean.fault(path="/v2/volumes", body={"volumes": [], "links": links, "meta": {"total": 1}})
    assert "another host; the link was not followed" in _reason(ocean)
    assert asked == []


def test_foreign_link_in_answer_without_pages(ocean: Served, stranger: tuple[str, list[str]]) -> None:
    """The library looks for links in every answer, a cluster's settings included."""
    address, asked = stranger
    links = {"pages": {"next": f"{address}/v2/x?page=2"}}
    ocean.fault(path="/v2/databases/*/config", body={"config": {}, "links": links})
    assert "valkey_persistence: missing" in " ".join(map(str, ocean.read("cache_states").unread))
    assert asked == []


def test_redirection_is_not_followed(ocean: Served, stranger: tuple[str, list[str]]) -> None:
    """Not even to a place that would answer."""
    address, asked = stranger
    ocean.fault(path="/v2/volumes", status=302, headers={"Location": f"{address}/v2/volumes"})
    assert "302: redirected, and not followed" in _reason(ocean)
    assert asked == []


def test_end_point_of_the_library_is_not_ours(
    ocean: Served, stranger: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's own variable leads nowhere: what is asked is what DIGITALOCEAN_API_URL says, by every object."""
    address, asked = stranger
    monkeypatch.setenv("DIGITALOCEAN_END_POINT", f"{address}/v2/")
    assert len(ocean.read("caches")) == 2
    assert asked == []
    assert {call.host for call in ocean.ledger.calls} == {ocean.url.removeprefix("http://")}


def test_objects_of_the_library_are_not_used() -> None:
    """Each of them makes others, which forget the end point and take the token to the real host."""
    source = "".join(
        path.read_text("utf-8") for path in sorted(Path(digitalocean_account.__file__).parent.glob("digitalocean_*.py"))
    )
    imports = [line for line in source.splitlines() if line.startswith(("from digitalocean", "import digitalocean"))]
    assert imports == ["from digitalocean.baseapi import BaseAPI"]


def test_netrc_does_not_replace_the_token(ocean: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line about the host in ~/.netrc would win over the token in the header."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert ocean.read("volumes").unread == ()


def test_proxy_does_not_see_the_token(
    ocean: Served, stranger: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy for plain HTTP would be handed the request as it is."""
    address, asked = stranger
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, address)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert read_volumes(open_ocean(ocean.ledger)).unread == ()
    assert asked == []


def test_host_in_capitals(ocean: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host's name has none, and requests writes it without."""
    monkeypatch.setenv("DIGITALOCEAN_API_URL", ocean.url.replace("http", "HTTP"))
    assert read_volumes(open_ocean(ocean.ledger)).unread == ()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://api.digitalocean.com", "has to begin with https://"),
        ("http://127.0.0.1.example.com", "has to begin with https://"),
        ("https://api.digitalocean.com/v2", "has to be a scheme and a host"),
        ("https://user@api.digitalocean.com", "has to be a scheme and a host"),
        ("api.digitalocean.com", "has to be a scheme and a host"),
        ("ftp://api.digitalocean.com", "has to begin with https://"),
    ],
)
def test_address_that_is_not_asked(ocean: Served, monkeypatch: pytest.MonkeyPatch, url: str, reason: str) -> None:
    """The token never goes in clear text over a network, nor to an address that was mistyped."""
    monkeypatch.setenv("DIGITALOCEAN_API_URL", url)
    assert reason in _reason(ocean)
    assert ocean.ledger.calls == []


@pytest.mark.parametrize("token", ["", "  ", "dop_v1_\u00e9", "dop_v1_\nX-Other: 1"])
def test_token_that_cannot_be(ocean: Served, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """It is told as missing or malformed, and not quoted."""
    monkeypatch.setenv("DIGITALOCEAN_ACCESS_TOKEN", token)
    reason = _reason(ocean)
    assert "DIGITALOCEAN_ACCESS_TOKEN" in reason
    assert not token.strip() or token not in reason
    assert ocean.ledger.calls == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "not accepted"),
        (403, "create a token with the scope block_storage:read"),
        (404, "hidden from this token"),
        (418, "status 418"),
    ],
)
def test_refusals(ocean: Served, waits: list[float], status: int, reason: str) -> None:
    """Each says what to do, at once, and nothing that the provider quotes."""
    ocean.fault(path="/v2/volumes", status=status, body={"id": "x", "message": f"quoted {TOKEN}"})
    told = _reason(ocean)
    assert reason in told
    assert "quoted" not in told
    assert waits == []


def test_waits_as_long_as_it_is_told(ocean: Served, waits: list[float]) -> None:
    """Then everything is read."""
    ocean.fault(path="/v2/volumes", times=2, status=429, headers={"Retry-After": "7"})
    assert read_volumes(open_ocean(ocean.ledger)).unread == ()
    assert waits == [7.0, 7.0]
    assert [call.status for call in ocean.ledger.calls if call.operation == "GET /v2/volumes"] == [429, 429, 200]


@pytest.mark.parametrize("told", ["3600", "Wed, 21 Oct 2026 07:28:00 GMT", "soon", ""])
def test_waiting_has_an_end(ocean: Served, waits: list[float], told: str) -> None:
    """Whatever the provider asks for, patience is counted over all calls."""
    ocean.fault(path="/v2/volumes", status=429, headers={"Retry-After": told})
    assert "429: rate limit" in _reason(ocean)
    assert sum(waits) <= digitalocean_session.PATIENCE


def test_patience_is_shared(ocean: Served, waits: list[float]) -> None:
    """A provider that is slow with everything does not get its minute for each call."""
    ocean.fault(path="/v2/*", after=1, status=429, headers={"Retry-After": "25"})
    assert len(ocean.read("caches")) == 0
    assert sum(waits) <= digitalocean_session.PATIENCE


@pytest.mark.parametrize("status", [500, 502, 503])
def test_passing_failures_pass(ocean: Served, waits: list[float], status: int) -> None:
    """A page of HTML from a gateway, once, is no gap."""
    ocean.fault(path="/v2/volumes", times=1, status=status, html=True)
    assert read_volumes(open_ocean(ocean.ledger)).unread == ()
    assert len(waits) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"html": True},
        {"truncate": 10},
        {"truncate": 0},
        {"status": 200, "body": "no JSON"},
        {"status": 200, "body": [1, 2]},
        {"status": 200, "body": 7},
    ],
)
def test_answers_that_are_none(ocean: Served, fault: dict[str, Any]) -> None:
    """Status 200 alone makes no answer."""
    ocean.fault(path="/v2/volumes", **fault)
    assert "is not a JSON object, although its status is 200" in _reason(ocean)


def test_nobody_there(ocean: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that refuses is told in words."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("DIGITALOCEAN_API_URL", f"http://127.0.0.1:{port}")
    assert "unreachable: ConnectionError; check network" in _reason(ocean)


def test_silence_has_an_end(ocean: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library alone would wait for ever."""
    monkeypatch.setattr(digitalocean_session, "TIMEOUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("DIGITALOCEAN_API_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "unreachable: ReadTimeout" in _reason(ocean)


def test_down_is_not_asked_again_and_again(ocean: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request is sent three times; after as many failures in a row the rest fails at once."""
    opened = open_ocean(ocean.ledger)

    def refuse(*_: object, **__: object) -> requests.Response:
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "send", refuse)
    reasons = [str(opened.each(VOLUMES, lambda item, _: item.text("id")).unread[0]) for _ in range(5)]
    assert ["several times in a row" in reason for reason in reasons] == [False, True, True, True, True]


def test_calls_are_in_the_ledger(ocean: Served) -> None:
    """Each with its number, its host, and the mark of the simulation; the facts name the numbers."""
    volumes = ocean.read("droplets")
    calls = {call.number: call for call in ocean.ledger.calls}
    assert all(calls[one.source.ledger].operation == one.source.call == "GET /v2/droplets" for one in volumes)
    assert all(call.simulated and not call.own_host and call.status == 200 for call in calls.values())
    assert {call.account for call in calls.values()} == {"", next(iter(volumes)).source.account}


def test_team_has_to_be_the_declared_one(ocean: Served) -> None:
    """A good token of another team sees another team's empty lists."""
    (ocean.records / "accounts.toml").write_text('[digitalocean]\nteam = "5df3e300-0000"\n')
    (gap,) = ocean.read("volumes").unread
    assert "not to 5df3e300-0000 as records/accounts.toml has it" in gap.reason
    (ocean.records / "accounts.toml").write_text('[digitalocean]\nteams = "5df3e300-0000"\n')
    assert "accounts.toml:2: digitalocean.teams" in str(ocean.read("volumes").unread[0])


def test_ledger_of_another_run_is_untouched(ocean: Served) -> None:
    """Nothing is kept between two runs."""
    other = Ledger()
    open_ocean(other)
    assert ocean.ledger.calls == []
    assert len(other.calls) == 1
