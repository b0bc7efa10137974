"""Five results, of which the worst wins; waivers that are strict both ways."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.examination import NOTHING_FOUND, Examination, NotAssessed, Result
from fixtures.facts.population import Population, Unread
from fixtures.facts.waivers import Waiver
from tests.judgement.facts import NOW, database

GAP = Unread("aws", "123456789012", "eu-west-3", "rds:DescribeDBInstances", "AccessDenied", "grant it")
ARN = database().id


def waiver(**differently: object) -> Waiver:
    """Return an exception that accepts the ordinary database's violation of DB-1."""
    ordinary = {
        "statement": "DB-1",
        "resource": ARN,
        "is_pattern": False,
        "reason": "migration",
        "approver": "CISO",
        "approved": date(2026, 11, 1),
        "expires": date(2026, 12, 31),
        "record": "records/exceptions.toml:3",
    }
    return Waiver(**{**ordinary, **differently})  # type: ignore[arg-type]


def examined(*outcomes: bool, waivers: tuple[Waiver, ...] = (), unread: tuple[Unread, ...] = ()) -> Examination:
    """Examine as many databases as there are *outcomes*, the first of them the ordinary one."""
    examine = Examination("DB-1", NOW, waivers)
    for number, complies in enumerate(outcomes):
        with examine(database(id=ARN if number == 0 else f"{ARN}-{number}"), seen="seen", required="required"):
            assert complies
    examine.close({"databases": Population(unread=unread)})
    return examine


def test_unfinished_examination_has_no_result() -> None:
    """What has not come to its end is not compliant by default."""
    assert Examination("DB-1", NOW).result is Result.NOT_RUN


def test_nothing_examined_violates() -> None:
    """An empty population is never a pass, and nobody can accept it."""
    examine = examined(waivers=(waiver(resource="*", is_pattern=True),))

    assert examine.result is Result.NOT_COMPLIANT
    assert examine.violations[0].seen == NOTHING_FOUND
    assert examine.population == 0


@pytest.mark.parametrize(
    ("needed", "result"),
    [
        (Population(("one",)), Result.COMPLIANT),
        (Population(), Result.NOT_COMPLIANT),
        (Population(unread=(GAP,)), Result.NOT_ASSESSED),
    ],
    ids=["some", "none", "unread"],
)
def test_what_else_was_examined_makes_up_for_nothing(needed: Population[str], result: Result) -> None:
    """A population that must not be empty is asked for apart; if it is, nobody can accept that."""
    examine = Examination("DB-1", NOW)
    examine.expects(needed, "needed")
    with examine(database(), seen="seen", required="required"):
        pass
    examine.close({"needed": needed})

    assert examine.result is result
    assert examine.population == 1


def test_nothing_examined_but_gaps() -> None:
    """What may be in the gap is not known to be missing."""
    assert examined(unread=(GAP,)).result is Result.NOT_ASSESSED


@given(complying=st.integers(0, 3), violating=st.integers(0, 3), gaps=st.booleans(), accepted=st.booleans())
def test_worst_result_wins(complying: int, violating: int, gaps: bool, accepted: bool) -> None:
    """A violation stands however much else was unreadable; compliant needs everything read."""
    everywhere = (waiver(resource="*", is_pattern=True),) if accepted and violating else ()
    outcomes = [False] * violating + [True] * complying
    examine = examined(*outcomes, waivers=everywhere, unread=(GAP,) if gaps else ())

    if violating and not accepted:
        expected = Result.NOT_COMPLIANT
    elif gaps:
        expected = Result.NOT_ASSESSED
    elif violating:
        expected = Result.WAIVED
    else:
        expected = Result.COMPLIANT if complying else Result.NOT_COMPLIANT
    assert examine.result is expected


def test_every_violation_is_listed() -> None:
    """Not the first one alone, and what complies is kept, too."""
    examine = examined(False, True, False)

    assert len(examine.violations) == 2
    assert len(examine.findings) == 3
    with pytest.raises(pytest.fail.Exception, match="2 of 3 violate") as failure:
        examine.conclude()
    assert all(f"{finding.resource}\n" in str(failure.value) for finding in examine.violations)


