"""What is done instead of a run takes the place of none without a word."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fixtures import modes
from fixtures.examination import HOME

EVERYWHERE = {"reports"}
"""Nearly everything reads or writes there."""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--target=live", "--publish=s3://bucket/nightly"],
            "--publish is done instead of a run, and does not heed --target",
        ),
        (["--break=versioning_suspended", "--publish=s3://bucket/nightly"], "does not heed --break;"),
        (["--make-key={}", "--verify=/nonexistent"], "--make-key, --verify: each of them is done instead of a run"),
        (["--make-key={}", "--target=live"], "--make-key is done instead of a run, and does not heed --target"),
        (["--make-key={}", "--publish=s3://bucket/nightly"], "--make-key, --publish: each of them"),
        (["--verify=run", "--publish=s3://bucket/nightly", "--period=2026-01-01..2026-01-31"], "one at a time"),
        (["--verify=run", "--sign-key=key"], "does not heed --sign-key"),
        (["--verify=run", "--max-age=0", "--accounts=1/4"], "does not heed --accounts;"),
        (["--publish=s3://bucket/nightly", "--public-key=company.pub"], "does not heed --public-key"),
        (["--publish=s3://bucket/nightly", "--merge", "run"], "does not heed --merge"),
        (["--period=2026-01-01..2026-01-31", "--records=records"], "does not heed --records"),
        (["--preflight", "--publish=s3://bucket/nightly"], "--preflight, --publish: each of them"),
        (["--preflight", "--record-review=Ada Lovelace, CISO"], "does not heed --record-review"),
        (["--preflight", "--restore-drill"], "does not heed --restore-drill"),
        (["--explain=DB-1", "--accounts=1/4"], "does not heed --accounts"),
        (["--target=live", "--restore-drill", "--sweep-restores=report"], "does not heed --restore-drill"),
        (["--target=live", "--restore-drill", "--dry-run", "--preflight"], "--dry-run, --preflight: each of them"),
        (["--target=live", "--max-age=0"], "this is a run, and does not heed --max-age"),
        (["--public-key=company.pub"], "this is a run, and does not heed --public-key"),
    ],
)
def test_nothing_else_is_done_instead(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    """One line that says what contradicts what; no run, no key, no report."""
    given = [option.format(tmp_path / "key") for option in options]
    status = pytest.main(["compliance_tests", f"--reports={tmp_path}", "-p", "no:cacheprovider", *given])

    assert status == pytest.ExitCode.USAGE_ERROR
    assert told in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_every_option_is_heeded_somewhere() -> None:
    """An option that is new is named where it means something, or it would be ignored elsewhere."""
    nodes = [
        node for file in (HOME / "fixtures").rglob("*.py") for node in ast.walk(ast.parse(file.read_text("utf-8")))
    ]
    calls = [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "addoption"]
    names = set()
    for call in calls:
        given = {one.arg: ast.literal_eval(one.value) for one in call.keywords if one.arg == "dest"}
        names.add(given.get("dest", str(ast.literal_eval(call.args[0])).removeprefix("--").replace("-", "_")))

    assert names == modes.RUN | modes.INSTEAD.keys() | modes.VERIFIED | EVERYWHERE
    assert set().union(*modes.INSTEAD.values()) <= names
