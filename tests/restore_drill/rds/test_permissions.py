"""policy/restore-drill-permissions.json: enough for a drill, and of no use against production.

The policy is held against requests by an evaluator of its own, which knows as much of IAM as the policy uses:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import botocore.session
import pytest

from fixtures.examination import HOME
from fixtures.restore_drill.rds.guard import READS
from fixtures.restore_drill.rds.plan import PURPOSE
from tests.restore_drill.rds import compliant
from tests.restore_drill.rds.compliant import KEY, PRODUCTION

POLICY: list[dict[str, Any]] = json.loads((HOME / "policy/restore-drill-permissions.json").read_text())["Statement"]
UNGRANTED = {"GetCallerIdentity"}
"""Everybody may ask who he is."""
FOR_RDS = {"kms:CreateGrant", "secretsmanager:CreateSecret", "secretsmanager:TagResource", "rds:AddTagsToResource"}
"""What RDS does in the caller's name, or checks that he may do."""

PLAN = compliant.plan()
RDS = f"arn:aws:rds:eu-west-1:{PRODUCTION}"
COPY, APP = f"{RDS}:db:{PLAN.name}", f"{RDS}:db:app"
BORN = {f"aws:RequestTag/{name}": value for name, value in PLAN.tags.items()}
TAGGED = {f"aws:ResourceTag/{name}": value for name, value in PLAN.tags.items()}
OF_PRODUCTION = {"aws:ResourceTag/environment": "production"}
SECRET = f"arn:aws:secretsmanager:eu-west-1:{PRODUCTION}:secret:rds!db-0"
OWNER = "aws:ResourceTag/aws:rds:primaryDBInstanceArn"


