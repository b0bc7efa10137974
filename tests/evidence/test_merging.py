"""Many parts of many accounts: one whole, whatever their order, or refused with what is wrong and where."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fixtures.collectors.aws_estate import ELSEWHERE
from fixtures.evidence import merging
from fixtures.evidence.encoding import canonical, plain
from fixtures.evidence.merging import APART, Merged, MergeError
from fixtures.facts.accounts import Choice
from tests.evidence.account_parts import ACCOUNTS, GAP, PARTS, Document, Parts, deny, read_from_aws, write
from tests.evidence.strange_parts import STRANGE, known, own

FEW = ACCOUNTS[:12]


@pytest.fixture(scope="module")
def made(evidence: Path) -> Parts:
    """What makes parts."""
    return Parts(evidence)


@pytest.fixture(scope="module")
def dozen(made: Parts, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A dozen parts of 120 accounts, of which together nothing is wrong."""
    folder = tmp_path_factory.mktemp("dozen")
    return [write(folder / f"part{number}", made.document(number)) for number in range(1, PARTS + 1)]


@pytest.fixture(scope="module")
def few(made: Parts, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three parts of a dozen accounts, for what does not depend on their number."""
    folder = tmp_path_factory.mktemp("few")
    return [write(folder / f"part{number}", part(made, number)) for number in (1, 2, 3)]


def part(made: Parts, number: int, accounts: Sequence[str] = FEW, **run: object) -> Document:
    """Return one of those three."""
    return made.document(number, 3, accounts, **run)


def merge(folders: Sequence[Path], *keys: Any) -> Merged:  # noqa: ANN401 - public keys
    """Merge parts that never took place: none follows from its facts, which tests/test_forged_parts.py looks at."""
    return merging.merge(folders, lambda _: (), keys)


def said(whole: Merged) -> bytes:
    """Return everything that a whole says."""
    found = whole.evidence
    return canonical(plain([found.document, found.populations, found.calls, whole.parts, whole.started]))


def refused(folders: list[Path], *keys: Any) -> str:  # noqa: ANN401 - public keys
    """Return why folders are refused."""
    with pytest.raises(MergeError) as caught:
        merge(folders, *keys)
    return str(caught.value)


def test_every_account_once(dozen: list[Path]) -> None:
    """With all that was found in it, and the calls that have told it."""
    whole = merge(dozen).evidence

    assert [one["id"] for one in whole.document["run"]["accounts"] if one["read"]] == list(ACCOUNTS)
    assert {one.id for one in whole.populations["our_accounts"]} == set(ACCOUNTS)
    assert all(one.read for one in whole.populations["our_accounts"])
    assert whole.document["run"]["part_of_accounts"] == ""
    assert [call.number for call in whole.calls] == list(range(1, len(whole.calls) + 1))
    databases = whole.populations["database_listing"]
    assert Counter(one.account for one in databases) == dict.fromkeys(ACCOUNTS, 1)
    for one in databases:
        call = whole.calls[one.source.ledger - 1]
        assert (call.account, call.operation) == (one.account, "DescribeDBInstances")


def test_what_belongs_to_no_account_is_there_once(made: Parts, dozen: list[Path]) -> None:
    """Records and other providers, which every part has read; and the end points of AWS's API."""
    whole, one = merge(dozen).evidence, made.document(1)

    for name in ("assignments", "repositories", "managed_databases", "uptime_monitors"):
        assert len(whole.populations[name]) == len(one["populations"][name]["members"]) > 0
    for name in ("endpoints", "handshakes"):
        found = [getattr(it, "endpoint", it) for it in whole.populations[name]]
        assert max(Counter((it.protocol, it.host, it.port) for it in found if not it.is_database).values()) == 1
    assert len(whole.document["run"]["identity"]) == len(one["run"]["identity"]) + PARTS - 1


def test_order_does_not_matter(dozen: list[Path]) -> None:
    """A shell puts part10 before part2."""
    shuffled = random.Random(7).sample(dozen, PARTS)  # noqa: S311 - no secret
    assert shuffled != dozen

    assert said(merge(shuffled)) == said(merge(dozen))


def test_newest_part_tells_what_aws_does_not_know(made: Parts, few: list[Path], tmp_path: Path) -> None:
    """Wherever it is named: here first, of a repository that was renamed meanwhile."""

    def rename(document: Document) -> None:
        document["populations"]["repositories"]["members"][0]["name"] = "renamed"

    newest = write(tmp_path / "part1", part(made, 1, judged_at=later(made, hours=1)), edit=rename)

    whole = merge([newest, *few[1:]])

    assert "renamed" in {one.name for one in whole.evidence.populations["repositories"]}
    assert whole.evidence.document["run"]["judged_at"] == later(made, hours=1)
    assert [one["part_of_accounts"] for one in whole.parts][-1] == "1/3"


def later(made: Parts, hours: float) -> str:
    """Return a time so many hours after that of the parts."""
    judged = datetime.fromisoformat(made.document(1, accounts=())["run"]["judged_at"])
    return f"{judged + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S.%fZ}"


def test_missing_accounts(made: Parts, dozen: list[Path]) -> None:
    """Each by its number."""
    missing = own(made.document(5))

    told = refused([*dozen[:4], *dozen[5:]])

    assert len(missing) > 1
    assert [one for one in missing if f"account {one} is missing" not in told] == []
    assert told.count("is missing") == len(missing)


def test_account_that_is_new(made: Parts, few: list[Path], tmp_path: Path) -> None:
    """One that only the later parts know of, since it was founded after the part that it belongs to: missing."""
    grown = (*FEW, "999999999999")
    parts = [write(tmp_path / str(number), part(made, number, grown)) for number in (1, 2, 3)]
    assert {one["id"] for one in merge(parts).evidence.document["run"]["accounts"]} == set(grown)
    (before,) = (n for n in range(3) if Choice("", part=(n + 1, 3)).includes("999999999999"))

    told = refused([*parts[:before], few[before], *parts[before + 1 :]])

    assert told.count("is missing") == 1
    assert "account 999999999999 is missing" in told


def test_account_counted_twice(made: Parts, few: list[Path], tmp_path: Path) -> None:
    """By a part of one account, which belongs to another part as well."""
    again = write(tmp_path / "again", made.chosen([FEW[3]], FEW[3], FEW))

    told = refused([*few, again])

    assert told.count("account ") == 1
    assert f"account {FEW[3]} is counted 2 times" in told


def test_denied_account_read_by_another_part(made: Parts, few: list[Path], tmp_path: Path) -> None:
    """Whoever tries a second time would have the gap of the first beside it: it is counted twice."""
    mine = own(part(made, 2))[0]
    shut = write(tmp_path / "shut", part(made, 2), edit=lambda document: deny(document, mine))
    again = write(tmp_path / "again", made.chosen([mine], mine, FEW))

    assert f"account {mine} is counted 2 times" in refused([few[0], shut, few[2], again])


def test_denied_account_leaves_the_others(made: Parts, dozen: list[Path], tmp_path: Path) -> None:
    """It is a gap of everything that is read from AWS, told once, and is not ours to send copies to."""
    mine = own(made.document(2))[0]
    shut = write(tmp_path / "shut", made.document(2), edit=lambda document: deny(document, mine))

    whole = merge([dozen[0], shut, *dozen[2:]]).evidence

    assert [(one["id"], one["reason"]) for one in whole.document["run"]["accounts"] if not one["read"]] == [
        (mine, "could not be entered")
    ]
    for name in (*read_from_aws(), "our_accounts"):
        assert [plain(gap) for gap in whole.populations[name].unread] == [{**GAP, "account": mine}], name
    assert {one.id for one in whole.populations["our_accounts"]} == set(ACCOUNTS) - {mine}
    assert {one.account for one in whole.populations["database_listing"]} == set(ACCOUNTS) - {mine}
    assert not any(whole.populations[name].unread for name in ("repositories", "assignments", "droplets"))


def test_gap_that_several_parts_have(made: Parts, tmp_path: Path) -> None:
    """An organisation that cannot be listed is told once; nothing is compliant on the strength of the rest."""
    gap = {**GAP, "account": "", "call": "organizations:ListAccounts"}

    def unlisted(document: Document) -> None:
        for name in read_from_aws():
            document["populations"][name]["unread"].append(gap)

    parts = [write(tmp_path / str(n), part(made, n), edit=unlisted) for n in (1, 2, 3)]

    whole = merge(parts).evidence

    assert [plain(one) for one in whole.populations["snapshots"].unread] == [gap]


def test_record_that_stands_twice_in_a_part(made: Parts, tmp_path: Path) -> None:
    """It does in the whole, too: only what another part has said as well is left out."""

    def twice(document: Document) -> None:
        population = document["populations"]["incidents"]["members"]
        moment = "2026-11-20T10:00:00Z"
        source = {"provider": "records", "call": "records/incidents.toml", "account": "", "region": "", "ledger": 0}
        incident = {"id": "records/incidents.toml:3", "title": "t", "opened": moment, "closed": None, "source": source}
        population += [incident, dict(incident)]

    parts = [write(tmp_path / str(number), part(made, number), edit=twice) for number in (1, 2, 3)]

    assert len(merge(parts).evidence.populations["incidents"]) == 2


@pytest.mark.parametrize("case", STRANGE)
def test_strange_part(made: Parts, few: list[Path], tmp_path: Path, case: str) -> None:
    """Refused, with the folder if it is about a folder; one of a few is enough."""
    edit, told = STRANGE[case]
    strange = write(tmp_path / "strange", part(made, 2), edit=edit)

    said_ = refused([few[0], strange, few[2]])

    assert told in said_
    assert str(strange) in said_ or "account " in said_
    assert told in refused([strange, few[0], few[2]]), "where it is named first"


def test_part_of_another_night(made: Parts, few: list[Path], tmp_path: Path) -> None:
    """Six hours are one night, a minute more is not."""
    hours = APART.total_seconds() / 3600
    exact = write(tmp_path / "exact", part(made, 2, judged_at=later(made, hours)))
    beyond = write(tmp_path / "beyond", part(made, 2, judged_at=later(made, hours + 1 / 60)))

    assert merge([few[0], exact, few[2]]).evidence.document["run"]["judged_at"] == later(made, hours)
    assert "they are not of one night" in refused([few[0], beyond, few[2]])


@pytest.mark.parametrize("key", [None, Ed25519PrivateKey.from_private_bytes(bytes(32))], ids=["unsigned", "signed"])
def test_part_that_was_tampered_with(
    made: Parts, few: list[Path], tmp_path: Path, key: Ed25519PrivateKey | None
) -> None:
    """The name of an account is enough; and where a key is demanded, no part may be without its signature."""
    public = [key.public_key()] if key else []
    changed = write(tmp_path / "part", part(made, 2), key)
    file = changed / "evidence.json"
    if public:
        assert "UNSIGNED" in refused([few[0], changed, few[2]], *public)
    file.write_bytes(file.read_bytes().replace(b"team 5", b"team 6", 1))

    told = refused([changed, few[0], few[2]], *public)

    assert f"{changed}: evidence.json: changed" in told


def test_account_that_is_left_to_nobody(made: Parts, few: list[Path], tmp_path: Path) -> None:
    """An account that a part has read but does not tell of in its coverage cannot hide: the others know of it."""
    mine = own(part(made, 2))[0]
    hidden = {"read": False, "reason": ELSEWHERE}
    changed = write(tmp_path / "part", part(made, 2), edit=lambda d: known(d, mine).update(hidden))

    assert f"account {mine} is missing" in refused([few[0], changed, few[2]])


def test_part_that_does_not_follow_from_its_facts(few: list[Path]) -> None:
    """Whatever is found in it is told; none of it gets into the whole."""
    with pytest.raises(MergeError, match=f"{few[1]}: DB-4: judged again, it is not_compliant"):
        merging.merge(few, lambda one: ["DB-4: judged again, it is not_compliant"] if one.folder == few[1] else [])


def test_parts_that_several_keys_have_signed(made: Parts, tmp_path: Path) -> None:
    """Each by one of those that are named; a third one's signature is worth nothing."""
    first, second, third = (Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (1, 2, 3))
    parts = [write(tmp_path / str(n), part(made, n), key) for n, key in ((1, first), (2, second), (3, first))]

    whole = merge(parts, second.public_key(), first.public_key())

    assert all(one["vouched_for"] for one in whole.parts)
    assert "made by another key" in refused(parts, first.public_key(), third.public_key())
    assert not any(one["vouched_for"] for one in merge(parts).parts)
