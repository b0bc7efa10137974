"""Bucket policies of all sorts, for judging: such as deny what they ought to, and such as almost do."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.judgement.s3_requests import BUCKET

EVERYTHING: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, f"{BUCKET}/*"]}
NO_HTTP = EVERYTHING | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
NO_OLD_TLS = EVERYTHING | {"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.3"}}}
OLD = (1.0, 1.1, 1.2)


def with_condition(**operators: dict[str, Any]) -> dict[str, Any]:
    """Return a denial under other conditions."""
    return EVERYTHING | {"Condition": operators}


# ── Policies of all sorts ───────────────────────────────────────────────────────────────────────────────────────────

ROOT = "arn:aws:iam::123456789012:root"
principals = st.sampled_from(
    [
        "*",
        {"AWS": "*"},
        {"AWS": ["*"]},
        {"AWS": [ROOT, "*"]},
        {"AWS": ROOT},
        {"Service": "*"},
        {"CanonicalUser": "1"},
        [],
    ]
)
actions = st.sampled_from(
    ["s3:*", "*", "S3:*", ["s3:*"], ["s3:GetObject", "s3:*"], "s3:Get*", ["s3:*Object", "s3:*Bucket"], "s3:?*", []]
)
whole = [BUCKET, f"{BUCKET}/*"]
resources = st.sampled_from(
    [
        *(whole, [*whole, "arn:aws:s3:::x"], "*", [f"{BUCKET}*"], "arn:aws:s3:::*", "arn:aws:s3:::up?oads*"),
        *(BUCKET, f"{BUCKET}/*", [BUCKET], [f"{BUCKET}/*"], f"{BUCKET}/private/*", [BUCKET, f"{BUCKET}/?"]),
        *(
            [BUCKET, f"{BUCKET}/"],
            ["arn:aws-cn:s3:::uploads", "arn:aws-cn:s3:::uploads/*"],
            "arn:aws:s3:::[u]ploads*",
            [],
        ),
    ]
)
values = st.sampled_from(["false", "true", False, True, ["false"], ["true", "false"], ["true"]])
numbers = st.sampled_from(["1.3", 1.3, ["1.3"], "1.2", 1.2, ["1.2", 1.3], "1.0", 2, "1.30", "1.299"])
http_tests = st.tuples(
    st.sampled_from(
        [
            *("Bool", "Bool", "BoolIfExists", "BoolIfExists", "Null", "StringLike"),
            *("StringEquals", "StringEqualsIfExists", "StringNotEquals"),
            *("ForAllValues:Bool", "ForAnyValue:Bool", "ForAllValues:BoolIfExists"),
        ]
    ),
    st.sampled_from(["aws:SecureTransport", "aws:securetransport", "AWS:SECURETRANSPORT", "aws:Secure"]),
    values,
)
tls_tests = st.tuples(
    st.sampled_from(
        [
            *("NumericLessThan", "NumericLessThan", "NumericLessThanEquals", "NumericLessThanIfExists"),
            *("NumericLessThanEqualsIfExists", "NumericNotEquals", "NumericNotEquals", "NumericNotEqualsIfExists"),
            *("NumericGreaterThan", "NumericGreaterThanIfExists", "NumericEquals", "StringNotEquals"),
            *("ForAllValues:NumericLessThan", "ForAnyValue:NumericNotEquals", "ForAllValues:NumericNotEquals", "Null"),
        ]
    ),
    st.sampled_from(["s3:TlsVersion", "S3:tlsversion", "s3:Tls"]),
    numbers,
)
other_tests = st.sampled_from(
    [
        ("StringEquals", "aws:PrincipalOrgID", "o-1"),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1"),
        ("StringNotEquals", "aws:PrincipalOrgID", "o-1"),
        ("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-1"),
        ("Bool", "aws:ViaAWSService", "false"),
        ("NumericLessThanIfExists", "s3:max-keys", "10"),
        ("NumericNotEquals", "s3:max-keys", "10"),
        ("Null", "aws:Referer", "true"),
    ]
)


def block(tests: list[tuple[str, str, Any]]) -> dict[str, dict[str, Any]]:
    """Return a Condition of *tests*; of the same operator there can be several keys."""
    made: dict[str, dict[str, Any]] = {}
    for operator, key, wanted in tests:
        made.setdefault(operator, {})[key] = wanted
    return made


conditions = st.one_of(
    http_tests.map(lambda one: [one]),
    tls_tests.map(lambda one: [one]),
    st.lists(st.one_of(http_tests, tls_tests, other_tests), max_size=2),
).map(block)


@st.composite
def statement(draw: st.DrawFn) -> dict[str, Any]:
    """Return a statement that denies everything as it ought to, or departs from that in some elements."""
    made: dict[str, Any] = draw(st.sampled_from([NO_HTTP, NO_OLD_TLS]))
    changes = {"Principal": principals, "Action": actions, "Resource": resources, "Condition": conditions}
    for element in draw(st.lists(st.sampled_from(sorted(changes)), max_size=2)):
        made = {**made, element: draw(changes[element])}
    negated = draw(st.sampled_from(["", "", "", "Principal", "Action", "Resource"]))
    if negated:
        made = {f"Not{name}" if name == negated else name: value for name, value in made.items()}
    return made | {"Effect": draw(st.sampled_from(["Deny", "Deny", "Deny", "Deny", "Allow"]))}


# ── Policies that refuse what they ought to ─────────────────────────────────────────────────────────────────────────

full_principals = st.sampled_from(["*", {"AWS": "*"}, {"AWS": ["*"]}, {"AWS": [ROOT, "*"]}])
full_actions = st.sampled_from(["s3:*", "*", "S3:*", ["s3:*"], ["s3:GetObject", "s3:*"]])
full_resources = st.sampled_from(
    [whole, [*whole, "arn:aws:s3:::x"], "*", [f"{BUCKET}*"], "arn:aws:s3:::*", "arn:aws:*"]
)
false = st.sampled_from(["false", False, ["false"], [False]])
at_least_13 = st.sampled_from(["1.3", 1.3, ["1.3"], [1.3], "1.30", ["1.0", "1.3"]])
only_13 = st.sampled_from(["1.3", 1.3, ["1.3"], [1.3, "1.30"], "1.30", ["1.3", "2"]])
no_http = st.tuples(st.sampled_from(["Bool", "BoolIfExists"]), st.just("aws:SecureTransport"), false)
no_old_tls = st.one_of(
    st.tuples(st.sampled_from(["NumericLessThan", "NumericLessThanIfExists"]), st.just("s3:TlsVersion"), at_least_13),
    st.tuples(st.sampled_from(["NumericNotEquals", "NumericNotEqualsIfExists"]), st.just("s3:TlsVersion"), only_13),
)


@st.composite
def full_denial(draw: st.DrawFn, tests: st.SearchStrategy[tuple[str, str, Any]]) -> dict[str, Any]:
    """Return a statement that denies everything under one of *tests*, in one of the spellings that AWS takes."""
    return {
        "Effect": "Deny",
        "Principal": draw(full_principals),
        "Action": draw(full_actions),
        "Resource": draw(full_resources),
        "Condition": block([draw(tests)]),
    }


understood = st.one_of(
    st.tuples(
        st.sampled_from(["Bool", "BoolIfExists"]),
        st.just("aws:SecureTransport"),
        st.sampled_from(["false", False, ["false"], ["true", "false"]]),
    ),
    st.tuples(
        st.sampled_from(["NumericLessThan", "NumericLessThanEquals", "NumericNotEquals"]).flatmap(
            lambda operator: st.sampled_from([operator, f"{operator}IfExists"])
        ),
        st.just("s3:TlsVersion"),
        numbers,
    ),
)
