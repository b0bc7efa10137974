"""ENC-1, ENC-2, ENC-4 and the key of RES-3 on facts made up for them: every limit, every class, what nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from compliance_tests import test_encryption as judged
from fixtures.examination import Finding
from fixtures.facts import encryption
from fixtures.facts.buckets import BucketEncryption
from fixtures.facts.encrypted_backups import encrypted_backups
from fixtures.facts.encryption import Encryption
from fixtures.facts.keys import HIDDEN, NOT_FOUND, Key, KeyName, backup_keys, needed
from fixtures.facts.population import Population
from fixtures.facts.recovery import recoveries
from tests.judgement.facts import DAY, POLICY, SOURCE, backup, database, examination, protected, replica

ACCOUNT = "123456789012"
ARN = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/one"
OURS = frozenset({ACCOUNT})
YEAR = timedelta(days=365)


def key(arn: str = ARN, **differently: Any) -> Key:  # noqa: ANN401 - whatever field a test is about
    """Return a customer managed key that complies with everything."""
    _, _, _, region, account, _ = arn.split(":", 5)
    ordinary = Key(
        id=arn,
        asked=KeyName(account, region, arn),
        account=account,
        region=region,
        manager="CUSTOMER",
        state="Enabled",
        enabled=True,
        spec="SYMMETRIC_DEFAULT",
        usage="ENCRYPT_DECRYPT",
        origin="AWS_KMS",
        valid_to=None,
        deletion=None,
        rotates=True,
        rotation_period=YEAR,
        copies=(),
        source=SOURCE,
    )
    return replace(ordinary, **differently)


def at_rest(backups: list[Encryption], keys: list[Key], live: list[Encryption] | None = None) -> list[Finding]:
    """Judge ENC-1."""
    examine = examination("ENC-1")
    judged.test_backups_encrypted_at_rest_aes256(
        Population(tuple(encrypted_backups(backups, live or [], keys))), examine
    )
    return examine.findings


def same_way(backups: list[Encryption], keys: list[Key], live: list[Encryption]) -> list[Finding]:
    """Judge ENC-4."""
    examine = examination("ENC-4")
    found = Population(tuple(encrypted_backups(backups, live, keys)))
    judged.test_backup_encryption_matches_production(found, examine)
    return examine.findings


def usable(one: Key, *backups: Encryption) -> Finding:
    """Judge ENC-2."""
    examine = examination("ENC-2")
    judged.test_backup_keys_are_usable(Population(tuple(backup_keys([one], backups, OURS))), POLICY, examine)
    (finding,) = examine.findings
    return finding


def encrypted(**differently: Any) -> Encryption:  # noqa: ANN401 - whatever field a test is about
    """Return an automated backup under that key."""
    (ordinary,) = encryption.of_automated([backup()])
    return replace(ordinary, **differently)


@pytest.mark.parametrize(
    ("scheme", "kms_key", "keys", "complies"),
    [
        ("sse-kms", ARN, [key()], True),
        ("aws:kms", ARN, [key()], True),
        ("aws:kms:dsse", ARN, [key()], True),
        ("sse-rds", "", [], True),
        ("sse-backup", "", [], True),
        ("AES256", "", [], True),
        ("none", "", [], False),
        ("none", ARN, [key()], False),
        ("unknown", "", [], False),
        ("unknown", ARN, [key()], False),
        ("aws:something-new", ARN, [key()], False),
        ("aes256", "", [], False),
        ("", "", [], False),
        ("sse-kms", "", [], False),
        ("sse-kms", ARN, [key(spec="RSA_4096")], False),
        ("sse-kms", ARN, [key(spec="HMAC_256", usage="GENERATE_VERIFY_MAC")], False),
        ("sse-kms", ARN, [key(spec="SM2")], False),
        ("sse-kms", ARN, [key(spec="unknown")], False),
        ("sse-kms", ARN, [key(state=NOT_FOUND, spec="unknown")], False),
    ],
)
def test_what_counts_as_aes_256(scheme: str, kms_key: str, keys: list[Key], complies: bool) -> None:
    """The provider's own schemes, or a key that says so; nothing that nobody knows."""
    (finding,) = at_rest([encrypted(scheme=scheme, kms_key=kms_key)], keys)

    assert finding.complies is complies


