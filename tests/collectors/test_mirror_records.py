"""records/mirrors.toml is read, or its error names file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.collectors.mirror_records import DeclaredMirror, mirror_inventory
from fixtures.collectors.record_files import RecordError

HOME = Path(__file__).parents[2]


def _written(folder: Path, text: str) -> Path:
    (folder / "mirrors.toml").write_text(text)
    return folder


ENTRY = '[[mirrors]]\nrepository = "botbrains/app"\nmachine = "anna"\naddress = "ssh://git@anna/app"\n'


def test_template_is_empty() -> None:
    """What the project ships declares nothing: it is all comment."""
    found = mirror_inventory(HOME / "records")

    assert (found.mirrors, found.countries) == ((), ())


def test_template_example_is_valid(tmp_path: Path) -> None:
    """Uncommented, it reads."""
    lines = (HOME / "records/mirrors.toml").read_text("utf-8").splitlines()
    text = "\n".join(line.removeprefix("#   ") for line in lines if line.startswith("#   ") and "$" not in line)
    found = mirror_inventory(_written(tmp_path, text.replace("#!/bin/sh", "")))

    assert [mirror.machine for mirror in found.mirrors] == ["anna-laptop"]
    assert found.country("Anna-Laptop") == "DE"


def test_file_that_is_not_there_declares_nothing(tmp_path: Path) -> None:
    """Machines can report by themselves."""
    assert mirror_inventory(tmp_path).mirrors == ()


def test_entry_knows_its_line(tmp_path: Path) -> None:
    """For whoever has to correct it."""
    (found,) = mirror_inventory(_written(tmp_path, f"# mirrors\n{ENTRY}")).mirrors

    assert found == DeclaredMirror("botbrains/app", "anna", "ssh://git@anna/app", f"{tmp_path.name}/mirrors.toml:3")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ENTRY.replace("botbrains/app", "app"), "mirrors.0.repository"),
        (ENTRY.replace('"anna"', '"anna/laptop"'), "mirrors.0.machine"),
        (ENTRY.replace("ssh://git@anna/app", "--upload-pack=x"), "mirrors.0.address"),
        (ENTRY.replace("ssh://git@anna/app", ""), "mirrors.0.address"),
        (ENTRY.replace("address", "adress"), "mirrors.0.adress"),
        (ENTRY + ENTRY, "stands here twice"),
        (ENTRY + ENTRY.replace('"anna"', '"ben"'), "mirrors.1.address: the same repository as at line 4"),
        ('[[machines]]\nname = "anna"\ncountry = "Germany"\n', "machines.0.country"),
        ("[[mirrors\n", "this is not TOML"),
    ],
)
def test_entry_that_is_wrong_is_told(tmp_path: Path, text: str, told: str) -> None:
    """With file and line."""
    with pytest.raises(RecordError, match=r"mirrors\.toml:\d+") as failure:
        mirror_inventory(_written(tmp_path, text))
    assert told in str(failure.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/botbrains/app.git",
        "https://x:token@GitHub.com:443/botbrains/app",
        "https://www.github.com./botbrains/app",
        "https::https://git%68ub.com/botbrains/app",
        "git://github.com/botbrains/app.git",
        "ssh://git@ssh.github.com:443/botbrains/app.git",
        "git@github.com:botbrains/app.git",
        "github.com:botbrains/app.git",
        "[git@github.com:22]:botbrains/app.git",
        "[github.com:22]:botbrains/app.git",
        "https://api.github.com/botbrains/app",
        "https://botbrains.ghe.com/botbrains/app.git",
        "git@code.botbrains.example:botbrains/app.git",
        "ssh://git@CODE.botbrains.example:2222/botbrains/app.git",
    ],
)
def test_hosting_is_no_machine(tmp_path: Path, address: str) -> None:
    """It is always current, whoever it is said to be, and is gone when the source code there is gone."""
    text = ENTRY.replace("ssh://git@anna/app", address)
    with pytest.raises(RecordError, match=r"mirrors\.toml:4: mirrors\.0\.address: .* no machine of a developer"):
        mirror_inventory(_written(tmp_path, text), "https://code.botbrains.example/api/v3")


@pytest.mark.parametrize(
    "address",
    [
        "ssh://git@anna/github.com/app",
        "https://github.com@anna.internal/app",
        "https://notgithub.com/botbrains/app",
        "git@anna:github.com/app.git",
        "./github.com:app",
        "file://github.com/srv/app",
        "/srv/github.com/app.git",
        "http://127.0.0.1:8081/botbrains/app.git",
        "ssh://git@[::1]:2201/app",
    ],
)
def test_machine_is_not_taken_for_the_hosting(tmp_path: Path, address: str) -> None:
    """What its address holds beside the host makes no difference, nor does another server of the same loopback."""
    text = ENTRY.replace("ssh://git@anna/app", address)

    assert mirror_inventory(_written(tmp_path, text), "http://127.0.0.1:8080").mirrors[0].address == address


@pytest.mark.parametrize("address", ["http://x:y@127.0.0.1:8080/o/r.git", "http://LOCALHOST:8080/o/r"])
def test_hosting_on_the_loopback_is_known_by_its_port(tmp_path: Path, address: str) -> None:
    """The simulated one."""
    with pytest.raises(RecordError, match=r"no machine of a developer"):
        mirror_inventory(_written(tmp_path, ENTRY.replace("ssh://git@anna/app", address)), "http://127.0.0.1:8080")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ssh://git@nas/srv/app.git", "git@NAS:/srv/app", True),
        ("https://nas/app/", "https://anna:secret@nas:443/app.git", True),
        ("/srv/app.git", "file:///srv//x/../app.git", True),
        ("/srv/app.git", "/srv/app/.git", True),
        ("file:///srv/%00", "file:///srv/%00", True),
        ("/srv/anna.git", "/srv/ben.git", False),
        ("ssh://anna/app", "ssh://ben/app", False),
        ("ssh://localhost:2201/app", "ssh://localhost:2202/app", False),
    ],
)
def test_two_machines_share_no_address(tmp_path: Path, one: str, other: str, same: bool) -> None:
    """However it is spelt: one repository was counted as two machines."""
    first = ENTRY.replace("ssh://git@anna/app", one)
    text = first + ENTRY.replace("ssh://git@anna/app", other).replace('"anna"', '"ben"')
    folder = _written(tmp_path, text)
    if not same:
        assert len(mirror_inventory(folder).mirrors) == 2
        return
    with pytest.raises(
        RecordError, match=r"mirrors\.toml:8: mirrors\.1\.address: the same repository as at line 4"
    ) as told:
        mirror_inventory(folder)
    assert "secret" not in str(told.value)
