"""The template for AWS: it lints, it deploys, and it grants what the suite needs and nothing else."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from cfnlint.api import ManualArgs, lint
from cfnlint.decode import cfn_yaml
from moto.server import ThreadedMotoServer

from fixtures.examination import HOME
from tests.test_readme import blocks

# moto says of what it leaves out that it does; the tests read that off the template.
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS")
TEMPLATE = HOME / ".github/cloudformation/compliance.yaml"
TEXT = TEMPLATE.read_text("utf-8")
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
PARAMETERS = {
    "Repository": "botbrains/backup-policy-compliance",
    "OidcProvider": PROVIDER,
    "EvidenceBucketName": "botbrains-compliance-evidence",
}


@pytest.fixture(scope="module")
def template() -> Any:  # noqa: ANN401 - as YAML has it
    """The template, with CloudFormation's own tags."""
    return cfn_yaml.loads(TEXT)


@pytest.fixture(scope="module")
def deployed() -> Iterator[dict[str, Any]]:
    """Clients of an account in which the template was deployed."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    session = boto3.Session("test", "test", region_name="eu-central-1")
    make: Any = session.client
    clients = {name: make(name, endpoint_url=f"http://{host}:{port}") for name in ("cloudformation", "iam", "s3")}
    clients["cloudformation"].create_stack(
        StackName="compliance",
        TemplateBody=TEXT,
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()],
    )
    yield clients
    server.stop()


def inline_policy(deployed: dict[str, Any], role: str, name: str) -> dict[str, Any]:
    """Return a role's policy; moto keeps one that came from a template as the text of a Python object."""
    document = deployed["iam"].get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    return ast.literal_eval(document) if isinstance(document, str) else document  # type: ignore[no-any-return]


def test_lints() -> None:
    """cfn-lint, which knows the schemas of every resource, has nothing to say."""
    assert lint(TEXT, config=ManualArgs(regions=["eu-central-1"])) == []


def test_deploys(deployed: dict[str, Any]) -> None:
    """The stack comes up, and tells what the repository's variables have to be."""
    (stack,) = deployed["cloudformation"].describe_stacks(StackName="compliance")["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert outputs["ReaderRole"].endswith(":role/backup-policy-compliance")
    assert outputs["PublisherRole"].endswith(":role/backup-policy-evidence")
    assert outputs["EvidenceBucket"] == PARAMETERS["EvidenceBucketName"]
    assert deployed["s3"].head_bucket(Bucket=outputs["EvidenceBucket"])


def test_reader_may_do_exactly_what_the_suite_needs(deployed: dict[str, Any]) -> None:
    """The role's policy is policy/aws-permissions.json, which is proven to be sufficient and minimal."""
    policy = inline_policy(deployed, "backup-policy-compliance", "read-backups")

    assert policy == json.loads((HOME / "policy/aws-permissions.json").read_text("utf-8"))
    assert deployed["iam"].list_attached_role_policies(RoleName="backup-policy-compliance")["AttachedPolicies"] == []


@pytest.mark.parametrize("role", ["backup-policy-compliance", "backup-policy-evidence"])
def test_only_the_nightly_workflow_assumes_it(deployed: dict[str, Any], role: str) -> None:
    """One repository, one environment, one audience: the README's trust policy."""
    (shown,) = (text for text in blocks("json") if "sts:AssumeRoleWithWebIdentity" in text)
    expected = json.loads(shown.replace("111122223333", "123456789012"))
    trust = deployed["iam"].get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]

    assert trust == expected


@pytest.mark.parametrize(
    ("repository", "fits"),
    [
        ("acme-gmbh/backup.compliance", True),
        ("acme-gmbh@123456/backup.compliance@456789", True),  # the subject of repositories made after 15 July 2026
        ("acme-gmbh@123456/backup.compliance", False),
        ("acme-gmbh/backup.compliance@456789", False),
        ("acme-gmbh", False),
        ("acme-gmbh/*", False),
    ],
)
def test_repository_is_named_as_it_names_itself(template: Any, repository: str, fits: bool) -> None:  # noqa: ANN401
    """By names alone, or by names and numbers as an immutable subject claim has it; nothing in between, no pattern."""
    pattern = template["Parameters"]["Repository"]["AllowedPattern"]

    assert bool(re.fullmatch(pattern, repository)) is fits


