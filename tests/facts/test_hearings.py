"""Who hears of a failed backup: every way in which nobody does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.facts.databases import DatabaseKind
from fixtures.facts.event_patterns import matches
from fixtures.facts.event_subscriptions import EventRule, EventSubscription, Publisher, Topic, TopicKey, topic_names
from fixtures.facts.hearings import Hearing, Post, hearings, posts
from tests.judgement.facts import SOURCE, database

OURS = "123456789012"
FRANKFURT, IRELAND = "eu-central-1", "eu-west-1"
TOPIC = Topic(f"arn:aws:sns:{FRANKFURT}:{OURS}:t", OURS, FRANKFURT, True, 1, 0, False, (), None, SOURCE)
SUBSCRIPTION = EventSubscription(
    "arn:aws:rds:es:s", "s", OURS, FRANKFURT, True, "active", "db-instance", (), ("backup", "failure"), TOPIC.id, SOURCE
)
PATTERN = {"source": ["aws.rds"], "detail-type": ["RDS DB Instance Event"]}
RULE = EventRule("arn:rule/r", "r", OURS, FRANKFURT, "ENABLED", json.dumps(PATTERN), (TOPIC.id,), SOURCE)
ADMITTING = replace(TOPIC, publishers=(Publisher("events.amazonaws.com", ()),))


def hear(
    *channels: EventSubscription | EventRule,
    topics: tuple[Topic, ...] = (TOPIC,),
    kind: DatabaseKind = DatabaseKind.INSTANCE,
) -> Hearing:
    """Return what is heard of a database in its own region, which is the secondary one as well."""
    (hearing,) = hearings([database(kind=kind)], FRANKFURT, channels, topics)
    return hearing


def rule(pattern: object) -> EventRule:
    """Return a rule with a pattern."""
    return replace(RULE, pattern=json.dumps(pattern))


def test_subscription_to_both_is_enough() -> None:
    """The ordinary case, and its words."""
    assert hear(SUBSCRIPTION).is_complete
    assert str(hear(SUBSCRIPTION)) == "eu-central-1: backup heard by subscription s, failure heard by subscription s"


@pytest.mark.parametrize(
    "differently",
    [
        {"source_ids": ("app",)},
        {"source_ids": ("other", "app")},
        {"categories": ()},
        {"source_type": "", "categories": ()},
        {"categories": ("backup", "failure", "deletion")},
    ],
)
def test_wider_and_exact_subscriptions_are_enough(differently: dict[str, Any]) -> None:
    """Empty means all."""
    assert hear(replace(SUBSCRIPTION, **differently)).is_complete


@pytest.mark.parametrize(
    "differently",
    [
        {"enabled": False},
        {"status": "no-permission"},
        {"status": "topic-not-exist"},
        {"status": "creating"},
        {"status": "unheard-of"},
        {"source_type": "db-cluster"},
        {"source_type": "db-snapshot"},
        {"source_type": "db-instance-2"},
        {"source_ids": ("other",)},
        {"source_ids": ("app-2",)},
        {"categories": ("backup",)},
        {"categories": ("failure",)},
        {"categories": ("Backup", "Failure")},
        {"topic": "arn:aws:sns:eu-central-1:123456789012:other"},
        {"region": IRELAND},
        {"account": "210987654321"},
    ],
)
def test_whatever_a_subscription_lacks_is_unheard(differently: dict[str, Any]) -> None:
    """One defect is enough."""
    assert not hear(replace(SUBSCRIPTION, **differently)).is_complete


def test_two_halves_make_a_whole() -> None:
    """One subscription for each category, or a subscription and a rule."""
    backup, failure = replace(SUBSCRIPTION, categories=("backup",)), replace(SUBSCRIPTION, categories=("failure",))
    assert hear(backup, replace(failure, name="f")).is_complete
    half = rule(PATTERN | {"detail": {"EventCategories": ["failure"]}})
    assert hear(backup, half, topics=(ADMITTING,)).is_complete
    assert not hear(backup, half).is_complete


@pytest.mark.parametrize(
    "differently",
    [{"exists": False}, {"confirmed": 0}, {"confirmed": 0, "pending": 3}],
)
def test_topic_without_anybody_behind_it_is_unheard(differently: dict[str, Any]) -> None:
    """A subscriber who has not confirmed is sent nothing."""
    hearing = hear(SUBSCRIPTION, topics=(replace(TOPIC, **differently),))
    assert not hearing.is_complete
    assert "topic" in str(hearing)


def test_both_regions_are_judged_and_each_by_itself() -> None:
    """Where the database is, and where its copy is."""
    found = list(hearings([database()], IRELAND, [SUBSCRIPTION], [TOPIC]))
    assert [(one.region, one.is_complete) for one in found] == [(FRANKFURT, True), (IRELAND, False)]
    assert posts([database(), database(id="b")], IRELAND) == (Post(OURS, FRANKFURT), Post(OURS, IRELAND))


def test_cluster_needs_the_events_of_its_snapshots() -> None:
    """RDS reports backups of a cluster there; naming snapshots that do not exist yet covers none of them."""
    cluster = DatabaseKind.AURORA_CLUSTER
    failures = replace(SUBSCRIPTION, source_type="db-cluster", categories=("failure",))
    backups = replace(SUBSCRIPTION, source_type="db-cluster-snapshot", categories=("backup",))
    assert hear(failures, backups, kind=cluster).is_complete
    assert hear(replace(SUBSCRIPTION, source_type="", categories=()), kind=cluster).is_complete
    assert not hear(failures, kind=cluster).is_complete
    assert not hear(SUBSCRIPTION, kind=cluster).is_complete
    assert not hear(failures, replace(backups, source_ids=("app",)), kind=cluster).is_complete


def test_remedy_subscribes_to_what_nobody_hears_of() -> None:
    """A subscription has one type of source, a cluster has two; what is heard already is left alone."""
    begin, end = f"aws rds create-event-subscription --region {FRANKFURT}", "--sns-topic-arn TOPIC --subscription-name"
    backups = (
        f"{begin} --source-type db-cluster-snapshot --event-categories backup --enabled {end} NAME-db-cluster-snapshot"
    )
    failures = f"{begin} --source-type db-cluster --event-categories failure --enabled {end} NAME-db-cluster"
    of_cluster = replace(SUBSCRIPTION, source_type="db-cluster", categories=("failure",))
    assert hear(kind=DatabaseKind.AURORA_CLUSTER).subscribe == f"{backups} && {failures}"
    assert hear(of_cluster, kind=DatabaseKind.AURORA_CLUSTER).subscribe == backups
    assert f"{begin} --source-type db-instance --event-categories backup failure --enabled {end}" in hear().subscribe


@pytest.mark.parametrize(
    ("state", "is_on"),
    [
        ("ENABLED", True),
        ("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", True),
        ("DISABLED", False),
        ("enabled", False),
        ("ENABLED_WITH_SOMETHING_NEW", False),
        ("", False),
    ],
)
def test_states_of_a_rule(state: str, is_on: bool) -> None:
    """Two of them mean that it is on; what nobody knows does not."""
    assert hear(replace(RULE, state=state), topics=(ADMITTING,)).is_complete is is_on


@pytest.mark.parametrize(
    ("key", "is_heard"),
    [
        (None, True),
        (TopicKey("1-2", is_managed_by_aws=False, state="Enabled"), True),
        (TopicKey("1-2", is_managed_by_aws=False, state="Disabled"), False),
        (TopicKey("1-2", is_managed_by_aws=False, state="PendingDeletion"), False),
        (TopicKey("1-2", is_managed_by_aws=False, state="not found"), False),
        (TopicKey("1-2", is_managed_by_aws=False, state="unknown"), False),
        (TopicKey("1-2", is_managed_by_aws=True, state="Enabled"), False),
        (TopicKey("alias/aws/sns", is_managed_by_aws=True, state=""), False),
    ],
)
def test_topic_whose_key_no_service_can_use_is_unheard(key: TopicKey | None, is_heard: bool) -> None:
    """By subscription or rule alike: neither can encrypt what it publishes."""
    assert hear(SUBSCRIPTION, topics=(replace(TOPIC, key=key),)).is_complete is is_heard
    assert hear(RULE, topics=(replace(ADMITTING, key=key),)).is_complete is is_heard


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["aws.rds"]},
        PATTERN,
        PATTERN | {"account": [OURS], "region": [FRANKFURT]},
        PATTERN | {"detail": {"EventCategories": ["backup", "failure", "deletion"]}},
        PATTERN | {"detail": {"SourceType": ["DB_INSTANCE"], "SourceIdentifier": ["app"]}},
        PATTERN | {"resources": ["arn:aws:rds:eu-central-1:123456789012:db:app"]},
        PATTERN | {"detail": {"SourceArn": ["arn:aws:rds:eu-central-1:123456789012:db:app", "arn:other"]}},
    ],
)
def test_plain_pattern_that_fits_is_heard(pattern: dict[str, Any]) -> None:
    """Whatever it narrows, both events remain."""
    assert hear(rule(pattern), topics=(ADMITTING,)).is_complete


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        [],
        "aws.rds",
        {"source": "aws.rds"},
        {"source": ["aws.backup"]},
        {"source": ["AWS.RDS"]},
        {"source": []},
        PATTERN | {"detail-type": ["RDS DB Snapshot Event"]},
        PATTERN | {"detail": {"EventCategories": ["backup"]}},
        PATTERN | {"detail": {"EventID": ["RDS-EVENT-0086"]}},
        PATTERN | {"detail": {"SourceIdentifier": ["other"]}},
        PATTERN | {"detail": {"Message": [{"exists": True}]}},
        PATTERN | {"detail": {"EventCategories": [{"anything-but": "deletion"}]}},
        {"source": [{"prefix": "aws."}]},
        {"$or": [{"source": ["aws.rds"]}]},
        PATTERN | {"detail": []},
        PATTERN | {"detail": {"SourceArn": [None]}},
        PATTERN | {"region": [IRELAND]},
        PATTERN | {"account": ["210987654321"]},
    ],
)
def test_pattern_that_does_not_certainly_fit_is_unheard(pattern: object) -> None:
    """Narrow, exotic or malformed ones."""
    assert not hear(rule(pattern), topics=(ADMITTING,)).is_complete


@pytest.mark.parametrize(
    ("differently", "topic"),
    [
        ({"state": "DISABLED"}, ADMITTING),
        ({"state": "unknown"}, ADMITTING),
        ({"pattern": "{not json"}, ADMITTING),
        ({"targets": ()}, ADMITTING),
        ({"targets": ("arn:aws:sqs:eu-central-1:123456789012:q",)}, ADMITTING),
        ({"targets": ("arn:aws:lambda:eu-central-1:123456789012:function:f",)}, ADMITTING),
        ({}, TOPIC),
        ({}, replace(TOPIC, publishers=(Publisher("rds.amazonaws.com", ()),))),
        ({}, replace(TOPIC, publishers=(Publisher("events.amazonaws.com", ("arn:rule/other",)),))),
        ({}, replace(ADMITTING, confirmed=0)),
    ],
)
def test_rule_that_reaches_nobody_is_unheard(differently: dict[str, Any], topic: Topic) -> None:
    """Off, without a target that is known to reach somebody, or turned away by the topic."""
    assert not hear(replace(RULE, **differently), topics=(topic,)).is_complete


def test_topic_can_admit_a_rule_by_name() -> None:
    """As AWS recommends."""
    named = replace(TOPIC, publishers=(Publisher("events.amazonaws.com", ("arn:rule/*",)),))
    assert hear(RULE, topics=(named,)).is_complete


def test_topics_are_asked_for_once_by_their_owner() -> None:
    """One of somebody else's is asked for by whoever uses it; what is no ARN is asked for by nobody."""
    foreign = replace(SUBSCRIPTION, topic="arn:aws:sns:eu-central-1:999999999999:t")
    names = topic_names([SUBSCRIPTION, RULE, foreign, replace(SUBSCRIPTION, topic="")], frozenset({OURS}))
    assert [(one.id, one.account) for one in names] == [(TOPIC.id, OURS), (foreign.topic, OURS)]


