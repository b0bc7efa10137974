"""Which permissions the suite needs at AWS, read off what its populations say that they call.

`python -m tests.aws_permissions` writes policy/aws-permissions.json anew.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import conftest
from fixtures.collection import POPULATIONS, SOURCES
from fixtures.examination import HOME

for _module in conftest.pytest_plugins:
    importlib.import_module(_module)

FILE = HOME / "policy/aws-permissions.json"
CALLS = re.compile(r"\(([a-z][a-z0-9-]*:[A-Z][^()]*)\)")
PREFIX = re.compile(r"(?:(?P<prefix>[a-z][a-z0-9-]*):)?(?P<operation>[A-Z][A-Za-z0-9]+)")

RENAMED = {
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListDirectoryBuckets": "s3express:ListAllMyDirectoryBuckets",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
}
"""Where the permission is called otherwise than the operation.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""
UNGRANTED = {
    "s3:GetBucketLocation": "asked only where a listing of buckets names no region, which that of AWS does",
    "s3:HeadBucket": "where a bucket is, S3 tells those as well whom it refuses everything else",
    "sts:GetCallerIdentity": "everybody may ask who he is",
    "sts:AssumeRole": "granted apart, for the roles that records/accounts.toml names, and only if it names any",
}
"""Calls that this policy grants nothing for, with the reason."""
NOT_AWS = frozenset({"tls"})
"""What looks like a service in a docstring, and is none of AWS'."""
ESTATE = "aws"
"""The source that every population of AWS is read from."""


def calls(read: Callable[..., Any]) -> tuple[str, ...]:
    """Return the calls of AWS that a population's docstring names, as `service:Operation`."""
    found = []
    for listed in CALLS.findall(inspect.getdoc(read) or ""):
        prefix = ""
        for match in PREFIX.finditer(listed):
            prefix = match["prefix"] or prefix
            if prefix not in NOT_AWS:
                found.append(f"{prefix}:{match['operation']}")
    return tuple(found)


def documented() -> dict[str, tuple[str, ...]]:
    """Return, for each population and source, the calls of AWS that it names."""
    readers = {name: read for name, read in (SOURCES | POPULATIONS).items() if ESTATE in {name, *_needs(read)}}
    return {name: named for name, read in readers.items() if (named := calls(read))}


def _needs(read: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(read).parameters)


def action(call: str) -> str:
    """Return the permission that *call* needs; an empty string if it needs none of this policy's."""
    return "" if call in UNGRANTED else RENAMED.get(call, call)


def actions() -> tuple[str, ...]:
    """Return every permission that the suite needs, sorted."""
    return tuple(sorted({action(call) for named in documented().values() for call in named} - {""}))


def document(allowed: Iterable[str]) -> dict[str, Any]:
    """Return the policy that grants *allowed*, a statement per service; a listing knows no resources: all are meant."""
    services: dict[str, list[str]] = {}
    for one in sorted(allowed):
        services.setdefault(one.split(":")[0], []).append(one)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Read" + re.sub(r"\W", "", service.title()), "Effect": "Allow", "Action": named, "Resource": "*"}
            for service, named in services.items()
        ],
    }


def text() -> str:
    """Return what policy/aws-permissions.json has to hold."""
    return json.dumps(document(actions()), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
