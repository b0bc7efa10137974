"""Both alerting providers, served once, built anew for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from tests.simulator.alerting import AlertingOrganisation, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fixtures.simulator.organisation import Organisation


@pytest.fixture(scope="session")
def providers() -> Iterator[AlertingOrganisation]:
    """Serve both providers for the whole session."""
    with served() as organisation:
        yield organisation


@pytest.fixture
def alerting(providers: AlertingOrganisation) -> Organisation:
    """Return the organisation, compliant as built."""
    providers.rebuild()
    return cast("Organisation", providers)
