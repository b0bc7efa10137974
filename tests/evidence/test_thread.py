"""What the report says of how a statement was tested is read from the docstrings and the source of the suite itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from fixtures.evidence.thread import calls, thread
from fixtures.examination import CATALOGUE
from fixtures.report.view import _answered
from tests.inner_run import TESTS


@pytest.mark.parametrize(
    ("says", "found"),
    [
        ("Every key (kms:DescribeKey, ListKeys, s3:HeadBucket).", ["kms:DescribeKey", "kms:ListKeys", "s3:HeadBucket"]),
        ("Every tag (GET /v2/tags, /v2/droplets/{id}).", ["GET /v2/tags", "GET /v2/droplets/{id}"]),
        ("(github:GET /a/{b}, /c; git:ls-remote)", ["github:GET /a/{b}", "github:GET /c", "git:ls-remote"]),
        ("All (GET …/monitors/), and some (GET …/checkins/).", ["GET …/monitors/", "GET …/checkins/"]),
        ("Every incident (records/incidents.toml).", ["records/incidents.toml"]),
        ("Whatever (in words) is (not: a call).", []),
    ],
)
def test_calls_that_a_docstring_names(says: str, found: list[str]) -> None:
    """Service and verb are repeated where the docstring leaves them out."""
    assert list(calls(says)) == found


LISTINGS = [
    {"service": "droplets", "operation": "GET /v2/tags", "calls": 2, "answered": 2, "refused": 0},
    {"service": "github", "operation": "GET /repos/{repository}/activity", "calls": 4, "answered": 3, "refused": 1},
    {"service": "sentry", "operation": "GET /api/0/o/b/monitors/", "calls": 1, "answered": 0, "refused": 0},
]


@pytest.mark.parametrize(
    ("call", "answered"),
    [
        ("GET /v2/tags", "2 answers"),
        ("github:GET /repos/{repository}/activity", "3 answers, 1 refused"),
        ("GET …/monitors/", "0 answers, 1 unanswered"),
        ("GET …/detectors/", "not asked in this run"),
        ("GET /v2/tag", "not asked in this run"),
        ("records/cache.toml", "what people have recorded"),
    ],
)
def test_answers_to_a_call(call: str, answered: str) -> None:
    """By what the ledger says; a call that nobody made is told, too."""
    listings: list[Mapping[str, Any]] = [{**one, "accounts": ["1"], "regions": 0} for one in LISTINGS]

    assert _answered(call, listings) == answered


@pytest.mark.parametrize("id_", CATALOGUE)
def test_thread_of_a_statement(id_: str) -> None:
    """It leads to a call or a record, and shows the judgement as it stands in the file; ISO-1 reads verdicts."""
    found = thread(id_, {})
    if id_ not in TESTS:
        assert found["source"] == found["place"] == ""
        return
    path, node = TESTS[id_]

    assert "assert " in found["source"]
    assert '"""' not in found["source"]
    assert (
        found["source"].splitlines()[-1].strip()
        == path.read_text("utf-8").splitlines()[(node.end_lineno or 0) - 1].strip()
    )
    assert any(read["calls"] for read in found["reads"]) or (id_ == "ISO-1" and not found["reads"])
    assert not any("(GET" in read["says"] or ":Describe" in read["says"] for read in found["reads"])
