"""Topics: who has confirmed, and whom a policy lets publish."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from fixtures.collectors.aws_estate import Estate, Place
from fixtures.collectors.aws_sns import read_topic
from fixtures.facts.event_subscriptions import Publisher, Topic, TopicName
from fixtures.facts.population import Population

pytest_plugins = ("tests.collectors.stock_moto",)
ARN = "arn:aws:sns:eu-central-1:123456789012:failures"
EVENTS = "events.amazonaws.com"
NAME = TopicName(ARN, "123456789012", "eu-central-1")
META: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}}
ALLOW = {"Effect": "Allow", "Principal": {"Service": EVENTS}, "Action": "sns:Publish", "Resource": ARN}


def read(estate: Estate) -> Population[Topic]:
    """Read the topic."""
    return estate.for_each("sns:GetTopicAttributes", [NAME], read_topic)


def publishers(estate: Estate, *statements: dict[str, Any]) -> tuple[Publisher, ...]:
    """Return whom a policy of *statements* lets publish, as AWS would answer it."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("sns")) as stubber:
        stubber.add_response("get_topic_attributes", {"Attributes": {"Policy": policy}, **META}, {"TopicArn": ARN})
        stubber.add_response("list_subscriptions_by_topic", {"Subscriptions": [], **META}, {"TopicArn": ARN})
        found = read(estate)
    assert found.unread == ()
    (topic,) = found
    return topic.publishers


def test_subscribers_are_counted_over_all_pages(estate: Estate, client: Callable[..., Any]) -> None:
    """A hundred on a page."""
    sns = client("sns")
    sns.create_topic(Name="failures")
    for number in range(103):
        sns.subscribe(TopicArn=ARN, Protocol="email", Endpoint=f"{number}@example.org")
    (topic,) = read(estate)
    assert (topic.exists, topic.confirmed, topic.pending, topic.fault) == (True, 103, 0, "")
    assert topic.publishers == ()  # the policy that a topic is born with lets its owner publish, and no service


def test_pending_and_deleted_subscriptions_are_not_confirmed(estate: Estate) -> None:
    """SNS writes a word in the place of the ARN."""
    listed = [{"SubscriptionArn": arn} for arn in ("PendingConfirmation", "Deleted", f"{ARN}:0123")]
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("sns")) as stubber:
        stubber.add_response("get_topic_attributes", {"Attributes": {}, **META}, {"TopicArn": ARN})
        stubber.add_response("list_subscriptions_by_topic", {"Subscriptions": listed, **META}, {"TopicArn": ARN})
        stubber.add_response(*told(f"{ARN}:0123"))
        (topic,) = read(estate)
    assert (topic.confirmed, topic.pending) == (1, 2)


