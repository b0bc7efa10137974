"""A period is told from verified live runs alone, worst first, and its holes stay holes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fixtures.evidence import manifest, signature
from fixtures.evidence.encoding import canonical
from fixtures.evidence.past_runs import PastRun, examine, find
from fixtures.evidence.period import PeriodError, describe, headline, understand
from tests.evidence.nights import Nights, violated, waived
from tests.report.documents import described, whole

TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
Told = dict[str, Any]
NOT_RUN: Told = {"result": "not_run", "findings": [], "notes": ["left out of this run"]}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The document of a live run in which all complies."""
    return described(tmp_path_factory.mktemp("base"), whole())


@pytest.fixture
def nights(base: Mapping[str, Any], tmp_path: Path) -> Nights:
    """An empty folder of runs."""
    return Nights(tmp_path, Ed25519PrivateKey.generate(), base)


def told(nights: Nights, text: str = "2026-11-01..2026-11-30") -> Told:
    """Return the document of a period, as it is written to a file and read from it."""
    key = nights.key.public_key()
    examined = (examine(folder, nights.reports, key) for folder in find(nights.reports))
    document: Told = json.loads(json.dumps(describe(understand(text, TODAY), examined, "key", NOW)))
    return document


def of(document: Told, id_: str) -> Told:
    """Return what is told of one statement."""
    (found,) = (one for one in document["statements"] if one["id"] == id_)
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("2026", "expected FIRST..LAST"),
        ("2026-01-01", "expected FIRST..LAST"),
        ("2026-01-01...2026-02-01", "expected FIRST..LAST"),
        ("2026-1-1..2026-2-1", "expected FIRST..LAST"),
        ("", "expected FIRST..LAST"),
        ("2026-02-30..2026-03-01", "day is out of range"),
        ("2026-13-01..2026-12-31", "month must be in 1..12"),
        ("2026-03-01..2026-02-01", "ends before it begins"),
        ("2026-11-27..2026-12-31", "begins after today, 2026-11-26"),
        ("2016-01-01..2026-11-01", "longer than"),
    ],
)
def test_range_that_is_none(text: str, complaint: str) -> None:
    """One line that says what is wrong."""
    with pytest.raises(PeriodError, match=complaint) as fault:
        understand(text, TODAY)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("text", "days"), [("2026-11-26..2026-11-26", 1), ("2024-02-28..2024-03-01", 3), ("2026-11-25..2026-12-31", 2)]
)
def test_days_of_a_period(text: str, days: int) -> None:
    """Both ends belong to it; what has not come yet does not."""
    assert len(understand(text, TODAY).days) == days


def test_days_without_a_run_are_holes(nights: Nights) -> None:
    """They are counted apart, and take nothing over from the days around them."""
    for day in (1, 2, 5):
        nights.run(f"2026-11-{day:02d}T03:00:00+00:00")
    document = told(nights)

    assert list(of(document, "DB-4")["days"].items()) == [
        ("2026-11-01", "compliant"),
        ("2026-11-02", "compliant"),
        ("2026-11-05", "compliant"),
    ]
    assert of(document, "DB-4")["tally"] == {"compliant": 3, "none": 23}
    assert document["days_with_a_run"] == 3
    assert document["period"] == {"first": "2026-11-01", "last": "2026-11-26", "asked": "2026-11-30", "days": 26}
    assert headline(document) == "3 of 26 days have a verified live run; on these, no violation was seen."


def test_day_has_the_worst_of_its_runs(nights: Nights) -> None:
    """A later run that is good does not replace an earlier one."""
    nights.run("2026-11-02T01:00:00+00:00", {"DB-4": violated("arn:app")})
    nights.run("2026-11-02T02:00:00+00:00")
    nights.run("2026-11-02T03:00:00+00:00", {"DB-1": waived("arn:app"), "DB-2": violated()})
    document = told(nights)

    assert [of(document, id_)["days"]["2026-11-02"] for id_ in ("DB-4", "DB-1", "DB-2", "DB-3")] == [
        "not_compliant",
        "waived",
        "not_assessed",
        "compliant",
    ]


def test_violation_has_start_end_and_time_to_remedy(nights: Nights) -> None:
    """Each resource by itself; what began later, or ended earlier, is told so."""
    nights.run("2026-11-01T03:00:00+00:00")
    nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a", "arn:b")})
    nights.run("2026-11-03T03:00:00+00:00", {"DB-4": violated("arn:b")})
    nights.run("2026-11-04T03:00:00+00:00", {"DB-4": violated("arn:b", "arn:c")})
    nights.run("2026-11-05T15:00:00+00:00", {"DB-4": violated("arn:c")})
    found = {one["resource"]: one for one in of(told(nights), "DB-4")["episodes"]}

    assert found["arn:a"] == {
        "resource": "arn:a",
        "last_clean": "2026-11-01T03:00:00Z",
        "was_accepted": False,
        "first_seen": "2026-11-02T03:00:00Z",
        "last_seen": "2026-11-02T03:00:00Z",
        "end": "2026-11-03T03:00:00Z",
        "how": "remedied",
        "seconds": 86400,
        "runs": 1,
    }
    assert (found["arn:b"]["how"], found["arn:b"]["seconds"], found["arn:b"]["runs"]) == ("remedied", 3.5 * 86400, 3)
    assert (found["arn:c"]["how"], found["arn:c"]["end"], found["arn:c"]["seconds"]) == ("open", "", None)
    assert found["arn:c"]["last_clean"] == "2026-11-03T03:00:00Z"
    assert headline(told(nights)).endswith("3 violations seen, 1 not ended.")


