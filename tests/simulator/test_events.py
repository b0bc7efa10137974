"""RDS events and the subscriptions to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from fixtures.simulator import aws_alarms as alarms
from tests.simulator.shapes import answer

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation


def failures(org: Organisation, **which: Any) -> list[str]:  # noqa: ANN401
    """List the messages of failures."""
    which.setdefault("EventCategories", ["failure"])
    events = answer(org.client("rds"), "describe_events", SourceType="db-instance", **which)["Events"]
    return [event["Message"] for event in events]


def test_an_event_is_kept_for_a_fortnight_and_shown_for_an_hour(organisation: Organisation) -> None:
    """Unless somebody asks for more."""
    for days, message in ((20, "long ago"), (3, "recently"), (0, "now")):
        with organisation.days_ago(days):
            organisation.mishap(
                "rds-event",
                region="eu-central-1",
                source_type="db-instance",
                source="app",
                categories=["failure"],
                message=message,
            )
    assert failures(organisation) == ["now"]
    assert failures(organisation, Duration=20160) == ["recently", "now"]
    assert failures(organisation, Duration=20160, EventCategories=["recovery"]) == []
    assert failures(organisation, Duration=20160, SourceIdentifier="analytics") == []
    since = datetime.now(UTC) - timedelta(days=4)
    assert failures(organisation, StartTime=since, EndTime=since + timedelta(days=2)) == ["recently"]
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        failures(organisation, Duration=20161)


def test_they_come_in_pages(organisation: Organisation) -> None:
    """A hundred at most."""
    for number in range(105):
        organisation.mishap(
            "rds-event",
            region="eu-central-1",
            source_type="db-instance",
            source="app",
            categories=["failure"],
            message=f"number {number}",
        )
    pages = organisation.client("rds").get_paginator("describe_events").paginate(EventCategories=["failure"])
    assert [len(page["Events"]) for page in pages] == [100, 5]


def test_a_subscription_is_enabled_unless_somebody_says_otherwise(organisation: Organisation) -> None:
    """And active as long as its topic is there."""
    rds = organisation.client("rds")
    found = answer(rds, "describe_event_subscriptions")["EventSubscriptionsList"]
    assert {one["SourceType"] for one in found} == set(alarms.CATEGORIES)
    assert all(one["Enabled"] and one["Status"] == "active" for one in found)
    name = "db-instance-backups"
    changed = answer(
        rds, "modify_event_subscription", SubscriptionName=name, Enabled=False, EventCategories=["backup"]
    )["EventSubscription"]
    assert (changed["Enabled"], changed["EventCategoriesList"]) == (False, ["backup"])
    organisation.client("sns").delete_topic(TopicArn=changed["SnsTopicArn"])
    (gone,) = answer(rds, "describe_event_subscriptions", SubscriptionName=name)["EventSubscriptionsList"]
    assert gone["Status"] == "topic-not-exist"


def test_a_subscription_may_wait_for_its_confirmation(organisation: Organisation) -> None:
    """As long as nobody follows the link in the mail."""
    topic = alarms.topic_arn("eu-central-1")
    sns = organisation.client("sns")
    (confirmed,) = answer(sns, "list_subscriptions_by_topic", TopicArn=topic)["Subscriptions"]
    assert confirmed["SubscriptionArn"].startswith(topic)
    organisation.mishap("sns-unconfirmed", region="eu-central-1", topic=topic, endpoint=confirmed["Endpoint"])
    (waiting,) = answer(sns, "list_subscriptions_by_topic", TopicArn=topic)["Subscriptions"]
    assert waiting["SubscriptionArn"] == "PendingConfirmation"


def test_topics_that_rds_does_not_publish_to_are_refused(organisation: Organisation) -> None:
    """FIFO topics, and those that don't exist."""
    for name, code in (("nobody", "SNSTopicArnNotFound"), ("first.fifo", "SNSInvalidTopic")):
        with pytest.raises(ClientError, match=code):
            alarms.subscribe_to_events(
                organisation, "eu-central-1", f"arn:aws:sns:eu-central-1:123456789012:{name}", "extra"
            )
