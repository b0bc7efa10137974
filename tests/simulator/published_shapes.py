"""The providers' published shapes, in our own words, and the check of an answer against them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]


@cache
def _document(provider: str) -> dict[str, Any]:
    text = (Path(__file__).parent / "shapes" / f"{provider}.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def faults(provider: str, shape: str, answer: object) -> list[str]:
    """Say where *answer* is not in the provider's *shape*."""
    document = _document(provider)
    if shape not in document["$defs"]:
        raise KeyError(shape)  # a shape that is not there would find no fault
    schema = document | {"$ref": f"#/$defs/{shape}"}
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]