@pytest.mark.parametrize("between", [violated(), NOT_RUN, violated("arn:other", unread=True)])
def test_run_that_did_not_see_everything_ends_nothing(nights: Nights, between: dict[str, Any]) -> None:
    """Not assessed, not run, or not read as a whole: the violation may still be there."""
    nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a")})
    nights.run("2026-11-03T03:00:00+00:00", {"DB-4": between})
    nights.run("2026-11-04T03:00:00+00:00", {"DB-4": violated("arn:a")})
    found = [one for one in of(told(nights), "DB-4")["episodes"] if one["resource"] == "arn:a"]

    assert [(one["first_seen"], one["how"], one["runs"]) for one in found] == [("2026-11-02T03:00:00Z", "open", 2)]


def test_violation_that_was_there_from_the_beginning(nights: Nights) -> None:
    """Nobody knows since when."""
    nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a")})

    assert of(told(nights), "DB-4")["episodes"][0]["last_clean"] == ""


def test_accepted_is_not_remedied(nights: Nights) -> None:
    """An exception ends a violation without remedy; when it runs out, the violation begins anew."""
    nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a")})
    nights.run("2026-11-03T03:00:00+00:00", {"DB-4": waived("arn:a")})
    nights.run("2026-11-04T03:00:00+00:00", {"DB-4": violated("arn:a")})
    document = told(nights)
    first, second = of(document, "DB-4")["episodes"]

    assert first["how"] == "accepted"
    assert (second["how"], second["last_clean"], second["was_accepted"]) == ("open", "", True)
    assert document["waivers"] == [
        {
            "statement": "DB-4",
            "resource": "arn:a",
            "reason": "migration under way",
            "approver": "Ada Lovelace, CISO",
            "approved": "2026-01-02",
            "expires": "2026-12-31",
            "first": "2026-11-03",
            "last": "2026-11-03",
            "days": 1,
        }
    ]


def _unsigned(nights: Nights) -> Path:
    return nights.run("2026-11-02T03:00:00+00:00", signed=False)


def _signed_by_another(nights: Nights) -> Path:
    return nights.run("2026-11-02T03:00:00+00:00", key=Ed25519PrivateKey.generate())


def _simulated(nights: Nights) -> Path:
    return nights.run("2026-11-02T03:00:00+00:00", provenance="simulated")


def _changed(nights: Nights) -> Path:
    folder = nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a")})
    text = (folder / "results.json").read_text("utf-8").replace("not_compliant", "compliant")
    (folder / "results.json").write_text(text, "utf-8")
    return folder


def _relabelled(nights: Nights) -> Path:
    folder = nights.run("2026-11-02T03:00:00+00:00", provenance="simulated")
    text = (folder / "manifest.json").read_text("utf-8").replace('"simulated"', '"live"')
    (folder / "manifest.json").write_text(text, "utf-8")
    return folder


def _without_manifest(nights: Nights) -> Path:
    folder = nights.run("2026-11-02T03:00:00+00:00")
    (folder / "manifest.json").unlink()
    return folder


