"""OSCAL assessment results: valid, without a reference that leads nowhere, and never better than the run."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from trestle.oscal.assessment_results import Model

from fixtures.examination import CATALOGUE, Result
from fixtures.report import oscal
from fixtures.report.exports import EXPORTS
from fixtures.report.oscal import DanglingError, References
from tests.report.documents import Document
from tests.report.hostile import hostile

SCENES = ["compliant", "broken", "waived", "not assessed", "part", "nothing run", "simulated", "custom"]


def assessment_results(document: Document) -> dict[str, Any]:
    """Return the export, read as JSON."""
    found: dict[str, Any] = json.loads(b"".join(oscal.assessment_results(document)))
    return found


def broken_references(exported: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the references of a whole export."""
    found = References()
    found.take(json.dumps(exported).encode())
    return found.broken()


def result_of(document: Document) -> dict[str, Any]:
    """Return the one result of the export."""
    (result,) = assessment_results(document)["assessment-results"]["results"]
    return result  # type: ignore[no-any-return]


def states(document: Document) -> dict[str, str]:
    """Return what each statement is said to be."""
    return {
        one["target"]["target-id"]: f"{one['target']['status']['state']}: {one['target']['status']['reason']}"
        for one in result_of(document)["findings"]
    }


@pytest.mark.parametrize("scene", SCENES)
def test_it_is_valid(documents: dict[str, Document], scene: str) -> None:
    """By the models of compliance-trestle, which refuse a wrong state and a malformed name."""
    exported = json.loads(b"".join(EXPORTS[oscal.FILE](documents[scene])))

    assert Model.model_validate(exported)
    assert list(broken_references(exported)) == []
    assert {one["target"]["target-id"] for one in result_of(documents[scene])["findings"]} == set(CATALOGUE)


def test_hostile_text_does_not_make_it_invalid(documents: dict[str, Document]) -> None:
    """Halves of characters, line breaks and the like are written out."""
    spoilt, _ = hostile(documents["broken"])

    assert Model.model_validate(json.loads(b"".join(EXPORTS[oscal.FILE](spoilt))))


@pytest.mark.parametrize("provenance", ["live", "simulated", "custom", "recorded", ""])
@pytest.mark.parametrize("result", [str(result) for result in Result])
def test_only_what_is_compliant_and_live_is_satisfied(
    documents: dict[str, Document], result: str, provenance: str
) -> None:
    """Waived, not assessed, not run and simulated are told apart, and none of them is satisfied."""
    document = copy.deepcopy(documents["compliant"])
    document["run"]["provenance"] = provenance or "another"
    for one in document["statements"]:
        one["result"] = result
    found = result_of(document)
    satisfied = [one["target"]["status"]["state"] == "satisfied" for one in found["findings"]]

    assert all(satisfied) if (result, provenance) == ("compliant", "live") else not any(satisfied)
    props = {(it["name"], it["value"]) for one in found["findings"] for it in one["props"]}
    assert ("result", result.replace("_", "-")) in props
    assert ("provenance", provenance or "another") in props


def test_reasons(documents: dict[str, Document]) -> None:
    """In OSCAL's own words, as far as it has any."""
    assert states(documents["broken"])["DB-4"] == "not-satisfied: fail"
    assert states(documents["broken"])["DB-1"] == "satisfied: pass"
    assert states(documents["waived"])["DB-1"] == "not-satisfied: other"
    assert states(documents["not assessed"])["DB-2"] == "not-satisfied: other"
    assert states(documents["part"])["DB-2"] == "not-satisfied: other"


def test_satisfied_by_other_parameters(documents: dict[str, Document]) -> None:
    """Nowhere without saying so: a statement that names 30 days was judged by 7."""
    document = copy.deepcopy(documents["compliant"])
    document["run"]["parameters"]["pitr_window"] = "P7D"
    found = result_of(document)

    told = "pitr window is 7 days, the policy states 30 days"
    assert all(told in one["target"]["status"]["remarks"] for one in found["findings"])
    assert told in {one["name"]: one["value"] for one in found["props"]}["deviating-parameters"]
    assert told not in json.dumps(result_of(documents["compliant"]))


