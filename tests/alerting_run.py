"""The statements about alerting, judged in this process against the two providers alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from compliance_tests import test_monitoring
from fixtures import alerting, escalation, failures, heartbeats, incidents, policy, sentry_monitors
from fixtures.collection import Collection
from fixtures.collectors.ledger import Ledger
from fixtures.examination import Examination, Result
from fixtures.facts.failures import FailureEvent, FailureLog
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population, Source, Unread
from fixtures.simulator import records
from tests.simulator.alerting import TOKENS, AlertingOrganisation

READ_FROM = (alerting, escalation, failures, heartbeats, incidents, sentry_monitors)
"""The modules whose populations are used by name."""
VARIABLES = {
    "betterstack": ("BETTERSTACK_API_URL", "BETTERSTACK_API_TOKEN"),
    "sentry": ("SENTRY_URL", "SENTRY_AUTH_TOKEN"),
}


@dataclass(frozen=True)
class Judged:
    """One statement's result, the facts that it was judged by, and everything said about them."""

    result: Result
    facts: str
    unread: tuple[Unread, ...]
    seen: tuple[str, ...]
    ledger: Ledger

    @property
    def reasons(self) -> str:
        """Return why something was not read, in one text."""
        return "\n".join(map(str, self.unread))


@dataclass(frozen=True)
class AlertingRun:
    """A run of these statements."""

    folder: Path
    policy: Policy

    def better_stack(self) -> Judged:
        """Judge MON-2."""

        def judge(examine: Examination, watches: Population[object], _: datetime) -> None:
            test_monitoring.test_backup_failures_alert_better_stack(watches, self.policy, examine)  # type: ignore[arg-type]

        return self._judge("MON-2", "watches", judge)

    def sentry(self) -> Judged:
        """Judge MON-3."""

        def judge(examine: Examination, surfacings: Population[object], now: datetime) -> None:
            test_monitoring.test_backup_failures_surface_in_sentry(surfacings, self.policy, now, examine)  # type: ignore[arg-type]

        return self._judge("MON-3", "surfacings", judge)

    def incidents(self, *failures_: FailureEvent) -> Judged:
        """Judge MON-4, as if a log had these failures."""
        log = FailureLog("log", "log", "", "eu-central-1", datetime.now(UTC), failures_, Source("aws", "", "", "", 0))

        def judge(examine: Examination, handled: Population[object], now: datetime) -> None:
            test_monitoring.test_backup_failures_are_handled_as_incidents(handled, self.policy, now, examine)  # type: ignore[arg-type]

        return self._judge("MON-4", "handled_failures", judge, failure_logs=Population((log,)))

    def populations(self, name: str) -> Population[Any]:
        """Read one population."""
        known = {"records": self.folder, "ledger": Ledger(), "policy": self.policy, "now": datetime.now(UTC)}
        found: Population[Any] = Collection(known).value(name)
        return found

    def _judge(
        self,
        statement: str,
        name: str,
        judge: Callable[[Examination, Population[object], datetime], None],
        **known: object,
    ) -> Judged:
        now, ledger = datetime.now(UTC), Ledger()
        collection = Collection({"records": self.folder, "ledger": ledger, "policy": self.policy, "now": now} | known)
        population = collection.value(name)
        examination = Examination(statement, now)
        judge(examination, population, now)
        examination.close({name: population})
        seen = tuple(finding.seen for finding in examination.findings)
        return Judged(examination.result, repr(population.members), population.unread, seen, ledger)


def prepare(organisation: AlertingOrganisation, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AlertingRun:
    """Build the organisation anew, point the environment at it, and write its records into *folder*."""
    organisation.rebuild()
    for provider, (url, token) in VARIABLES.items():
        monkeypatch.setenv(url, organisation.api(provider).url)
        monkeypatch.setenv(token, TOKENS[provider])
    records.write(folder)
    return AlertingRun(folder, policy.load())
