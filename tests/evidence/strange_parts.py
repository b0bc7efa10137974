"""What can be wrong with a part of the accounts, beside the others: how it comes about, and what is told."""

from __future__ import annotations

from collections.abc import Callable

from fixtures.collectors.aws_estate import EXCLUDED
from tests.evidence.account_parts import Document

Edit = Callable[[Document], object]


def own(document: Document) -> list[str]:
    """Return the accounts that a part has read."""
    return [one["id"] for one in document["run"]["accounts"] if one["read"]]


def in_run(**facts: object) -> Edit:
    """Return what changes facts of a run."""
    return lambda document: document["run"].update(facts)


def known(document: Document, account: str) -> Document:
    """Return what a part says of an account."""
    return next(one for one in document["run"]["accounts"] if one["id"] == account)


def exclude(document: Document) -> None:
    """Leave an account out that belongs to this part."""
    known(document, own(document)[0]).update(read=False, reason=f"{EXCLUDED}sandbox (records/accounts.toml:3)")


def rearrange(document: Document) -> None:
    """Let the records assign stores otherwise."""
    document["populations"]["assignments"]["members"].pop()


WAIVER = {
    "statement": "DB-1",
    "resource": "arn:aws:rds:eu-central-1:500000000000:db:app",
    "is_pattern": False,
    "reason": "migration",
    "approver": "CISO",
    "approved": "2026-11-01",
    "expires": "2026-12-31",
    "record": "records/exceptions.toml:3",
}
ALREADY = dict.fromkeys(("id", "started", "judged_at", "part_of_accounts", "evidence"), "") | {"vouched_for": False}
OLDER = {"code": "0" * 64, "version": "0.0.1"}
STRANGE: dict[str, tuple[Edit, str]] = {
    "another suite": (lambda d: d["run"]["suite"].update(OLDER), "another version of the suite (0.0.1)"),
    "another commit": (lambda d: d["run"]["suite"].update(commit="f" * 40), "another suite than"),
    "another target": (in_run(target="simulated"), "another target than"),
    "another provenance": (in_run(provenance="custom"), "another provenance than"),
    "other parameters": (lambda d: d["run"]["parameters"].update(pitr_window="P7D"), "another parameters than"),
    "another exception": (lambda d: d["waivers"].append(WAIVER), "another list of exceptions than"),
    "other records": (rearrange, "was made with other records than"),
    "judged again": (in_run(target="recorded"), "was judged from recorded evidence"),
    "merged already": (in_run(merged=[ALREADY]), "was itself merged"),
    "a statement left out": (lambda d: d["statements"][0].update(result="not_run"), "not a whole run over its"),
    "excluded by one": (exclude, "excluded in the records of a part"),
    "no such account": (in_run(accounts=[]), "is missing"),
}
