"""Live is what every provider answered from its own host over verified TLS; nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.collectors.aws_session import open_session
from fixtures.collectors.ledger import Ledger
from fixtures.evidence.provenance import provenance
from fixtures.facts.calls import Call
from tests.gateway import Answer, between
from tests.judgement.facts import NOW

OWN = Call(1, NOW, "aws", "rds", "DescribeDBInstances", "1", "eu-central-1", "https", "h", 200, "r", "0", False, True)
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
