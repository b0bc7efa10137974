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
        ('[[machines]]\nname = "anna"\ncountry = "Germany"\n', "machines.0.country"),
        ("[[mirrors\n", "this is not TOML"),
    ],
)
def test_entry_that_is_wrong_is_told(tmp_path: Path, text: str, told: str) -> None:
    """With file and line."""
    with pytest.raises(RecordError, match=r"mirrors\.toml:\d+") as failure:
        mirror_inventory(_written(tmp_path, text))
    assert told in str(failure.value)
