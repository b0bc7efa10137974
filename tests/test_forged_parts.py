"""A whole is no better than its parts: what nobody vouches for gets into none that somebody signs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.account_runs import only_published, run, verdicts
from tests.evidence.sealed_runs import KEY, Edit, forge, live_run, seal


def lose(written: dict[str, Any]) -> None:
    """Let nobody have seen the database that violates."""
    for population in written["populations"].values():
        population["members"] = [one for one in population["members"] if "db:elsewhere" not in json.dumps(one)]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of the key that signs; beside it lies its public half."""
    file = tmp_path_factory.mktemp("keys") / "key"
    file.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    file.with_name("key.pub").write_bytes(public)
    return file


def live_parts(parts: dict[str, Path], to: Path, key: Ed25519PrivateKey | None, edit: Edit | None = None) -> list[str]:
    """Relabel both parts, as if the providers had answered; *edit* the second one, and make everything fit."""
    found = []
    for name in ("first", "second"):
        folder = live_run(parts[name], to / name / parts[name].name)
        if edit and name == "second":
            forge(folder, edit, key)
        seal(folder, key)
        found.append(str(folder))
    return found


def verify(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Verify a run."""
    return run(folder.parent, f"--verify={folder}", *options, target="")


@pytest.mark.parametrize("option", ["--sign-key", "--public-key"])
def test_parts_that_anybody_could_have_made_up(parts: dict[str, Path], keys: Path, tmp_path: Path, option: str) -> None:
    """Whoever signs the whole, or names a key, gets no part into it that the key has not signed."""
    forged = live_parts(parts, tmp_path / "forged", None)
    key = keys if option == "--sign-key" else keys.with_name("key.pub")

    done = run(tmp_path / "reports", "--merge", *forged, f"{option}={key}", target="")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert "UNSIGNED: nobody vouches for this run" in done.stderr
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])
def test_part_that_does_not_follow_from_its_facts(
    parts: dict[str, Path], keys: Path, tmp_path: Path, key: Ed25519PrivateKey | None
) -> None:
    """It is refused as --verify would refuse it, whoever has signed it."""
    forged = live_parts(parts, tmp_path / "forged", key, lose)
    options = [f"--sign-key={keys}"] if key else []

    done = run(tmp_path / "reports", "--merge", *forged, *options, target="")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert f"{forged[1]}: " in done.stderr
    assert "judged again, it" in done.stderr
    assert not (tmp_path / "reports").exists()


def test_whole_of_unsigned_parts_is_no_evidence(parts: dict[str, Path], keys: Path, tmp_path: Path) -> None:
    """It can be made, says that nobody vouches for it, and is not acceptable, even if it is signed afterwards."""
    done = run(tmp_path / "reports", "--merge", *live_parts(parts, tmp_path / "parts", None), target="")

    assert "2 of the 2 are unsigned, or their signature was not checked: no audit evidence" in done.stdout
    assert "UNSIGNED" in done.stdout
    whole = only_published(tmp_path / "reports")
    seal(whole, KEY)
    verified = verify(whole, f"--public-key={keys.with_name('key.pub')}")
    assert verified.returncode == 2, verified.stdout + verified.stderr
    assert "NOT ACCEPTABLE: put together from runs that nobody vouches for: " in verified.stdout


def test_whole_of_signed_parts(parts: dict[str, Path], keys: Path, tmp_path: Path) -> None:
    """It is good, and it counts for its day, as its parts do not."""
    public = f"--public-key={keys.with_name('key.pub')}"
    signed = live_parts(parts, tmp_path / "reports" / "parts", KEY)
    run(tmp_path / "reports", "--merge", *signed, f"--sign-key={keys}", target="")

    (latest,) = (tmp_path / "reports").glob("latest")
    whole = latest.resolve()
    verified = verify(whole, public)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    told = run(tmp_path / "reports", "--period=2020-01-01..2020-01-02", public, target="")
    assert told.returncode == 1, "no run is of these days"
    day = whole.name[:10]
    told = run(tmp_path / "reports", f"--period={day}..{day}", public, target="")
    seen = sum(len(set(resources)) for _, _, resources in verdicts(whole).values())
    assert f"1 of 1 days have a verified live run; on these, {seen} violations seen, {seen} not ended.\n" in told.stdout
    assert "1 runs count, 2 do not" in told.stdout
