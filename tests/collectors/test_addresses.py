"""Whom an address names, and nothing by which somebody proves who he is."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from fixtures.collectors import addresses
from fixtures.collectors.ledger import Ledger
from fixtures.collectors.web_api import WebApi
from fixtures.collectors.web_failures import WebApiError
from fixtures.examination import HOME


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://de.sentry.io", "de.sentry.io"),
        ("http://anna:hunter2@127.0.0.1:5000/x", "127.0.0.1:5000"),
        ("https://:hunter2@host", "host"),
        ("https://hunter2@host", "host"),
        ("https://anna:a@hunter2@host:8443", "host:8443"),
        ("http://anna:hun/ter2@host", "anna"),
        ("http://[::1]:5000", "[::1]:5000"),
        ("nonsense", ""),
    ],
)
def test_host_alone_is_shown(address: str, host: str) -> None:
    """With its port, if there is one."""
    assert addresses.host_of(urlsplit(address)) == host


def test_password_is_not_shown_where_nothing_answers() -> None:
    """Neither in the gap nor in the ledger."""
    api = WebApi("example", "http://anna:hunter2@127.0.0.1:1", "token", Ledger(), (), patience=0.5)
    with pytest.raises(WebApiError, match=r"127\.0\.0\.1:1 is unreachable") as told:
        api.get("/")

    assert {call.host for call in api.ledger.calls} == {"127.0.0.1:1"}
    assert "hunter2" not in f"{told.value}{told.value.remedy}{api.ledger.calls}"


def test_nobody_shows_more() -> None:
    """`netloc` is compared, and looked into; into a text or a ledger goes what the one helper says."""
    shown = ("host=parts.netloc", "netloc}", "netloc,", "host=self._endpoint.netloc", "host=self.base.netloc")
    files = {file: file.read_text("utf-8") for file in (HOME / "fixtures/collectors").glob("*.py")}
    lines = [line.strip() for text in files.values() for line in text.splitlines() if any(one in line for one in shown)]

    assert [line for line in lines if not line.startswith(("if (", "url = "))] == []
