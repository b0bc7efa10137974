"""A run's place among others: what lies beside it, and what its verifier has seen before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fixtures.evidence import chain, manifest
from fixtures.evidence.encoding import canonical
from fixtures.evidence.sealed import Opened, open_run
from tests.evidence.sealed_runs import KEY, OTHER_KEY, PUBLIC, remanifest

STARTS = ("2026-11-21T03:00:00Z", "2026-11-22T03:00:00Z", "2026-11-23T03:00:00Z")


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Return a folder of three runs, each sealed after the one before it."""
    for start in STARTS:
        add(tmp_path / "reports", start)
    return tmp_path / "reports"


def add(reports: Path, start: str, target: str = "live", key: Any = KEY) -> Opened:  # noqa: ANN401 - a key or none
    """Add a run to a folder of reports; it holds nothing but what the chain looks at."""
    run = dict.fromkeys(manifest.RUN, start) | {
        "id": f"run of {start}",
        "target": target,
        "complete": True,
        "selection": "all",
        "parameters": {},
        "suite": {"version": "1", "commit": "", "code": ""},
    }
    folder = reports / f"{start.replace(':', '-')}-{target}"
    folder.mkdir(parents=True)
    manifest.seal(folder, {"run": run, "statements": []}, reports, key)
    return open_run(folder, key.public_key() if key else None)


def opened(reports: Path, start: str, target: str = "live") -> Opened:
    """Open a run of it."""
    return open_run(reports / f"{start.replace(':', '-')}-{target}", PUBLIC)


def test_runs_follow_one_another(reports: Path) -> None:
    """Each names the one before it, of its own target; nothing is missing."""
    add(reports, STARTS[0], "simulated")
    first, second, third = (opened(reports, start) for start in STARTS)

    assert [one.manifest["sequence"] for one in (first, second, third)] == [1, 2, 3]
    assert [one.manifest["previous"] for one in (first, second, third)] == ["", first.sha256, second.sha256]
    assert opened(reports, STARTS[0], "simulated").manifest["previous"] == ""
    assert [*chain.breaks(third), *chain.gaps(third), *chain.newer(third)] == []
    assert chain.newer(first) == [f"run of {start}" for start in STARTS[1:]]


def test_run_before_it_was_exchanged(reports: Path) -> None:
    """Whoever exchanges an earlier run, if with the genuine key, breaks the chain after it."""
    third = opened(reports, STARTS[2])
    remanifest(reports / "2026-11-22T03-00-00Z-live", lambda m: m["statements"].update({"DB-1": "compliant"}))

    assert list(chain.breaks(third)) == []
    (gap,) = chain.gaps(third)
    assert gap.startswith("run 2 beside it is not the one that it names")


def test_run_before_it_was_taken_away(reports: Path) -> None:
    """A run that was moved elsewhere is no fault of the next one."""
    shutil.rmtree(reports / "2026-11-22T03-00-00Z-live")

    assert list(chain.gaps(opened(reports, STARTS[2]))) == []
    assert list(chain.absent(opened(reports, STARTS[2]))) == [
        "run 2, which it names as the one before it, does not lie beside it"
    ]
    assert list(chain.absent(opened(reports, STARTS[0]))) == []


def test_runs_between_that_were_not_shown(reports: Path, tmp_path: Path) -> None:
    """Somebody has taken the second away, and hands over the third; where it lies beside it, it can be seen."""
    state = tmp_path / "last-seen.json"
    first, third = opened(reports, STARTS[0]), opened(reports, STARTS[2])
    fifth = [add(reports, f"2026-11-2{day}T03:00:00Z") for day in (4, 5)][1]
    chain.remember(first, state)
    assert [*chain.unshown(third, state), *chain.unshown(fifth, state)] == []

    shutil.rmtree(reports / "2026-11-22T03-00-00Z-live")
    (said,) = chain.unshown(third, state)
    assert said == "run 2, between the one that was seen last and this one, was not shown"
    shutil.rmtree(reports / "2026-11-23T03-00-00Z-live")
    (said,) = chain.unshown(fifth, state)
    assert said == "runs 2 to 3, between the one that was seen last and this one, were not shown"
    assert list(chain.replayed(fifth, state)) == []


def test_chain_that_was_begun_anew(reports: Path, tmp_path: Path) -> None:
    """In an empty folder, after the third was seen: a number that was given before is not the next one."""
    state = tmp_path / "last-seen.json"
    chain.remember(opened(reports, STARTS[2]), state)
    anew = [add(tmp_path / "anew", f"2026-11-2{day}T03:00:00Z") for day in (4, 5, 6, 7)]

    for one in anew[:3]:
        (said,) = chain.replayed(one, state)
        assert "and not above 3, the number of the run that was seen last" in said
    (said,) = chain.replayed(anew[3], state)
    assert said.startswith("follows another run than the one that was seen last")


def plant(reports: Path, sequence: str) -> Path:
    """Put a manifest that nobody has signed beside the others, as one later than all."""
    folder = add(reports, "2026-11-25T03:00:00Z", key=None).folder
    file = folder / "manifest.json"
    written = json.loads(file.read_bytes())
    text = canonical({**written, "sequence": "here"}).replace(b'"here"', sequence.encode())
    file.write_bytes(text)
    return file


