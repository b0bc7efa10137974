"""OBJ-1 to OBJ-4 judge as an oracle does that plays S3 day by day, without looking at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import botocore.session
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance_tests import test_object_storage as judged
from fixtures.collectors.aws_estate import Account, Place
from fixtures.collectors.aws_s3_settings import read_lifecycle
from fixtures.examination import Finding
from fixtures.facts.buckets import BucketVersioning, DirectoryBucket, ListedBucket
from fixtures.facts.lifecycles import BucketLifecycle
from fixtures.facts.population import Population
from fixtures.facts.replications import ReplicationRule
from fixtures.facts.storage_classes import DURABLE_METERS, StoredObjects, is_durable
from tests.judgement.facts import POLICY, SOURCE, examination

UPLOADS = ListedBucket("arn:aws:s3:::uploads", "uploads", "123456789012", "eu-central-1", SOURCE)
WHICH = ("arn:aws:s3:::uploads", "uploads", "123456789012", "eu-central-1")
FAST = DirectoryBucket(
    "arn:aws:s3express:eu-north-1:1:bucket/x", "x--eun1-az1--x-s3", "1", "eu-north-1", "eun1-az1", SOURCE
)
STORED = StoredObjects(*WHICH, 3, complete=True, classes=("STANDARD",), meters=(), source=SOURCE)
COPIED = ReplicationRule(
    *WHICH,
    "copy",
    True,
    "arn:aws:s3:::c",
    "c",
    "eu-west-1",
    "",
    "STANDARD_IA",
    "",
    SOURCE,
)
WINDOW = 30
MANY_VERSIONS = 150
"""More than the 100 that a rule can keep by number."""


def findings(statement: str, test: Callable[..., None], **facts: Any) -> list[Finding]:  # noqa: ANN401
    """Judge one bucket as the suite would."""
    examine = examination(statement)
    test(**facts, examine=examine)
    return examine.findings


# ── Lifecycle ───────────────────────────────────────────────────────────────────────────────────────────────────────


class _Client:
    """Answers with lifecycle rules as AWS words them."""

    def __init__(self, rules: list[dict[str, Any]]) -> None:
        self.rules = rules

    def get_bucket_lifecycle_configuration(self, **_: object) -> dict[str, Any]:
        return {"Rules": self.rules, "ResponseMetadata": {}}


def lifecycle(rules: list[dict[str, Any]]) -> BucketLifecycle:
    """Read *rules* as they would be read from S3."""
    account = Account("123456789012", "", "", "aws", None, ())  # type: ignore[arg-type]
    place = Place(account, "eu-central-1")
    with patch.object(Place, "client", lambda *_: _Client(rules)):
        (found,) = read_lifecycle(place, UPLOADS)
    return found


def test_window_is_the_policys() -> None:
    """The oracle below counts the days of the policy."""
    assert timedelta(days=WINDOW) == POLICY.retention


def removals_by_s3(rules: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """Play S3: on which day after it was replaced a version is removed, with how many newer ones before it."""
    for rule in rules:
        removal = rule.get("NoncurrentVersionExpiration")
        if rule["Status"] == "Disabled" or removal is None:
            continue
        for day in range(WINDOW + 20):
            for newer in range(MANY_VERSIONS):
                old_enough = day >= removal.get("NoncurrentDays", 0)
                beyond = newer >= removal.get("NewerNoncurrentVersions", 0)
                if old_enough and beyond:
                    yield day, newer


days = st.sampled_from([1, 7, 28, 29, 30, 31, 45, 365])
removals = st.fixed_dictionaries(
    {}, optional={"NoncurrentDays": days, "NewerNoncurrentVersions": st.sampled_from([1, 5, 100])}
)
filters = st.sampled_from(
    [
        *({}, {"Prefix": ""}, {"Prefix": "logs/"}, {"Tag": {"Key": "a", "Value": "b"}}, {"ObjectSizeLessThan": 9}),
        {"And": {"Prefix": "x", "Tags": [{"Key": "a", "Value": "b"}], "ObjectSizeGreaterThan": 1}},
    ]
)
rules = st.lists(
    st.fixed_dictionaries(
        {"Status": st.sampled_from(["Enabled", "Disabled"]), "Filter": filters},
        optional={
            "ID": st.sampled_from(["a", "b"]),
            "NoncurrentVersionExpiration": removals,
            "Expiration": st.sampled_from([{"Days": 1}, {"ExpiredObjectDeleteMarker": True}]),
            "AbortIncompleteMultipartUpload": st.just({"DaysAfterInitiation": 1}),
            "NoncurrentVersionTransitions": st.just([{"NoncurrentDays": 1, "StorageClass": "GLACIER"}]),
        },
    ),
    max_size=4,
)


@given(rules)
@example([{"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 29}}])
@example([{"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}])
@example([{"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 31}}])
@example([{"Status": "Disabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}])
@example([{"Status": "Enabled", "NoncurrentVersionExpiration": {"NewerNoncurrentVersions": 100}}])
def test_lifecycle(rules: list[dict[str, Any]]) -> None:
    """Compliant if and only if S3 removes no version in its first 30 days, whatever it would keep by number."""
    (finding,) = findings(
        "OBJ-4",
        judged.test_object_versions_kept_for_recovery_window,
        bucket_lifecycles=Population((lifecycle(rules),)),
        policy=POLICY,
    )

    assert finding.complies == (min((day for day, _ in removals_by_s3(rules)), default=WINDOW) >= WINDOW)


def test_lifecycle_is_told_with_its_filter() -> None:
    """Days, number and filter stand in what was seen."""
    removal = {"NoncurrentDays": 7, "NewerNoncurrentVersions": 3}
    found = lifecycle(
        [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "NoncurrentVersionExpiration": removal}]
    )

    assert str(found) == "rule old (prefix logs/) removes earlier versions after 7 days, keeping the newest 3"
    assert str(lifecycle([])) == "no rule removes earlier versions"


# ── Storage classes ─────────────────────────────────────────────────────────────────────────────────────────────────

ONE_ZONE_OR_UNKNOWN = {
    *("REDUCED_REDUNDANCY", "ONEZONE_IA", "EXPRESS_ONEZONE", "OUTPOSTS", "SNOW"),
    *("FSX_OPENZFS", "FSX_ONTAP", "AWS_BACKUP_WARM", "AWS_BACKUP_LOW_COST_WARM"),
}
"""Of the classes that botocore knows, those that S3 doesn't keep in three zones or more, or that aren't S3's at all."""


