"""Entering a real PostgreSQL over TLS: the right server alone. Where there is no PostgreSQL, these are errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.facts.restore_tests import Verification
from fixtures.restore_drill.rds.clients import Clients
from fixtures.restore_drill.rds.connection import ConnectionFailedError, Endpoint, connect
from fixtures.restore_drill.rds.restore import restore_from_rds
from fixtures.restore_drill.verification.expectation import Expectation
from fixtures.restore_drill.verification.verifier import verify
from tests.restore_drill.rds import place
from tests.restore_drill.rds.conftest import QUICK
from tests.restore_drill.rds.server import Server, serve, strange_authority

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection

    from fixtures.simulator.organisation import Organisation

HOST = "restore-drill-20261126-0123abcd.abcdefghijkl.eu-west-1.rds.amazonaws.com"
PASSWORD = "P@55w0rd!"  # noqa: S105 - what moto keeps in every secret that RDS manages
SCHEMA = """
CREATE TABLE customer (id int PRIMARY KEY, email text UNIQUE);
CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customer, created_at timestamptz NOT NULL);
INSERT INTO customer SELECT n, n || '@example.org' FROM generate_series(1, 100) n;
INSERT INTO orders SELECT n, 1 + n % 100, now() - interval '1 hour' FROM generate_series(1, 1000) n;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Serve a database with a few rows, once."""
    with serve(HOST, PASSWORD) as running:
        with connect(endpoint(running)) as opened:
            opened.execute(SCHEMA)
        yield running


def endpoint(server: Server, **changes: Any) -> Endpoint:  # noqa: ANN401 - any field
    """Return where the server is, but for *changes*."""
    right = Endpoint(HOST, server.port, "postgres", "administrator", server.password, server.authority, "127.0.0.1")
    return replace(right, **changes)


def test_the_right_server_is_entered_over_tls(server: Server) -> None:
    """With nothing older than TLS 1.2, and by password."""
    with connect(endpoint(server)) as opened:
        row = opened.execute("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
        assert row is not None
        encrypted, version = row
        assert encrypted
        assert version in {"TLSv1.2", "TLSv1.3"}
        assert opened.autocommit


def test_a_server_with_another_name_is_not_entered(server: Server) -> None:
    """A certificate for somebody else will not do, though the right authority vouches for it."""
    with (
        pytest.raises(ConnectionFailedError, match="does not match host name"),
        connect(endpoint(server, host="app.abcdefghijkl.eu-west-1.rds.amazonaws.com")),
    ):
        pass


def test_a_server_that_nobody_vouches_for_is_not_entered(server: Server, tmp_path: Path) -> None:
    """An authority of the same name will not do."""
    with (
        pytest.raises(ConnectionFailedError, match="SSL error"),
        connect(endpoint(server, certificates=strange_authority(tmp_path))),
    ):
        pass


def test_without_authorities_nothing_is_entered(server: Server, tmp_path: Path) -> None:
    """And it is said where to name them."""
    with (
        pytest.raises(ConnectionFailedError, match=r"no such file of certificate authorities: see `certificates`"),
        connect(endpoint(server, certificates=tmp_path / "none.pem")),
    ):
        pass


def test_a_wrong_password_is_not_shown(server: Server) -> None:
    """Nor is a right one."""
    with (
        pytest.raises(ConnectionFailedError, match="password authentication failed") as failure,
        connect(endpoint(server, password="of-somebody-else")),  # noqa: S106
    ):
        pass
    assert "of-somebody-else" not in str(failure.value)
    assert server.password not in repr(endpoint(server))


def test_a_port_where_nobody_is_fails(server: Server) -> None:
    """In one line."""
    with pytest.raises(ConnectionFailedError) as failure, connect(endpoint(server, port=1)):
        pass
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("sound", [True, False], ids=["sound", "damaged"])
def test_a_drill_from_end_to_end(company: Organisation, server: Server, sound: bool) -> None:
    """RDS as the simulator knows it, PostgreSQL as it is: restored, entered by its own password, verified, deleted."""
    target = replace(place.build(company), certificates=str(server.authority))
    clients: Clients = place.clients(target)
    entered: list[Endpoint] = []

    @contextmanager
    def through(given: Endpoint) -> Iterator[Connection[Any]]:
        """Lead to the real server: the simulator's own endpoint shakes hands and says nothing."""
        entered.append(given)
        real = replace(given, host=HOST, address="127.0.0.1", port=server.port, user="administrator")
        with connect(real) as opened:
            yield opened

    def look(opened: Connection[Any], at: datetime) -> Iterator[Verification]:
        query = (
            "SELECT max(created_at) FROM orders" if sound else "SELECT max(created_at) + interval '1 day' FROM orders"
        )
        for check in verify(opened, Expectation(target=at), query):
            yield Verification(check.name, check.result == "passed", str(check))

    outcome = restore_from_rds(place.order(target, **QUICK), clients, look, lambda _: None, through)
    assert outcome.failure == ""
    assert outcome.leftover == ""
    failed = [one.detail for one in outcome.verifications if not one.passed]
    assert outcome.passed == sound, failed
    assert (not failed) == sound
    assert [one.password for one in entered] == [PASSWORD]
    assert outcome.verified is not None
    assert datetime.now(UTC) - outcome.verified < timedelta(minutes=5)
