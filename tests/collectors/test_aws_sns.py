"""Topics: who has confirmed, and whom a policy lets publish."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from fixtures.collectors.aws_estate import Estate, Place
from fixtures.collectors.aws_sns import read_topic
from fixtures.facts.event_subscriptions import Publisher, Topic, TopicKey, TopicName
from fixtures.facts.population import Population

pytest_plugins = ("tests.collectors.stock_moto",)
ARN = "arn:aws:sns:eu-central-1:123456789012:failures"
EVENTS = "events.amazonaws.com"
NAME = TopicName(ARN, "123456789012", "eu-central-1")
META: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}}
ALLOW = {"Effect": "Allow", "Principal": {"Service": EVENTS}, "Action": "sns:Publish", "Resource": ARN}
NO_HTTP = ALLOW | {"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


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


def refused_if(**operators: dict[str, Any]) -> dict[str, Any]:
    """Return a statement that denies everybody under other conditions."""
    return NO_HTTP | {"Condition": operators}


@pytest.mark.parametrize(
    "refusal",
    [
        NO_HTTP,
        NO_HTTP | {"Action": "sns:*", "Resource": "*", "Principal": {"AWS": "*"}},
        refused_if(Bool={"AWS:SecureTransport": [False]}),
        refused_if(Bool={"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}),
        refused_if(Bool={"aws:SecureTransport": "false"}, StringNotEquals={"aws:SourceAccount": "999999999999"}),
    ],
)
def test_policy_that_refuses_plain_http_refuses_no_service(estate: Estate, refusal: dict[str, Any]) -> None:
    """They publish over TLS; beside that, another condition makes the refusal narrower, never wider."""
    assert publishers(estate, refusal, ALLOW) == (Publisher(EVENTS, ()),)


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
        [ALLOW, refused_if(Bool={"aws:SecureTransport": "true"})],
        [ALLOW, refused_if(Bool={"aws:SecureTransport": ["false", "true"]})],
        [ALLOW, refused_if(Bool={"aws:SecureTransport": []})],
        [ALLOW, refused_if(Bool={"aws:ViaAWSService": "false"})],
        [ALLOW, refused_if(BoolIfExists={"aws:SecureTransport": "false"})],
        [ALLOW, refused_if(Null={"aws:SecureTransport": "false"})],
        [ALLOW, refused_if(StringNotEquals={"aws:SecureTransport": "false"})],
        [ALLOW, refused_if(**{"ForAllValues:Bool": {"aws:SecureTransport": "false"}})],
        [ALLOW, NO_HTTP, refused_if(StringEquals={"aws:SourceAccount": "999999999999"})],
        [NO_HTTP | {"Principal": {"Service": EVENTS}}],
        [NO_HTTP | {"Effect": "Allow", "Principal": {"Service": EVENTS}}],
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


def key_of_topic(estate: Estate, client: Callable[..., Any], name: str) -> TopicKey | None:
    """Return what is read of a key that a topic names."""
    sns = client("sns")
    sns.create_topic(Name="failures")
    sns.set_topic_attributes(TopicArn=ARN, AttributeName="KmsMasterKeyId", AttributeValue=name)
    found = read(estate)
    assert found.unread == ()
    (topic,) = found
    return topic.key


@pytest.mark.parametrize("name", ["alias/aws/sns", "arn:aws:kms:eu-central-1:123456789012:alias/aws/sns"])
def test_topic_under_the_key_of_aws_hears_no_service(estate: Estate, client: Callable[..., Any], name: str) -> None:
    """By its alias, which nobody else can give, it is known without a question."""
    key = key_of_topic(estate, client, name)
    assert key == TopicKey(name, is_managed_by_aws=True, state="")
    assert key.fault == "a key that AWS manages, which neither RDS nor EventBridge may use"


def test_key_of_aws_is_known_by_what_kms_says(estate: Estate) -> None:
    """Who names it by its id names no alias."""
    told = {"KeyId": "1-2", "Arn": "arn:aws:kms:eu-central-1:123456789012:key/1-2", "KeyState": "Enabled"}
    place = Place(estate.accounts[0], "eu-central-1")
    with Stubber(place.client("sns")) as sns, Stubber(place.client("kms")) as kms:
        sns.add_response("get_topic_attributes", {"Attributes": {"KmsMasterKeyId": "1-2"}, **META}, {"TopicArn": ARN})
        sns.add_response("list_subscriptions_by_topic", {"Subscriptions": [], **META}, {"TopicArn": ARN})
        kms.add_response("describe_key", {"KeyMetadata": told | {"KeyManager": "AWS"}, **META}, {"KeyId": told["Arn"]})
        (topic,) = read(estate)
    assert topic.key == TopicKey("1-2", is_managed_by_aws=True, state="Enabled")
    assert "a key that AWS manages" in topic.fault


def test_key_of_its_own_has_to_be_in_use(estate: Estate, client: Callable[..., Any]) -> None:
    """By whatever name the topic calls it: id, ARN or alias."""
    kms = client("kms")
    made = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/failures", TargetKeyId=made["KeyId"])
    for name in (
        made["KeyId"],
        made["Arn"],
        "alias/failures",
        made["Arn"].replace(f"key/{made['KeyId']}", "alias/failures"),
    ):
        kms.enable_key(KeyId=made["KeyId"])
        assert key_of_topic(estate, client, name) == TopicKey(name, is_managed_by_aws=False, state="Enabled")
        kms.disable_key(KeyId=made["KeyId"])
        key = key_of_topic(estate, client, name)
        assert key is not None
        assert key.fault == "a key that is Disabled"
    kms.schedule_key_deletion(KeyId=made["KeyId"])
    key = key_of_topic(estate, client, made["KeyId"])
    assert key is not None
    assert key.fault == "a key that is PendingDeletion"


def test_key_that_is_gone_is_a_fact(estate: Estate, client: Callable[..., Any]) -> None:
    """The topic stays, and takes nothing any more."""
    key = key_of_topic(estate, client, "alias/gone")
    assert key == TopicKey("alias/gone", is_managed_by_aws=False, state="not found")
    assert key.fault == "a key that is not found"


def test_key_that_may_not_be_read_is_a_gap(estate: Estate, client: Callable[..., Any]) -> None:
    """Not one that is in use."""
    client("sns").create_topic(Name="failures", Attributes={"KmsMasterKeyId": "alias/failures"})
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("kms")) as stubber:
        stubber.add_client_error("describe_key", "AccessDeniedException", http_status_code=400)
        found = read(estate)
    assert found.members == ()
    assert [gap.call for gap in found.unread] == ["kms:DescribeKey"]


def test_topic_that_is_not_encrypted_has_no_key(estate: Estate, client: Callable[..., Any]) -> None:
    """That is how a topic is born."""
    client("sns").create_topic(Name="failures")
    (topic,) = read(estate)
    assert topic.key is None
