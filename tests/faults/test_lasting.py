"""A provider that fails in one way, for as long as the run takes: bounded, told, and nobody else's business."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.collection import SOURCES, needed
from tests.faults.conftest import PROVIDERS, Ways
from tests.faults.disturbances import LASTING, after, expired, once
from tests.gateway import Disturbance
from tests.inner_run import TESTS, Verdicts, run_suite

HARMLESS = {"slow", "clock_skewed", "of_another_type"}
"""What costs time, or what only some providers' clients mind."""
ABOUT_THE_OTHERS = {"ISO-1"}
"""An area of the standard is covered by other statements, if these were assessed."""
IF_NEED_BE = {"RET-1", "RET-2"}
"""They ask Better Stack only for the incident that a backup is kept for, if none of that name is in the records."""
SOURCE = {provider: "hosting" if provider == "github" else provider for provider in PROVIDERS}
"""What populations of a provider are read from."""


def relying_on(provider: str) -> set[str]:
    """Return the statements that read from *provider*."""
    assert SOURCE[provider] in SOURCES
    return {
        id_
        for id_, (_, node) in TESTS.items()
        if SOURCE[provider] in needed([argument.arg for argument in node.args.args])
    }


def certainly_relying_on(provider: str) -> set[str]:
    """Return those that cannot be judged without *provider*."""
    return relying_on(provider) - (IF_NEED_BE if provider == "betterstack" else set())


def disturb(ways: Ways, providers: set[str], disturbance: Disturbance) -> None:
    """Do it to every request to *providers*."""
    for provider in providers:
        ways[provider].rule = lambda _path, _request: disturbance


def assert_contained(verdicts: Verdicts, baseline: set[str], providers: set[str]) -> None:
    """Nothing turned red; only what relies on *providers* is not assessed, and that in readable words."""
    relying = set().union(*map(relying_on, providers))
    assert verdicts.of("not_compliant") <= baseline
    assert verdicts.of("not_assessed") <= relying | ABOUT_THE_OTHERS
    for id_ in verdicts.of("not_assessed"):
        row = verdicts.row(id_)
        assert row["reason"]
        assert "Traceback" not in str(row)
        assert "\n" not in row["reason"]


BY_PLAIN_HTTP = {"ENC-3"}
"""The gateway to AWS speaks plain HTTP, and the suite says so."""


REPRESENTATIVES = {"captive_portal", "expired"}
NAMES = [pytest.param(name, marks=() if name in REPRESENTATIVES else pytest.mark.exhaustive) for name in LASTING]


@pytest.mark.parametrize("providers", [{"aws"}, set(PROVIDERS) - {"aws"}], ids=["aws", "others"])
@pytest.mark.parametrize("name", NAMES)
def test_lasting_fault(ways: Ways, tmp_path: Path, name: str, providers: set[str]) -> None:
    """Every request to a provider goes wrong in the same way."""
    disturb(ways, providers, LASTING[name])

    verdicts = run_suite(tmp_path, "-p", "no:html")

    assert_contained(verdicts, BY_PLAIN_HTTP, providers)
    if name not in HARMLESS:
        relying = set().union(*map(certainly_relying_on, providers))
        assert verdicts.of("not_assessed") >= relying - verdicts.of("not_compliant")
        assert verdicts.status != 0
    else:
        assert "DB-4" in verdicts.of("compliant") | (verdicts.of("not_assessed") if "aws" in providers else set())


@pytest.mark.exhaustive(keep=1)
@pytest.mark.parametrize("name", ["busy", "rate_limited", "reset", "throttled"])
def test_burst_costs_time_and_no_verdict(ways: Ways, tmp_path: Path, name: str) -> None:
    """Two requests in a row go wrong, at each provider, and are asked again."""
    in_whose_words = {"throttled": {"aws"}, "rate_limited": set(ways) - {"aws"}}
    for provider in in_whose_words.get(name, set(ways)):
        burst = once(LASTING[name], times=1)
        ways[provider].rule = lambda _path, _request, burst=burst: burst  # type: ignore[misc]

    verdicts = run_suite(tmp_path, "-p", "no:html")

    assert verdicts.of("not_compliant") <= BY_PLAIN_HTTP
    assert verdicts.of("not_assessed") == set()


def test_credentials_expire_midway(ways: Ways, tmp_path: Path) -> None:
    """What was read before counts for nothing by itself: a part of a population is not the population."""
    for way in ways.values():
        late = after(6, expired)
        way.rule = lambda _path, _request, late=late: late  # type: ignore[misc]

    verdicts = run_suite(tmp_path, "-p", "no:html")

    assert_contained(verdicts, BY_PLAIN_HTTP, set(PROVIDERS))
    assert verdicts.of("not_assessed") >= {"DB-1", "OBJ-1", "SRC-2", "MON-1"}


@pytest.mark.exhaustive(keep=1)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_host_that_no_name_leads_to(ways: Ways, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: str) -> None:
    """DNS knows nothing of it."""
    assert ways
    monkeypatch.setenv(PROVIDERS[provider], "https://no-such-host.invalid")

    verdicts = run_suite(tmp_path, "-p", "no:html")

    assert_contained(verdicts, BY_PLAIN_HTTP, {provider})
    assert verdicts.of("not_assessed") >= certainly_relying_on(provider) - BY_PLAIN_HTTP