def test_waived_violation_is_never_compliant() -> None:
    """An accepted violation is *waived*, and pytest says xfailed."""
    examine = examined(False, True, waivers=(waiver(),))

    assert examine.result is Result.WAIVED
    with pytest.raises(pytest.xfail.Exception, match="2026-12-31"):
        examine.conclude()


@pytest.mark.parametrize(
    ("differently", "problem"),
    [
        ({"expires": date(2026, 11, 22)}, "expired on 2026-11-22"),
        ({"approved": date(2026, 11, 24)}, "has not come yet"),
        ({"resource": "arn:aws:rds:eu-central-1:123456789012:db:gone"}, "matches no violation any more"),
        ({"resource": f"{ARN}*"}, "matches no violation any more"),
    ],
    ids=["expired", "approved-in-future", "unneeded", "pattern-that-does-not-say-so"],
)
def test_stale_waiver_fails(differently: dict[str, object], problem: str) -> None:
    """An exception that is not in force, or not needed, is a failure of its own and excuses nothing."""
    examine = examined(False, waivers=(waiver(**differently),))

    assert examine.result is Result.NOT_COMPLIANT
    assert {ARN, f"records/exceptions.toml:3 ({waiver(**differently).resource})"} == {
        finding.resource for finding in examine.violations
    }
    assert any(problem in finding.seen for finding in examine.violations)


def test_waiver_holds_on_its_last_day() -> None:
    """The day of expiry is the last one, in UTC."""
    last = waiver(expires=NOW.date())

    assert not last.has_expired(NOW)
    assert not last.has_expired(NOW.replace(hour=23, minute=59))
    assert last.has_expired(NOW.replace(hour=0) + timedelta(days=1))


def test_waiver_for_a_resource_in_a_gap() -> None:
    """Whether it is still needed cannot be told, so nobody says so."""
    examine = examined(True, waivers=(waiver(resource="arn:elsewhere"),), unread=(GAP,))

    assert examine.result is Result.NOT_ASSESSED
    assert examine.violations == []


def test_waiver_by_pattern() -> None:
    """A pattern that says it is one accepts whatever it matches, and no more."""
    pattern = waiver(resource=f"{ARN}-?", is_pattern=True)
    examine = examined(False, False, False, waivers=(pattern,))

    assert [finding.resource for finding in examine.waived] == [f"{ARN}-1", f"{ARN}-2"]
    assert [finding.resource for finding in examine.violations] == [ARN]


def test_not_assessed_tells_every_gap() -> None:
    """One line per cause, with all the regions that it concerns."""
    regions = ("eu-west-1", "eu-west-3")
    gaps = tuple(Unread("aws", "1", region, "rds:X", "AccessDenied", "grant it") for region in regions)
    with pytest.raises(NotAssessed) as told:
        examined(True, unread=gaps).conclude()

    assert str(told.value).count("not read") == 1
    assert all(region in str(told.value) for region in regions)


def test_one_kind_cannot_stand_in_for_another() -> None:
    """Buckets were found and comply; that no database was found fails all the same, and nobody can accept it."""
    waiver = Waiver("DB-4", "*", True, "", "x", NOW.date(), NOW.date(), "")
    examine = Examination("DB-4", NOW, (waiver,))
    examine.expects(Population((database(),)), "buckets")
    examine.expects(Population(), "databases")
    with examine(database(), seen="", required=""):
        pass
    examine.close({})

    assert (examine.violations[0].resource, examine.violations[0].seen) == ("databases", NOTHING_FOUND)
    assert examine.population == 1


@pytest.mark.parametrize("name", ["app; rm -rf /", "$(reboot)", "`id`", "a b", "<script>"])
def test_remedy_quotes_names(name: str) -> None:
    """A command line that somebody copies stays one, whatever a resource is called."""
    examine = Examination("DB-4", NOW)
    with examine(database(name=name), seen="", required=""):
        raise AssertionError

    assert f"--db-instance-identifier '{name}' " in examine.findings[0].remedy


def test_results_are_ordered() -> None:
    """The order in which the worse one wins is the order of their numbers."""
    ordered = [Result.NOT_RUN, Result.COMPLIANT, Result.WAIVED, Result.NOT_ASSESSED, Result.NOT_COMPLIANT]

    assert all(better < worse for better, worse in itertools.pairwise(ordered))
