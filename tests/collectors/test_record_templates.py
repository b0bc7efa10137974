"""The templates in records/ are empty as they come, and their examples are good records once uncommented."""

from __future__ import annotations

import re
from collections.abc import Callable, Sized
from pathlib import Path

import pytest

from fixtures.collectors import (
    alerting_records,
    cache_records,
    invariant_records,
    mirror_records,
    records,
    restore_test_records,
    scope_records,
    supplier_records,
)
from fixtures.collectors.record_files import RecordError
from fixtures.examination import CATALOGUE, HOME

FOLDER = HOME / "records"


def accounts(folder: Path) -> Sized:
    """Return whatever is declared."""
    declared = (
        *(one for one in records.aws_accounts(folder) if one.id),
        *filter(None, [records.github_organisation(folder).organisation, records.sentry_organisation(folder)]),
        *filter(None, [records.digitalocean_team(folder), records.betterstack_team(folder)]),
        *filter(None, [records.non_production(folder)]),
    )
    organization = records.aws_organization(folder)
    members = [organization, *organization.excluded] if organization else []
    return [*declared, *members, *filter(None, [records.restore_target(folder)])]


def caches(folder: Path) -> Sized:
    """Return whatever is recorded."""
    return [*cache_records.decisions(folder), *cache_records.settings(folder), *cache_records.rebuilds(folder)]


def mirrors(folder: Path) -> Sized:
    """Return whatever is recorded."""
    inventory = mirror_records.mirror_inventory(folder)
    return [*inventory.mirrors, *inventory.countries]


TEMPLATES: dict[str, Callable[[Path], Sized]] = {
    "accounts.toml": accounts,
    "alerting.toml": alerting_records.jobs,
    "cache.toml": caches,
    "certifications.toml": supplier_records.certifications,
    "exceptions.toml": lambda folder: records.waivers(folder, CATALOGUE),
    "incidents.toml": records.incidents,
    "invariants.toml": lambda folder: invariant_records.invariants(folder).questions,
    "mirrors.toml": mirrors,
    "restore_tests.toml": restore_test_records.restore_tests,
    "scope.toml": scope_records.assignments,
    "subprocessors.toml": supplier_records.subprocessors,
}
ELSEWHERE = {"reviews.toml"}
"""Has a test of its own."""
EXAMPLE = re.compile(r"^# +(?=\[\[?[\w.]+\]|\w+ = )", re.MULTILINE)
"""What begins a line of an example, and no line of an explanation."""


def example(name: str) -> str:
    """Return the examples of a template, uncommented as it says itself."""
    text = (FOLDER / name).read_text("utf-8")
    _, at_the_end, examples = text.partition("and change it:\n")
    return re.sub(r"(?m)^# ?", "", examples) if at_the_end else EXAMPLE.sub("", text)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template(tmp_path: Path, name: str) -> None:
    """What a reader is told to uncomment is read without complaint, and every bit of it counts."""
    text = (FOLDER / name).read_text("utf-8")
    (tmp_path / name).write_text(text)
    assert len(TEMPLATES[name](tmp_path)) == 0

    (tmp_path / name).write_text(example(name))
    entries = re.findall(r"(?m)^\[{1,2}(?!\[|restore_tests\.)", example(name))
    assert len(TEMPLATES[name](tmp_path)) == len(entries) > 0


def test_every_file_is_known() -> None:
    """A record that nothing reads would be kept in vain."""
    assert {path.name for path in FOLDER.glob("*.toml")} - ELSEWHERE == TEMPLATES.keys()


def test_every_file_is_explained() -> None:
    """To somebody who has never seen one, with the statements that need it; and links lead somewhere."""
    told = (FOLDER / "README.md").read_text("utf-8")
    rows = dict(re.findall(r"(?m)^\| \[?`?(\w+\.toml).*\| ([^|]+) \|$", told))
    assert rows.keys() == TEMPLATES.keys() | ELSEWHERE
    statements = {one for row in rows.values() for one in re.findall(r"\b[A-Z]+-\d\b", row)}
    assert statements <= CATALOGUE.keys()
    assert all((FOLDER / link).exists() for link in re.findall(r"\]\(([^)]+)\)", told))


def test_mistake_is_told_as_explained(tmp_path: Path) -> None:
    """The message that readers are shown is the one that they get."""
    shown = re.search(r"```text\n(?P<line>.+)\n```", (FOLDER / "README.md").read_text("utf-8"))
    assert shown
    (tmp_path / "records").mkdir()
    text = EXAMPLE.sub("", (FOLDER / "cache.toml").read_text("utf-8")).replace(
        "finished = 2026-01-31T09:42:00Z", "finished = 2026-01-31T09:42:00"
    )
    (tmp_path / "records/cache.toml").write_text(text)
    with pytest.raises(RecordError) as error:
        cache_records.rebuilds(tmp_path / "records")
    assert str(error.value) == f"{tmp_path}/{shown['line']}"


def test_the_place_for_copies_is_a_good_example(tmp_path: Path) -> None:
    """It names everything that a live drill needs; as it comes, there is none."""
    text = (FOLDER / "accounts.toml").read_text("utf-8")
    (tmp_path / "accounts.toml").write_text(text)
    assert records.restore_target(tmp_path) is None
    part = text[text.index("# [non_production]") :]
    lines = [line[2:] for line in part.splitlines() if re.match(r"# (\[|[a-z_]+ = )", line)]
    (tmp_path / "accounts.toml").write_text("\n".join(lines))
    target = records.restore_target(tmp_path)
    assert target is not None
    assert (target.name, target.separated_by, target.simulated) == ("ireland", "network", False)
    assert records.non_production(tmp_path) is not None
