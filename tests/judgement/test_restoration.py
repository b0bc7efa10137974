"""RST-1 and RST-3 judge as oracles do that were written without looking: by seconds on one line of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fixtures.facts.population import Population, Unread
from fixtures.facts.restore_origins import Whereabouts
from fixtures.facts.restore_tests import TIMES, Kind, Measured, Outcome, Verification
from tests.judgement.facts import DAY, NOW, database
from tests.judgement.restore_facts import (
    ACCOUNT,
    IRELAND,
    NAMES,
    OTHER,
    OURS,
    VAULT,
    complies,
    judge,
    origin,
    restore_test,
)

SECOND = timedelta(seconds=1)
EMPTY: dict[str, Any] = {"playbook": "", "playbook_version": "", "evidence_sha256": "", "verifications": ()}
"""Fields that are not times, and what they are when nobody filled them in."""


# ── RST-1 ───────────────────────────────────────────────────────────────────────────────────────────────────────

YEAR = 365 * 86400
ages = st.integers(min_value=-86400, max_value=2 * YEAR)


@given(tried=st.lists(st.tuples(ages, st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=4))
@example(tried=[(YEAR, True, True, True)])
@example(tried=[(YEAR + 1, True, True, True)])
@example(tried=[(-300, True, True, True)])
@example(tried=[(-301, True, True, True)])
@example(tried=[(10, True, True, True), (5, False, True, True)])
@example(tried=[(5, True, True, True), (5, False, True, True)])
def test_recent(tried: list[tuple[int, bool, bool, bool]]) -> None:
    """The last thing that anybody tried went well to its end, by a known playbook, within the year and not tomorrow."""
    tests = [
        restore_test(
            id=str(place),
            started=NOW - timedelta(seconds=age + 9000),
            finished=NOW - timedelta(seconds=age),
            outcome=Outcome.PASSED if passed else Outcome.FAILED,
            complete=complete,
            playbook_version="3" if version else "",
        )
        for place, (age, passed, complete, version) in enumerate(tried)
    ]
    newest = min(age for age, *_ in tried)
    last = [rest for age, *rest in tried if age == newest]
    assert complies("RST-1", *tests) == (-300 <= newest <= YEAR and all(map(all, last)))


@pytest.mark.parametrize("statement", ["RST-1", "RST-3", "RST-4"])
@pytest.mark.parametrize("is_last", [False, True])
def test_of_equals_the_worst_counts(statement: str, is_last: bool) -> None:
    """Of two tests that were over at the same time, each counts for whatever it fails."""
    good = restore_test()
    broken: dict[str, dict[str, Any]] = {
        "RST-1": {"playbook_version": ""},
        "RST-3": {"verifications": tuple(replace(one, passed=False) for one in good.verifications)},
        "RST-4": {"claimed_rpo": timedelta(0), "newest_backup": None},
    }
    tests = [restore_test(id="twin", **broken[statement]), good]
    assert not complies(statement, *(tests[::-1] if is_last else tests))
    assert complies(statement, good, replace(good, id="twin"))


@pytest.mark.parametrize(
    "field",
    [*(name for name in TIMES if name not in ("started", "finished")), *EMPTY],
)
def test_incomplete(field: str) -> None:
    """A record that calls itself complete and lacks something is not, and the report says what."""
    (finding,) = judge("RST-1", restore_test(**{field: EMPTY.get(field)})).findings

    assert not finding.complies
    assert finding.seen.endswith(f"; the record lacks {field}")


@given(age=st.integers(min_value=0, max_value=200), known=st.booleans(), tested=st.booleans())
@example(age=89, known=True, tested=False)
@example(age=90, known=True, tested=False)
@example(age=10, known=False, tested=False)
def test_young(age: int, known: bool, tested: bool) -> None:
    """A database of less than 90 days is left alone until it has been restored; one of unknown age is not."""
    new = database(id="arn:new", name="new", resource_id="db-NEW", created=NOW - age * DAY if known else None)
    tests = [restore_test()]
    if tested:
        tests.append(restore_test(id="two", origin=origin(database="arn:new", resource_id="db-NEW")))
    examine = judge("RST-1", *tests, databases=(database(), new))
    found = {finding.resource: finding.complies for finding in examine.findings}
    if tested:
        assert found["arn:new"]
    elif known and age < 90:
        assert "arn:new" not in found
        assert "first restore test is due by" in examine.notes[0]
    else:
        assert not found["arn:new"]
    assert found[database().id]


def test_young_databases_alone_are_nothing() -> None:
    """Where every database is new and none was restored, nothing shows that restores work."""
    new = database(created=NOW - DAY, resource_id="db-NEW")
    examine = judge("RST-1", restore_test(), databases=(new,))
    examine.close({})
    assert [finding.seen for finding in examine.violations] == ["nothing found to examine"]


def test_empty_log() -> None:
    """Nothing on record is nothing found, of whichever statement."""
    for statement in ("RST-1", "RST-3", "RST-4"):
        examine = judge(statement)
        examine.close({})
        assert [finding.seen for finding in examine.violations] == ["nothing found to examine"]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("measured", Measured)
@pytest.mark.parametrize("is_simulated", [False, True])
def test_stand_in(kind: Kind, measured: Measured, is_simulated: bool) -> None:
    """What was measured on something else speaks for a database of the simulated organisation, for a live one never."""
    app = database()
    test = restore_test(kind=kind, measured=measured)
    found = judge("RST-1", test, simulated=(app.id,) if is_simulated else ()).findings[0]

    assert found.complies == (measured is Measured.DATABASE or is_simulated)
    if not found.complies:
        assert found.seen.startswith("no restore test of db-APP on record; 1 of a stand-in prove the mechanism, and ")


def test_stand_in_neither_hides_nor_mends() -> None:
    """A drill on a stand-in, good or bad, changes nothing of what is known about a live database."""
    drill = restore_test(id="drill", kind=Kind.EMBEDDED, measured=Measured.STAND_IN, finished=NOW)
    assert complies("RST-1", restore_test(), replace(drill, outcome=Outcome.FAILED))
    assert not complies("RST-1", restore_test(outcome=Outcome.FAILED), drill)


def test_joined_by_resource_id() -> None:
    """A name that is used again brings no test along; ids that are not unique need the ARN beside them."""
    assert not complies("RST-1", restore_test(origin=origin(resource_id="db-OLD")))
    assert complies("RST-1", restore_test(origin=origin(database=f"{database().id}-before")))
    twin = database(id="arn:twin", name="twin")
    found = {
        one.resource: one.complies for one in judge("RST-1", restore_test(), databases=(database(), twin)).findings
    }
    assert found == {database().id: True, "arn:twin": False}
    assert not complies("RST-1", restore_test(), databases=(database(resource_id=""),))


arns = st.builds(
    "arn:aws:rds:{}:{}:{}".format,
    *[st.sampled_from(["eu-central-1", IRELAND, "us-east-1"])],
    st.sampled_from([ACCOUNT, VAULT, OTHER]),
    st.just("snapshot:x"),
)


@given(
    account=st.sampled_from([ACCOUNT, VAULT, OTHER, "999999999999", ""]),
    region=st.sampled_from(["eu-central-1", IRELAND, "us-east-1", ""]),
    of=arns,
    backup=arns | st.sampled_from(["x", "arn:aws:s3:::backups/app", "s3://backups/app"]),
)
@example(account=VAULT, region="eu-central-1", of="arn:aws:rds:eu-central-1:123456789012:db:app", backup="tape 7")
@example(account="999999999999", region="us-east-1", of="arn:aws:rds:eu-central-1:123456789012:db:app", backup="x")
def test_origin(account: str, region: str, of: str, backup: str) -> None:
    """The backup is of that database, in an account of ours, in one of the two regions, and where its own name says."""
    one = restore_test(origin=origin(account=account, region=region, database=of, backup=backup))
    is_named = backup.startswith("arn:aws:rds:")
    agrees = not is_named or backup == f"arn:aws:rds:{region}:{account}:snapshot:x"
    its_own = of.startswith(f"arn:aws:rds:eu-central-1:{ACCOUNT}:")
    expected = account in {ACCOUNT, VAULT} and region in {"eu-central-1", IRELAND} and agrees and its_own

    assert complies("RST-1", one) == expected


def test_origin_in_an_account_that_may_be_ours() -> None:
    """Which accounts there are could not be read: that one is unknown is no fault of the record."""
    gap = Unread("aws", "", "", "organizations:ListAccounts", "denied", "allow it")
    elsewhere = restore_test(origin=origin(account=OTHER, backup="tape 7"))

    assert not complies("RST-1", elsewhere)
    assert complies("RST-1", elsewhere, known=Whereabouts(Population(OURS.members, (gap,)), IRELAND))


# ── RST-3 ───────────────────────────────────────────────────────────────────────────────────────────────────────


@given(
    made=st.lists(
        st.tuples(st.sampled_from([*NAMES, "Row Counts", "sequences", "row count"]), st.booleans()), max_size=8
    )
)
@example(made=[(name, True) for name in NAMES])
@example(made=[(name, True) for name in NAMES[1:]])
def test_verified(made: list[tuple[str, bool]]) -> None:
    """Each of the four was done, and nothing at all went wrong."""
    test = restore_test(verifications=tuple(Verification(name, passed=passed) for name, passed in made))
    done = {name.lower() for name, _ in made}
    assert complies("RST-3", test) == (done >= set(NAMES) and False not in [passed for _, passed in made])
