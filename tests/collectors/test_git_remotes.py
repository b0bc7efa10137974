"""A repository elsewhere is asked for its branches: by real git, bounded in time, whatever its address says."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

import pytest

from fixtures.collectors.addresses import without_secrets
from fixtures.collectors.git_remotes import RemoteError, read_branches
from fixtures.collectors.ledger import Ledger


def git(folder: Path, *arguments: str) -> str:
    """Run git as a developer would; return what it prints."""
    identity = ["-c", "user.name=Anna", "-c", "user.email=anna@botbrains.example", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository with two branches, a tag and a stray ref."""
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "one")
    git(folder, "branch", "release/1")
    git(folder, "tag", "-a", "v1", "-m", "first")
    git(folder, "update-ref", "refs/pull/1/head", "HEAD")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "two")
    return folder


def test_mirror_clone(origin: Path, tmp_path: Path) -> None:
    """It holds branches under their own names; tags and other refs are no branches."""
    git(tmp_path, "clone", "--quiet", "--mirror", str(origin), "mirror.git")

    held = read_branches(str(tmp_path / "mirror.git"), Ledger())

    assert held == {"main": git(origin, "rev-parse", "main"), "release/1": git(origin, "rev-parse", "release/1")}


def test_ordinary_clone(origin: Path, tmp_path: Path) -> None:
    """What it fetched counts, and not the branches that its owner works on."""
    git(tmp_path, "clone", "--quiet", str(origin), "clone")
    git(tmp_path / "clone", "commit", "--quiet", "--allow-empty", "-m", "not pushed")

    held = read_branches((tmp_path / "clone").as_uri(), Ledger())

    assert held == {"main": git(origin, "rev-parse", "main"), "release/1": git(origin, "rev-parse", "release/1")}


def test_empty_mirror(tmp_path: Path) -> None:
    """It answers, and holds nothing."""
    git(tmp_path, "init", "--quiet", "--bare", "empty.git")

    assert read_branches(str(tmp_path / "empty.git"), Ledger()) == {}


def test_question_is_in_the_ledger(origin: Path) -> None:
    """Without a status: it says nothing of where providers answered."""
    ledger = Ledger()
    read_branches(str(origin), ledger)

    (call,) = ledger.calls
    assert (call.provider, call.operation, call.host, call.status) == ("git", "ls-remote", str(origin), 0)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("{}/none", "does not exist|not appear to be a git repository"),
        ("ext::touch {}/touched", "not allowed"),
        ("fd::3", "not allowed"),
        ("--upload-pack=touch {}/touched", "not appear to be a git repository|does not exist|strange pathname|blocked"),
        ("ssh://-oProxyCommand=touch%20{}/touched/x", "strange hostname|blocked"),
        ("http://127.0.0.1:1/x.git", "unable to access|refused"),
        ("nul\0byte", "a character that no address has"),
    ],
    ids=["missing", "ext", "fd", "option", "ssh-option", "refused", "nul"],
)
def test_address_that_leads_nowhere(tmp_path: Path, address: str, told: str) -> None:
    """Is told in one line; nothing of it is executed."""
    with pytest.raises(RemoteError) as failure:
        read_branches(address.format(tmp_path), Ledger())

    assert any(words in str(failure.value) for words in told.split("|")), str(failure.value)
    assert "\n" not in str(failure.value)
    assert not (tmp_path / "touched").exists()


def test_configuration_cannot_allow_what_is_forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor can another name for an address."""
    config = tmp_path / "config"
    config.write_text(
        f'[protocol "ext"]\n\tallow = always\n[url "ext::touch {tmp_path}/touched "]\n\tinsteadOf = innocent:\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))

    with pytest.raises(RemoteError, match=r"not allowed"):
        read_branches("innocent:x", Ledger())
    assert not (tmp_path / "touched").exists()


def test_machine_that_never_answers() -> None:
    """It is given up on in time, and nothing of git is left running."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        with pytest.raises(RemoteError, match=r"no answer within 0.5 seconds"):
            read_branches(f"http://127.0.0.1:{silent.getsockname()[1]}/x.git", Ledger(), timeout=0.5)

    assert time.monotonic() - began < 10


