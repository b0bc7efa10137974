"""The stand-in for GitHub by itself, and the suite's way of reading it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pytest

from compliance_tests import test_source_code as src
from fixtures.collectors.github_connection import Patience
from fixtures.collectors.github_hosting import Hosting, open_hosting
from fixtures.collectors.github_mirrors import read_mirrored_repositories
from fixtures.collectors.github_repositories import read_histories, read_repositories
from fixtures.collectors.ledger import Ledger
from fixtures.collectors.mirror_records import mirror_inventory
from fixtures.examination import Examination
from fixtures.facts.mirrors import MirroredRepository
from fixtures.facts.population import Population
from fixtures.facts.repositories import History, Repository
from fixtures.policy import load
from fixtures.simulator import github
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.serving import serve
from fixtures.simulator.stand_ins.github import ORGANISATION, TOKEN, create_app
from tests.collectors.github.faults import Break, switch


@dataclass
class Reading:
    """One reading of the organisation, as a run does it."""

    hosting: Hosting
    ledger: Ledger
    records: Path
    waited: list[float] = field(default_factory=list)
    """Seconds that the run would have waited: no test does."""

    @cached_property
    def found(self) -> Population[Repository]:
        """The repositories, read once."""
        return read_repositories(self.hosting)

    def repositories(self) -> Population[Repository]:
        """Read the repositories."""
        return self.found

    def histories(self) -> Population[History]:
        """Read what protects them."""
        return read_histories(self.hosting, self.repositories())

    def mirrored(self) -> Population[MirroredRepository]:
        """Read their mirrors."""
        inventory = mirror_inventory(self.records, self.hosting.url)
        return read_mirrored_repositories(self.hosting, self.repositories(), inventory, self.ledger, datetime.now(UTC))

    @cached_property
    def all_mirrored(self) -> Population[MirroredRepository]:
        """The mirrors, read once."""
        return self.mirrored()

    def gaps(self) -> list[str]:
        """Read everything; return each gap once, as a person reads it."""
        found = (*self.repositories().unread, *self.histories().unread, *self.all_mirrored.unread)
        return list(dict.fromkeys(map(str, found)))

    def judge_one(self, id_: str) -> Examination:
        """Read what one statement is about, and let its test judge."""
        now, policy = datetime.now(UTC), load()
        found = Examination(id_, now)
        population: Population[Any]
        if id_ == "SRC-1":
            population = self.repositories()
            src.test_repositories_are_private(population, policy, found)
        elif id_ == "SRC-2":
            population = self.histories()
            src.test_repositories_are_under_version_control_with_protected_history(population, policy, found)
        else:
            population = self.all_mirrored
            if id_ == "SRC-3":
                src.test_repositories_are_mirrored_on_developer_machines(population, policy, found)
            else:
                mirrors = Population(tuple(m for one in population for m in one.mirrors), population.unread)
                src.test_mirrors_are_current_with_every_push(mirrors, policy, now, found)
        found.close({"population": population})
        return found

    def judge(self) -> dict[str, Examination]:
        """Let all four tests judge what was read."""
        return {id_: self.judge_one(id_) for id_ in ("SRC-1", "SRC-2", "SRC-3", "SRC-4")}

    def results(self) -> dict[str, str]:
        """Judge; return each statement's result."""
        return {id_: str(examination.result) for id_, examination in self.judge().items()}


Read = Callable[[], Reading]


@pytest.fixture(scope="session")
def address() -> str:
    """Serve the stand-in for the session."""
    return serve(create_app())


@pytest.fixture(scope="session")
def as_built() -> list[bool]:
    """Whether the organisation stands as it was built; a list, since tests change it."""
    return [False]


@pytest.fixture
def leading_there(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Organisation:
    """An organisation in an environment that leads to it."""
    exports = {"GITHUB_API_URL": address, "GITHUB_TOKEN": TOKEN}
    for name, value in exports.items():
        monkeypatch.setenv(name, value)
    # The simulator's clock is one for all its servers, here for one.
    also = {"AWS_ENDPOINT_URL": address, "AWS_CA_BUNDLE": "", "COMPLIANCE_RECORDS": str(tmp_path)}
    return Organisation({**exports, **also})


@pytest.fixture
def empty(leading_there: Organisation, as_built: list[bool]) -> Organisation:
    """An organisation that owns nothing."""
    as_built[0] = False
    leading_there.api("github").post("/simulator/clock", json={"seconds_ago": 0})
    leading_there.api("github").post("/simulator/reset")
    return leading_there


@pytest.fixture
def organisation(empty: Organisation) -> Organisation:
    """The organisation as built."""
    github.build(empty)
    return empty


@pytest.fixture
def untouched(leading_there: Organisation, as_built: list[bool]) -> Organisation:
    """The organisation as built, for tests that change nothing in it: it is built once for many of them."""
    if not as_built[0]:
        leading_there.api("github").post("/simulator/reset")
        github.build(leading_there)
        as_built[0] = True
    return leading_there


@pytest.fixture
def read(leading_there: Organisation) -> Read:
    """Open the hosting anew, with patience that only counts."""

    def opened() -> Reading:
        ledger, waited = Ledger(), list[float]()
        hosting = open_hosting(ORGANISATION, ledger, patience=Patience(sleep=waited.append))
        return Reading(hosting, ledger, leading_there.records, waited)

    return opened


@pytest.fixture
def break_(untouched: Organisation) -> Iterator[Break]:
    """Switch faults on where nothing else is changed."""
    yield partial(switch, untouched)
    switch(untouched)


@pytest.fixture
def break_after(organisation: Organisation) -> Iterator[Break]:
    """Switch faults on after something was changed."""
    yield partial(switch, organisation)
    switch(organisation)