def _under_another_name(nights: Nights) -> Path:
    folder = nights.run("2026-11-02T03:00:00+00:00")
    return folder.rename(folder.with_name("2026-11-03T03-00-00Z-live"))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_unsigned, "not verified: UNSIGNED"),
        (_signed_by_another, "not verified: manifest.sig: made by another key"),
        (_simulated, "simulated: not audit evidence"),
        (_changed, "not verified: results.json: changed"),
        (_relabelled, "not verified: manifest.sig: made by another key, or for another manifest"),
        (_without_manifest, "not verified: manifest.json: missing"),
        (_under_another_name, "not verified: 2026-11-03T03-00-00Z-live: holds another run"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_run_that_does_not_count(nights: Nights, spoil: Any, reason: str) -> None:  # noqa: ANN401
    """It is listed with the reason, and its day is a hole."""
    folder = spoil(nights)
    document = told(nights)

    assert document["runs"] == []
    assert [one["folder"] for one in document["not_counted"]] == [folder.name]
    assert document["not_counted"][0]["reason"].startswith(reason)
    assert of(document, "DB-4")["tally"] == {"none": 26}
    assert headline(document) == "No verified live run: nothing is known of this period."


def test_results_that_contradict_their_manifest(nights: Nights, base: Mapping[str, Any], tmp_path: Path) -> None:
    """Sealed by the genuine key: it does not count either."""
    folder = nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a")})
    better = Nights(tmp_path / "other", nights.key, base).run("2026-11-02T03:00:00+00:00")
    results = (better / "results.json").read_bytes()
    (folder / "results.json").write_bytes(results)
    shutil.rmtree(tmp_path / "other")
    _seal_again(nights, folder)

    assert told(nights)["not_counted"][0]["reason"] == "results.json says otherwise than the manifest"


def _seal_again(nights: Nights, folder: Path) -> None:
    written = json.loads((folder / "manifest.json").read_text("utf-8"))
    written["files"]["results.json"] = manifest.digest((folder / "results.json").read_bytes())
    content = canonical(written)
    (folder / "manifest.json").write_bytes(content)
    (folder / "manifest.sig").write_bytes(signature.sign(nights.key, content))


def test_run_counts_once(nights: Nights) -> None:
    """A copy of it is named, and adds nothing."""
    folder = nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a")})
    shutil.copytree(folder, nights.reports / "downloaded" / "artifact" / folder.name)
    document = told(nights)

    assert len(document["runs"]) == 1
    assert [one["reason"] for one in document["not_counted"]] == [f"the same run as {folder.name}"]
    assert of(document, "DB-4")["episodes"][0]["runs"] == 1


def test_runs_of_other_days(nights: Nights) -> None:
    """They are counted, and nothing else; those before do not begin anything either."""
    nights.run("2026-10-31T23:59:59+00:00", {"DB-4": violated("arn:a")})
    nights.run("2026-11-01T00:00:00+00:00", {"DB-4": violated("arn:a")})
    nights.run("2026-10-30T00:00:00+00:00", signed=False)
    document = told(nights)

    assert len(document["runs"]) == 1
    assert document["outside"] == 2
    assert document["not_counted"] == []
    assert of(document, "DB-4")["episodes"][0]["first_seen"] == "2026-11-01T00:00:00Z"


def test_run_that_was_taken_away(nights: Nights) -> None:
    """The one after it names it."""
    folders = [nights.run(f"2026-11-{day:02d}T03:00:00+00:00", chain=True) for day in (1, 2, 3, 4)]
    assert told(nights)["links"] == []
    shutil.rmtree(folders[1])

    assert [(one["run"], one["sequence"]) for one in told(nights)["links"]] == [("20261103030000", 3)]


def test_part_counts_for_what_it_ran(nights: Nights) -> None:
    """And is said to be a part."""
    nothing = {one["id"]: NOT_RUN for one in nights.base["statements"]}
    nights.run("2026-11-02T03:00:00+00:00", {**nothing, "DB-4": {}}, selection="part")
    document = told(nights)

    assert of(document, "DB-4")["days"] == {"2026-11-02": "compliant"}
    assert of(document, "DB-1")["days"] == {"2026-11-02": "not_run"}
    assert document["runs"][0]["selection"] == "part"


def restore_test(id_: str, **change: object) -> dict[str, Any]:
    """Return an entry of the log of restore tests, as a run tells it."""
    return {"id": id_, "finished": "2026-11-02T12:00:00Z", "outcome": "passed", **change}


def test_restore_tests_of_the_period(nights: Nights) -> None:
    """Those that were finished in it; whatever was changed or taken away later is told."""
    first = [
        restore_test("kept"),
        restore_test("bent"),
        restore_test("lost"),
        restore_test("old", finished="2026-10-01"),
    ]
    nights.run("2026-11-03T03:00:00+00:00", tests=first)
    nights.run("2026-11-04T03:00:00+00:00", tests=[restore_test("kept"), restore_test("bent", outcome="failed")])
    nights.run("2026-11-05T03:00:00+00:00", tests=None)
    found = {one["id"]: one for one in told(nights)["restore_tests"]}

    assert set(found) == {"kept", "bent", "lost"}
    assert (found["kept"]["changed"], found["kept"]["last_seen"]) == (False, "")
    assert (found["bent"]["changed"], found["bent"]["outcome"]) == (True, "failed")
    assert found["lost"]["last_seen"] == "2026-11-03T03:00:00Z"


def test_links_are_not_followed(nights: Nights) -> None:
    """`latest` points to a run that stands there already; another folder of links leads anywhere."""
    folder = nights.run("2026-11-02T03:00:00+00:00")
    (nights.reports / "latest").symlink_to(folder.name, target_is_directory=True)
    (nights.reports / "loop").symlink_to(".", target_is_directory=True)

    assert [one.name for one in find(nights.reports)] == [folder.name]


def test_run_is_let_go_of(nights: Nights) -> None:
    """What a period keeps of a run has nothing of its evidence in it."""
    folder = Nights(nights.reports, nights.key, nights.base, padding=1000).run("2026-11-02T03:00:00+00:00")
    run = examine(folder, nights.reports, nights.key.public_key())

    assert isinstance(run, PastRun)
    assert "    " not in repr(run)
