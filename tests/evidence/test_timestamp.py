"""RFC 3161 time stamps by a local authority, which is openssl behind a small HTTP server."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from fixtures.evidence import timestamp
from fixtures.evidence.manifest import TIMESTAMP
from fixtures.evidence.sealed import open_run
from fixtures.evidence.verification import Findings, stamped
from tests.evidence.sealed_runs import PUBLIC, remanifest

MANIFEST = b'{"a":1}'
SETTINGS = """
[tsa]
dir = .
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
[extensions]
extendedKeyUsage = critical,timeStamping
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass
class Authority:
    """A time-stamping authority."""

    folder: Path
    url: str = ""
    status: int = 200
    spoil: bytes = b""
    """Answered instead of a time stamp."""

    @property
    def root(self) -> Path:
        """The certificate from which its own descends."""
        return self.folder / "root.pem"

    def openssl(self, *words: str) -> None:
        """Run openssl in its folder."""
        subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, check=True)

    def answer(self, question: bytes) -> bytes:
        """Stamp what is asked for."""
        (self.folder / "question").write_bytes(question)
        self.openssl("ts", "-reply", "-config", "ts.cnf", "-section", "tsa", "-queryfile", "question", "-out", "answer")
        return self.spoil or (self.folder / "answer").read_bytes()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """Install one and serve it."""
    authority = Authority(tmp_path_factory.mktemp("authority"))
    (authority.folder / "ts.cnf").write_text(SETTINGS)
    (authority.folder / "serial").write_text("01\n")
    for name, subject in (("root", "/CN=Root"), ("other", "/CN=Other root")):
        authority.openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem"),
            *("-days", "30", "-subj", subject, "-addext", "keyUsage=critical,keyCertSign"),
        )
    authority.openssl(
        *("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Stamps")
    )
    authority.openssl(
        *("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-out", "tsa.pem"),
        *("-days", "30", "-extfile", "ts.cnf", "-extensions", "extensions", "-set_serial", "2"),
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(authority.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        authority.url = f"http://127.0.0.1:{server.server_port}/"
        yield authority
        server.shutdown()


@pytest.fixture
def authority(installed: Authority) -> Authority:
    """Return the authority, which behaves."""
    installed.status, installed.spoil = 200, b""
    return installed


def test_stamp(authority: Authority) -> None:
    """It says when, for this manifest and no other, under this root and no other; openssl agrees."""
    stamp = timestamp.ask(authority.url, MANIFEST)

    assert abs(timestamp.check(stamp, MANIFEST, authority.root) - datetime.now(UTC)) < timedelta(minutes=1)
    for manifest, roots, told in (
        (b'{"a":2}', authority.root, "Mismatch"),
        (MANIFEST, authority.folder / "other.pem", "the time stamp: "),
        (MANIFEST, authority.folder / "serial", "no certificates in PEM"),
        (MANIFEST, authority.folder / "missing", "No such file"),
    ):
        with pytest.raises(timestamp.TimestampError, match=told):
            timestamp.check(stamp, manifest, roots)
    (authority.folder / "stamp").write_bytes(stamp)
    (authority.folder / "manifest").write_bytes(MANIFEST)
    authority.openssl("ts", "-verify", "-data", "manifest", "-in", "stamp", "-CAfile", "root.pem")


def test_spoilt_stamps(authority: Authority) -> None:
    """No byte of it can be another one, unless it stands where nothing is said."""
    stamp = timestamp.ask(authority.url, MANIFEST)
    when = timestamp.check(stamp, MANIFEST, authority.root)
    for place in range(0, len(stamp), 7):
        spoilt = stamp[:place] + bytes([stamp[place] ^ 4]) + stamp[place + 1 :]
        try:
            found = timestamp.check(spoilt, MANIFEST, authority.root)
        except timestamp.TimestampError:
            continue
        assert found == when, place
    for other in (b"", stamp[:-1], stamp[: len(stamp) // 2], b"x" * 100):
        with pytest.raises(timestamp.TimestampError):
            timestamp.check(other, MANIFEST, authority.root)


def test_authority_that_misbehaves(authority: Authority) -> None:
    """Down, refusing, talking nonsense, answering what it was asked before."""
    question = timestamp.ask(authority.url, MANIFEST)
    authority.spoil = question
    with pytest.raises(timestamp.TimestampError, match="answered another question"):
        timestamp.ask(authority.url, MANIFEST)
    with pytest.raises(timestamp.TimestampError, match="answered another question"):
        timestamp.ask(authority.url, b"another manifest")
    authority.spoil = b"<html>"
    with pytest.raises(timestamp.TimestampError, match="answered with no time stamp"):
        timestamp.ask(authority.url, MANIFEST)
    authority.status = 503
    with pytest.raises(timestamp.TimestampError, match="answered 503"):
        timestamp.ask(authority.url, MANIFEST)
    with pytest.raises(timestamp.TimestampError, match="ConnectionError"):
        timestamp.ask("http://127.0.0.1:1/", MANIFEST)


@pytest.mark.parametrize("url", ["ftp://example.com", "example.com", "https://", "https://user:secret@example.com/"])
def test_address_that_is_none(url: str) -> None:
    """It is told before anything is read."""
    with pytest.raises(timestamp.TimestampError, match="not the http"):
        timestamp.require(url)


def test_run_with_stamp(genuine: Path, tmp_path: Path, authority: Authority) -> None:
    """Demanded of a run: there, its own, and made at its end."""
    run = Path(shutil.copytree(genuine, tmp_path / "run"))
    assert found(run, authority.root).unacceptable == ["NOT TIME-STAMPED: only the run itself says when it took place"]

    remanifest(run, lambda m: m.update(authority=authority.url))
    (run / TIMESTAMP).write_bytes(timestamp.ask(authority.url, (run / "manifest.json").read_bytes()))
    good = found(run, authority.root)
    assert good.status == 0
    assert good.notes[0].startswith("time-stamped at ")
    assert found(run, authority.folder / "other.pem").status == 1

    later, earlier = (datetime.now(UTC) + delta for delta in (timedelta(hours=2), timedelta(hours=-2)))
    for finished, status, told in ((later, 1, "before it was finished"), (earlier, 2, "after it was finished")):
        end = {"finished": f"{finished:%Y-%m-%dT%H:%M:%SZ}"}
        remanifest(run, lambda m: m["run"].update(end))  # noqa: B023 - called at once
        (run / TIMESTAMP).write_bytes(timestamp.ask(authority.url, (run / "manifest.json").read_bytes()))
        bad = found(run, authority.root)
        assert bad.status == status
        assert told in "".join((*bad.broken, *bad.unacceptable))


def found(run: Path, roots: Path) -> Findings:
    """Return what is said of a run's time stamp alone."""
    findings = Findings()
    stamped(open_run(run, PUBLIC), roots, findings)
    return findings
