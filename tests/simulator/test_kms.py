"""Keys: whose they are, whether they rotate, and until when they can be used."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from fixtures.simulator import aws_databases as databases
from fixtures.simulator.organisation import ACCOUNT
from tests.simulator.shapes import answer

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation


def test_a_key_of_the_company_rotates_every_year(organisation: Organisation) -> None:
    """Its status says when."""
    kms = organisation.client("kms")
    key = databases.key_arn(organisation, "eu-central-1")
    status = answer(kms, "get_key_rotation_status", KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    assert timedelta(days=274) < status["NextRotationDate"] - datetime.now(UTC) < timedelta(days=276)
    answer(kms, "enable_key_rotation", KeyId=key, RotationPeriodInDays=90)
    assert answer(kms, "get_key_rotation_status", KeyId=key)["RotationPeriodInDays"] == 90
    answer(kms, "disable_key_rotation", KeyId=key)
    assert "RotationPeriodInDays" not in answer(kms, "get_key_rotation_status", KeyId=key)


def test_a_key_that_cannot_rotate_says_so(organisation: Organisation) -> None:
    """Asymmetric ones, for example."""
    kms = organisation.client("kms")
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["Arn"]
    with pytest.raises(ClientError, match="UnsupportedOperationException"):
        kms.get_key_rotation_status(KeyId=key)


@pytest.mark.parametrize("service", ["rds", "s3", "backup"])
def test_aws_has_a_key_for_each_service(organisation: Organisation, service: str) -> None:
    """It is AWS that manages it."""
    described = answer(organisation.client("kms"), "describe_key", KeyId=f"alias/aws/{service}")["KeyMetadata"]
    assert (described["KeyManager"], described["KeyState"]) == ("AWS", "Enabled")
    status = answer(organisation.client("kms"), "get_key_rotation_status", KeyId=described["Arn"])
    assert status["KeyRotationEnabled"]


def test_imported_key_material_may_expire(organisation: Organisation) -> None:
    """Without any the key can't be used."""
    kms = organisation.client("kms")
    key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["Arn"]
    assert answer(kms, "describe_key", KeyId=key)["KeyMetadata"]["KeyState"] == "PendingImport"
    opaque = answer(
        kms, "get_parameters_for_import", KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    kms.import_key_material(
        KeyId=key, ImportToken=opaque["ImportToken"], EncryptedKeyMaterial=b"simulated", ValidTo=until
    )
    described = answer(kms, "describe_key", KeyId=key)["KeyMetadata"]
    assert (described["KeyState"], described["ValidTo"]) == ("Enabled", until)
    assert described["ExpirationModel"] == "KEY_MATERIAL_EXPIRES"


def test_a_key_of_another_account_is_described(organisation: Organisation) -> None:
    """With the account that can take it away, if its policy lets us; that of a new key lets nobody else."""
    their_kms = organisation.client("kms", "eu-central-1", "999999999999")
    theirs = their_kms.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        organisation.client("kms").describe_key(KeyId=theirs)
    look = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:DescribeKey", "Resource": "*"}
    their_kms.put_key_policy(KeyId=theirs, PolicyName="default", Policy=json.dumps({"Statement": [look]}))
    described = answer(organisation.client("kms"), "describe_key", KeyId=theirs)["KeyMetadata"]
    assert described["AWSAccountId"] == "999999999999"
    with pytest.raises(ClientError, match="AccessDeniedException"):
        organisation.client("kms").get_key_rotation_status(KeyId=theirs)
    with pytest.raises(ClientError, match="NotFoundException"):
        organisation.client("kms", "eu-west-1").describe_key(KeyId=theirs)


def test_aliases_that_no_key_bears(organisation: Organisation) -> None:
    """Are not found."""
    with pytest.raises(ClientError, match="NotFoundException"):
        organisation.client("kms").describe_key(KeyId="alias/nobody")


def test_a_key_can_be_taken_out_of_use_by_its_arn(organisation: Organisation) -> None:
    """And back."""
    kms = organisation.client("kms")
    key = databases.key_arn(organisation, "eu-central-1")
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_a_key_is_copied_to_another_region(organisation: Organisation) -> None:
    """Each of the two names the other; what is no multi-Region key cannot be copied, and no key twice."""
    home, away = (organisation.client("kms", region) for region in ("eu-central-1", "eu-west-2"))
    key = databases.create_key(organisation, "eu-central-1", "alias/shared", MultiRegion=True)
    made = answer(home, "replicate_key", KeyId=key, ReplicaRegion="eu-west-2")["ReplicaKeyMetadata"]
    assert made["Arn"] == key.replace("eu-central-1", "eu-west-2")
    described = [
        answer(kms, "describe_key", KeyId=arn)["KeyMetadata"] for kms, arn in ((home, key), (away, made["Arn"]))
    ]
    families = [one["MultiRegionConfiguration"] for one in described]
    assert [one.pop("MultiRegionKeyType") for one in families] == ["PRIMARY", "REPLICA"]
    assert families[0] == families[1]
    assert families[0]["ReplicaKeys"] == [{"Arn": made["Arn"], "Region": "eu-west-2"}]

    home.disable_key_rotation(KeyId=key)
    assert not answer(away, "get_key_rotation_status", KeyId=made["Arn"])["KeyRotationEnabled"]
    away.disable_key(KeyId=made["Arn"])
    assert answer(home, "describe_key", KeyId=key)["KeyMetadata"]["Enabled"]

    with pytest.raises(ClientError, match="AlreadyExistsException"):
        home.replicate_key(KeyId=key, ReplicaRegion="eu-west-2")
    with pytest.raises(ClientError, match="UnsupportedOperationException"):
        away.replicate_key(KeyId=made["Arn"], ReplicaRegion="us-east-1")
    with pytest.raises(ClientError, match="UnsupportedOperationException"):
        home.replicate_key(KeyId=databases.key_arn(organisation, "eu-central-1"), ReplicaRegion="us-east-1")
