"""The published format of evidence is the one that the code writes."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from fixtures.evidence.encoding import readable
from fixtures.evidence.schema import FILE, schema


def test_it_is_current() -> None:
    """`python -m fixtures.evidence.schema` has been run since the facts changed."""
    assert FILE.read_bytes() == readable(schema())


def test_evidence_follows_it(evidence: Path) -> None:
    """And would not, if a field were missing or of another type."""
    published = json.loads(FILE.read_text("utf-8"))
    Draft202012Validator.check_schema(published)
    validator = Draft202012Validator(published)
    document = json.loads(evidence.read_text("utf-8"))

    validator.validate(document)

    missing, untyped, incomplete = (json.loads(evidence.read_text("utf-8")) for _ in range(3))
    del missing["ledger"]
    untyped["run"]["complete"] = "yes"
    del incomplete["populations"]["databases"]["members"][0]["engine"]
    for spoilt in (missing, untyped, incomplete):
        assert not validator.is_valid(spoilt)
