"""The templates in records/ are empty as they come, and their examples are good records once uncommented."""

from __future__ import annotations

import re
from collections.abc import Callable, Sized
from pathlib import Path

import pytest

from fixtures.collectors import (
    alerting_records,
    invariant_records,
    records,
    restore_test_records,
    supplier_records,
)
from fixtures.examination import HOME

TEMPLATES: dict[str, Callable[[Path], Sized]] = {
    "alerting.toml": alerting_records.jobs,
    "incidents.toml": records.incidents,
    "invariants.toml": lambda folder: invariant_records.invariants(folder).questions,
    "restore_tests.toml": restore_test_records.restore_tests,
    "certifications.toml": supplier_records.certifications,
    "subprocessors.toml": supplier_records.subprocessors,
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_template(tmp_path: Path, name: str) -> None:
    """What a reader is told to uncomment is read without complaint."""
    text = (HOME / "records" / name).read_text("utf-8")
    head, _, examples = text.partition("and change it:")
    assert head
    (tmp_path / name).write_text(text)
    assert len(TEMPLATES[name](tmp_path)) == 0
    (tmp_path / name).write_text(re.sub(r"(?m)^# ?", "", examples))
    assert len(TEMPLATES[name](tmp_path)) == len(re.findall(r"(?m)^# \[\[\w+\]\]", examples))


def test_the_place_for_copies_is_a_good_example(tmp_path: Path) -> None:
    """It names everything that a live drill needs; as it comes, there is none."""
    text = (HOME / "records/accounts.toml").read_text("utf-8")
    (tmp_path / "accounts.toml").write_text(text)
    assert records.drill_target(tmp_path) is None
    example = text[text.index("# [non_production]") :]
    lines = [line[2:] for line in example.splitlines() if re.match(r"# (\[|[a-z_]+ = )", line)]
    (tmp_path / "accounts.toml").write_text("\n".join(lines))
    target = records.drill_target(tmp_path)
    assert target is not None
    assert (target.name, target.separated_by, target.simulated) == ("ireland", "network", False)
    assert records.non_production(tmp_path) is not None
