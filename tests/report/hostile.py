"""Strings that a provider, or somebody who names a bucket, could send to run as script, to hide, or to fall over."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

PAYLOADS = (
    "<script>document.title='PWNED'</script>",
    "<img src=x onerror=\"document.title='PWNED'\">",
    '" onmouseover="document.title=\'PWNED\'" x="',
    "' autofocus onfocus='document.title=`PWNED`' x='",
    "</title></style></svg></textarea></script><script>document.title='PWNED'</script>",
    "<svg/onload=document.title='PWNED'>",
    "<!-- end of the compliance report --><script>document.title='PWNED'</script>",
    "--><iframe srcdoc=\"<script>parent.document.title='PWNED'</script>\">",
    "<base href='https://attacker.example/'><meta http-equiv=refresh content='0;url=https://attacker.example/'>",
    "{{ 7*7 }}{% raw %}${7*7}",
    "javascript:document.title='PWNED'",
    "}</style><style>.not_compliant,.violates{display:none}",
    "&lt;b&gt;&#60;script&#62;",
    "\N{RIGHT-TO-LEFT OVERRIDE}tnailpmoc\N{ZERO WIDTH SPACE}\N{LINE SEPARATOR}",
    "\x00\x1b[31m\x07\x85",
    "\ud800 half a character",
    "x" * 3000,
)
OURS = {
    "id", "result", "provenance", "target", "selection", "started", "judged_at", "finished", "section", "test", "place",
    "earliest", "latest", "created", "expires", "approved", "statements", "controls", "complies", "is_pattern",
    "version", "python", "pytest", "pytest_html", "requires", "name", "statement",
}  # fmt: skip
"""What is written by the suite itself; `name` stands for names of fixtures, of areas and of violations."""
DURATIONS = {"pitr_window", "retention", "wal_lag", "replica_lag", "first_backup", "clock_tolerance"}


def hostile(document: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return *document* with a payload behind every string that is not the suite's own, and what was put in."""
    payloads, used = cycle(PAYLOADS), []

    def spoil(value: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, dict):
            return {name: spoil(one, name) for name, one in value.items()}
        if isinstance(value, list) and not (key in OURS and all(isinstance(one, str) for one in value)):
            return [spoil(one, key) for one in value]
        if isinstance(value, str) and key not in OURS | DURATIONS:
            used.append(payload := next(payloads))
            return f"{value}{payload}"
        return value

    spoilt = spoil(document)
    for name in {"results", "days"} & document["previous"].keys():
        spoilt["previous"][name] = document["previous"][name]
    spoilt["run"]["identity"] = {f"aws{payload}": payload for payload in PAYLOADS}
    for one in spoilt["restorability"]:
        one["name"] += next(payloads)
    return spoilt, used


def strings(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield every string in *value*."""
    if isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, str):
        yield value
