"""Which runs count for a period: signed by the key, unchanged, live, each once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fixtures.evidence import manifest, signature
from fixtures.evidence.encoding import canonical
from fixtures.evidence.past_runs import PastRun, examine, find
from fixtures.evidence.period import headline
from tests.evidence.nights import NOT_RUN, Nights, of, told, violated


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


def _seal_again(nights: Nights, folder: Path, **changed: object) -> None:
    written = json.loads((folder / "manifest.json").read_text("utf-8"))
    written["files"]["results.json"] = manifest.digest((folder / "results.json").read_bytes())
    content = canonical({**written, **changed})
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


MERGED = {"id": "part", "started": "", "judged_at": "", "part_of_accounts": "1/2", "evidence": "", "vouched_for": True}


def _part_of_tests(nights: Nights) -> Path:
    nothing = {one["id"]: NOT_RUN for one in nights.base["statements"]}
    return nights.run("2026-11-02T03:00:00+00:00", {**nothing, "DB-4": {}}, selection="part")


def _part_of_accounts(nights: Nights) -> Path:
    return nights.run("2026-11-02T03:00:00+00:00", selection="part", part_of_accounts="1/2")


def _other_parameters(nights: Nights) -> Path:
    weak = {**nights.base["run"]["parameters"], "pitr_window": "P7D"}
    return nights.run("2026-11-02T03:00:00+00:00", parameters=weak)


def _other_catalogue(nights: Nights) -> Path:
    folder = nights.run("2026-11-02T03:00:00+00:00")
    _seal_again(nights, folder, catalogue="0" * 64)
    return folder


def _unvouched_parts(nights: Nights) -> Path:
    return nights.run("2026-11-02T03:00:00+00:00", merged=[MERGED, {**MERGED, "vouched_for": False}])


@pytest.mark.parametrize(
    ("leave", "reason"),
    [
        (_part_of_tests, "a part: not every test was run to its end"),
        (_part_of_accounts, "a part: only the accounts of --accounts 1/2 were read (--merge makes a whole)"),
        (
            _other_parameters,
            "judged by other parameters than the verifier's policy/parameters.toml: pitr_window was P7D",
        ),
        (_other_catalogue, "made for another catalogue of statements than the verifier's"),
        (_unvouched_parts, "put together from runs that nobody vouches for"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_genuine_run_that_does_not_count(nights: Nights, leave: Callable[[Nights], Path], reason: str) -> None:
    """It is listed, says nothing of its day, and ends no violation that a whole run has seen."""
    nights.run("2026-11-01T03:00:00+00:00", {"DB-4": violated("arn:of-another-account")})
    folder = leave(nights)
    document = told(nights)

    assert [one["folder"] for one in document["not_counted"]] == [folder.name]
    assert document["not_counted"][0]["reason"].startswith(reason)
    assert of(document, "DB-4")["days"] == {"2026-11-01": "not_compliant"}
    assert [(one["how"], one["runs"]) for one in of(document, "DB-4")["episodes"]] == [("open", 1)]
    assert headline(document) == "1 of 26 days have a verified live run; on these, 1 violation seen, 1 not ended."


def test_merged_run_counts(nights: Nights) -> None:
    """Its parts are listed, and what they saw, which the whole has seen as well, is told once."""
    of_both, alone = {"DB-4": violated("arn:a")}, {"SCOPE-1": violated("what the other part would have told")}
    part = nights.run("2026-11-02T02:00:00+00:00", {**of_both, **alone}, selection="part", part_of_accounts="1/2")
    evidence = json.loads((part / "manifest.json").read_bytes())["files"]["evidence.json"]["sha256"]
    nights.run("2026-11-02T03:00:00+00:00", of_both, merged=[{**MERGED, "evidence": evidence}])
    document = told(nights)

    assert [(one["reason"][:7], one["violated"]) for one in document["not_counted"]] == [("a part:", [])]
    assert of(document, "DB-4")["days"] == {"2026-11-02": "not_compliant"}
    assert headline(document).endswith("1 violation seen, 1 not ended.")


def test_violation_that_only_a_part_has_seen(nights: Nights) -> None:
    """The part does not count; what it saw is not passed over."""
    nights.run("2026-11-02T02:00:00+00:00")
    nights.run("2026-11-02T03:00:00+00:00", {"DB-4": violated("arn:a")}, selection="part")
    nights.run("2026-11-02T04:00:00+00:00", {"DB-4": violated("arn:a")}, selection="part", signed=False)
    document = told(nights)

    assert [one["violated"] for one in document["not_counted"]] == [["DB-4"], []]
    assert headline(document).endswith("no violation was seen; 1 signed run that does not count saw other violations.")


def test_run_that_follows_one_that_does_not_count(nights: Nights) -> None:
    """Its link is not broken: the one before it is listed."""
    nights.run("2026-11-01T03:00:00+00:00", chain=True)
    nights.run("2026-11-02T03:00:00+00:00", chain=True, selection="part")
    nights.run("2026-11-03T03:00:00+00:00", chain=True)

    assert told(nights)["links"] == []


def test_links_are_not_followed(nights: Nights) -> None:
    """`latest` points to a run that stands there already; another folder of links leads anywhere."""
    folder = nights.run("2026-11-02T03:00:00+00:00")
    (nights.reports / "latest").symlink_to(folder.name, target_is_directory=True)
    (nights.reports / "loop").symlink_to(".", target_is_directory=True)

    assert [one.name for one in find(nights.reports)] == [folder.name]


def test_run_is_let_go_of(nights: Nights) -> None:
    """What a period keeps of a run has nothing of its evidence in it."""
    folder = Nights(nights.reports, nights.key, nights.base, padding=1000).run("2026-11-02T03:00:00+00:00")
    run = examine(folder, nights.reports, nights.judges)

    assert isinstance(run, PastRun)
    assert "    " not in repr(run)
