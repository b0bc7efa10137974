"""A bucket policy is judged as S3 would apply it: nothing that the judgement calls refused gets through.

The oracle (s3_requests.py) takes one request after the other and asks whether any statement denies it.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fixtures.facts.bucket_policies import refusal
from tests.judgement.s3_policies import (
    EVERYTHING,
    NO_HTTP,
    NO_OLD_TLS,
    OLD,
    ROOT,
    full_denial,
    no_http,
    no_old_tls,
    statement,
    understood,
    whole,
    with_condition,
)
from tests.judgement.s3_requests import BUCKET, PLAIN, everything_is_denied, over_tls


@settings(max_examples=300, deadline=None)
@given(st.lists(statement(), min_size=1, max_size=4))
@example([NO_HTTP, NO_OLD_TLS])
@example([NO_HTTP | {"Condition": NO_HTTP["Condition"] | NO_OLD_TLS["Condition"]}])
@example([NO_HTTP | {"Resource": BUCKET}, NO_HTTP | {"Resource": [f"{BUCKET}/*"]}])
def test_what_is_called_refused_is_refused(statements: list[dict[str, Any]]) -> None:
    """No request of any sort gets through over a transport that the judgement calls refused."""
    judged = refusal(json.dumps({"Version": "2012-10-17", "Statement": statements}), BUCKET)

    assert everything_is_denied(statements, PLAIN) or not judged.plain_http
    for version in judged.tls:
        assert everything_is_denied(statements, over_tls(version))


# ── What is refused is recognised ───────────────────────────────────────────────────────────────────────────────────


@given(st.tuples(full_denial(no_http), full_denial(no_old_tls)), st.lists(statement(), max_size=2), st.randoms())
def test_what_is_refused_is_recognised(
    made: tuple[dict[str, Any], ...], others: list[dict[str, Any]], order: Random
) -> None:
    """In every spelling that AWS takes, in any order, beside whatever other statements."""
    statements = [*made, *others]
    order.shuffle(statements)

    judged = refusal(json.dumps({"Statement": statements}), BUCKET)

    assert judged.plain_http
    assert judged.tls[:3] == OLD


@given(full_denial(understood))
@example(EVERYTHING | {"Condition": {"NumericNotEquals": {"s3:TlsVersion": ["1.2", 1.3]}}})
@example(EVERYTHING | {"Condition": {"NumericLessThanEqualsIfExists": {"s3:TlsVersion": "1.2"}}})
def test_one_condition_is_judged_exactly(made: dict[str, Any]) -> None:
    """Under one condition that is understood, no more and no less is called refused than S3 refuses."""
    judged = refusal(json.dumps({"Statement": [made]}), BUCKET)
    over_tls_alone = [version for version in (*OLD, 1.3) if everything_is_denied([made], over_tls(version))]

    assert judged.plain_http is everything_is_denied([made], PLAIN)
    # Who denies what is true as well as what is false locks everybody out; it is not called safe for that.
    assert list(judged.tls) == ([] if "aws:SecureTransport" in str(made) else over_tls_alone)


@pytest.mark.parametrize(
    ("operator", "versions", "plain_http", "refused"),
    [
        ("NumericLessThan", "1.3", False, OLD),
        ("NumericLessThanIfExists", "1.3", True, OLD),
        ("NumericLessThanIfExists", ["1.1", "1.2"], True, (1.0, 1.1)),
        ("NumericLessThanEqualsIfExists", 1.2, True, OLD),
        ("NumericNotEquals", "1.3", True, OLD),
        ("NumericNotEqualsIfExists", 1.3, True, OLD),
        ("NumericNotEquals", ["1.2", "1.3"], True, (1.0, 1.1)),
        ("NumericNotEquals", "1.2", True, (1.0, 1.1, 1.3)),
    ],
)
def test_what_is_not_told(operator: str, versions: object, plain_http: bool, refused: tuple[float, ...]) -> None:
    """Over plain HTTP there is no version: that fulfils what is asked for if it exists, and what is negated."""
    judged = refusal(json.dumps({"Statement": [with_condition(**{operator: {"s3:TlsVersion": versions}})]}), BUCKET)

    assert (judged.plain_http, judged.tls) == (plain_http, refused)


def test_bucket_and_objects_in_statements_of_their_own() -> None:
    """A statement that stands for itself, without a list, is one; bucket and objects can be named apart."""
    parts = [NO_HTTP | {"Resource": part} for part in whole]

    assert refusal(json.dumps({"Statement": parts}), BUCKET).plain_http
    assert refusal(json.dumps({"Statement": NO_HTTP}), BUCKET).plain_http


def test_other_partition() -> None:
    """The ARN says which partition the bucket is in; a policy that names another one is not about it."""
    sovereign = json.dumps({"Statement": [NO_HTTP]}).replace("arn:aws:", "arn:aws-eusc:")

    assert refusal(sovereign, "arn:aws-eusc:s3:::uploads").plain_http
    assert not refusal(sovereign, BUCKET).plain_http


# ── Loopholes, each by its name ─────────────────────────────────────────────────────────────────────────────────────

LOOPHOLES = {
    "allowed instead of denied": NO_HTTP | {"Effect": "Allow"},
    "effect in small letters": NO_HTTP | {"Effect": "deny"},
    "one account": NO_HTTP | {"Principal": {"AWS": ROOT}},
    "services alone": NO_HTTP | {"Principal": {"Service": "*"}},
    "everybody but one": {key: value for key, value in NO_HTTP.items() if key != "Principal"} | {"NotPrincipal": "x"},
    "beside everybody, NotPrincipal": NO_HTTP | {"NotPrincipal": {"AWS": ROOT}},
    "nobody": {key: value for key, value in NO_HTTP.items() if key != "Principal"},
    "reading only": NO_HTTP | {"Action": ["s3:Get*", "s3:List*"]},
    "every action but one": {key: value for key, value in NO_HTTP.items() if key != "Action"}
    | {"NotAction": "s3:Put*"},
    "the bucket only": NO_HTTP | {"Resource": BUCKET},
    "objects only": NO_HTTP | {"Resource": f"{BUCKET}/*"},
    "a folder only": NO_HTTP | {"Resource": [BUCKET, f"{BUCKET}/private/*"]},
    "the object without a name only": NO_HTTP | {"Resource": [BUCKET, f"{BUCKET}/"]},
    "another bucket": NO_HTTP | {"Resource": ["arn:aws:s3:::uploads2", "arn:aws:s3:::uploads2/*"]},
    "a class of letters": NO_HTTP | {"Resource": "arn:aws:s3:::[u]ploads*"},
    "one organisation": with_condition(
        Bool={"aws:SecureTransport": "false"}, StringEquals={"aws:PrincipalOrgID": "o-1"}
    ),
    "two keys": with_condition(Bool={"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}),
    "both in one statement": with_condition(
        Bool={"aws:SecureTransport": "false"}, NumericLessThan={"s3:TlsVersion": "1.3"}
    ),
    "over TLS": with_condition(Bool={"aws:SecureTransport": "true"}),
    "neither true nor false": with_condition(Bool={"aws:SecureTransport": ["false", "no"]}),
    "without values": with_condition(Bool={"aws:SecureTransport": []}),
    "over TLS if exists": with_condition(BoolIfExists={"aws:SecureTransport": "true"}),
    "if exists, of one organisation": with_condition(
        BoolIfExists={"aws:SecureTransport": "false"}, StringEqualsIfExists={"aws:PrincipalOrgID": "o-1"}
    ),
    "but to one organisation": with_condition(
        NumericNotEquals={"s3:TlsVersion": "1.3"}, StringNotEquals={"aws:PrincipalOrgID": "o-1"}
    ),
    "not equal, two keys": with_condition(NumericNotEquals={"s3:TlsVersion": "1.3", "s3:max-keys": "10"}),
    "not true": with_condition(StringNotEquals={"aws:SecureTransport": "true"}),
    "null": with_condition(Null={"aws:SecureTransport": "true"}),
    "as a text": with_condition(StringEquals={"aws:SecureTransport": "false"}),
    "like a text": with_condition(StringLike={"aws:SecureTransport": "f*"}),
    "for all values if exists": with_condition(**{"ForAllValues:BoolIfExists": {"aws:SecureTransport": "false"}}),
    "for all values": with_condition(**{"ForAllValues:Bool": {"aws:SecureTransport": "false"}}),
    "for any value": with_condition(**{"ForAnyValue:Bool": {"aws:SecureTransport": "false"}}),
    "another key": with_condition(Bool={"aws:SecureTransports": "false"}),
    "TLS 1.2 is enough": with_condition(NumericLessThan={"s3:TlsVersion": "1.2"}),
    "TLS greater than": with_condition(NumericGreaterThan={"s3:TlsVersion": "1.3"}),
    "TLS greater than if exists": with_condition(NumericGreaterThanIfExists={"s3:TlsVersion": "1.3"}),
    "TLS equal": with_condition(NumericEquals={"s3:TlsVersion": ["1.0", "1.1", "1.2"]}),
    "TLS if exists twice": with_condition(NumericLessThanIfExistsIfExists={"s3:TlsVersion": "1.3"}),
    "TLS not equal as a text": with_condition(StringNotEquals={"s3:TlsVersion": "1.3"}),
    "TLS not equal for all values": with_condition(**{"ForAllValues:NumericNotEquals": {"s3:TlsVersion": "1.3"}}),
    "TLS not equal for any value": with_condition(**{"ForAnyValue:NumericNotEquals": {"s3:TlsVersion": "1.3"}}),
    "TLS not equal to nothing": with_condition(NumericNotEquals={"s3:TlsVersion": []}),
    "TLS not equal to a word": with_condition(NumericNotEquals={"s3:TlsVersion": ["1.3", "TLSv1.3"]}),
    "TLS less than nothing if exists": with_condition(NumericLessThanIfExists={"s3:TlsVersion": []}),
    "not every TLS": with_condition(Null={"s3:TlsVersion": "true"}),
    "TLS as a text": with_condition(StringLike={"s3:TlsVersion": "1.2"}),
    "TLS by a word": with_condition(NumericLessThan={"s3:TlsVersion": "TLSv1.3"}),
    "TLS by true": with_condition(NumericLessThan={"s3:TlsVersion": True}),
    "TLS not a number": with_condition(NumericLessThan={"s3:TlsVersion": "NaN"}),
    "TLS infinite": with_condition(NumericLessThan={"s3:TlsVersion": "Infinity"}),
    "TLS in other digits": with_condition(NumericLessThan={"s3:TlsVersion": "\u0661.\u0663"}),
    "element in small letters": NO_HTTP | {"condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
    "condition is a list": NO_HTTP | {"Condition": [{"Bool": {"aws:SecureTransport": "false"}}]},
    "a statement that is none": [NO_HTTP],
}


@pytest.mark.parametrize("loophole", LOOPHOLES.values(), ids=LOOPHOLES)
def test_loophole(loophole: Any) -> None:  # noqa: ANN401 - JSON
    """A refusal with a loophole is none; if it speaks of transport, the reader is told why it does not count."""
    judged = refusal(json.dumps({"Statement": [loophole]}), BUCKET)

    assert not judged.plain_http
    assert not set(OLD) <= set(judged.tls)
    assert judged.loopholes or judged.tls or "Transports" in str(loophole)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        '{"Statement": null}',
        json.dumps({"Statement": [NO_HTTP], "statement": []}),
        json.dumps({"Statement": [NO_HTTP]}).replace('"Effect": "Deny"', '"Effect": "Deny", "Effect": "Deny"'),
        "[" * 100_000,
    ],
)
def test_policy_that_cannot_be_read_refuses_nothing(text: str) -> None:
    """Not even one that says something twice: readers differ in which one counts."""
    judged = refusal(text, BUCKET)

    assert (judged.plain_http, judged.tls) == (False, ())


@given(
    st.text()
    | st.recursive(
        st.none() | st.booleans() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["Statement", "Effect", "Principal", "Action", "Resource", "Condition", "Bool"])
                | st.text(),
                inner,
            )
        ),
    ).map(json.dumps)
)
def test_any_text_at_all_is_judged(text: str) -> None:
    """Whatever a policy holds, judging it ends, and without refusal where there is none."""
    assert not refusal(text, BUCKET).plain_http


def test_patterns_are_matched_in_bounded_time() -> None:
    """A policy of many stars must not keep the suite busy for ever."""
    stars = NO_HTTP | {"Resource": f"arn:aws:s3:::{'*a' * 40}*b"}

    assert not refusal(json.dumps({"Statement": [stars]}), f"arn:aws:s3:::{'a' * 60}").plain_http
