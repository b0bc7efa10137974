"""The probe against real TLS servers: what is a fact, what is a gap, and that nothing takes longer than it may."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from fixtures.collectors.ledger import Ledger
from fixtures.collectors.tls_endpoints import read_handshake
from fixtures.collectors.tls_probe import Authorities
from fixtures.facts.handshakes import HTTP, HTTPS, POSTGRESQL, Endpoint, Handshake
from fixtures.facts.population import Unread
from fixtures.simulator.certificates import Authority
from tests.collectors.endpoints import Answer, hangs, in_turn, listening, postgresql, refusing, says, tls

if TYPE_CHECKING:
    from fixtures.collectors.aws_estate import Place

LIMIT = timedelta(seconds=1.5)
DAY = timedelta(days=1)
ONLY_1_2 = ssl.TLSVersion.TLSv1_2
PLACE = cast("Place", SimpleNamespace())
Issue = Callable[..., ssl.SSLContext]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Issue certificates that clients of databases and of AWS trust."""
    authority = Authority(tmp_path)
    for name in ("PGSSLROOTCERT", "AWS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(authority.bundle))
    return authority


def endpoint(port: int, protocol: str = POSTGRESQL, host: str = "127.0.0.1") -> Endpoint:
    """Return an endpoint of a database, unless told otherwise."""
    return Endpoint("123456789012", "eu-central-1", protocol, host, port, ("app",))


def measure(one: Endpoint, ledger: Ledger | None = None) -> tuple[list[Handshake], list[Unread]]:
    """Return what was found, and what was not."""
    found = list(read_handshake(PLACE, one, limit=LIMIT, ledger=ledger or Ledger(), authorities=Authorities()))
    return [x for x in found if isinstance(x, Handshake)], [x for x in found if isinstance(x, Unread)]


@pytest.mark.parametrize("protocol", [POSTGRESQL, HTTPS])
@pytest.mark.parametrize(
    ("oldest", "newest", "version", "older"),
    [
        (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3, "TLSv1.3", ""),
        (ONLY_1_2, ssl.TLSVersion.TLSv1_3, "TLSv1.3", "TLSv1.2"),
        (ONLY_1_2, ONLY_1_2, "TLSv1.2", "TLSv1.2"),
    ],
    ids=["1.3 only", "both", "1.2 only"],
)
def test_what_is_negotiated_is_told_from_what_is_still_accepted(
    authority: Authority, protocol: str, oldest: ssl.TLSVersion, newest: ssl.TLSVersion, version: str, older: str
) -> None:
    """Who only negotiates lower, and who negotiates 1.3 but takes 1.2 as well, are two findings."""
    answer = tls(authority.server(oldest=oldest, newest=newest))
    with listening(postgresql(answer) if protocol == POSTGRESQL else answer) as port:
        (found,), gaps = measure(endpoint(port, protocol))

    assert gaps == []
    assert (found.version, found.older, found.problem) == (version, older, "")
    assert found.negotiates(1.3) == (version == "TLSv1.3")
    assert found.accepts_below(1.3) == (older == "TLSv1.2")
    assert found.cipher


def test_the_chain_is_recorded(authority: Authority) -> None:
    """Each certificate with who it is for, who vouches for it, and until when."""
    ledger = Ledger()
    with listening(postgresql(tls(authority.server("127.0.0.1", "app.example.org", until=90 * DAY)))) as port:
        (found,), _ = measure(endpoint(port), ledger)

    server, issuer = found.chain
    assert (server.subject, server.issuer) == ("CN=127.0.0.1", "CN=Simulated Certificate Authority")
    assert server.names == ("app.example.org", "127.0.0.1")
    assert abs(server.not_after - datetime.now(UTC) - 90 * DAY) < timedelta(minutes=1)
    assert issuer.subject == server.issuer
    (entry,) = ledger.calls
    assert (entry.number, entry.provider, entry.sha256) == (found.source.ledger, "tls", server.sha256)
    assert (entry.status, entry.own_host, entry.simulated, entry.error) == (0, False, False, "")


@pytest.mark.filterwarnings("ignore:ssl.OP_NO:DeprecationWarning")  # a server that nobody ought to run
def test_the_oldest_versions_are_seen_too(authority: Authority) -> None:
    """A server that offers TLS 1.0 and nothing newer violates; a client that cannot speak it would only fail."""
    context = authority.server(oldest=ssl.TLSVersion.MINIMUM_SUPPORTED, newest=ssl.TLSVersion.TLSv1_2)
    context.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with listening(tls(context)) as port:
        (found,), gaps = measure(endpoint(port, HTTPS))

    assert gaps == []
    assert found.version == found.older == "TLSv1"
    assert not found.negotiates(1.2)
    assert found.problem


@pytest.mark.parametrize("protocol", [POSTGRESQL, HTTPS])
@pytest.mark.parametrize(
    ("issue", "problem"),
    [
        (lambda authority, _: authority.server(since=-9 * DAY, until=-DAY), "expired"),
        (lambda authority, _: authority.server(since=DAY), "not valid yet"),
        (lambda authority, _: authority.server("db.example.org"), "of another host"),
        (lambda authority, _: authority.server(by_itself=True), "self-signed"),
        (lambda _, folder: Authority(folder).server(), "of an issuer that is not trusted"),
        (lambda _, folder: Authority(folder, "127.0.0.1").server(), "of an issuer that is not trusted"),
    ],
    ids=["expired", "not yet", "wrong host", "self-signed", "other issuer", "other issuer of the same name"],
)
def test_a_bad_certificate_is_a_violation(
    authority: Authority, tmp_path: Path, protocol: str, issue: Issue, problem: str
) -> None:
    """The handshake is completed all the same, so that what is wrong can be told."""
    (other := tmp_path / "other").mkdir()
    answer = tls(issue(authority, other))
    with listening(postgresql(answer) if protocol == POSTGRESQL else answer) as port:
        (found,), gaps = measure(endpoint(port, protocol))

    assert gaps == []
    assert (found.version, found.problem) == ("TLSv1.3", problem)
    assert f"certificate {problem}" in str(found)
    assert found.chain[0].sha256 != found.chain[-1].sha256 or problem == "self-signed"


def test_without_the_authorities_of_rds_nobody_can_judge(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """That an issuer is unknown here is no violation of his, as long as nobody said whom to trust; so it is a gap."""
    monkeypatch.delenv("PGSSLROOTCERT")
    with listening(postgresql(tls(authority.server()))) as port:
        (found,), (gap,) = measure(endpoint(port))

    assert (found.version, found.older, found.problem) == ("TLSv1.3", "", "")
    assert "CN=Simulated Certificate Authority, is not known here" in gap.reason
    assert "PGSSLROOTCERT" in gap.remedy


@pytest.mark.parametrize(
    ("issue", "problem"),
    [
        (lambda authority: authority.server(since=-9 * DAY, until=-DAY), "expired"),
        (lambda authority: authority.server("db.example.org"), "of another host"),
        (lambda authority: authority.server(by_itself=True), "self-signed"),
    ],
    ids=["expired", "wrong host", "self-signed"],
)
def test_what_a_certificate_says_itself_needs_nobodys_trust(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, issue: Issue, problem: str
) -> None:
    """Until when it is valid, and for whom, is known of any; and one that vouches for itself is nobody's."""
    monkeypatch.delenv("PGSSLROOTCERT")
    with listening(postgresql(tls(issue(authority)))) as port:
        (found,), _ = measure(endpoint(port))

    assert found.problem == problem


@pytest.mark.parametrize(
    ("text", "reason"), [(None, "which is no file"), ("none", "holds no certificates"), ("", "holds no certificates")]
)
def test_a_file_without_authorities_is_a_gap(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, reason: str
) -> None:
    """Nothing is verified against nothing, and that is no fault of the server."""
    roots = tmp_path / "roots.pem"
    if text is not None:
        roots.write_text(text, "utf-8")
    monkeypatch.setenv("PGSSLROOTCERT", str(roots))
    with listening(postgresql(tls(authority.server()))) as port:
        found, (gap,) = measure(endpoint(port))

    assert found == []
    assert reason in gap.reason


@pytest.mark.usefixtures("authority")
@pytest.mark.parametrize(
    ("protocol", "answer", "seen"),
    [
        (POSTGRESQL, says(b"N"), "answers that it offers no TLS"),
        (POSTGRESQL, says(b"EFATAL"), "answers in plain text"),
        (POSTGRESQL, postgresql(says(b"HTTP/1.1 400 Bad Request\r\n\r\n")), "answers in plain text"),
        (HTTPS, says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "answers in plain text"),
        (HTTPS, says(b"220 mail.example.org ESMTP\r\n"), "answers in plain text"),
    ],
    ids=["SSLRequest N", "an error", "S, then plain text", "HTTP", "another protocol"],
)
def test_plain_text_is_a_violation(protocol: str, answer: Answer, seen: str) -> None:
    """It answered, so it is no gap."""
    with listening(answer) as port:
        (found,), gaps = measure(endpoint(port, protocol))

    assert gaps == []
    assert (found.version, found.problem, found.chain) == ("", seen, ())
    assert not found.negotiates(1.0)
    assert str(found) == f"app: {seen}"


def test_plain_http_is_a_violation_without_asking() -> None:
    """What the suite itself was told to use needs no measuring."""
    with refusing() as port:
        (found,), gaps = measure(endpoint(port, HTTP))

    assert gaps == []
    assert found.problem == "plain HTTP, without TLS"


@pytest.mark.usefixtures("authority")
@pytest.mark.parametrize(
    ("protocol", "answer", "reason"),
    [
        (POSTGRESQL, hangs, "no answer within 1.5 s"),
        (POSTGRESQL, postgresql(hangs), "no answer within 1.5 s"),
        (HTTPS, hangs, "no answer within 1.5 s"),
        (POSTGRESQL, says(), "the connection was closed"),
        (POSTGRESQL, postgresql(says()), "eof"),
        (HTTPS, says(), "eof"),
    ],
    ids=["hangs", "S, then hangs", "HTTPS hangs", "hangs up", "S, then hangs up", "HTTPS hangs up"],
)
def test_silence_is_a_gap_in_bounded_time(protocol: str, answer: Answer, reason: str) -> None:
    """Nobody knows what would have been negotiated."""
    ledger = Ledger()
    begun = time.monotonic()
    with listening(answer) as port:
        found, (gap,) = measure(endpoint(port, protocol), ledger)

    assert time.monotonic() - begun < 2 * LIMIT.total_seconds()
    assert found == []
    assert reason.casefold() in gap.reason.casefold()
    assert [call.error for call in ledger.calls] == [gap.reason]
    assert f"{protocol}://127.0.0.1:{port}" in gap.call


@pytest.mark.usefixtures("authority")
def test_a_port_that_nobody_listens_on_is_a_gap() -> None:
    """Refused is not refused TLS."""
    with refusing() as port:
        found, (gap,) = measure(endpoint(port))

    assert found == []
    assert gap.reason == "Connection refused"


@pytest.mark.usefixtures("authority")
@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 70, "a..b", ""])
def test_a_name_that_leads_nowhere_is_a_gap(host: str) -> None:
    """A name that DNS does not know, or that is none."""
    found, gaps = measure(endpoint(5432, host=host))

    assert found == []
    assert len(gaps) == 1