def is_allowed(action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether the policy allows an action on a resource: something allows it, and nothing denies it."""
    effects = {one["Effect"] for one in POLICY if applies(one, action, resource, context)}
    return effects == {"Allow"}


def applies(statement: Mapping[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether a statement is about a request."""
    if not matches(action, listed(statement["Action"])):
        return False
    if "NotResource" in statement:
        return not matches(resource, listed(statement["NotResource"]))
    return matches(resource, listed(statement["Resource"])) and all(
        holds(operator, name, listed(wanted), context)
        for operator, conditions in statement.get("Condition", {}).items()
        for name, wanted in conditions.items()
    )


def holds(operator: str, name: str, wanted: list[str], context: Mapping[str, str]) -> bool:
    """Whether a condition holds; a key that the request does not have holds for `Null` alone."""
    match operator:
        case "Null":
            return wanted == [str(name not in context).lower()]
        case "StringEquals" | "Bool":
            return context.get(name) in wanted
        case "StringLike":
            return name in context and matches(context[name], wanted)
    raise AssertionError(f"the evaluator does not know {operator}")


def matches(value: str, patterns: Iterable[str]) -> bool:
    """Whether one of them matches; names hold no brackets, which fnmatch would heed."""
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def listed(value: str | list[str]) -> list[str]:
    """Return one or more as many."""
    return [value] if isinstance(value, str) else value


def actions(effect: str) -> set[str]:
    """Return the actions of the statements with an effect."""
    return {action for one in POLICY if one["Effect"] == effect for action in listed(one["Action"])}


NEEDED: dict[str, tuple[str, str, dict[str, str]]] = {
    "a tagged copy": ("rds:RestoreDBInstanceToPointInTime", COPY, BORN),
    "from the backup": ("rds:RestoreDBInstanceToPointInTime", PLAN.backup.arn, BORN),
    "with the parameters": ("rds:RestoreDBInstanceToPointInTime", f"{RDS}:pg:restore-drill-postgres17", BORN),
    "into the network": (
        "rds:RestoreDBInstanceToPointInTime",
        f"{RDS}:subgrp:restore-drill",
        {**BORN, "aws:ResourceTag/environment": "non-production"},
    ),
    "its tags": ("rds:AddTagsToResource", COPY, BORN),
    "its password": ("rds:ModifyDBInstance", COPY, {**TAGGED, "rds:ManageMasterUserPassword": "true"}),
    "kept as a secret": ("secretsmanager:CreateSecret", SECRET, {}),
    "read": ("secretsmanager:GetSecretValue", SECRET, {OWNER: COPY}),
    "its key": (
        "kms:CreateGrant",
        KEY,
        {"kms:ViaService": "rds.eu-west-1.amazonaws.com", "kms:GrantIsForAWSResource": "true"},
    ),
    "its deletion": ("rds:DeleteDBInstance", COPY, TAGGED),
}


@pytest.mark.parametrize("name", NEEDED)
def test_what_a_drill_does_is_allowed(name: str) -> None:
    """Each of its requests, with the tags that it gives."""
    assert is_allowed(*NEEDED[name])


REFUSED: dict[str, tuple[str, str, dict[str, str]]] = {
    "deletion of production": ("rds:DeleteDBInstance", APP, OF_PRODUCTION),
    "deletion of production, tagged as a copy": ("rds:DeleteDBInstance", APP, TAGGED),
    "deletion of a copy without tags": ("rds:DeleteDBInstance", COPY, {}),
    "modification of production": ("rds:ModifyDBInstance", APP, {**TAGGED, "rds:ManageMasterUserPassword": "true"}),
    "another modification of a copy": ("rds:ModifyDBInstance", COPY, TAGGED),
    "modification of a copy without tags": ("rds:ModifyDBInstance", COPY, {"rds:ManageMasterUserPassword": "true"}),
    "a copy under another name": ("rds:RestoreDBInstanceToPointInTime", f"{RDS}:db:app2", BORN),
    "a copy of production's environment": (
        "rds:RestoreDBInstanceToPointInTime",
        COPY,
        {**BORN, "aws:RequestTag/environment": "production"},
    ),
    "a copy that belongs to no run": (
        "rds:RestoreDBInstanceToPointInTime",
        COPY,
        {name: value for name, value in BORN.items() if "run" not in name},
    ),
    "a copy that never expires": (
        "rds:RestoreDBInstanceToPointInTime",
        COPY,
        {name: value for name, value in BORN.items() if "expires" not in name},
    ),
    "a copy in production's network": (
        "rds:RestoreDBInstanceToPointInTime",
        f"{RDS}:subgrp:production",
        {**BORN, **OF_PRODUCTION},
    ),
    "a copy in a network without tags": ("rds:RestoreDBInstanceToPointInTime", f"{RDS}:subgrp:default", BORN),
    "tags of production": ("rds:AddTagsToResource", APP, BORN),
    "tags taken away": ("rds:RemoveTagsFromResource", COPY, TAGGED),
    "production's password": ("secretsmanager:GetSecretValue", SECRET, {OWNER: APP}),
    "a password of nobody knows whom": ("secretsmanager:GetSecretValue", SECRET, {}),
    "another secret": ("secretsmanager:GetSecretValue", SECRET.replace("rds!db-0", "stripe"), {OWNER: COPY}),
    "a key for somebody else": ("kms:CreateGrant", KEY, {"kms:ViaService": "rds.eu-west-1.amazonaws.com"}),
    "the end of backups": ("rds:DeleteDBInstanceAutomatedBackup", PLAN.backup.arn, {}),
    "the end of replication": ("rds:StopDBInstanceAutomatedBackupsReplication", APP, {}),
    "a snapshot given away": ("rds:ModifyDBSnapshotAttribute", f"{RDS}:snapshot:app", {}),
    "a stop": ("rds:StopDBInstance", APP, {}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_not(name: str) -> None:
    """Least of all against production."""
    assert not is_allowed(*REFUSED[name])


def test_it_grants_every_read_and_nothing_beside_what_a_drill_does() -> None:
    """So that a call that is added to the drill is added here."""
    reads = {action for action in actions("Allow") if action.partition(":")[2] in READS}
    assert {action.partition(":")[2] for action in reads} == READS - UNGRANTED
    writes = {action for action, _, _ in NEEDED.values()}
    assert actions("Allow") - reads == writes | FOR_RDS


def test_what_writes_is_granted_for_copies_alone() -> None:
    """By name, by tag, or by whose it is; no statement that writes is without a condition but those that only lend."""
    for one in POLICY:
        named = {action.partition(":")[2] for action in listed(one["Action"])}
        if one["Effect"] == "Deny" or named <= READS:
            continue
        assert all("*" not in action for action in listed(one["Action"]))
        assert all(resource.startswith("arn:") for resource in listed(one["Resource"]))
        if any(":db:" in resource for resource in listed(one["Resource"])):
            assert listed(one["Resource"]) == ["arn:*:rds:*:*:db:restore-drill-*"]
            assert one["Condition"]["StringEquals"].items() >= {
                (f"aws:{'RequestTag' if 'MakeTagged' in one['Sid'] else 'ResourceTag'}/{name}", value)
                for name, value in PURPOSE.items()
            }


def test_actions_are_called_as_the_services_call_their_operations() -> None:
    """All of those that are named here are; IAM would take a misspelt one without a word."""
    session = botocore.session.get_session()
    for action in actions("Allow") | actions("Deny"):
        service, _, operation = action.partition(":")
        assert operation in session.get_service_model(service).operation_names, action
