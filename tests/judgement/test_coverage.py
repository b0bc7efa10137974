"""An area of A.8.13 is carried by a verdict on something, and by nothing else."""

from __future__ import annotations

from threading import Timer

from hypothesis import given
from hypothesis import strategies as st

from fixtures.coverage import areas
from fixtures.examination import CATALOGUE, Result
from fixtures.facts.coverage import Area, Verdict, cover
from fixtures.facts.population import Source
from fixtures.verdicts import Verdicts

SOURCE = Source("session", "", "", "", 0)
FIVE = ["scope", "frequency", "encryption", "retention", "restoration testing"]
VERDICTS = st.dictionaries(
    st.sampled_from(["A", "B", "C"]),
    st.tuples(st.sampled_from([str(result) for result in Result]), st.integers(0, 2)),
)


@given(VERDICTS)
def test_area(reached: dict[str, tuple[str, int]]) -> None:
    """Carried, empty, or unknown: never carried by what was not assessed, not run, or looked at nothing."""
    verdicts = {id_: Verdict(id_, result, examined, "") for id_, (result, examined) in reached.items()}
    found = cover([Area("scope", ("A", "B"))], verdicts, SOURCE)
    own = [reached.get(id_, ("not_run", 0)) for id_ in ("A", "B")]
    judged = [(result in {"compliant", "waived", "not_compliant"}, examined) for result, examined in own]

    if any(assessed and examined for assessed, examined in judged):
        assert [one.is_carried for one in found] == [True]
    elif all(assessed for assessed, _ in judged):
        assert [one.is_carried for one in found] == [False]
    else:
        assert not found.members
        assert "scope" in str(found.unread[0])


def test_area_without_statements() -> None:
    """Nothing could ever carry it."""
    (one,) = cover([Area("scope", ())], {}, SOURCE)

    assert not one.is_carried
    assert str(one) == "no statement is meant to carry it"


def test_our_areas() -> None:
    """The five that the policy names, each with statements of the catalogue, none of which is about the others."""
    assert [area.name for area in areas()] == FIVE
    assert all(area.statements for area in areas())
    assert {id_ for area in areas() for id_ in area.statements} <= set(CATALOGUE) - {"ISO-1", "ISO-2"}


def test_verdicts_of_others_are_awaited() -> None:
    """Until all of them are there; not for ever, if one never comes."""
    verdicts = Verdicts()
    judged = {"id": "A", "result": "compliant", "population": 1}
    Timer(0.05, verdicts.note, (judged, "")).start()

    assert set(verdicts.awaited(["A"], patience=20)) == {"A"}
    assert set(verdicts.awaited(["A", "B"], patience=0.01)) == {"A"}
    assert verdicts.reached()["A"].carries
