"""The published format of evidence is the one that the code writes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from fixtures.evidence.encoding import readable
from fixtures.evidence.schema import FILE, schema


def test_it_is_current() -> None:
    """`python -m fixtures.evidence.schema` has been run since the facts changed."""
    assert FILE.read_bytes() == readable(schema())


def test_evidence_follows_it(evidence: Path) -> None:
    """And would not, if a field were missing or of another type."""
    published = json.loads(FILE.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)
    validator = jsonschema.Draft202012Validator(published)
    document = json.loads(evidence.read_text("utf-8"))

    validator.validate(document)

    for spoil in (
        lambda: document.pop("ledger"),
        lambda: document["run"].update(complete="yes"),
        lambda: document["populations"]["databases"]["members"][0].pop("engine"),
    ):
        document = json.loads(evidence.read_text("utf-8"))
        spoil()
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(document)