@pytest.mark.parametrize("keys", [[], [key(state=HIDDEN, spec="unknown")]], ids=["denied", "somebody else's"])
def test_what_is_under_a_key_that_cannot_be_read_is_not_judged(keys: list[Key]) -> None:
    """It is no violation and no pass: the gap of the key makes the statement *not assessed*."""
    assert at_rest([encrypted()], keys) == []


@pytest.mark.parametrize(
    ("differently", "complies"),
    [
        ({"rotation_period": YEAR + DAY}, False),
        ({"rotation_period": YEAR}, True),
        ({"rotation_period": 90 * DAY}, True),
        ({"rotation_period": None}, False),
        ({"rotates": False, "rotation_period": None}, False),
        ({"rotates": None, "rotation_period": None}, False),
        ({"manager": "AWS"}, True),
        ({"state": "Disabled", "enabled": False}, False),
        ({"state": "PendingDeletion"}, False),
        ({"state": "PendingReplicaDeletion"}, False),
        ({"state": "PendingImport"}, False),
        ({"state": "Unavailable"}, False),
        ({"state": "Updating"}, False),
        ({"state": "a state that is new"}, False),
        ({"state": "Enabled", "enabled": False}, False),
        ({"deletion": datetime(2027, 1, 1, tzinfo=UTC)}, False),
        ({"valid_to": datetime(2099, 1, 1, tzinfo=UTC)}, False),
        ({"account": "999988887777"}, False),
        ({"account": ""}, False),
        ({"region": "eu-west-1"}, False),
        ({"state": HIDDEN, "enabled": False, "account": "999988887777"}, False),
    ],
)
def test_usable_keys(differently: dict[str, Any], complies: bool) -> None:
    """Beyond, exact, short of the rotation period and not subject to it; every state but one."""
    assert usable(key(**differently), encrypted()).complies is complies


def test_a_key_has_to_be_beside_every_backup() -> None:
    """One that is elsewhere is enough: losing the key's region would lose it."""
    assert usable(key(), encrypted()).complies
    assert not usable(key(), encrypted(), encrypted(region="eu-west-1")).complies
    assert not usable(key(), encrypted(region="")).complies


def test_each_key_is_asked_for_once_and_where_it_is_at_home() -> None:
    """By its owner, if that is us; an alias of two regions is two keys."""
    theirs = "arn:aws:kms:eu-west-1:999988887777:key/theirs"
    other = "arn:aws:kms:eu-west-1:210987654321:key/ours-too"
    names = [ARN, ARN, theirs, other, "alias/app"]
    backups = [encrypted(kms_key=name) for name in names] + [encrypted(kms_key="alias/app", region="eu-west-1")]

    found = needed([*backups, encrypted(kms_key="")], OURS | {"210987654321"})

    assert [(one.name.name, one.account, one.region) for one in found] == [
        (ARN, ACCOUNT, "eu-central-1"),
        (theirs, ACCOUNT, "eu-west-1"),
        (other, "210987654321", "eu-west-1"),
        ("alias/app", ACCOUNT, "eu-central-1"),
        ("alias/app", ACCOUNT, "eu-west-1"),
    ]


WAYS: dict[str, tuple[str, str, list[Key]]] = {
    "none": ("none", "", []),
    "AWS-owned": ("sse-rds", "", []),
    "AWS-managed": ("sse-kms", ARN.replace("one", "aws"), [key(ARN.replace("one", "aws"), manager="AWS")]),
    "customer-managed": ("sse-kms", ARN, [key()]),
    "another algorithm": ("sse-kms", ARN.replace("one", "rsa"), [key(ARN.replace("one", "rsa"), spec="RSA_2048")]),
    "unknown": ("unknown", "", []),
}


