"""Runs over parts of many accounts that never took place: as each would have left its evidence, sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fixtures.collection import POPULATIONS, is_derived, needed
from fixtures.collectors.aws_estate import ELSEWHERE
from fixtures.evidence import manifest
from fixtures.evidence.encoding import readable
from fixtures.facts.accounts import Choice
from tests.evidence.sealed_runs import Edit

Document = dict[str, Any]
ACCOUNT = "123456789012"
"""The one account of the run that the parts are made from."""
ACCOUNTS = tuple(f"{500_000_000_000 + 7 * number}" for number in range(120))
PARTS = 12
DENIED = {"read": False, "reason": "could not be entered"}
GAP = {"provider": "aws", "region": "", "call": "sts:AssumeRole", "reason": "AccessDenied: no", "remedy": "grant it"}


def read_from_aws() -> list[str]:
    """Return the populations that each part reads from its own accounts, but for the accounts themselves."""
    names = (name for name in POPULATIONS if "aws" in needed([name]) and not is_derived(name))
    return [name for name in names if name != "our_accounts"]


@dataclass(frozen=True)
class Parts:
    """Makes parts out of the evidence of a run over one account: what is in that one is in each of many."""

    evidence: Path

    @cached_property
    def _written(self) -> Document:
        found: Document = json.loads(self.evidence.read_text("utf-8"))
        return found

    @cached_property
    def _samples(self) -> dict[str, list[Document]]:
        """One fact of each population: with all of them, a hundred accounts would take minutes to seal and read."""
        return {
            name: [one for one in self._written["populations"][name]["members"] if not _is_shared(one)][:1]
            for name in read_from_aws()
        }

    @cached_property
    def _shared(self) -> dict[str, list[Document]]:
        """What no account has to itself: each part has found it once, by the first of its accounts."""
        return {name: list(filter(_is_shared, self._written["populations"][name]["members"])) for name in self._samples}

    def document(self, number: int, of: int = PARTS, accounts: Sequence[str] = ACCOUNTS, **run: object) -> Document:
        """Return the evidence of part *number* of *of*; *run* replaces facts of the run."""
        choice = Choice(f"{number}/{of}", part=(number, of))
        return self.chosen([one for one in accounts if choice.includes(one)], choice.text, accounts, **run)

    def chosen(self, own: Sequence[str], text: str, accounts: Sequence[str] = ACCOUNTS, **run: object) -> Document:
        """Return the evidence of a run that was to read *own* of all *accounts*."""
        ledger = json.loads(json.dumps(self._written["ledger"]).replace(ACCOUNT, (*own, ACCOUNT)[0]))
        populations: Document = {name: {"members": [], "unread": []} for name in self._samples}
        others = {name: one for name, one in self._written["populations"].items() if name not in populations}
        for account in own:
            for name, members in self._samples.items():
                shared = self._shared[name] if account == own[0] else []
                populations[name]["members"] += [self._in(account, one, ledger) for one in (*members, *shared)]
        known = [
            {"id": one, "name": f"team {one}", "state": "ACTIVE", "read": one in own, "reason": ""}
            | ({} if one in own else {"reason": ELSEWHERE})
            for one in accounts
        ]
        populations["our_accounts"] = {"members": known, "unread": []}
        numbered = [{**call, "number": place} for place, call in enumerate(ledger, 1)]
        head = {
            **self._written["run"],
            "id": text.replace("/", "of").rjust(32, "0"),
            "identity": {**self._written["run"]["identity"], "aws": f"arn:aws:iam::{(*own, ACCOUNT)[0]}:role/reader"},
            "accounts": known,
            "part_of_accounts": text,
            "selection": "part",
            **run,
        }
        written = {**self._written, "run": head, "populations": {**others, **populations}, "ledger": numbered}
        found: Document = json.loads(json.dumps(written))
        return found

    def _in(self, account: str, member: Mapping[str, Any], ledger: list[Document]) -> Document:
        """Return a fact as another account has it, and enter the call that has told it."""
        moved: Document = json.loads(json.dumps(member).replace(ACCOUNT, account))
        if number := member.get("source", {}).get("ledger"):
            ledger.append({**self._written["ledger"][number - 1], "account": account})
            moved["source"]["ledger"] = len(ledger)
        return moved


def _is_shared(member: Mapping[str, Any]) -> bool:
    """Whether a fact is about an end point of AWS's API."""
    endpoint = member.get("endpoint", member)
    return isinstance(endpoint, dict) and endpoint.get("protocol") in {"http", "https"}


def deny(document: Document, account: str) -> None:
    """Let the run have found the door of *account* shut."""
    for known in document["run"]["accounts"]:
        if known["id"] == account:
            known.update(DENIED)
    for name in read_from_aws():
        population = document["populations"][name]
        population["members"] = [one for one in population["members"] if account not in json.dumps(one)]
        population["unread"].append({**GAP, "account": account})
    ours = document["populations"]["our_accounts"]
    ours["members"] = [one for one in ours["members"] if one["id"] != account]
    ours["unread"].append({**GAP, "account": account})


def write(folder: Path, document: Document, key: Ed25519PrivateKey | None = None, edit: Edit | None = None) -> Path:
    """Write and seal the evidence of a part, which *edit* may have changed before; return its folder."""
    if edit:
        edit(document)
    folder.mkdir(parents=True)
    (folder / "evidence.json").write_bytes(readable(document))
    manifest.seal(folder, document, folder / "no-reports", key)
    return folder