def test_machine_that_asks_for_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked; the secret of an address appears in no message."""
    monkeypatch.setenv("GIT_ASKPASS", str(tmp_path / "ask"))
    (tmp_path / "ask").write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\n")
    (tmp_path / "ask").chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://anna:hunter2@127.0.0.1:{server.getsockname()[1]}/x.git"
        with pytest.raises(RemoteError) as failure:
            read_branches(address, Ledger(), timeout=0.5)

    assert "hunter2" not in str(failure.value)
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://anna:hunter2@host/x.git", "https://host/x.git"),
        ("fatal: unable to access 'http://x:hunter2@host/'", "fatal: unable to access 'http://host/'"),
        ("https://a:b@c:hunter2@host/x.git", "https://host/x.git"),
        ("https://host:8443/x.git?token=hunter2#also", "https://host:8443/x.git"),
        ("fatal: 'https://host/x?token=hunter2': gone", "fatal: 'https://host/x': gone"),
        ("https://anna:hun/ter2@host/x.git", "https://host/x.git"),
        ("https://anna:hun?ter2@host/x.git", "https://host/x.git"),
        ("https://host:8443/@scope/x.git", "https://host:8443/@scope/x.git"),
        ("git@host:x.git", "git@host:x.git"),
        ("/srv/x@y.git", "/srv/x@y.git"),
    ],
)
def test_secrets_are_left_out(address: str, shown: str) -> None:
    """Of a URL neither what stands before an @ is shown nor what is asked of it."""
    assert without_secrets(address) == shown


HOME = Path(__file__).parents[2]


def _recipe() -> str:
    """Return the commands that the README gives to developers."""
    section = (HOME / "README.md").read_text("utf-8").split("## Source code mirrors")[1]
    return section.split("```sh\n")[1].split("```")[0]


def test_hook_is_printed_alike_everywhere() -> None:
    """In the README, and where machines are recorded."""
    (line,) = [line for line in _recipe().splitlines() if "git push" in line]

    assert f"#   {line}\n" in (HOME / "records/mirrors.toml").read_text("utf-8")


def test_hook_reports_a_mirror(origin: Path, tmp_path: Path) -> None:
    """By the README's commands: at once, after a fetch and after a push, with branches that are gone taken away."""
    git(tmp_path, "clone", "--quiet", "--bare", str(origin), "hub.git")
    hub, clone = tmp_path / "hub.git", tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(hub), "clone")
    git(origin, "push", "--quiet", str(hub), "main:first")
    subprocess.run(["sh", "-e", "-c", _recipe()], cwd=clone, check=True, capture_output=True)
    machine = f"refs/mirrors/{socket.gethostname().partition('.')[0]}"

    def reported() -> dict[str, str]:
        listed = git(hub, "for-each-ref", "--format=%(refname) %(objectname)", "refs/mirrors").splitlines()
        held = {ref.removeprefix(f"{machine}/"): sha for ref, sha in (line.split() for line in listed)}
        held.pop("HEAD", None)  # the collector leaves it out, too
        return held

    assert set(reported()) == {"main", "release/1", "first"}
    git(origin, "push", "--quiet", str(hub), ":first", "main:topic")
    git(origin, "commit", "--quiet", "--allow-empty", "-m", "three")
    git(origin, "push", "--quiet", str(hub), "main:main")
    git(clone, "fetch", "--quiet", "--prune")
    three = git(origin, "rev-parse", "main")
    assert reported() == {
        "main": three,
        "topic": git(origin, "rev-parse", "main~1"),
        "release/1": git(origin, "rev-parse", "release/1"),
    }

    git(clone, "merge", "--quiet", "--ff-only", "origin/main")
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "four")
    git(clone, "push", "--quiet", "origin", "main")
    assert reported()["main"] == git(clone, "rev-parse", "main") == git(hub, "rev-parse", "main")

    git(hub, "update-ref", "-d", "refs/heads/topic")
    git(clone, "fetch", "--quiet", "--prune")
    assert "topic" not in reported()
