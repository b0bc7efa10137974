"""Live is what every provider answered from its own host over verified TLS; nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.collectors.aws_session import open_session
from fixtures.collectors.ledger import Ledger
from fixtures.evidence.provenance import contradictions, provenance
from fixtures.facts.calls import Call
from tests.gateway import Answer, between
from tests.judgement.facts import NOW

OWN = Call(1, NOW, "aws", "rds", "DescribeDBInstances", "1", "eu-central-1", "https", "", 200, "r", "0", False, True)
OWN = replace(OWN, host="rds.eu-central-1.amazonaws.com")
SIMULATED = replace(OWN, simulated=True, own_host=False)
OTHER = replace(OWN, own_host=False)
UNANSWERED = replace(OTHER, status=0, error="EndpointConnectionError")


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([OWN], "live"),
        ([OWN, UNANSWERED], "live"),
        ([OWN, OTHER], "custom"),
        ([OWN, SIMULATED], "simulated"),
        ([OTHER], "custom"),
        ([UNANSWERED], "custom"),
        ([], "custom"),
    ],
)
def test_provenance(calls: list[Call], expected: str) -> None:
    """One answer from elsewhere is enough; no answer proves nothing."""
    assert provenance(calls) == expected


HOSTS = [
    ("aws", "rds.eu-central-1.amazonaws.com", True),
    ("aws", "rds.cn-north-1.amazonaws.com.cn:443", True),
    ("aws", "rds.eusc-de-east-1.amazonaws.eu", True),
    ("aws", "backup.eu-central-1.api.aws", True),
    ("aws", "amazonaws.com.example.net", False),
    ("aws", "notamazonaws.com", False),
    ("aws", "evil.example/.amazonaws.com", False),
    ("aws", "api.github.com", False),
    ("github", "api.github.com", True),
    ("github", "api.botbrains.ghe.com", True),
    ("github", "API.GitHub.com:443", True),
    ("github", "user@api.github.com", True),
    ("github", "api.github.com@example.net", False),
    ("github", "[::1]", False),
    ("github", "[api.github.com", False),
    ("github", "github.botbrains.example", False),
    ("digitalocean", "api.digitalocean.com", True),
    ("digitalocean", "app.digitalocean.com", False),
    ("betterstack", "uptime.betterstack.com", True),
    ("betterstack", "incidents.betterstack.com", True),
    ("betterstack", "betterstack.com.example.net", False),
    ("sentry", "de.sentry.io", True),
    ("sentry", "sentry.io", True),
    ("sentry", "botbrains.sentry.io", True),
    ("sentry", "other.sentry.io", False),
    ("sentry", "sentry.botbrains.example", False),
    ("tls", "api.github.com", False),
    ("aws", "127.0.0.1:443", False),
    ("aws", "", False),
]


@pytest.mark.parametrize(("provider", "host", "is_its_own"), HOSTS)
def test_hosts_that_are_a_providers_own(provider: str, host: str, is_its_own: bool) -> None:
    """By each provider's domains; a ledger that says so of any other is contradictory, and not live."""
    call = replace(OWN, provider=provider, host=host, account="botbrains")

    assert provenance([call]) == ("live" if is_its_own else "custom")
    assert bool(list(contradictions([call]))) is not is_its_own


def test_own_host_without_encryption() -> None:
    """Anybody on the way can have answered."""
    assert provenance([replace(OWN, scheme="http")]) == "custom"
    assert list(contradictions([replace(OWN, scheme="http")]))


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_RDS", "AWS_CA_BUNDLE"])
def test_somebody_else_may_answer(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """A configured endpoint, under whatever name, or another certificate bundle, is not AWS itself."""
    with between("http://127.0.0.1:1", lambda _path, _request: Answer(200, "<R/>")) as server:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        monkeypatch.setenv(variable, server.url)
        _, witness = open_session(Ledger())

    assert not witness.is_own


def test_aws_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any of that, it is."""
    for variable in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)
    _, witness = open_session(Ledger())

    assert witness.is_own