def test_reader_enters_further_accounts_if_there_are_any(deployed: dict[str, Any], template: Any) -> None:  # noqa: ANN401
    """By the role of one name and by no other; as the stack comes, it enters none."""
    names = deployed["iam"].list_role_policies(RoleName="backup-policy-compliance")["PolicyNames"]
    further = template["Resources"]["EnterMembers"]

    assert names == ["read-backups"]
    assert template["Parameters"]["MemberRole"]["Default"] == ""
    assert template["Conditions"][further["Condition"]] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "MemberRole"}, ""]}]}
    assert further["Properties"]["Roles"] == [{"Ref": "Reader"}]
    assert {one["Action"]: one["Resource"] for one in further["Properties"]["PolicyDocument"]["Statement"]} == {
        "sts:AssumeRole": {"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/${MemberRole}"},
        "organizations:ListAccounts": "*",
    }


def test_publisher_can_neither_remove_nor_replace(deployed: dict[str, Any]) -> None:
    """Nothing that deletes, and nothing that touches a lock."""
    policy = inline_policy(deployed, "backup-policy-evidence", "publish-evidence")
    allowed = {action for one in policy["Statement"] for action in one["Action"]}

    assert "s3:PutObject" in allowed
    assert not {action for action in allowed if "Delete" in action or "*" in action or "Bypass" in action}
    assert not {action for action in allowed if action.startswith("s3:Put") and action != "s3:PutObject"}


def test_evidence_travels_over_tls_13(template: Any) -> None:  # noqa: ANN401
    """The bucket holds to what ENC-3 asks of every bucket."""
    document = template["Resources"]["EvidenceTransport"]["Properties"]["PolicyDocument"]
    transport = [one for one in document["Statement"] if one["Action"] == "s3:*"]
    conditions = [one["Condition"] for one in transport]

    assert conditions == [{"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": "1.3"}}]
    for one in transport:
        assert (one["Effect"], one["Principal"], one["Action"]) == ("Deny", "*", "s3:*")
        assert one["Resource"] == [{"Fn::GetAtt": ["Evidence", "Arn"]}, {"Fn::Sub": "${Evidence.Arn}/*"}]


def test_nothing_is_put_over_evidence(template: Any) -> None:  # noqa: ANN401
    """Whoever puts an object says that there is none yet; parts of an upload, which make none, cannot say so.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    """
    document = template["Resources"]["EvidenceTransport"]["Properties"]["PolicyDocument"]
    (denied,) = (one for one in document["Statement"] if one["Action"] == "s3:PutObject")

    assert (denied["Effect"], denied["Principal"]) == ("Deny", "*")
    assert denied["Resource"] == {"Fn::Sub": "${Evidence.Arn}/*"}
    assert denied["Condition"] == {
        "Null": {"s3:if-none-match": "true"},
        "Bool": {"s3:ObjectCreationOperation": "true"},
    }


def test_evidence_cannot_be_taken_away(template: Any) -> None:  # noqa: ANN401
    """A lock in a template is nothing to moto, so it is read off the template itself."""
    bucket = template["Resources"]["Evidence"]
    lock = bucket["Properties"]["ObjectLockConfiguration"]

    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert bucket["Properties"]["ObjectLockEnabled"] is True
    assert lock["ObjectLockEnabled"] == "Enabled"
    assert lock["Rule"]["DefaultRetention"]["Mode"] == {"Ref": "EvidenceLock"}
    assert template["Parameters"]["EvidenceLock"]["Default"] == "COMPLIANCE"
    assert bucket["Properties"]["VersioningConfiguration"]["Status"] == "Enabled"
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
