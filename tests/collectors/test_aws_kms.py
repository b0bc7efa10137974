"""Keys, as a stock moto server and recorded answers tell them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from fixtures.collectors.aws_estate import Estate, Place
from fixtures.collectors.aws_kms import YEAR, read_key
from fixtures.collectors.ledger import Ledger
from fixtures.facts.keys import HIDDEN, NOT_FOUND, Key, KeyName, KeyQuestion
from fixtures.facts.population import Population

pytest_plugins = ("tests.collectors.stock_moto",)
ACCOUNT = "123456789012"
ARN = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/one"
FOREIGN = "arn:aws:kms:eu-central-1:999988887777:key/theirs"
TOLD: dict[str, Any] = {
    "AWSAccountId": ACCOUNT,
    "KeyId": "one",
    "Arn": ARN,
    "Enabled": True,
    "KeyUsage": "ENCRYPT_DECRYPT",
    "KeyState": "Enabled",
    "Origin": "AWS_KMS",
    "KeyManager": "CUSTOMER",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "MultiRegion": False,
}
META: dict[str, Any] = {"ResponseMetadata": {"HTTPStatusCode": 200}}
"""What belongs to every answer that a Stubber gives."""
Client = Callable[..., Any]


def read(estate: Estate, *names: str, region: str = "eu-central-1") -> Population[Key]:
    """Ask for keys by what something in *region* calls them."""
    questions = []
    for name in names:
        parts = name.split(":")
        home, owner = (parts[3], parts[4]) if len(parts) > 5 else (region, ACCOUNT)
        questions.append(KeyQuestion(KeyName(owner, home, name), ACCOUNT))
    return estate.for_each("kms:DescribeKey", questions, read_key)


@pytest.fixture
def stubbed(estate: Estate) -> Iterator[Stubber]:
    """Answer the collector's calls to KMS in Frankfurt as written down, instead of sending them."""
    with Stubber(Place(estate.accounts[0], "eu-central-1").client("kms")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_a_key_of_our_own(estate: Estate, client: Client, ledger: Ledger) -> None:
    """Two calls, and everything that a verdict needs."""
    arn = client("kms").create_key(KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["Arn"]
    client("kms").enable_key_rotation(KeyId=arn)
    ledger.calls.clear()

    (key,) = read(estate, arn)

    assert (key.id, key.account, key.region, key.manager) == (arn, ACCOUNT, "eu-central-1", "CUSTOMER")
    assert key.is_aes_256
    assert key.is_usable
    assert (key.rotates, key.rotation_period) == (True, YEAR)
    assert [call.operation for call in ledger.calls] == ["DescribeKey", "GetKeyRotationStatus"]
    assert key.source.ledger == ledger.calls[0].number


def test_a_key_is_asked_for_where_it_is_at_home(estate: Estate, client: Client) -> None:
    """The region of an ARN, whatever region names it; an alias means something in its own region only."""
    frankfurt = client("kms").create_key()["KeyMetadata"]["Arn"]
    for region in ("eu-central-1", "eu-west-1"):
        there = client("kms", region)
        there.create_alias(AliasName="alias/database", TargetKeyId=there.create_key()["KeyMetadata"]["KeyId"])

    (by_arn,) = read(estate, frankfurt, region="eu-west-1")
    (by_alias,) = read(estate, "alias/database", region="eu-west-1")

    assert (by_arn.id, by_arn.region) == (frankfurt, "eu-central-1")
    assert by_alias.region == "eu-west-1"
    assert ":key/" in by_alias.id


def test_states(estate: Estate, client: Client) -> None:
    """Whatever is not in use is not asked for its rotation."""
    kms = client("kms")
    disabled, doomed = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    kms.disable_key(KeyId=disabled.rpartition("/")[2])
    kms.schedule_key_deletion(KeyId=doomed.rpartition("/")[2], PendingWindowInDays=7)

    off, going = read(estate, disabled, doomed)

    assert (off.state, off.is_usable, off.rotates) == ("Disabled", False, None)
    assert (going.state, going.is_usable, going.rotates) == ("PendingDeletion", False, None)
    assert going.deletion
    assert timedelta(days=6) < going.deletion - datetime.now(UTC) < timedelta(days=8)


@pytest.mark.parametrize("name", ["alias/nobody", "11111111-2222-3333-4444-555555555555", ARN])
def test_a_key_that_does_not_exist_is_a_fact(estate: Estate, name: str) -> None:
    """A backup whose key is gone is lost: a violation, no gap."""
    found = read(estate, name)

    assert found.unread == ()
    (key,) = found
    assert (key.state, key.is_usable, key.is_aes_256) == (NOT_FOUND, False, False)
    assert key.id.startswith(f"arn:aws:kms:eu-central-1:{ACCOUNT}:")


def test_where_else_a_key_lives(estate: Estate, client: Client) -> None:
    """Asked at either end, the other one is told."""
    primary = client("kms").create_key(MultiRegion=True)["KeyMetadata"]["Arn"]
    client("kms").replicate_key(KeyId=primary.rpartition("/")[2], ReplicaRegion="us-east-1")
    copy = primary.replace("eu-central-1", "us-east-1")

    one, other = read(estate, primary, copy)

    assert one.copies == (copy,)
    assert other.copies == (primary,)


def test_asymmetric_and_hmac_keys_are_told_apart(estate: Estate, client: Client, ledger: Ledger) -> None:
    """They encrypt no storage, and KMS rotates none of them: asking would be an error."""
    kms = client("kms")
    specs = {"RSA_2048": "ENCRYPT_DECRYPT", "HMAC_256": "GENERATE_VERIFY_MAC"}
    arns = [kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"] for spec, usage in specs.items()]
    ledger.calls.clear()

    keys = list(read(estate, *arns))

    assert [key.spec for key in keys] == list(specs)
    assert not any(key.is_aes_256 or key.rotates for key in keys)
    assert Counter(call.operation for call in ledger.calls) == {"DescribeKey": 2}


def test_the_key_that_aws_manages_for_s3(estate: Estate, ledger: Ledger) -> None:
    """AWS rotates it every year: one call. Stock moto calls it a customer's, but nobody else's alias begins so."""
    (key,) = read(estate, "alias/aws/s3")

    assert (key.manager, key.rotates, key.rotation_period) == ("AWS", True, YEAR)
    assert [call.operation for call in ledger.calls] == ["DescribeKey"]


@pytest.mark.parametrize(
    ("told", "rotation", "rotates", "period"),
    [
        ({}, {"KeyRotationEnabled": True, "RotationPeriodInDays": 90}, True, timedelta(days=90)),
        ({}, {"KeyRotationEnabled": True, "RotationPeriodInDays": 2560}, True, timedelta(days=2560)),
        ({}, {"KeyRotationEnabled": True}, True, YEAR),
        ({}, {"KeyRotationEnabled": False}, False, None),
        ({"KeyManager": "AWS"}, None, True, YEAR),
        ({"Origin": "EXTERNAL"}, None, None, None),
        ({"Origin": "AWS_CLOUDHSM"}, None, None, None),
        ({"KeyState": "Unavailable"}, None, None, None),
    ],
)
def test_rotation(  # the call is made only where it can be answered
    estate: Estate,
    stubbed: Stubber,
    told: dict[str, Any],
    rotation: dict[str, Any] | None,
    rotates: bool | None,
    period: timedelta | None,
) -> None:
    """As recorded answers tell it."""
    stubbed.add_response("describe_key", META | {"KeyMetadata": TOLD | told}, {"KeyId": ARN})
    if rotation is not None:
        stubbed.add_response("get_key_rotation_status", META | rotation, {"KeyId": ARN})

    (key,) = read(estate, ARN)

    assert (key.rotates, key.rotation_period) == (rotates, period)


def test_imported_material_that_expires(estate: Estate, stubbed: Stubber) -> None:
    """From that day on nobody can read what was encrypted with it."""
    until = datetime(2027, 1, 1, tzinfo=UTC)
    stubbed.add_response("describe_key", META | {"KeyMetadata": TOLD | {"Origin": "EXTERNAL", "ValidTo": until}})

    (key,) = read(estate, ARN)

    assert key.valid_to == until
    assert not key.is_usable
    assert "key material expires on 2027-01-01 00:00Z" in str(key)


def test_denied_is_a_gap(estate: Estate, stubbed: Stubber) -> None:
    """Of a key of ours nothing is known then."""
    stubbed.add_client_error("describe_key", "AccessDeniedException", "no", http_status_code=400)

    found = read(estate, ARN)

    assert found.members == ()
    (gap,) = found.unread
    assert (gap.call, gap.region) == ("kms:DescribeKey", "eu-central-1")
    assert "may not do this" in gap.reason


@pytest.mark.parametrize("call", ["describe_key", "get_key_rotation_status"])
def test_of_a_foreign_key_its_owner_is_known_even_so(estate: Estate, stubbed: Stubber, call: str) -> None:
    """That the key is somebody else's is a violation already; what it is, his own account may be able to say."""
    if call != "describe_key":
        stubbed.add_response("describe_key", META | {"KeyMetadata": TOLD | {"Arn": FOREIGN}})
    stubbed.add_client_error(call, "AccessDeniedException", "no", http_status_code=400)

    found = read(estate, FOREIGN)

    (key,) = found
    assert (key.id, key.account, key.state) == (FOREIGN, "999988887777", HIDDEN)
    assert found.unread == ()


def test_denied_rotation_is_a_gap(estate: Estate, stubbed: Stubber) -> None:
    """A key whose rotation nobody knows is no key that is rotated."""
    stubbed.add_response("describe_key", META | {"KeyMetadata": TOLD})
    stubbed.add_client_error("get_key_rotation_status", "AccessDeniedException", "no", http_status_code=400)

    found = read(estate, ARN)

    assert found.members == ()
    assert [gap.call for gap in found.unread] == ["kms:GetKeyRotationStatus"]
