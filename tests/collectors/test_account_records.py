"""How accounts are declared: what cannot be used is told by file and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.collectors import records
from fixtures.collectors.record_files import RecordError


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[aws.organization]\nrole = "arn:aws:iam::111122223333:role/x"\n', "accounts.toml:2: aws.organization.role"),
        ("[aws.organization]\n", "role: Field required"),
        (
            '[aws.organization]\nrole = "x"\n[[aws.organization.exclude]]\nid = "111122223333"\n',
            "reason: Field required",
        ),
        ('[[aws.accounts]]\nid = "111122223333"\n' * 2, "111122223333 stands here twice"),
    ],
)
def test_declaration_that_cannot_be_used(tmp_path: Path, text: str, told: str) -> None:
    """File, field, and what is expected."""
    (tmp_path / "accounts.toml").write_text(text)

    with pytest.raises(RecordError, match=told.replace(".", r"\.").replace("[", r"\[")):
        records.aws_organization(tmp_path)
