"""policy/aws-permissions.json is enough to assess everything, and no permission in it is too much.

What moto cannot tell: conditions and resources of a policy, key policies, and service control policies.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.collectors.ledger import Ledger
from fixtures.examination import Result
from fixtures.facts.calls import Call
from fixtures.simulator.organisation import Organisation
from tests.aws_permissions import FILE, RENAMED, UNGRANTED, action, actions, documented, text
from tests.least_privilege import Assessment, Reader, affected_by, assess, become_reader, furnish

SIGNED_AS = {
    "efs": "elasticfilesystem",
    "eventbridge": "events",
    "opensearch": "es",
    "opensearchserverless": "aoss",
    "resource-groups-tagging-api": "tag",
}
"""What the ledger calls a service, and policies call otherwise."""
ONLY_WHERE_NEEDED = frozenset({"s3:GetBucketLocation", "sts:AssumeRole"})
"""Calls that are made only where a bucket's listing tells no region, or an account is entered by a role."""


@pytest.fixture(scope="module")
def environment() -> Iterator[pytest.MonkeyPatch]:
    """An environment for the whole module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def reader(served: Organisation, environment: pytest.MonkeyPatch) -> Reader:
    """Somebody who may do what he is granted, in an organisation that makes every call necessary."""
    served.rebuild()
    furnish(served)
    for name, value in served.exports.items():
        environment.setenv(name, value)
    return become_reader(served, environment)


@pytest.fixture(scope="module")
def with_everything(reader: Reader) -> Assessment:
    """What he sees with exactly the permissions of the file."""
    with reader.granted(actions()):
        return assess(reader.org.records)


def calls_in(ledger: Ledger) -> set[str]:
    """Return the calls of AWS in the ledger, under the names that docstrings and policies have for them."""
    return {named(call) for call in ledger.calls if call.provider == "aws"}


def named(call: Call) -> str:
    """Return one call under that name."""
    return f"{SIGNED_AS.get(call.service, call.service)}:{call.operation}"


def test_file_is_the_one_that_the_docstrings_make() -> None:
    """After a change: python -m tests.aws_permissions."""
    assert FILE.read_text("utf-8") == text()


def test_nothing_in_it_can_change_anything() -> None:
    """Only reading verbs, nothing wild, and no content of objects, tables or logs."""
    for one in actions():
        service, _, name = one.partition(":")
        assert service
        assert name.startswith(("Describe", "List", "Get")), one
        assert "*" not in one
    assert not {"s3:GetObject", "dynamodb:GetItem", "kms:Decrypt"} & set(actions())


def test_translations_are_needed() -> None:
    """Each renamed or ungranted call is one that some population makes."""
    every = {call for calls in documented().values() for call in calls}
    assert set(RENAMED) | set(UNGRANTED) <= every


def test_docstrings_name_the_calls_that_are_made(with_everything: Assessment) -> None:
    """No call more, and none less."""
    every = {call for calls in documented().values() for call in calls}
    assert calls_in(with_everything.ledger) == every - ONLY_WHERE_NEEDED


def test_exactly_these_permissions_are_enough(with_everything: Assessment) -> None:
    """Every statement is assessed."""
    unread = {id_: one.unread for id_, one in with_everything.examinations.items() if one.unread or one.faults}
    assert unread == {}


def test_nothing_is_read_without_permissions(reader: Reader) -> None:
    """The control: moto does hold him to his policy."""
    with reader.granted(["sns:ListTopics"]):
        found = assess(reader.org.records)
    needing_aws = {id_ for id_, one in found.examinations.items() if one.unread}
    assert {"DB-1", "OBJ-1", "ENC-1", "RET-1", "RES-1", "SCOPE-1", "MON-1"} <= needing_aws
    assert all(found.examinations[id_].result >= Result.NOT_ASSESSED for id_ in needing_aws)


@pytest.mark.parametrize("missing", actions())
def test_no_permission_is_too_much(reader: Reader, with_everything: Assessment, missing: str) -> None:
    """Without one, a statement is not assessed, and none looks better than it did."""
    direct = [name for name, calls in documented().items() if missing in map(action, calls)]
    known: dict[str, Any] = with_everything.without(affected_by(direct))

    with reader.granted(set(actions()) - {missing}):
        found = assess(reader.org.records, known)

    before = {id_: one.result for id_, one in with_everything.examinations.items()}
    after = {id_: one.result for id_, one in found.examinations.items()}
    blind = {id_ for id_, one in found.examinations.items() if one.unread}
    assert blind, f"{missing}: nothing missed it"
    red = {id_ for id_, result in before.items() if result is Result.NOT_COMPLIANT}
    assert all(after[id_] is Result.NOT_ASSESSED for id_ in blind - red), "what was not read is not known to be missing"
    assert all(after[id_] >= Result.NOT_ASSESSED for id_ in blind)
    assert all(after[id_] == before[id_] for id_ in after.keys() - blind)
    denied = {f"{gap.call}" for id_ in blind for gap in found.examinations[id_].unread}
    assert any(action(call) == missing or call == missing for call in denied), denied
