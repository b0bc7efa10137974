"""A real PostgreSQL that speaks TLS, with a certificate authority of its own."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SYSTEM = Path("/usr/lib/postgresql")
NEEDED = ("initdb", "postgres", "pg_config")
DAY = dt.timedelta(days=1)
PATIENCE = 60.0
"""Seconds."""


class NoPostgresError(Exception):
    """There is no PostgreSQL with TLS on this machine."""


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs, built with TLS: $PG_BINDIR, or the newest of Debian's."""
    own = os.environ.get("PG_BINDIR")
    listed = [Path(own)] if own else sorted(SYSTEM.glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True)
    for folder in listed:
        if all((folder / name).is_file() for name in NEEDED):
            built = subprocess.run([folder / "pg_config", "--configure"], capture_output=True, text=True, check=True)
            if "openssl" in built.stdout:
                return folder
    raise NoPostgresError("no PostgreSQL with TLS: apt-get install postgresql, or set PG_BINDIR to the folder of one")


@dataclass(frozen=True)
class Server:
    """A server that is running."""

    port: int
    authority: Path
    """The file of the certificate authority that vouches for it."""
    password: str


@contextmanager
def serve(host: str, password: str) -> Iterator[Server]:
    """Serve on a port of the loopback interface, under a certificate for *host*; the database is `postgres`."""
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="drill-", dir="/tmp"))
    try:
        yield from _serve(programs, folder, host, password)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(programs: Path, folder: Path, host: str, password: str) -> Iterator[Server]:
    data, user = folder / "data", _user()
    (folder / "password").write_text(password)
    _own(folder, user)
    options = ["-D", str(data), "-U", "administrator", "--auth=scram-sha-256", "-k", "--no-sync", "--pwfile"]
    subprocess.run([programs / "initdb", *options, folder / "password"], user=user, check=True, capture_output=True)
    authority = issue(folder, data, host)
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    _own(folder, user)
    port = _free_port()
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "ssl": "on", "fsync": "off"}
    set_ = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-p", str(port), *set_], user=user, stdout=log, stderr=log
        )
    try:
        _wait(server, folder / "log")
        yield Server(port, authority, password)
    finally:
        server.terminate()
        server.wait(PATIENCE)


def issue(folder: Path, data: Path, host: str) -> Path:
    """Make an authority, and a certificate for *host* in the server's folder; return the authority's file."""
    own, servers = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    _write(folder / "authority.pem", _certificate("drill authority", own, "drill authority", own))
    _write(data / "server.crt", _certificate(host, servers, "drill authority", own, host))
    text = servers.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(data / "server.key", text)
    return folder / "authority.pem"


def strange_authority(folder: Path) -> Path:
    """Make an authority that vouches for nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _write(folder / "strange.pem", _certificate("drill authority", key, "drill authority", key))


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuers: ec.EllipticCurvePrivateKey,
    host: str = "",
) -> bytes:
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.BasicConstraints(ca=not host, path_length=None), critical=True)
    )
    if host:
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        certificate = certificate.add_extension(names, critical=False)
    return certificate.sign(issuers, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def _user() -> str | None:
    """Return whom to run it as: PostgreSQL refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def _own(folder: Path, user: str | None) -> None:
    if user:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, user)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        if b"is ready to accept connections" in log.read_bytes():
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")
