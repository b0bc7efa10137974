"""S3 as an oracle for bucket policies: it knows nothing of loopholes, but takes one request after the other.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

BUCKET = "arn:aws:s3:::uploads"
Request = Mapping[str, Any]
CALLERS = ("arn:aws:iam::123456789012:root", "arn:aws:iam::999999999999:user/eve", "anonymous")
ASKED = (
    ("s3:ListBucket", BUCKET),
    ("s3:DeleteBucket", BUCKET),
    ("s3:PutBucketPolicy", BUCKET),
    ("s3:GetObject", f"{BUCKET}/a"),
    ("s3:PutObject", f"{BUCKET}/private/b"),
    ("s3:DeleteObjectVersion", f"{BUCKET}/{'deep/' * 9}c"),
)
AROUND: tuple[dict[str, str], ...] = (
    {},
    {"aws:SourceIp": "10.0.0.1", "aws:PrincipalOrgID": "o-1", "aws:Referer": "x", "s3:max-keys": "5"},
    {"aws:PrincipalOrgID": "o-2", "aws:ViaAWSService": "true", "s3:max-keys": "10"},
)


def requests(transport: dict[str, str]) -> list[Request]:
    """Return requests of all sorts that come over *transport*."""
    return [
        {"principal": caller, "action": action, "resource": resource, "context": transport | around}
        for caller, (action, resource), around in product(CALLERS, ASKED, AROUND)
    ]


def listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """Take one value for a list of it."""
    return value if isinstance(value, list) else [value]


def like(pattern: str, text: str) -> bool:
    """Whether *text* fits a pattern of AWS."""
    return (
        re.fullmatch("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern), text)
        is not None
    )


def is_meant(principal: Any, caller: str) -> bool:  # noqa: ANN401 - JSON
    """Whether a Principal element means *caller*."""
    if principal == "*":
        return True
    return isinstance(principal, dict) and any(one in ("*", caller) for one in listed(principal.get("AWS", [])))


COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "Bool": lambda value, wanted: value == wanted.lower(),
    "StringEquals": lambda value, wanted: value == wanted,
    "StringNotEquals": lambda value, wanted: value != wanted,
    "StringLike": lambda value, wanted: like(wanted, value),
    "NumericLessThan": lambda value, wanted: float(value) < float(wanted),
    "NumericLessThanEquals": lambda value, wanted: float(value) <= float(wanted),
    "NumericGreaterThan": lambda value, wanted: float(value) > float(wanted),
    "NumericEquals": lambda value, wanted: float(value) == float(wanted),
    "NumericNotEquals": lambda value, wanted: float(value) != float(wanted),
}


def holds(operator: str, key: str, wanted: list[Any], context: dict[str, str]) -> bool:
    """Whether one condition is fulfilled by a request; a key that it does not have is no value that could differ.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    if_exists, operator = operator.endswith("IfExists"), operator.removesuffix("IfExists")
    quantifier, _, operator = operator.rpartition(":")
    value = {name.lower(): text for name, text in context.items()}.get(key.lower())
    if operator == "Null":
        return any((str(one).lower() == "true") == (value is None) for one in wanted)
    if value is None:
        return if_exists or quantifier == "ForAllValues" or (not quantifier and "Not" in operator)
    fits = (COMPARISONS[operator](value, str(one)) for one in wanted)
    return all(fits) if "Not" in operator else any(fits)


def denies(statement: Mapping[str, Any], request: Request) -> bool:
    """Whether S3 would refuse *request* because of *statement*."""
    if statement["Effect"] != "Deny":
        return False
    if "NotPrincipal" in statement:
        if is_meant(statement["NotPrincipal"], request["principal"]):
            return False
    elif not is_meant(statement.get("Principal"), request["principal"]):
        return False
    for element, what in (("Action", request["action"]), ("Resource", request["resource"])):
        fold = str.lower if element == "Action" else str
        if f"Not{element}" in statement:
            if any(like(fold(one), fold(what)) for one in listed(statement[f"Not{element}"])):
                return False
        elif not any(like(fold(one), fold(what)) for one in listed(statement.get(element, []))):
            return False
    return all(
        holds(operator, key, listed(wanted), request["context"])
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def everything_is_denied(statements: list[dict[str, Any]], transport: dict[str, str]) -> bool:
    """Whether not one request over *transport* gets through."""
    return all(any(denies(one, request) for one in statements) for request in requests(transport))


PLAIN = {"aws:SecureTransport": "false"}


def over_tls(version: float) -> dict[str, str]:
    """Return what S3 knows of a request over TLS."""
    return {"aws:SecureTransport": "true", "s3:TlsVersion": str(version)}
