"""Settings that cannot work are told; passing trouble costs bounded time and no verdict."""

from __future__ import annotations

import socket
import time

import pytest

from fixtures.simulator.organisation import Organisation
from tests.collectors.github.conftest import Read
from tests.collectors.github.faults import (
    HEADS,
    NOT_ASSESSED,
    REPOS,
    Break,
    error,
)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GITHUB_TOKEN", "", "there is no token"),
        ("GITHUB_TOKEN", "wrong", "401 Bad credentials"),
        ("GITHUB_TOKEN", "ghp_\nline", "characters that no token has"),
        ("GITHUB_API_URL", "http://api.github.example", "without encryption"),
        ("GITHUB_API_URL", "ftp://127.0.0.1", "not an address of an API"),
        ("GITHUB_API_URL", "https://user:secret@127.0.0.1", "not an address of an API"),
    ],
)
def test_settings_that_cannot_work(
    organisation: Organisation, read: Read, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    """They are told before, or by the first answer; what they hold is not repeated."""
    assert organisation
    monkeypatch.setenv(name, value)
    reading = read()

    assert set(reading.results().values()) == {NOT_ASSESSED}
    assert told in reading.gaps()[0]
    assert "secret" not in str(reading.gaps())
    assert "ghp_" not in str(reading.gaps())


def test_nobody_listens(organisation: Organisation, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run gives up after a few attempts, without waiting for each of many calls."""
    assert organisation
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
    reading = read()

    assert set(reading.results().values()) == {NOT_ASSESSED}
    assert "GitHub cannot be reached" in reading.gaps()[0]
    assert len(reading.ledger.calls) <= 4


def test_passing_trouble_costs_time_and_no_verdict(break_: Break, read: Read) -> None:
    """One bad gateway, one limit with a time to wait: asked again, and noted each time."""
    break_(REPOS, times=1, status=502, html=True)
    break_(HEADS, times=1, **error(429, "slow down", **{"Retry-After": "2"}))
    reading = read()

    assert set(reading.results().values()) == {"compliant"}
    assert sorted(reading.waited) == [0.5, 2.0]
    assert sorted(call.status for call in reading.ledger.calls if call.status != 200 and call.status < 600)[-2:] == [
        429,
        502,
    ]


def test_patience_is_bounded_over_all_calls(break_: Break, read: Read) -> None:
    """However many calls ask for a moment of it."""
    break_("/repos/*", **error(429, "slow down", **{"Retry-After": "9"}))
    reading = read()

    assert reading.results()["SRC-2"] == NOT_ASSESSED
    assert sum(reading.waited) <= 30


def test_limit_that_lasts_an_hour_is_not_waited_for(break_: Break, read: Read) -> None:
    """GitHub tells when it ends."""
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 3600)}
    break_(REPOS, **error(403, "API rate limit exceeded for user ID 1.", **headers))
    reading = read()

    assert set(reading.results().values()) == {NOT_ASSESSED}
    assert reading.waited == []
