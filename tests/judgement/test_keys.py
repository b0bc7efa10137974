"""Keys that several parts of the accounts have asked for, on facts made up for them: who is believed, what is open."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from fixtures.facts.encrypted_backups import encrypted_backups
from fixtures.facts.keys import HIDDEN, NOT_FOUND, Key, KeyName, backup_keys, by_name, looked_at, unexamined
from fixtures.facts.population import Population, Unread
from fixtures.facts.recovery import recoveries
from tests.judgement.facts import NOW, SOURCE, backup, database, protected, replica
from tests.judgement.test_encryption import ACCOUNT, encrypted, key

OTHER, STRANGER = "210987654321", "999988887777"
OURS = frozenset({ACCOUNT, OTHER})
ARN = f"arn:aws:kms:eu-central-1:{OTHER}:key/one"
GAP = Unread("aws", ACCOUNT, "eu-west-1", "kms:DescribeKey", "throttled", "run again")


def asked(by: str, state: str, arn: str = ARN, name: str = "") -> Key:
    """Return what an account was told about a key."""
    owner = arn.split(":")[4]
    one = key(arn, state=state, enabled=state == "Enabled", source=replace(SOURCE, account=by))
    return replace(one, asked=KeyName(owner, "eu-central-1", name or arn))


ANSWERS = (
    asked(ACCOUNT, HIDDEN),
    asked("300000000003", "Disabled"),
    asked(OTHER, "Enabled"),
    asked("300000000003", NOT_FOUND),
)


@pytest.mark.parametrize("number", range(1, len(ANSWERS) + 1))
def test_who_is_believed(number: int) -> None:
    """The owner, then whoever was let look: in whatever order the parts are named."""
    for answers in permutations(ANSWERS, number):
        (best,) = by_name(answers).values()

        owners, seen = ANSWERS[2] in answers, [one.state for one in answers if one.state != HIDDEN]
        assert best.state == ("Enabled" if owners else seen[-1] if seen else HIDDEN)
        assert bool(looked_at(answers)) is bool(seen)


def test_key_that_its_owner_names_otherwise() -> None:
    """By its id, or an alias: of which key he tells, its ARN says."""
    names = by_name([asked(OTHER, "Enabled", name="one"), asked(ACCOUNT, HIDDEN)])

    assert {name.name: one.state for name, one in names.items()} == {"one": "Enabled", ARN: "Enabled"}


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (Population(ANSWERS), []),
        (Population(ANSWERS[:1]), [f"account {OTHER} does not let this one look at {ARN}"]),
        (Population(), [f"nobody has asked for {ARN}"]),
        (Population((), (GAP,)), []),
        (Population(ANSWERS[:1], (GAP,)), [f"account {OTHER} does not let this one look at {ARN}"]),
    ],
)
def test_no_key_is_passed_over(keys: Population[Key], told: list[str]) -> None:
    """What is not judged is a gap: of its own, or one that was there before."""
    taken = encrypted(kms_key=ARN)
    found = unexamined([taken, taken, encrypted(kms_key="")], keys)

    judged = list(backup_keys(keys, [taken], OURS)), list(encrypted_backups([taken], [], keys))
    assert [gap.reason for gap in found.unread] == told
    assert all(bool(one) is not bool(found.unread or keys.unread) for one in judged)


def test_hidden_key_of_a_stranger() -> None:
    """A violation and a gap; one of an account of ours is a gap alone."""
    theirs = asked(ACCOUNT, HIDDEN, ARN.replace(OTHER, STRANGER))
    taken = encrypted(kms_key=theirs.id)

    (found,) = backup_keys([theirs], [taken], OURS)

    assert not found.is_ours
    assert len(unexamined([taken], Population((theirs,))).unread) == 1
    assert list(backup_keys([theirs], [taken], OURS | {STRANGER})) == []


def test_hidden_key_of_a_copy_in_ireland() -> None:
    """Whether it opens the copy is not known: that it opens nothing would be a guess."""
    copy = replica(kms_key=f"arn:aws:kms:eu-west-1:{OTHER}:key/two")
    hidden = replace(asked(ACCOUNT, HIDDEN, copy.kms_key), asked=KeyName(OTHER, "eu-west-1", copy.kms_key))

    (found,) = recoveries([protected(database(), backup(), copy)], [], [hidden], "eu-west-1")

    assert found.key is None
    assert "opens nothing" not in found.describe(NOW)
