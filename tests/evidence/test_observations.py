"""What bears on an observation is what this run has seen, and never more than that."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fixtures.evidence.encoding import plain
from fixtures.evidence.observations import BEARING, IN_PART, NOT_READ, Evidence, observations
from fixtures.examination import HOME
from fixtures.facts.buckets import ListedBucket
from fixtures.facts.hosting import SourceHosting
from fixtures.facts.population import Population, Unread
from fixtures.facts.protection import protect
from fixtures.facts.replications import ReplicationRule
from tests.judgement.facts import NOW, POLICY, SOURCE, backup, database

LISTED = tomllib.loads((HOME / "policy/observations.toml").read_text("utf-8"))["observations"]
GAP = Unread("aws", "", "", "s3:GetBucketReplication", "denied", "allow it")


def said(bears: str, statements: tuple[dict[str, Any], ...] = (), **populations: Population[object]) -> list[str]:
    """What a run that has read these populations says of one observation."""
    evidence = Evidence(populations, plain(POLICY), {}, NOW, statements)
    (one,) = observations([{"bears": bears}], evidence)
    return list(one["evidence"])


def bucket(name: str) -> ListedBucket:
    """A bucket in Frankfurt."""
    return ListedBucket(f"arn:aws:s3:::{name}", name, "123456789012", "eu-central-1", SOURCE)


def rule(name: str, region: str, *, enabled: bool = True) -> ReplicationRule:
    """A rule that copies it to a region."""
    return ReplicationRule(
        f"arn:aws:s3:::{name}", name, "", "eu-central-1", "r", enabled, "", "copies", region, "", "", "", SOURCE
    )


def test_every_observation_has_its_evidence() -> None:
    """And nothing is computed that no observation asks for."""
    assert {one["bears"] for one in LISTED} == set(BEARING)


@pytest.mark.parametrize("bears", BEARING)
def test_run_that_has_read_nothing(bears: str) -> None:
    """It says so; what was not looked at is not there to be counted."""
    assert said(bears) == [NOT_READ] or bears == "restore interval"


def test_buckets_without_a_copy_elsewhere() -> None:
    """A copy in the same region, and a rule that is off, are none."""
    buckets = Population(tuple(bucket(name) for name in "abcd"))
    rules = (rule("a", "eu-west-1"), rule("b", "eu-central-1"), rule("c", "eu-west-1", enabled=False))

    found = said("bucket copies", buckets=buckets, bucket_replications=Population(rules))

    assert found == ["3 of 4 buckets without a copy in another region (b, c, d)."]


def test_what_could_not_be_read_is_not_counted() -> None:
    """Nobody can say of a bucket whose rules were refused that it has none."""
    buckets = Population((bucket("a"),))

    assert said("bucket copies", buckets=buckets, bucket_replications=Population(unread=(GAP,))) == [IN_PART]


def test_lag_as_measured() -> None:
    """At home and in Ireland, beside the limits in force."""
    window = replace(backup().window, latest=NOW - timedelta(minutes=7))
    copy = backup(region="eu-west-1", status="replicating", window=window)
    one, lone = protect([database(), database(id="b", name="b", resource_id="b")], [backup(), copy], [])

    first, second, limits = said("replication lag", protected_databases=Population((one, lone)))

    assert first == "Measured for app: in eu-central-1 5 minutes behind, in eu-west-1 7 minutes behind."
    assert second == "Measured for b: in eu-central-1 without restore point, no copy elsewhere."
    assert limits.endswith("so these are parameters of this suite.")


def test_hosting_as_it_answered() -> None:
    """Where the code is, in one sentence."""
    hosting = SourceHosting("https://github.com/o", "o", "api.github.com", "", 1, SOURCE)

    (found,) = said("source hosting", source_hosting=Population((hosting,)))

    assert found == "1 repository of o: source code at api.github.com, where no data residency can be shown."


def test_restore_interval_with_what_was_found() -> None:
    """The parameter, if there is one, and what RST-1 saw."""
    finding = {"resource": "arn:db", "seen": "restored on 2026-11-01"}
    other = {"id": "RST-2", "findings": [{"resource": "x", "seen": "y"}]}

    found = said("restore interval", ({"id": "RST-1", "findings": [finding]}, other))

    assert found[-1] == "arn:db: restored on 2026-11-01."
    assert all("parameters of this suite" in line for line in found[:-1])
