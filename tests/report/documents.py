"""Documents of runs that never took place, made by the code that makes the real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures import policy as policy_plugin
from fixtures import target
from fixtures.collection import COLLECTION, Collection
from fixtures.collectors.ledger import Ledger
from fixtures.evidence import judgement
from fixtures.evidence.document import Run, describe
from fixtures.evidence.folder import RunFolder
from fixtures.examination import CATALOGUE, WAIVERS, Examination
from fixtures.examination import NOW as NOW_KEY
from fixtures.facts.accounts import Choice
from fixtures.facts.population import Population, Unread
from fixtures.facts.protection import ProtectedDatabase
from fixtures.facts.waivers import Waiver
from tests.judgement.facts import DAY, NOW, POLICY, backup, database, protected, replica

Document = dict[str, Any]
ARN = database().id
GAP = Unread(
    "aws", "123456789012", "eu-west-3", "rds:DescribeDBInstances", "AccessDenied", "grant rds:DescribeDBInstances"
)
REMEDY = "{resource.modify} --backup-retention-period 30"
WAIVER = Waiver(
    statement="DB-1",
    resource=ARN,
    is_pattern=False,
    reason="migration under way",
    approver="CISO",
    approved=date(2026, 11, 1),
    expires=date(2026, 12, 31),
    record="records/exceptions.toml:3",
)
RESTORE_TEST = {
    "id": "drill-1",
    "kind": "rds",
    "measured": "application database",
    "by": "Ada Lovelace",
    "started": "2026-11-05T10:00:00Z",
    "finished": "2026-11-05T12:00:00Z",
    "outcome": "passed",
    "complete": True,
    "database": "arn:aws:rds:eu-central-1:123456789012:db:app",
    "region": "eu-west-1",
    "destination": "restored",
    "target_time": "2026-11-05T09:00:00Z",
    "recovered_to": "2026-11-05T08:59:00Z",
    "rpo": 360,
    "rto": 7200,
    "passed": ["row counts"],
    "failed": ["checksums"],
}


def examined(
    id_: str,
    *outcomes: bool,
    waivers: tuple[Waiver, ...] = (),
    unread: tuple[Unread, ...] = (),
    text: Callable[[str], str] = str,
) -> Examination:
    """Examine a database per outcome; *text* may change everything that a provider or a person wrote."""
    examine = Examination(id_, NOW, waivers)
    for number, complies in enumerate(outcomes):
        name = text("app" if number == 0 else f"app-{number}")
        one = database(
            id=ARN if number == 0 and text is str else f"{ARN}-{name}", name=name, region=text("eu-central-1")
        )
        with examine(
            one, seen=text(f"retention {30 if complies else 7} days"), required=text("30 days"), remedy=REMEDY
        ):
            assert complies
    examine.close({"databases": Population(unread=unread)})
    return examine


def whole(**results: Examination) -> list[Examination]:
    """Return an examination of every statement: all comply, but for *results* (`DB_4=…`)."""
    special = {name.replace("_", "-"): one for name, one in results.items()}
    return [special.get(id_) or examined(id_, True, True) for id_ in CATALOGUE]


def databases() -> tuple[ProtectedDatabase, ...]:
    """Return an ordinary database, a young one, and one whose replica stands still."""
    young = {"created": NOW - 10 * DAY, "resource_id": "db-YOUNG", "name": "analytics", "id": f"{ARN}-analytics"}
    return (
        protected(database(), backup(), replica()),
        protected(
            database(**young),
            backup(resource_id="db-YOUNG", window=type(backup().window)(NOW - 10 * DAY, NOW - timedelta(minutes=4))),
        ),
        protected(
            database(id=f"{ARN}-2", name="billing", resource_id="db-2"),
            backup(resource_id="db-2"),
            replica(resource_id="db-2", window=type(backup().window)(NOW - 30 * DAY, NOW - timedelta(hours=7))),
        ),
    )


def described(
    reports: Path,
    examinations: Iterable[Examination],
    *,
    provenance: str = "live",
    waivers: tuple[Waiver, ...] = (),
    protected_databases: Iterable[ProtectedDatabase] = (),
    identity: str = "arn:aws:sts::123456789012:assumed-role/ReadOnly/audit",
    left_out: int = 0,
) -> Document:
    """Describe a run that has made *examinations*."""
    ledger = Ledger()
    for region in ("eu-central-1", "eu-west-1"):
        for operation in ("DescribeDBInstances", "DescribeDBClusters"):
            ledger.note(
                provider="aws",
                service="rds",
                operation=operation,
                account="123456789012",
                region=region,
                scheme="https",
                host=f"rds.{region}.amazonaws.com",
                status=200,
                request_id="one",
                simulated=provenance == "simulated",
                own_host=provenance == "live",
            )
    collection = Collection(
        {
            "protected_databases": Population(tuple(protected_databases)),
            "aws": SimpleNamespace(identities={"aws": identity}),
        }
    )
    stash = pytest.Stash()
    stash[target.LEDGER], stash[target.RECORDS] = ledger, Path("records")
    stash[COLLECTION], stash[NOW_KEY] = collection, NOW
    stash[policy_plugin.POLICY], stash[WAIVERS] = POLICY, waivers
    stash[target.CHOICE] = Choice()
    folder = RunFolder(reports, NOW, "live")
    done = {one.statement: judgement.of(one) for one in examinations if one.closed}
    run = Run(folder, "live", NOW, "0123456789abcdef", done, len(done), left_out)
    describe(cast("pytest.Config", SimpleNamespace(stash=stash)), run)
    folder.discard()
    run.document["run"]["finished"] = f"{NOW.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
    return run.document


def scenes(reports: Path) -> dict[str, Document]:
    """Return the documents that a report is looked at with."""
    broken = whole(DB_4=examined("DB-4", False, True, False), ENC_1=examined("ENC-1", False))
    return {
        "compliant": described(reports, whole(), protected_databases=databases()[:2]),
        "broken": described(reports, broken, protected_databases=databases()),
        "waived": described(reports, whole(DB_1=examined("DB-1", False, True, waivers=(WAIVER,))), waivers=(WAIVER,)),
        "not assessed": described(reports, whole(DB_2=examined("DB-2", True, unread=(GAP,)))),
        "part": described(reports, [examined("DB-1", True)], left_out=10),
        "nothing run": described(reports, []),
        "simulated": described(reports, broken, provenance="simulated", protected_databases=databases()),
        "custom": described(reports, broken, provenance="custom"),
    }
