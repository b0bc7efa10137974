"""No byte of a sealed run can be changed, added or removed, with or without the key that sealed it."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fixtures.evidence import signature
from fixtures.evidence.encoding import canonical
from fixtures.evidence.sealed import BrokenError, open_run
from tests.evidence.sealed_runs import KEY, OTHER_KEY, PUBLIC, remanifest, resign, seal, verified


def test_every_byte_of_the_signature(run: Path) -> None:
    """No other byte at any place, and no byte more or less, makes another valid signature."""
    manifest, written = (run / "manifest.json").read_bytes(), (run / "manifest.sig").read_bytes()
    signature.check(PUBLIC, manifest, written)
    others = [
        written[:place] + bytes([byte]) + written[place + 1 :]
        for place in range(len(written))
        for byte in range(256)
        if byte != written[place]
    ]
    others += [written[:place] + written[place + 1 :] for place in range(len(written))]
    others += [written[:place] + b"A" + written[place:] for place in range(len(written) + 1)]
    others += [written + written, written + b"\n", written[:-1], written.replace(b"\n", b"\r\n"), b""]
    for other in set(others) - {written}:
        with pytest.raises(signature.SignatureError):
            signature.check(PUBLIC, manifest, other)


def test_flipped_bits(run: Path) -> None:
    """At each place of the signature, and at random ones of every other file."""
    chance = random.Random(20261123)  # noqa: S311 - not a secret
    for file in sorted(run.iterdir()):
        content = file.read_bytes()
        places = range(len(content)) if file.name == "manifest.sig" else chance.sample(range(len(content)), 60)
        for place in places:
            flipped = bytearray(content)
            flipped[place] ^= 1 << chance.randrange(8)
            file.write_bytes(flipped)
            with pytest.raises(BrokenError):
                open_run(run, PUBLIC)
        for other in (content[:-1], content + b"\n", b""):
            file.write_bytes(other)
            with pytest.raises(BrokenError):
                open_run(run, PUBLIC)
        file.write_bytes(content)
    assert verified(run)[0] == 0


def move_away(run: Path, name: str) -> None:
    """Put a link to a file elsewhere in its place."""
    (run / name).rename(run.parent / name)
    (run / name).symlink_to(run.parent / name)


def in_a_folder(run: Path, name: str) -> None:
    """Put a folder with a file into the run."""
    (run / name).mkdir()
    (run / name / "x").write_text("x")


FOLDERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "report removed": (lambda run: (run / "report.html").unlink(), "report.html: removed"),
    "evidence removed": (lambda run: (run / "evidence.json").unlink(), "evidence.json: removed"),
    "file added": (lambda run: (run / "more.txt").write_text("x"), "more.txt: added"),
    "file added in a folder": (lambda run: in_a_folder(run, "more"), "more/x: added"),
    "hidden file added": (lambda run: (run / ".x").write_text("x"), ".x: added"),
    "link in the place of a file": (lambda run: move_away(run, "results.json"), "results.json: a link"),
    "link in the place of the manifest": (lambda run: move_away(run, "manifest.json"), "manifest.json: a link"),
    "link to a folder": (lambda run: (run / "more").symlink_to("/etc"), "more: a link"),
    "manifest removed": (lambda run: (run / "manifest.json").unlink(), "manifest.json: missing"),
    "signature removed": (lambda run: (run / "manifest.sig").unlink(), "manifest.sig: removed"),
    "time stamp added": (lambda run: (run / "manifest.tsr").write_bytes(b"x"), "manifest.tsr: added"),
    "report of another run": (lambda run: (run / "report.html").write_text("<html>"), "report.html: changed"),
    "in the place of another run": (
        lambda run: run.rename(run.with_name("2030-01-01T00-00-00Z-live")),
        "holds another run",
    ),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_folder_tampered_with(run: Path, case: str) -> None:
    """Whoever can write the folder, and has no key."""
    tamper, told = FOLDERS[case]
    tamper(run)
    (folder,) = (path for path in run.parent.iterdir() if path.is_dir())
    status, said = verified(folder)

    assert status == 1
    assert any(told in line for line in said), said


MANIFESTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "hash of a file removed": (lambda m: m["files"].pop("report.html"), "report.html: added"),
    "file named that is not there": (
        lambda m: m["files"].update(x={"sha256": "0" * 64, "size": 1}),
        "x: removed",
    ),
    "unknown version": (lambda m: m.update(version=2), "version 2, not 1"),
    "version of another type": (lambda m: m.update(version=True), "version: "),
    "no version": (lambda m: m.pop("version"), "version None, not 1"),
    "key too many": (lambda m: m.update(extra=1), "extra"),
    "key missing": (lambda m: m.pop("previous"), "previous"),
    "size of another type": (lambda m: m["files"]["report.html"].update(size="1"), "size"),
    "another size": (lambda m: m["files"]["report.html"].update(size=1), "report.html: changed"),
    "absolute path": (lambda m: m["files"].update({"/etc/passwd": m["files"]["report.html"]}), "no name of a file"),
    "path out of the folder": (lambda m: m["files"].update({"../x": m["files"]["report.html"]}), "no name of a file"),
    "path around": (lambda m: m["files"].update({"a/../../x": m["files"]["report.html"]}), "no name of a file"),
    "backslashes": (lambda m: m["files"].update({"a\\x": m["files"]["report.html"]}), "no name of a file"),
    "itself": (lambda m: m["files"].update({"manifest.json": m["files"]["report.html"]}), "no name of a file"),
    "relabelled live": (lambda m: m["run"].update(provenance="custom"), "provenance of the run"),
    "another result": (lambda m: m["statements"].update({"DB-4": "waived"}), "the results"),
    "statement added": (lambda m: m["statements"].update({"DB-99": "compliant"}), "the results"),
    "other parameters": (lambda m: m.update(parameters="0" * 64), "the parameters"),
    "other suite": (lambda m: m["suite"].update(commit="0" * 40), "the suite"),
    "another signer": (lambda m: m.update(signer="0" * 64), "another key has signed it"),
    "nobody signed": (lambda m: m.update(signer=""), "manifest.sig: added"),
    "later in the chain": (lambda m: m.update(sequence=7), "every other one has"),
    "run before the first": (lambda m: m.update(previous="0" * 64), "every other one has"),
}


@pytest.mark.parametrize("case", MANIFESTS)
def test_manifest_tampered_with_by_the_key_holder(run: Path, case: str) -> None:
    """Signed again with the genuine key, and found all the same."""
    edit, told = MANIFESTS[case]
    remanifest(run, edit)
    status, said = verified(run)

    assert status == 1
    assert any(told in line for line in said), said


@pytest.mark.parametrize("case", MANIFESTS)
def test_manifest_tampered_with(run: Path, case: str) -> None:
    """Without the key nothing of it gets further than the signature."""
    remanifest(run, MANIFESTS[case][0], key=None)

    assert verified(run) == (1, ["manifest.sig: made by another key, or for another manifest"])


FORMS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "indented": (lambda raw: json.dumps(json.loads(raw), indent=1).encode(), "not in the one form"),
    "a line more": (lambda raw: raw + b"\n", "not in the one form"),
    "a key twice": (lambda raw: raw.replace(b'"sequence":1', b'"sequence":1,"sequence":1'), "stands twice"),
    "NaN": (lambda raw: raw.replace(b'"sequence":1', b'"sequence":NaN'), "NaN is no number"),
    "a fraction": (lambda raw: raw.replace(b'"sequence":1', b'"sequence":1.0'), "sequence"),
    "byte order mark": (lambda raw: b"\xef\xbb\xbf" + raw, "not JSON"),
    "not UTF-8": (lambda raw: b"\xff" + raw, "not UTF-8"),
    "a list": (lambda _: b"[]", "manifest.json"),
    "deep": (lambda _: b"[" * 100_000, "nested more deeply"),
    "empty": (lambda _: b"", "not JSON"),
}


@pytest.mark.parametrize("case", FORMS)
def test_manifest_in_another_form(run: Path, case: str) -> None:
    """There is one encoding of a manifest, so that nobody can read two things out of one."""
    change, told = FORMS[case]
    resign(run, change((run / "manifest.json").read_bytes()))
    status, said = verified(run)

    assert status == 1
    assert any(told in line for line in said), said


def test_sealed_by_another_key(run: Path) -> None:
    """Whoever makes a key of his own is not whoever was expected."""
    seal(run, OTHER_KEY)
    assert verified(run) == (1, ["manifest.sig: made by another key, or for another manifest"])

    remanifest(run, lambda m: m.update(signer=signature.fingerprint(PUBLIC)), OTHER_KEY)
    assert verified(run)[0] == 1


def test_signature_made_for_something_else(run: Path) -> None:
    """The context that stands before the manifest is part of what is signed."""
    raw = (run / "manifest.json").read_bytes()
    (run / "manifest.sig").write_bytes(base64.b64encode(KEY.sign(raw)) + b"\n")

    assert verified(run)[0] == 1


def test_nobody_vouches(run: Path) -> None:
    """An unsigned run, and one whose signature nobody has checked, are told as loudly as a bad signature."""
    assert verified(run, key=None) == (
        2,
        ["SIGNATURE NOT CHECKED: no --public-key was given, so nobody vouches for this run"],
    )
    seal(run, None)
    for key in (None, PUBLIC):
        status, (line,) = verified(run, key=key)
        assert status == 2
        assert line.startswith("UNSIGNED: nobody vouches for this run")


def test_canonical_form() -> None:
    """Keys in order, no space, ASCII, half characters escaped; NaN is refused."""
    assert canonical({"b": [1, True, None], "a": "ä\ud800"}) == b'{"a":"\\u00e4\\ud800","b":[1,true,null]}'
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))
