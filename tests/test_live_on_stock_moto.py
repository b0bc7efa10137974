"""The suite against plain moto over HTTP, seeded from nothing: what is wrong is seen, what moto lacks is a gap."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import requests

from tests import stock_estate
from tests.inner_run import Verdicts, run_suite
from tests.stock_estate import ACCOUNT

pytest_plugins = ("tests.collectors.stock_moto",)
AWS = ("SCOPE-1", "SCOPE-2", "DB-", "OBJ-", "ENC-", "RET-", "RES-", "MON-1")
DB, SNAPSHOT = (f"arn:aws:rds:*:{ACCOUNT}:{kind}:" for kind in ("db", "snapshot"))
BUCKET, KEY, PLAN = "arn:aws:s3:::", f"arn:aws:kms:*:{ACCOUNT}:key/", f"arn:aws:backup:*:{ACCOUNT}:backup-plan:"
EXPECTED = {
    "SCOPE-1": {"arn:aws:dynamodb:*:table/drafts", "arn:aws:ec2:ap-south-1:*:volume/*"},
    "SCOPE-2": {
        *(f"arn:aws:{what}" for what in ("ec2:ap-south-1:*:instance/*", "ec2:ap-south-1:*:volume/*")),
        f"arn:aws:backup:eu-west-2:{ACCOUNT}:backup-vault:vault",
        *(f"{BUCKET}{name}" for name in ("abroad", "london")),
        *(f"{DB}london", f"{SNAPSHOT}rds:london-*", f"{SNAPSHOT}taken-abroad"),
    },
    "DB-1": {f"{DB}london"},
    "DB-2": {f"{DB}off", f"{DB}mysql"},
    "DB-4": {f"{DB}off", f"{DB}short"},
    "OBJ-1": {f"{BUCKET}abroad", f"{BUCKET}london"},
    "OBJ-2": {f"{BUCKET}suspended", f"{BUCKET}bare"},
    "OBJ-3": {f"{BUCKET}one-zone"},
    "OBJ-4": {f"{BUCKET}forgetful"},
    "ENC-1": {f"{BUCKET}bare", f"{SNAPSHOT}rds:plain-*"},
    "ENC-2": {f"{KEY}*"},
    "ENC-3": {f"{DB}*", f"{BUCKET}bare", f"{BUCKET}loophole", "http://127.0.0.1:*"},
    "RET-1": {f"{DB}off", f"{DB}short", f"{PLAN}*"},
    "RET-2": {f"{PLAN}*"},
    "RES-1": {
        *(f"{BUCKET}abroad", f"{BUCKET}london", f"{PLAN}*"),
        *(f"{DB}london", f"{SNAPSHOT}rds:london-*", f"{SNAPSHOT}taken-abroad"),
    },
    "RES-2": {
        *(f"{BUCKET}abroad", f"{BUCKET}london", f"{PLAN}*", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/mrk-*"),
        *(f"{SNAPSHOT}{name}" for name in ("rds:london-*", "taken-abroad", "public", "lent")),
    },
    "MON-1": {f"{DB}*"},
}
"""Which resources violate what; of everything else, nothing may."""


@pytest.fixture
def live(
    moto_url: str, any_client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[], Verdicts]:
    """Run the suite on an account that is empty so far, with an owner's records and no other provider."""
    requests.post(f"{moto_url}/moto-api/reset", timeout=60).raise_for_status()
    assert callable(any_client)
    for name, value in {"ACCESS_KEY_ID": "testing", "SECRET_ACCESS_KEY": "testing"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    for name in ("GITHUB_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN", "BETTERSTACK_API_TOKEN", "SENTRY_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    records, reports = tmp_path / "records", tmp_path / "reports"
    records.mkdir()
    for name, text in stock_estate.RECORDS.items():
        (records / name).write_text(text)
    return lambda: run_suite(reports, f"--records={records}", "-p", "no:html")


def of_aws(statement: str) -> bool:
    """Whether it is about AWS alone, or mostly."""
    return statement.startswith(AWS)


def assert_gaps_are_readable(verdicts: Verdicts) -> None:
    """Whatever moto lacks is one line with what to do; never a traceback, nor a page of HTML."""
    for row in verdicts.results["statements"]:
        for gap in (one for one in row["unread"] if "call" in one):
            text = f"{gap['reason']} {gap['remedy']}"
            assert gap["remedy"], gap
            assert not {"Traceback", "<html", "<!doctype", "\n"} & {word for word in text.split() if word}, gap
            assert "<" not in text, gap


@pytest.mark.usefixtures("moto_url")
@pytest.mark.exhaustive
def test_what_complies_is_not_accused(live: Callable[[], Verdicts], any_client: Callable[..., Any]) -> None:
    """Where moto tells enough, it is compliant; where not, nothing is."""
    stock_estate.good(any_client)

    verdicts = live()

    accused = {(statement, resource) for statement, resource, _ in verdicts.violations if of_aws(statement)}
    # Of the database, moto cannot say what it demands of clients, nor who hears of it; it speaks plain HTTP itself.
    assert {statement for statement, _ in accused} == {"ENC-3", "MON-1"}
    assert not any(resource.endswith("good") and "s3" in resource for _, resource in accused)
    assert set(filter(of_aws, verdicts.of("compliant"))) == {"DB-1", "OBJ-1", "OBJ-2", "OBJ-3", "OBJ-4"}
    assert verdicts.of("not_assessed") >= {"DB-2", "DB-3", "DB-4", "DB-5", "DB-6", "ENC-1", "RET-1", "RES-2", "RES-3"}
    assert_gaps_are_readable(verdicts)


@pytest.mark.usefixtures("moto_url")
def test_what_is_wrong_is_seen(live: Callable[[], Verdicts], any_client: Callable[..., Any]) -> None:
    """Exactly that, by name, beside what complies and whatever cannot be read."""
    for seed in (
        stock_estate.good,
        stock_estate.bad_buckets,
        stock_estate.bad_keys,
        stock_estate.bad_databases,
        stock_estate.bad_rest,
    ):
        seed(any_client)

    verdicts = live()

    found = {(statement, resource) for statement, resource, _ in verdicts.violations if of_aws(statement)}
    unexpected = {
        (statement, resource)
        for statement, resource in found
        if not any(fnmatchcase(resource, pattern) for pattern in EXPECTED.get(statement, ()))
    }
    missed = {
        (statement, pattern)
        for statement, patterns in EXPECTED.items()
        for pattern in patterns
        if not any(fnmatchcase(resource, pattern) for other, resource in found if other == statement)
    }
    assert (sorted(unexpected), sorted(missed)) == ([], [])
    assert len([resource for statement, resource in found if statement == "ENC-2"]) == 1
    assert set(filter(of_aws, verdicts.of("compliant"))) == set()
    assert verdicts.status != 0
    assert_gaps_are_readable(verdicts)


@pytest.mark.exhaustive
@pytest.mark.usefixtures("any_client")
def test_empty_account_passes_nothing(live: Callable[[], Verdicts]) -> None:
    """It is the wrong one, or hides what is in it."""
    verdicts = live()

    assert set(filter(of_aws, verdicts.of("compliant") | verdicts.of("waived"))) == set()
    assert verdicts.of("not_compliant") >= {"DB-1", "OBJ-1", "OBJ-2", "OBJ-3", "OBJ-4", "MON-1"}
