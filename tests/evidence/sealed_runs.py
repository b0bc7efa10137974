"""Runs that are sealed, as a company would hand them over; and ways to tamper with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fixtures import policy
from fixtures.evidence import manifest, signature
from fixtures.evidence.document import compose, results
from fixtures.evidence.encoding import canonical, plain, readable
from fixtures.evidence.recorded import load, of
from fixtures.evidence.rejudging import judge_again
from fixtures.evidence.sealed import BrokenError, open_run
from fixtures.evidence.verification import FACTS_OF_A_RUN, Expected, verify
from fixtures.facts.calls import Call
from fixtures.report.exports import EXPORTS
from fixtures.report.page import differences, rebuild

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
Edit = Callable[[dict[str, Any]], object]


OWN_HOSTS = {
    "aws": "rds.eu-central-1.amazonaws.com",
    "github": "api.github.com",
    "digitalocean": "api.digitalocean.com",
    "betterstack": "uptime.betterstack.com",
    "sentry": "de.sentry.io",
}


def from_the_provider(call: Call) -> Call:
    """Return *call* as if the provider itself had answered it; what is no provider's has no host of its own."""
    if call.provider not in OWN_HOSTS:
        return replace(call, simulated=False)
    return replace(call, simulated=False, own_host=True, scheme="https", host=OWN_HOSTS[call.provider])


def live_run(simulated: Path, folder: Path, *, is_live: bool = True, **facts: object) -> Path:
    """Write into *folder* what a live run would have left that saw what a simulated one has seen; seal it."""
    recorded = load(simulated / "evidence.json")
    run = recorded.document["run"]
    calls = tuple(map(from_the_provider, recorded.calls)) if is_live else recorded.calls
    document = compose(
        {**{name: run[name] for name in FACTS_OF_A_RUN}, **facts},
        {one["id"]: one for one in (judgement_of(each) for each in recorded.document["statements"])},
        recorded.populations,
        calls,
        recorded.waivers,
        {},
    )
    folder.mkdir(parents=True)
    written = {name: recorded.document[name] for name in ("schema", "read_with")} | document
    written |= {"populations": plain(recorded.populations), "ledger": plain(calls)}
    page = rebuild((simulated / "report.html").read_text("utf-8"), document)
    write(folder, written, page)
    return folder


def judgement_of(statement: dict[str, Any]) -> dict[str, Any]:
    """Return the judgement within a statement of evidence."""
    names = ("id", "result", "population", "findings", "unread", "faults", "notes", "duration_s")
    return {name: statement[name] for name in names}


def write(folder: Path, written: dict[str, Any], page: str, key: Ed25519PrivateKey | None = KEY) -> None:
    """Write the files of a run, and seal them."""
    (folder / "evidence.json").write_bytes(readable(written))
    (folder / "results.json").write_bytes(readable(results(written)))
    (folder / "report.html").write_text(page, "utf-8")
    seal(folder, key)


def seal(folder: Path, key: Ed25519PrivateKey | None = KEY) -> None:
    """Seal what lies in *folder*, as the first run of its chain."""
    for name in manifest.OWN:
        (folder / name).unlink(missing_ok=True)
    manifest.seal(folder, json.loads((folder / "evidence.json").read_bytes()), folder / "no-reports", key)


def forge(folder: Path, edit: Edit, key: Ed25519PrivateKey | None = KEY) -> None:
    """Change the evidence, make everything anew that follows from it, and seal it: what a key holder could do."""
    written = json.loads((folder / "evidence.json").read_bytes())
    page = (folder / "report.html").read_text("utf-8")
    edit(written)
    write(folder, written, rebuild(page, written), key)


def reread(folder: Path, edit: Edit, key: Ed25519PrivateKey | None = KEY) -> None:
    """Leave what a run would have left that had read what *edit* makes of the facts; its report aside."""
    written = json.loads((folder / "evidence.json").read_bytes())
    edit(written)
    recorded = of(written, "", "evidence.json")
    judged, populations = judge_again(recorded)
    facts = {name: written["run"][name] for name in FACTS_OF_A_RUN}
    document = compose(facts, judged, populations, recorded.calls, recorded.waivers, written["previous"])
    for name in ("report.html", *EXPORTS):
        (folder / name).unlink(missing_ok=True)
    head = {name: written[name] for name in ("schema", "read_with")}
    again = head | document | {"populations": plain(populations), "ledger": plain(recorded.calls)}
    (folder / "evidence.json").write_bytes(readable(again))
    (folder / "results.json").write_bytes(readable(results(again)))
    seal(folder, key)


def remanifest(folder: Path, edit: Edit, key: Ed25519PrivateKey | None = KEY) -> None:
    """Change the manifest alone, and sign it again, if there is a key."""
    document = json.loads((folder / "manifest.json").read_bytes())
    edit(document)
    resign(folder, canonical(document), key)


def resign(folder: Path, content: bytes, key: Ed25519PrivateKey | None = KEY) -> None:
    """Put *content* in the place of the manifest, and sign it, if there is a key."""
    (folder / "manifest.json").write_bytes(content)
    if key:
        (folder / "manifest.sig").write_bytes(signature.sign(key, content))


def verified(run: Path, **expected: Any) -> tuple[int, list[str]]:  # noqa: ANN401 - fields of Expected
    """Return the exit status and what was said."""
    now = expected.pop("now", datetime.now(UTC))
    key = expected.pop("key", PUBLIC)
    try:
        opened = open_run(run, key)
    except BrokenError as fault:
        return 1, list(fault.lines)
    found = verify(
        opened, Expected(expected.pop("parameters", plain(policy.load())), now, **expected), differences, EXPORTS
    )
    return found.status, [*found.broken, *found.unacceptable, *found.notes]