WORDS = st.sampled_from(["a", "b", "c"])
EVENTS = st.recursive(
    st.dictionaries(WORDS, WORDS | st.lists(WORDS)), lambda inner: st.dictionaries(WORDS, WORDS | inner), max_leaves=6
)
PATTERNS = st.recursive(
    st.dictionaries(WORDS, st.lists(WORDS)), lambda inner: st.dictionaries(WORDS, st.lists(WORDS) | inner), max_leaves=6
)


def leaves(tree: dict[str, Any], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return what stands at the end of each path."""
    found: dict[tuple[str, ...], Any] = {}
    for key, value in tree.items():
        found |= leaves(value, (*path, key)) if isinstance(value, dict) and value else {(*path, key): value}
    return found


@given(PATTERNS, EVENTS)
def test_plain_patterns_against_an_oracle(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    """Flattened to paths, as Amazon's own matcher (Event Ruler) does: each path wants one of its values there."""
    told = leaves(event)

    def holds(path: tuple[str, ...], wanted: Any) -> bool:  # noqa: ANN401
        if wanted == {}:  # an empty object, which narrows nothing below it, but has to be there as one
            node: Any = event
            for key in path:
                node = node.get(key) if isinstance(node, dict) else None
            return isinstance(node, dict)
        value = told.get(path)
        return bool(set(wanted) & set(value if isinstance(value, list) else [value] if isinstance(value, str) else []))

    assert matches(pattern, event) is all(holds(path, wanted) for path, wanted in leaves(pattern).items())
