"""Where simulated databases answer: PostgreSQL's own words, TLS of their own, as the parameters in force demand."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
STARTUP = bytes.fromhex("0000000900030000") + b"\0"


def endpoint(org: Organisation, name: str = "app") -> tuple[str, int]:
    """Return where a database says that it answers."""
    (told,) = org.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return told["Endpoint"]["Address"], told["Endpoint"]["Port"]


def connect(org: Organisation, **differently: Any) -> ssl.SSLSocket:  # noqa: ANN401 - settings of a context
    """Connect as a careful client does."""
    address = endpoint(org)
    connection = socket.create_connection(address, timeout=60)
    connection.sendall(SSL_REQUEST)
    assert connection.recv(1) == b"S"
    context = ssl.create_default_context(cafile=org.exports["PGSSLROOTCERT"])
    for name, value in differently.items():
        setattr(context, name, value)
    return context.wrap_socket(connection, server_hostname=address[0])


def test_tls_1_3_and_a_certificate_that_holds(organisation: Organisation) -> None:
    """After which there is nothing: the organisation has no data."""
    with connect(organisation) as secured:
        assert secured.version() == "TLSv1.3"
        secured.sendall(STARTUP)
        assert secured.recv(1000).startswith(b"E")


def test_nothing_less_is_accepted(organisation: Organisation) -> None:
    """As the parameters of production demand."""
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
        connect(organisation, maximum_version=ssl.TLSVersion.TLSv1_2)


def test_without_tls_nobody_gets_in(organisation: Organisation) -> None:
    """The refusal is worded as PostgreSQL words it."""
    with socket.create_connection(endpoint(organisation), timeout=60) as connection:
        connection.sendall(STARTUP)
        told = connection.recv(1000)

    assert told[:1] == b"E"
    assert int.from_bytes(told[1:5], "big") == len(told) - 1
    assert b"C28000\0" in told


def test_the_endpoint_follows_what_is_in_force(organisation: Organisation) -> None:
    """A parameter that waits for a reboot changes nothing on the wire."""
    rds = organisation.client("rds")
    strict = endpoint(organisation)
    rds.modify_db_instance(DBInstanceIdentifier="app", DBParameterGroupName="default.postgres17", ApplyImmediately=True)
    assert endpoint(organisation) == strict

    rds.reboot_db_instance(DBInstanceIdentifier="app")

    assert endpoint(organisation) != strict
    assert endpoint(organisation, "analytics") == strict
    with connect(organisation, maximum_version=ssl.TLSVersion.TLSv1_2) as secured:
        assert secured.version() == "TLSv1.2"