def test_violations_and_waivers_are_risks(documents: dict[str, Document]) -> None:
    """Open with its remedy, or deviation approved, by whom and until when."""
    (waived,) = result_of(documents["waived"])["risks"]
    assert (waived["status"], waived["deadline"]) == ("deviation-approved", "2026-12-31T23:59:59Z")
    assert "Accepted by CISO on 2026-11-01" in waived["mitigating-factors"][0]["description"]

    risks = result_of(documents["broken"])["risks"]
    assert {one["status"] for one in risks} == {"open"}
    assert len(risks) == sum(not it["complies"] for one in documents["broken"]["statements"] for it in one["findings"])
    assert all(one["remediations"][0]["description"] for one in risks)


def test_every_finding_leads_to_what_was_seen(documents: dict[str, Document]) -> None:
    """An observation per examined resource, per gap, or of there being neither."""
    for scene in SCENES:
        result = result_of(documents[scene])
        known = {one["uuid"]: one for one in result["observations"]}
        for one in result["findings"]:
            assert one["related-observations"]
            assert all(it["observation-uuid"] in known for it in one["related-observations"])
        resources = {it["resource"] for one in documents[scene]["statements"] for it in one["findings"]}
        assert len(result.get("local-definitions", {}).get("inventory-items", [])) == len(resources)


def test_not_live_says_so_in_every_title(documents: dict[str, Document]) -> None:
    """Of the document, the result, and each finding."""
    exported = assessment_results(documents["simulated"])["assessment-results"]

    assert exported["metadata"]["title"].startswith("SIMULATED - not audit evidence")
    assert exported["results"][0]["title"].startswith("SIMULATED - not audit evidence")
    assert all(": simulated: " in one["title"] for one in exported["results"][0]["findings"])


def references(value: Any) -> Iterator[tuple[dict[str, Any], str]]:  # noqa: ANN401 - JSON
    """Yield every object with a reference, and the name of that."""
    if isinstance(value, dict):
        for name, one in value.items():
            if (name != "uuid" and name.endswith("-uuid")) or (name == "href" and str(one).startswith("#")):
                yield value, name
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def test_reference_that_leads_nowhere_is_found(documents: dict[str, Document]) -> None:
    """Whichever it is: compliance-trestle takes each of them."""
    exported = assessment_results(documents["waived"])
    kinds: dict[str, dict[str, Any]] = {}
    for holder, name in references(exported):
        kinds.setdefault(name, holder)
    assert set(kinds) == {"observation-uuid", "risk-uuid", "subject-uuid", "href"}
    nowhere = "00000000-0000-5000-8000-000000000000"
    for name, holder in kinds.items():
        kept, holder[name] = holder[name], f"{'#' if name == 'href' else ''}{nowhere}"
        assert Model.model_validate(exported)
        assert list(broken_references(exported)) == [f"{nowhere} names nothing"]
        holder[name] = kept


def test_name_of_two_things_is_found(documents: dict[str, Document], monkeypatch: pytest.MonkeyPatch) -> None:
    """And is an error where it is made."""
    monkeypatch.setattr(oscal._Export, "_name", lambda *_: "00000000-0000-5000-8000-000000000000")

    with pytest.raises(DanglingError, match=r"names several things"):
        assessment_results(documents["waived"])


def test_names_are_those_of_the_run(documents: dict[str, Document]) -> None:
    """The same run has the same, another run has none of them."""
    other = copy.deepcopy(documents["broken"])
    other["run"]["id"] = "another"

    assert assessment_results(documents["broken"]) == assessment_results(json.loads(json.dumps(documents["broken"])))
    ours, theirs = ({one["uuid"] for one in result_of(it)["findings"]} for it in (documents["broken"], other))
    assert not ours & theirs
