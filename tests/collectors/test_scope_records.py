"""records/scope.toml: what it says, and what it may not say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fixtures.collectors.record_files import RecordError
from fixtures.collectors.scope_records import assignments
from fixtures.facts.scope import DataClass

TEMPLATE = Path(__file__).parents[2] / "records/scope.toml"


def write(folder: Path, *lines: str) -> Path:
    """Write one entry."""
    (folder / "scope.toml").write_text("\n".join(["[[stores]]", *lines]), encoding="utf-8")
    return folder


def test_no_file_assigns_nothing(tmp_path: Path) -> None:
    """What nobody wrote down is assigned to nothing: SCOPE-1 then names every store."""
    assert assignments(tmp_path) == ()


def test_each_entry_remembers_where_it_is_written(tmp_path: Path) -> None:
    """A conflict can be found without searching."""
    write(tmp_path, 'resource = "arn:aws:s3:::uploads"', 'class = "object storage"')
    (found,) = assignments(tmp_path)
    assert found.id == f"{tmp_path.name}/scope.toml:1"
    assert (found.resource, found.is_pattern, found.data_class) == (
        "arn:aws:s3:::uploads",
        False,
        DataClass.OBJECT_STORAGE,
    )


def test_the_examples_of_the_template_are_valid(tmp_path: Path) -> None:
    """Whoever removes the # has a file that works."""
    head, _, examples = TEMPLATE.read_text("utf-8").partition("# [[stores]]")
    text = re.sub(r"^# ?", "", f"# [[stores]]{examples}", flags=re.MULTILINE)
    assert all(line.startswith("#") for line in head.splitlines() if line)
    (tmp_path / "scope.toml").write_text(text, encoding="utf-8")
    assert len(assignments(tmp_path)) == 3


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (['class = "cache"'], "exactly one of resource"),
        (['resource = "a:b"', 'tag = "a=b"', 'class = "cache"'], "exactly one of resource"),
        (['name = "app"', 'class = "cache"'], "a name needs a kind"),
        (['resource = "arn:aws:s3:::logs"', 'class = "out of scope"'], "needs a reason"),
        (['resource = "arn:aws:s3:::logs"', 'class = "out of scope"', 'reason = "  "'], "needs a reason"),
        (['resource = "arn:aws:s3:::logs"', 'class = "Cache"'], "application database"),
        (['resource = "arn:aws:s3:::logs"'], "Field required"),
        (['resource = "arn:aws:s3:::logs-*"', 'class = "object storage"'], "resource_pattern"),
        (['tag = "environment="', 'class = "cache"'], "should match pattern"),
        (['tag = "environment=*"', 'class = "cache"'], "should match pattern"),
        (['resuorce = "arn:aws:s3:::logs"', 'class = "cache"'], "there is no such field; did you mean resource?"),
        (['resource = "arn:aws:s3:::logs"', 'klasse = "cache"'], "there is no such field; did you mean class?"),
        (
            ['resource = "arn:aws:s3:::logs"', 'zzz = "cache"'],
            "no such field; resource, resource_pattern, tag, name, kind, class, reason",
        ),
    ],
)
def test_a_faulty_entry_is_refused_by_file_line_and_field(tmp_path: Path, lines: list[str], fault: str) -> None:
    """Whoever wrote it learns what to correct; nothing of it is applied."""
    with pytest.raises(RecordError, match=re.escape(fault)) as refusal:
        assignments(write(tmp_path, *lines))
    assert re.search(r"scope\.toml:\d+: stores\.0", str(refusal.value))


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        "**",
        "?*",
        "[a-z]*",
        "arn:*",
        "arn:aws:*",
        "arn:aws:*:*:*:*",
        "arn:*:s3:::logs-*",
        "arn:aws::::logs",
        "https://*",
        "app*",
    ],
)
@pytest.mark.parametrize("data_class", ["object storage", "out of scope"])
def test_a_pattern_that_spells_out_no_service_is_refused(tmp_path: Path, pattern: str, data_class: str) -> None:
    """One such entry would assign whatever anybody adds later."""
    lines = [f'resource_pattern = "{pattern}"', f'class = "{data_class}"', 'reason = "convenient"']
    with pytest.raises(RecordError, match="too broad"):
        assignments(write(tmp_path, *lines))


@pytest.mark.parametrize(
    "pattern",
    [
        "arn:aws:s3:::*",
        "arn:aws:s3:::lo*",
        "arn:aws:rds:*",
        "arn:aws:rds:eu-central-1:123456789012:db:*",
        "arn:aws:dynamodb:*:*:table/*",
        "arn:aws:dynamodb:*:*:*",
        "arn:aws:ec2:*:*:volume/vol-*",
        "arn:aws:elasticfilesystem:*:*:file-system/fs-*",
        "https://github.com/botbrains/*",
        "https://github.com/botbrains*",
        "https://github.com/bot*",
        "do:droplet:*",
        "do:droplet*",
        "arn:aws:rds:*:123456789012:cluster*",
        "arn:aws:dynamodb:*:*:table*",
        "arn:aws:es:*:*:domain*",
        "arn:aws:ec2:*:*:volume*",
        "arn:aws:elasticache:*:*:replicationgroup*",
    ],
)
def test_a_whole_kind_can_be_put_into_a_class_but_not_out_of_scope(tmp_path: Path, pattern: str) -> None:
    """In a class, statements look at whatever it catches; out of scope, nobody ever would."""
    assert assignments(write(tmp_path, f'resource_pattern = "{pattern}"', 'class = "object storage"'))
    lines = [f'resource_pattern = "{pattern}"', 'class = "out of scope"', 'reason = "convenient"']
    with pytest.raises(RecordError, match="too broad to be out of scope"):
        assignments(write(tmp_path, *lines))


@pytest.mark.parametrize(
    "pattern",
    [
        "arn:aws:s3:::logs-*",
        "arn:aws:dynamodb:*:*:table/scratch-*",
        "arn:aws:ec2:*:*:volume/vol-0ab*",
        "do:droplet:123*",
    ],
)
def test_a_pattern_that_spells_out_a_name_may_be_out_of_scope(tmp_path: Path, pattern: str) -> None:
    """That is what patterns are for."""
    lines = [f'resource_pattern = "{pattern}"', 'class = "out of scope"', 'reason = "logs, kept for debugging"']
    (found,) = assignments(write(tmp_path, *lines))
    assert found.is_pattern
