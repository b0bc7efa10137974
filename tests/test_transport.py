"""ENC-3 as a whole run judges it: the endpoints are real, and what nobody could measure is never compliant."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures import transport
from fixtures.collection import POPULATIONS
from fixtures.collectors.aws_estate import Estate
from fixtures.collectors.ledger import Ledger
from fixtures.collectors.reading import Reading
from fixtures.facts.handshakes import POSTGRESQL, Endpoint
from fixtures.facts.population import Population
from fixtures.policy import load
from fixtures.simulator.organisation import Organisation
from tests.inner_run import Verdicts, run_suite

PATIENCE = 5
"""Seconds that an endpoint is given, as policy/parameters.toml has it."""


def judge(reports: Path) -> Verdicts:
    """Judge ENC-3 alone."""
    return run_suite(reports, "-k", "ENC-3")


def test_every_endpoint_is_measured(organisation: Organisation, tmp_path: Path) -> None:
    """Each database's, and the one of all APIs; the run is still no evidence of anything real."""
    verdicts = judge(tmp_path)

    row = verdicts.row("ENC-3")
    assert row["result"] == "compliant", row["violations"]
    assert verdicts.results["run"]["provenance"] == "simulated"
    assert organisation.exports["AWS_ENDPOINT_URL"].startswith("https://")


def test_plain_http_is_never_compliant(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever examines AWS over plain HTTP is told so, however good everything else is."""
    url = organisation.exports["AWS_ENDPOINT_URL"].replace("https://", "http://")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)

    (violation,) = judge(tmp_path).row("ENC-3")["violations"]

    assert violation["resource"] == url
    assert violation["seen"] == "S3 API, RDS API, KMS API: plain HTTP, without TLS"


def test_a_database_that_does_not_answer_is_not_assessed(organisation: Organisation, tmp_path: Path) -> None:
    """In bounded time, with where to run instead; everything else is judged."""
    organisation.mishap("rds-endpoint", region="eu-central-1", database="app", manner="silent")
    begun = time.monotonic()

    row = judge(tmp_path).row("ENC-3")

    assert row["result"] == "not_assessed"
    (gap,) = row["unread"]
    assert "no answer within 5 s" in str(gap)
    assert "run it where clients of that endpoint run" in str(gap)
    assert row["population"] > 1
    assert time.monotonic() - begun < 12 * PATIENCE  # a whole run, on a busy machine


def test_endpoints_are_waited_for_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no database can be reached, a thousand of them must not take their seconds one after the other."""
    together = Barrier(transport.PROBES)

    def wait(*_: object, **__: object) -> Iterator[int]:
        yield together.wait(10)

    monkeypatch.setattr(transport, "read_handshake", wait)
    account: Any = SimpleNamespace(id="123456789012", batch=0)
    found = tuple(Endpoint(account.id, "eu-central-1", POSTGRESQL, f"host-{n}", 5432, ("app",)) for n in range(128))

    measured = POPULATIONS["handshakes"](Estate((account,), (), Reading()), Population(found), load(), Ledger())

    assert (sorted(measured), measured.unread) == (sorted([*range(64)] * 2), ())


def test_without_the_authorities_of_databases_nothing_is_compliant(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that nobody can verify proves nothing, and accuses nobody."""
    assert organisation.exports["PGSSLROOTCERT"]
    monkeypatch.delenv("PGSSLROOTCERT")

    row = judge(tmp_path).row("ENC-3")

    assert row["result"] == "not_assessed"
    assert "PGSSLROOTCERT" in str(row["unread"])
