"""Nightly runs that never took place: sealed folders, as a live run leaves them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fixtures.evidence import manifest
from fixtures.evidence.document import results
from fixtures.evidence.encoding import readable
from fixtures.evidence.past_runs import Judges, examine, find
from fixtures.evidence.period import describe, understand

Document = dict[str, Any]
TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
NOT_RUN: Document = {"result": "not_run", "findings": [], "notes": ["left out of this run"]}


@dataclass(frozen=True)
class Nights:
    """A folder of runs, and the key that seals them; *base* is the document of a run in which all complies."""

    reports: Path
    key: Ed25519PrivateKey
    base: Mapping[str, Any]
    padding: int = 0
    """Bytes of the evidence and of the report, which a period does not look into."""

    @property
    def judges(self) -> Judges:
        """By what an auditor holds them: the key, and the parameters of *base*."""
        return Judges(self.key.public_key(), self.base["run"]["parameters"])

    def run(
        self,
        when: str,
        changed: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        chain: bool = False,
        key: Ed25519PrivateKey | None = None,
        signed: bool = True,
        tests: Sequence[Mapping[str, Any]] | None = None,
        **head: object,
    ) -> Path:
        """Leave a run that judged at *when*, in ISO 8601; *changed* replaces parts of statements, *head* of the run."""
        document = {**self.base, "restore_tests": tests}
        moment = datetime.fromisoformat(when)
        started = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        document["run"] = {
            **self.base["run"],
            "id": f"{moment:%Y%m%d%H%M%S}",
            "started": started,
            "judged_at": f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}",
            "finished": started,
            **head,
        }
        document["statements"] = [
            {**one, **copy.deepcopy(dict((changed or {}).get(one["id"], {})))} for one in self.base["statements"]
        ]
        folder = self.reports / f"{started.replace(':', '-')}-{document['run']['target']}"
        folder.mkdir(parents=True)
        (folder / "results.json").write_bytes(readable(results(document)))
        for name in ("evidence.json", "report.html"):
            (folder / name).write_bytes(b" " * self.padding)
        before = self.reports if chain else folder
        manifest.seal(folder, document, before, (key or self.key) if signed else None)
        return folder


def finding(resource: str, *, waived: bool = False) -> dict[str, Any]:
    """Return a violation of *resource*."""
    waiver = {
        "reason": "migration under way",
        "approver": "Ada Lovelace, CISO",
        "approved": "2026-01-02",
        "expires": "2026-12-31",
        "record": "records/exceptions.toml:3",
    }
    return {
        "resource": resource,
        "seen": "7 days",
        "required": "30 days",
        "complies": False,
        "remedy": "raise it",
        "look": "",
        "ledger": 1,
        "waiver": waiver if waived else None,
    }


def violated(*resources: str, unread: bool = False) -> dict[str, Any]:
    """Return what is different about a statement that *resources* violate."""
    gap = {"provider": "aws", "account": "1", "region": "", "call": "c", "reason": "r", "remedy": "", "line": "c: r"}
    return {
        "result": "not_compliant" if resources else "not_assessed",
        "findings": [finding(one) for one in resources],
        "unread": [gap] if unread or not resources else [],
    }


def waived(*resources: str) -> dict[str, Any]:
    """Return what is different about a statement whose violations somebody has accepted."""
    return {"result": "waived", "findings": [finding(one, waived=True) for one in resources]}


def told(nights: Nights, text: str = "2026-11-01..2026-11-30") -> Document:
    """Return the document of a period, as it is written to a file and read from it."""
    by = nights.judges
    examined = (examine(folder, nights.reports, by) for folder in find(nights.reports))
    document: Document = json.loads(json.dumps(describe(understand(text, TODAY), examined, by, NOW)))
    return document


def of(document: Document, id_: str) -> Document:
    """Return what is told of one statement."""
    (found,) = (one for one in document["statements"] if one["id"] == id_)
    return found  # type: ignore[no-any-return]
