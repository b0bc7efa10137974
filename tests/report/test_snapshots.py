"""The report as text, held against what somebody has read and found right (tests/report/snapshots/).

After a change that is meant to be seen: `SNAPSHOTS=write pytest tests/report/test_snapshots.py`, then read the diff.
"""

from __future__ import annotations

import copy
import html
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fixtures.evidence.document import verdict
from fixtures.report.rendering import render
from tests.report.documents import Document

SNAPSHOTS = Path(__file__).parent / "snapshots"
SCENES = ["compliant", "broken", "waived", "not assessed", "nothing run", "simulated"]
PARAMETERS = ("primary_region", "pitr_window", "wal_lag", "replica_lag")
READS = [
    {
        "name": "databases",
        "place": "fixtures/databases.py:1",
        "says": "Every database.",
        "calls": ["rds:DescribeDBInstances", "GET /v2/nothing", "records/scope.toml"],
        "found": 2,
        "unread": 0,
    }
]
CATCHES = [{"place": "fixtures/simulator/violations/x.py:1", "name": "somebody_did_it", "says": "Somebody did it."}]


def frozen(document: Document) -> Document:
    """Return *document* with four statements, and without whatever changes with the suite."""
    document = copy.deepcopy(document)
    kept = [one for one in document["statements"] if one["id"] in {"DB-1", "DB-2", "DB-4", "ENC-1"}]
    for one in kept:
        section = "Encryption" if one["id"] == "ENC-1" else "Application database"
        own: dict[str, Any] = {"section": section, "requires": f"What {one['id']} requires.", "controls": ["A.8.13"]}
        own |= {"test": "compliance_tests/test_x.py::test_x", "place": "compliance_tests/test_x.py:1"}
        one.update(own | {"source": "for one in databases:\n    assert one", "reads": READS, "catches": CATCHES})
    run = document["run"]
    counts = Counter(one["result"] for one in kept)
    run |= {"counts": dict(counts), "verdict": verdict(counts, run["provenance"])}
    run |= {"suite": {"version": "1.2.3", "commit": "c0ffee", "code": "c0de"}, "environment": {"python": "3.11.0"}}
    run["parameters"] = {name: run["parameters"][name] for name in PARAMETERS}
    run["stated"] = {name: run["stated"][name] for name in PARAMETERS if name in run["stated"]}
    remark = {"title": "A remark", "says": "It is open.", "statements": ["DB-4"], "evidence": ["2 databases"]}
    document |= {"statements": kept, "observations": [remark]}
    document["guidance"] = [
        {"name": "Extent and frequency", "statements": ["DB-1", "DB-4"]},
        {"name": "Something else", "statements": [], "carried": "not tested here"},
    ]
    return document


def as_text(page: str) -> str:
    """Return what a reader gets to read, a line for each row, paragraph or heading."""
    page = re.sub(r"<(style|defs)\b.*?</\1>", "", page, flags=re.DOTALL)
    page = re.sub(r"</(?:p|h\d|tr|li|dt|caption|summary|title|text|div)>|<br>", "\n", page)
    page = re.sub(r"</t[hd]>", " | ", page)
    lines = (" ".join(html.unescape(re.sub(r"<[^>]*>", " ", line)).split()) for line in page.split("\n"))
    return "\n".join(line for line in lines if line.strip(" |")) + "\n"


@pytest.mark.parametrize("scene", SCENES)
def test_report_reads_as_it_was_approved(documents: dict[str, Document], scene: str) -> None:
    """Word for word, in its order."""
    file = SNAPSHOTS / f"{scene.replace(' ', '-')}.txt"
    text = as_text(render(frozen(documents[scene])))
    if os.environ.get("SNAPSHOTS") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
        pytest.fail(f"{file} was written: read what has changed")

    assert text == file.read_text("utf-8")


def test_snapshots_are_of_different_reports() -> None:
    """Each says in its first lines what it is about."""
    heads = {file.stem: "\n".join(file.read_text("utf-8").splitlines()[:8]) for file in SNAPSHOTS.glob("*.txt")}

    assert set(heads) == {scene.replace(" ", "-") for scene in SCENES}
    assert len(set(heads.values())) == len(SCENES)
