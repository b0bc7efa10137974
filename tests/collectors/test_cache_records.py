"""records/cache.toml: the template says what can be written, and what is written is what is read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fixtures.collectors import cache_records
from fixtures.collectors.record_files import RecordError
from fixtures.examination import HOME

TEMPLATE = HOME / "records/cache.toml"


def _uncommented() -> str:
    """Return the template with the # before each line of an example removed."""
    return re.sub(r"(?m)^# (\[\[|\w+ = )", r"\1", TEMPLATE.read_text("utf-8"))


def test_template_as_it_is() -> None:
    """Nothing is recorded until somebody records it."""
    folder = TEMPLATE.parent
    assert (cache_records.decisions(folder), cache_records.settings(folder), cache_records.rebuilds(folder)) == (
        (),
        (),
        (),
    )


def test_examples_of_the_template(tmp_path: Path) -> None:
    """Each can be used as it stands."""
    (tmp_path / "cache.toml").write_text(_uncommented(), "utf-8")
    (decision,) = cache_records.decisions(tmp_path)
    (settings,) = cache_records.settings(tmp_path)
    (rebuild,) = cache_records.rebuilds(tmp_path)
    assert (decision.owner, decision.decided) == ("Ines Ibarra, CTO", date(2026, 1, 31))
    assert (settings.persistence, settings.checked) == ("off", date(2026, 1, 31))
    assert (rebuild.result, rebuild.started) == ("complete", datetime(2026, 1, 31, 9, 30, tzinfo=UTC))
    assert str(rebuild).endswith("in 12 minutes")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('owner = "Ines Ibarra, CTO"\n', "", "decisions.0.owner"),
        ('owner = "Ines Ibarra, CTO"', 'owner = " "', "decisions.0.owner"),
        ("date = 2026-01-31", 'date = "31.1.2026"', "decisions.0.date"),
        ('cache = "do:dbaas:9cc10173-e9ea-4176-9dbc-a4cee4c4ff30"', 'cache = "cache"', "decisions.0.cache"),
        ('droplet = "do:droplet:436444618"', 'droplet = "do:dbaas:1"', "settings.0.droplet"),
        ("checked = 2026-01-31", "looked = 2026-01-31", "settings.0.looked"),
        ("started = 2026-01-31T09:30:00Z", "started = 2026-01-31T09:30:00", "rebuilds.0.started"),
        ("finished = 2026-01-31T09:42:00Z", "finished = 2026-01-31T09:12:00Z", "finished before it was started"),
        ('result = "complete"', 'result = "mostly"', "rebuilds.0.result"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, old: str, new: str, field: str) -> None:
    """It is told by file, line and field."""
    text = _uncommented()
    assert old in text
    (tmp_path / "cache.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RecordError, match=r"cache\.toml:\d+: ") as told:
        cache_records.decisions(tmp_path)
    assert field in str(told.value)
