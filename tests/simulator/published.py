"""The published shapes that the suite relies on; every answer of a stand-in is held against them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class Shapes:
    """The answers of one provider: by method and path, where `{}` stands for one segment."""

    definitions: dict[str, Any]
    answers: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, provider: str) -> Shapes:
        """Read `shapes/<provider>.json`."""
        shapes = json.loads((Path(__file__).parent / "shapes" / f"{provider}.json").read_text("utf-8"))
        return cls(shapes["$defs"], shapes["answers"])

    def hold(self, method: str, path: str, status: int, body: object) -> None:
        """Raise AssertionError unless this answer has the published status and shape."""
        expected = self.answers[self.published(method, path)]
        schema: dict[str, Any] = {"$ref": "#/$defs/error"} if status >= 400 else expected["body"]
        if status < 400:
            assert status == expected["status"], f"{method} {path}: {status} instead of {expected['status']}"
        if schema is None:
            assert body is None, f"{method} {path}: a body where none is published"
            return
        validator = Draft202012Validator({"$defs": self.definitions, **schema}, format_checker=FormatChecker())
        faults = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
        assert not faults, f"{method} {path}: " + "; ".join(faults[:5])

    def published(self, method: str, path: str) -> str:
        """Return the published form of a call: the exact path, or the one that it is an instance of."""
        call = f"{method} {path}"
        if call in self.answers:
            return call
        for known in self.answers:
            if re.fullmatch(re.escape(known).replace(r"\{\}", "[^/]+"), call):
                return known
        raise AssertionError(f"{call}: no shape is written down for it")