def test_signed_run_follows_none_that_another_has_put_there(reports: Path) -> None:
    """Its chain is that of its key; one that nobody signs follows whatever lies there."""
    third = opened(reports, STARTS[2])
    plant(reports, "999")
    unsigned = add(reports, "2026-11-26T03:00:00Z", key=None)
    assert unsigned.manifest["sequence"] == 1000
    add(reports, "2026-11-27T03:00:00Z", key=OTHER_KEY)

    own = add(reports, "2026-11-28T03:00:00Z")

    assert (own.manifest["sequence"], own.manifest["previous"]) == (4, third.sha256)


@pytest.mark.parametrize("key", [KEY, None], ids=["signed", "unsigned"])
@pytest.mark.parametrize(
    "sequence", ["9" * 4300, "1" + "0" * 9, "10000000000", "-1", "0", "1.5", "true", '"4"', "null"]
)
def test_number_that_no_run_has(reports: Path, key: Any, sequence: str) -> None:  # noqa: ANN401 - a key or none
    """It neither keeps a run from being sealed, nor leaves the next number none that can be read."""
    plant(reports, sequence)

    assert add(reports, "2026-11-28T03:00:00Z", key=key).manifest["sequence"] == 4


def test_chain_that_contradicts_itself(reports: Path) -> None:
    """A number that leaves one out, or a run before it of another target."""
    remanifest(reports / "2026-11-23T03-00-00Z-live", lambda m: m.update(sequence=4))
    assert list(chain.breaks(opened(reports, STARTS[2]))) == ["the run before it is number 2, but this one is 4"]

    other = add(reports, "2026-11-24T03:00:00Z", "simulated")
    remanifest(other.folder, lambda m: m.update(sequence=3, previous=opened(reports, STARTS[1]).sha256))
    assert list(chain.breaks(open_run(other.folder, PUBLIC))) == ["the run before it examined another target"]


def test_broken_neighbours_are_passed_over(reports: Path) -> None:
    """What lies beside a run decides nothing about it if it cannot be understood."""
    (reports / "2026-11-22T03-00-00Z-live" / "manifest.json").write_text("{}")
    (reports / "2026-11-24T03-00-00Z-live").mkdir()

    assert list(chain.breaks(opened(reports, STARTS[2]))) == []
    assert add(reports, "2026-11-25T03:00:00Z").manifest["sequence"] == 4


def test_older_run_in_the_place_of_a_newer_one(reports: Path, tmp_path: Path) -> None:
    """The verifier remembers which run came last, and takes no earlier one for the newest."""
    state = tmp_path / "last-seen.json"
    first, second, third = (opened(reports, start) for start in STARTS)
    for one in (first, second):
        assert list(chain.replayed(one, state)) == []
        chain.remember(one, state)

    assert list(chain.replayed(second, state)) == []
    assert list(chain.replayed(third, state)) == []
    assert list(chain.replayed(first, state)) == [
        "older than the run that was seen last: 2026-11-21T03:00:00Z, and not after 2026-11-22T03:00:00Z"
    ]

    remanifest(second.folder, lambda m: m["statements"].update({"DB-1": "compliant"}))
    (said,) = chain.replayed(opened(reports, STARTS[1]), state)
    assert said.startswith("another run of the same moment")

    remanifest(third.folder, lambda m: m.update(previous="0" * 64))
    (said,) = chain.replayed(opened(reports, STARTS[2]), state)
    assert said.startswith("follows another run than the one that was seen last")


def test_targets_have_chains_of_their_own(reports: Path, tmp_path: Path) -> None:
    """A simulated run neither follows a live one, nor is older than it."""
    state = tmp_path / "last-seen.json"
    chain.remember(opened(reports, STARTS[2]), state)
    other = add(reports, STARTS[0], "simulated")

    assert list(chain.replayed(other, state)) == []
    chain.remember(other, state)
    assert set(json.loads(state.read_text("utf-8"))) == {"live", "simulated"}


@pytest.mark.parametrize("content", ["", "[]", "null", '{"live": 1}', '{"live": {"started": 1}}', "\x00"])
def test_state_that_cannot_be_used(reports: Path, tmp_path: Path, content: str) -> None:
    """It is told, and not taken for *never seen any*."""
    state = tmp_path / "last-seen.json"
    state.write_text(content)

    with pytest.raises(chain.StateError, match=r"last-seen\.json"):
        list(chain.replayed(opened(reports, STARTS[0]), state))


def test_latest_is_not_the_newest(
    reports: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has let `latest` point to a better day."""
    monkeypatch.delenv("COMPLIANCE_PUBLIC_KEY", raising=False)
    (reports / "latest").symlink_to("2026-11-22T03-00-00Z-live")
    pytest.main(["compliance_tests", f"--verify={reports / 'latest'}", f"--last-seen={tmp_path / 'state'}"])

    assert "not the newest: run run of 2026-11-23T03:00:00Z beside it came later" in capfd.readouterr().out
    assert not (tmp_path / "state").exists()