def known_classes() -> list[str]:
    """Every class that botocore knows."""
    shape: Any = botocore.session.get_session().get_service_model("s3").shape_for("StorageClass")
    return list(shape.enum)


@pytest.mark.parametrize("name", [*known_classes(), "", "standard", "NEW_CLASS"])
def test_storage_class(name: str) -> None:
    """Durable are those that AWS says to be in several zones; a class of tomorrow is not known to be."""
    assert is_durable(name) == (name in set(known_classes()) - ONE_ZONE_OR_UNKNOWN)


def durable(**facts: tuple[object, ...]) -> list[bool]:
    """Judge OBJ-3."""
    kinds = ("stored_objects", "bucket_lifecycles", "bucket_replications", "directory_buckets")
    populations = {kind: Population(facts.get(kind, ())) for kind in kinds}
    return [finding.complies for finding in findings("OBJ-3", judged.test_object_storage_is_durable, **populations)]


@pytest.mark.parametrize("name", [*known_classes(), "NEW_CLASS"])
def test_class_wherever_it_occurs(name: str) -> None:
    """Among objects, as the target of a transition, and of replicas: a single zone is found in each place."""
    moves = [{"Status": "Enabled", "Filter": {}, "Transitions": [{"Days": 1, "StorageClass": name}]}]
    later = [{"Status": "Enabled", "Filter": {}, "NoncurrentVersionTransitions": [{"StorageClass": name}]}]
    off = [moves[0] | {"Status": "Disabled"}]

    found = durable(
        stored_objects=(replace(STORED, classes=("STANDARD", name)),),
        bucket_lifecycles=(lifecycle(moves), lifecycle(later), lifecycle(off)),
        bucket_replications=(replace(COPIED, storage_class=name), replace(COPIED, storage_class=name, enabled=False)),
    )

    good = is_durable(name)
    assert found == [good, good, good, True, good, True]


def test_replicas_in_the_class_of_the_source() -> None:
    """The rule names no class: the objects themselves are judged."""
    assert durable(bucket_replications=(replace(COPIED, storage_class=""),)) == [True]


@pytest.mark.parametrize("meter", ["OneZoneIAStorage", "OneZoneIASizeOverhead", "ReducedRedundancyStorage", "New", ""])
def test_metered_storage(meter: str) -> None:
    """What is metered counts where not everything was listed, and the limit is told."""
    incomplete = replace(STORED, complete=False, meters=("StandardStorage",))
    examine = examination("OBJ-3")
    judged.test_object_storage_is_durable(
        Population((incomplete, replace(incomplete, meters=("StandardStorage", meter)))),
        Population(),
        Population(),
        Population(),
        examine,
    )

    assert [finding.complies for finding in examine.findings] == [True, False]
    assert len(examine.notes) == 2
    assert not any("OneZone" in name or "Reduced" in name for name in DURABLE_METERS)


def test_directory_bucket() -> None:
    """It is in one zone, without versions, and in its own region."""
    assert durable(directory_buckets=(FAST,)) == [False]
    (versions,) = findings(
        "OBJ-2",
        judged.test_object_storage_versioning_enabled,
        bucket_versioning=Population(),
        directory_buckets=Population((FAST,)),
    )
    assert not versions.complies
    assert versions.remedy == "move the objects of x--eun1-az1--x-s3 to a bucket that is no directory bucket"


# ── Region and versioning ───────────────────────────────────────────────────────────────────────────────────────────


@given(st.sampled_from(["eu-central-1", "eu-central-2", "eu-west-2", "EU", "", "eu-central-1a", "us-east-1"]))
def test_region(region: str) -> None:
    """Nothing but Frankfurt is Frankfurt; no region is none."""
    (finding,) = findings(
        "OBJ-1",
        judged.test_object_storage_is_in_germany,
        buckets=Population((replace(UPLOADS, region=region),)),
        directory_buckets=Population(),
        policy=POLICY,
    )

    assert finding.complies == (region == "eu-central-1")


@given(st.sampled_from(["Enabled", "Suspended", "", "enabled", "Disabled"]) | st.text(max_size=9))
def test_versioning(status: str) -> None:
    """One word is enough, and no other one will do."""
    (finding,) = findings(
        "OBJ-2",
        judged.test_object_storage_versioning_enabled,
        bucket_versioning=Population((BucketVersioning(*WHICH, status, SOURCE),)),
        directory_buckets=Population(),
    )

    assert finding.complies == (status == "Enabled")
    assert finding.seen == (f"versioning {status}" if status else "versioning never enabled")
