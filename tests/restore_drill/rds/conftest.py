"""A drill in the simulated organisation, of which only the connection to PostgreSQL is somebody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from fixtures.facts.restore_tests import Verification
from fixtures.restore_drill.rds.clients import Clients
from fixtures.restore_drill.rds.connection import Endpoint
from fixtures.restore_drill.rds.order import Order
from fixtures.restore_drill.rds.outcome import Outcome
from fixtures.restore_drill.rds.restore import restore_from_rds
from fixtures.simulator import aws_databases as databases
from tests.restore_drill.rds import place

if TYPE_CHECKING:
    from psycopg import Connection

    from fixtures.simulator.organisation import Organisation

SOUND = Verification("row counts", passed=True)
QUICK: dict[str, Any] = {
    "interval": timedelta(seconds=0.02),
    "availability_wait": timedelta(seconds=2),
    "removal_wait": timedelta(seconds=2),
    "access_wait": timedelta(seconds=0.04),
}


@dataclass
class Drill:
    """A drill that is about to run, and what can be seen of it."""

    org: Organisation
    order: Order
    clients: Clients
    said: list[str] = field(default_factory=list)
    entered: list[Endpoint] = field(default_factory=list)
    found: tuple[Verification, ...] = (SOUND,)
    meanwhile: Callable[[], object] = lambda: None
    """What happens while the copy is verified."""

    def run(self) -> Outcome[Verification]:
        """Run it."""
        return restore_from_rds(self.order, self.clients, self.verify, self.said.append, self.connect)

    @contextmanager
    def connect(self, endpoint: Endpoint) -> Iterator[Connection[Any]]:
        """Connect to nothing."""
        self.entered.append(endpoint)
        yield cast("Connection[Any]", None)

    def verify(self, _connection: Connection[Any], _at: datetime) -> Iterator[Verification]:
        """Find what is to be found."""
        self.meanwhile()
        yield from self.found

    def copies(self) -> list[str]:
        """Return the drill's copies that are there."""
        return [name for region in REGIONS for name in self.databases(region) if name.startswith("restore-drill-")]

    def databases(self, region: str) -> dict[str, Any]:
        """Return every database of a region as it is."""
        listed = self.org.client("rds", region).describe_db_instances()["DBInstances"]
        for one in listed:
            one.pop("LatestRestorableTime", None)  # goes on by itself
        return {one["DBInstanceIdentifier"]: one for one in listed}

    def production(self) -> list[dict[str, Any]]:
        """Return everything else that is there."""
        return [{name: one for name, one in self.databases(r).items() if name not in self.copies()} for r in REGIONS]


REGIONS = (databases.PRIMARY, databases.SECONDARY)


@pytest.fixture(scope="module")
def company(served: Organisation) -> Iterator[Organisation]:
    """Build the organisation once for all drills of a module: each gets a place of its own, and leaves no copy."""
    served.rebuild()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in served.exports.items():
            environment.setenv(name, value)
        yield served


@pytest.fixture
def drill(company: Organisation) -> Drill:
    """Return a drill against which nothing can be said."""
    return prepare(company)


def prepare(org: Organisation, region: str = databases.SECONDARY, **changes: Any) -> Drill:  # noqa: ANN401 - any field
    """Make a place, and order a drill into it."""
    target = place.build(org, region)
    return Drill(org, place.order(target, **QUICK | changes), place.clients(target))
