"""A way between the suite and every provider on which everything can go wrong, and a suite with little patience."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from botocore.config import Config

from fixtures import collection
from fixtures.collectors import aws_clients, aws_session, digitalocean_session, github_connection, web_api
from fixtures.simulator.organisation import Organisation
from tests.faults import disturbances
from tests.gateway import Gateway, between

PROVIDERS = {
    "aws": "AWS_ENDPOINT_URL",
    "github": "GITHUB_API_URL",
    "digitalocean": "DIGITALOCEAN_API_URL",
    "betterstack": "BETTERSTACK_API_URL",
    "sentry": "SENTRY_URL",
}
Ways = dict[str, Gateway]
SOON = 15.0
"""Seconds until a population counts as one that never comes."""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for seconds where a nightly run waits for minutes; what happens then is the same."""
    quick = aws_session.CONFIG.merge(
        Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3})
    )
    for module in (aws_session, aws_clients):
        monkeypatch.setattr(module, "CONFIG", quick)
    for module in (digitalocean_session, github_connection, web_api):
        monkeypatch.setattr(module, "ATTEMPTS", 2)
    monkeypatch.setattr(digitalocean_session, "TIMEOUT", (1.0, 2.0))
    monkeypatch.setattr(github_connection, "TIMEOUT", 2.0)
    monkeypatch.setattr(web_api, "READ", 2)
    monkeypatch.setattr(collection, "LIMIT", SOON)


@pytest.fixture
def ways(organisation: Organisation, impatient: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ways]:  # noqa: ARG001
    """A gateway to each provider, which forwards everything until a test says otherwise."""
    disturbances.over.clear()
    with ExitStack() as stack:
        found: Ways = {}
        for provider, variable in PROVIDERS.items():
            found[provider] = stack.enter_context(between(organisation.exports[variable], lambda _path, _body: None))
            monkeypatch.setenv(variable, found[provider].url)
        yield found
        disturbances.over.set()