def test_a_name_that_takes_for_ever_to_look_up_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking up a name has no limit of its own."""
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: time.sleep(30))
    begun = time.monotonic()
    found, (gap,) = measure(endpoint(5432, host="app.example.org"))

    assert time.monotonic() - begun < 2 * LIMIT.total_seconds()
    assert found == []
    assert gap.reason == "no answer within 1.5 s"


@pytest.mark.parametrize(
    ("second", "why"),
    [(hangs, "no answer in time"), (says(), ""), (says(b"220 hello\r\n"), "plain text")],
    ids=["hangs", "hangs up", "plain text"],
)
def test_only_a_clear_no_counts_as_a_refusal_of_tls_1_2(authority: Authority, second: Answer, why: str) -> None:
    """1.3 was negotiated; whether 1.2 would have been taken is not known, and of a database it has to be."""
    answer = in_turn(postgresql(tls(authority.server())), postgresql(second))
    with listening(answer) as port:
        (found,), (gap,) = measure(endpoint(port))

    assert (found.version, found.older) == ("TLSv1.3", None)
    assert not found.accepts_below(1.3)
    assert "whether it accepts TLS 1.2 is unclear" in gap.reason
    assert why in gap.reason


def test_of_an_api_it_need_not_be_known(authority: Authority) -> None:
    """What nobody demands keeps nobody from passing."""
    with listening(in_turn(tls(authority.server()), says())) as port:
        (found,), gaps = measure(endpoint(port, HTTPS))

    assert gaps == []
    assert found.older is None
    assert "unclear whether it accepts less" in str(found)