def told(subscription: str, **attributes: str) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Return what SNS says of a subscription, for a stub."""
    return "get_subscription_attributes", {"Attributes": attributes, **META}, {"SubscriptionArn": subscription}


@pytest.mark.parametrize(
    ("filters", "filtered"),
    [
        (['{"severity": ["never"]}'], True),
        (['{"severity": ["never"]}', ""], False),
        (['{"severity": ["never"]}', "{}"], False),
        (["", '{"severity": ["never"]}'], False),
        (['{"severity": ["never"]}', '{"EventID": ["RDS-EVENT-0001"]}'], True),
    ],
)
def test_subscriber_who_filters_hears_nothing_for_certain(
    estate: Estate, client: Callable[..., Any], filters: list[str], filtered: bool
) -> None:
    """One without a filter is enough."""
    sns = client("sns")
    sns.create_topic(Name="failures")
    for number, text in enumerate(filters):
        attributes = {"FilterPolicy": text} if text else {}
        sns.subscribe(TopicArn=ARN, Protocol="email", Endpoint=f"{number}@example.org", Attributes=attributes)
    (topic,) = read(estate)
    assert topic.is_filtered is filtered
    assert bool(topic.fault) is filtered


def test_filter_that_may_not_be_read_is_a_gap(estate: Estate) -> None:
    """Unless somebody else hears everything."""
    listed = [{"SubscriptionArn": f"{ARN}:{number}"} for number in (1, 2)]
    for second in (told(f"{ARN}:2"), told(f"{ARN}:2", FilterPolicy='{"a": ["b"]}')):
        with Stubber(Place(estate.accounts[0], "eu-central-1").client("sns")) as stubber:
            stubber.add_response("get_topic_attributes", {"Attributes": {}, **META}, {"TopicArn": ARN})
            stubber.add_response("list_subscriptions_by_topic", {"Subscriptions": listed, **META}, {"TopicArn": ARN})
            stubber.add_client_error("get_subscription_attributes", "AuthorizationError", http_status_code=403)
            stubber.add_response(*second)
            found = read(estate)
        filters = "FilterPolicy" in second[1]["Attributes"]
        assert [gap.call for gap in found.unread] == (["sns:GetSubscriptionAttributes"] if filters else [])


def test_topic_that_is_gone_is_a_fact(estate: Estate) -> None:
    """Whoever still publishes to it is heard by nobody."""
    found = read(estate)
    assert found.unread == ()
    (topic,) = found
    assert (topic.exists, topic.fault) == (False, "a topic that does not exist")


def test_topic_that_may_not_be_read_is_a_gap(estate: Estate) -> None:
    """Not one without subscribers."""
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("sns")) as stubber:
        stubber.add_client_error("get_topic_attributes", "AuthorizationError", http_status_code=403)
        found = read(estate)
    assert found.members == ()
    assert [gap.call for gap in found.unread] == ["sns:GetTopicAttributes"]


@pytest.mark.parametrize(
    "statement",
    [
        ALLOW,
        ALLOW | {"Action": ["SNS:Publish"], "Resource": ["*"]},
        ALLOW | {"Action": "sns:*"},
        ALLOW | {"Principal": {"Service": [EVENTS, "rds.amazonaws.com"]}},
        ALLOW | {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}},
    ],
)
def test_policy_that_lets_eventbridge_publish(estate: Estate, statement: dict[str, Any]) -> None:
    """Whichever way it is written."""
    assert Publisher(EVENTS, ()) in publishers(estate, statement)


def test_policy_can_name_the_rules(estate: Estate) -> None:
    """As AWS recommends, against confused deputies."""
    rule = "arn:aws:events:eu-central-1:123456789012:rule/failures"
    narrowed = ALLOW | {"Condition": {"ArnEquals": {"aws:SourceArn": [rule]}}}
    assert publishers(estate, narrowed) == (Publisher(EVENTS, (rule,)),)


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [ALLOW | {"Effect": "Deny"}],
        [ALLOW, ALLOW | {"Effect": "Deny", "Principal": "*"}],
        [ALLOW | {"Principal": "*"}],
        [ALLOW | {"Principal": {"AWS": "*"}}],
        [ALLOW | {"Action": "sns:Subscribe"}],
        [ALLOW | {"Resource": f"{ARN}-2"}],
        [ALLOW | {"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}}],
        [ALLOW | {"Condition": {"StringNotEquals": {"aws:SourceArn": "arn:x"}}}],
        [ALLOW | {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}],
        [{"Effect": "Allow", "NotPrincipal": {"AWS": "x"}, "Action": "*", "Resource": "*"}],
        [{"Effect": "Allow", "Principal": {"Service": EVENTS}, "NotAction": "sns:Subscribe", "Resource": "*"}],
    ],
)
def test_policy_that_leaves_a_doubt_admits_nobody(estate: Estate, statements: list[dict[str, Any]]) -> None:
    """EventBridge is told of no failure when it is turned away."""
    assert Publisher(EVENTS, ()) not in publishers(estate, *statements)