@pytest.mark.parametrize(("of_live", "of_backup"), list(product(WAYS, WAYS)))
def test_same_way_as_the_live_data(of_live: str, of_backup: str) -> None:
    """An unencrypted copy of encrypted data and the reverse, and any other class of key."""
    (live,) = encryption.of_databases([database()])
    scheme, kms_key, keys = WAYS[of_backup]
    live_scheme, live_key, live_keys = WAYS[of_live]
    copy = encrypted(scheme=scheme, kms_key=kms_key, region="eu-west-1")

    (finding,) = same_way([copy], keys + live_keys, [replace(live, scheme=live_scheme, kms_key=live_key)])

    assert finding.complies is (of_live == of_backup)


def test_two_customer_managed_keys_are_the_same_way() -> None:
    """A copy in another region has to be under another key."""
    (live,) = encryption.of_databases([database()])
    (copy,) = encryption.of_automated([replica()])

    (finding,) = same_way([copy], [key(), key(copy.kms_key)], [live])

    assert finding.complies


def test_what_has_no_live_source_is_compared_with_nothing() -> None:
    """A retained backup of a deleted database, and a bucket, in which both are one; of another account's, too."""
    (live,) = encryption.of_databases([database(resource_id="db-OTHER")])
    bucket = BucketEncryption("arn:aws:s3:::b", "b", ACCOUNT, "eu-central-1", "AES256", "", SOURCE)
    (objects,) = encryption.of_buckets([bucket])

    assert same_way([encrypted(), objects], [key()], [live, objects]) == []
    assert same_way([encrypted(taken_from="")], [key()], [replace(live, taken_from="")]) == []
    assert same_way([encrypted()], [key()], [replace(live, taken_from="db-APP", account="210987654321")]) == []


# ── RES-3: the key in Ireland ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kms_key", "keys", "opens"),
    [
        ("", [], True),
        (replica().kms_key, [key(replica().kms_key)], True),
        (replica().kms_key, [key(replica().kms_key, state="Disabled", enabled=False)], False),
        (replica().kms_key, [key(replica().kms_key, state=NOT_FOUND, enabled=False)], False),
        (ARN, [key()], False),
        (replica().kms_key, [], True),
        (ARN, [], False),
        ("alias/app", [], False),
    ],
)
def test_the_key_that_ireland_needs(kms_key: str, keys: list[Key], opens: bool) -> None:
    """It works, and lives there; of one that could not be read, its name says at least where it is."""
    one = protected(database(), backup(), replica(kms_key=kms_key))

    (found,) = recoveries([one], [], keys, "eu-west-1")

    assert found.key_opens is opens


def test_without_a_copy_no_key_opens_anything() -> None:
    """Nothing is not enough."""
    (found,) = recoveries([protected(database(), backup())], [], [], "eu-west-1")

    assert not found.key_opens


@pytest.mark.parametrize(
    ("origin", "seen"), [("one", []), ("two", [False]), ("gone", [])], ids=["same", "other", "deleted"]
)
def test_resource_id_that_is_not_unique_says_nothing(origin: str, seen: list[bool]) -> None:
    """Some endpoints give every database the same: then the name has to agree, as well."""
    (one,) = encryption.of_databases([database(name="one", kms_key=ARN, encryption_type="sse-kms")])
    two = replace(one, id=f"{one.id}-2", origin="two", scheme="none", kms_key="")
    taken = encrypted(taken_from=one.taken_from, origin=origin, scheme="sse-kms", kms_key=ARN)
    found = same_way([taken], [key()], [one, two])
    assert [finding.complies for finding in found if not finding.complies] == seen


def test_backup_that_names_its_source_by_arn() -> None:
    """As AWS Backup's recovery points do, and exports of clusters."""
    (live,) = encryption.of_databases([database(kms_key="", encryption_type="none")])
    (finding,) = same_way([encrypted(taken_from=live.id, scheme="sse-kms", kms_key=ARN)], [key()], [live])
    assert not finding.complies
