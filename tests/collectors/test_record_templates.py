"""The templates in records/ are empty as they come, and their examples are good records once uncommented."""

from __future__ import annotations

import re
from collections.abc import Callable, Sized
from pathlib import Path

import pytest

from fixtures.collectors import alerting_records, records, restore_test_records, supplier_records
from fixtures.examination import HOME

TEMPLATES: dict[str, Callable[[Path], Sized]] = {
    "alerting.toml": alerting_records.jobs,
    "incidents.toml": records.incidents,
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
