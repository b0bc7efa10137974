"""A real PostgreSQL for the tests of the verifier."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.restore_drill.cluster import Cluster
from fixtures.restore_drill.verification import content
from fixtures.restore_drill.verification.checks import Database
from fixtures.restore_drill.verification.expectation import Expectation
from tests.restore_drill.everything import SCHEMA
from tests.restore_drill.places import running_cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One cluster for all tests."""
    with running_cluster("verified") as (cluster, *_):
        yield cluster


@pytest.fixture
def database(cluster: Cluster) -> Iterator[Database]:
    """A database with a bit of everything."""
    with cluster.connect() as connection:
        connection.execute(SCHEMA)
        yield connection


@pytest.fixture
def recorded(database: Database) -> Expectation:
    """What was written down of it."""
    return content.record(database)
