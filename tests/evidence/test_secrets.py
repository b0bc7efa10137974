"""What people write where it does not belong, passwords and tokens, is in nothing that a run leaves behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fixtures.simulator.aws_databases import arn
from fixtures.simulator.aws_stores import create_table
from fixtures.simulator.organisation import Organisation
from tests.inner_run import run_suite

SECRETS = ("hunter2", "SECRETTOKEN", "dop_v1_5ec2e7")
VARIABLES = ("SENTRY_URL", "BETTERSTACK_API_URL", "AWS_ENDPOINT_URL", "GITHUB_API_URL", "DIGITALOCEAN_API_URL")
MIRROR = """
[[mirrors]]
repository = "botbrains/app"
machine = "spare"
address = "https://anna:hunter2@127.0.0.1:1/x.git?token=SECRETTOKEN#SECRETTOKEN"
"""


@pytest.fixture
def records(organisation: Organisation, tmp_path: Path) -> Path:
    """Records with a mirror whose address holds a password and a token."""
    folder = Path(shutil.copytree(organisation.records, tmp_path / "records"))
    with (folder / "mirrors.toml").open("a", encoding="utf-8") as file:
        file.write(MIRROR)
    return folder


@pytest.mark.parametrize("variables", [VARIABLES[:2], VARIABLES[2:]], ids=["answer", "are refused"])
def test_secrets_are_in_no_file(
    organisation: Organisation,
    records: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    variables: tuple[str, ...],
) -> None:
    """Every file of the run, JUnit's, the job's summary, and what the terminal says."""
    tags = [{"Key": "deploy", "Value": SECRETS[2]}, {"Key": "application", "Value": "x"}]
    organisation.client("rds").add_tags_to_resource(ResourceName=arn("app"), Tags=tags)
    create_table(organisation, "locks", purpose="deployment-locks", deploy=SECRETS[2])
    for name in variables:
        monkeypatch.setenv(name, organisation.exports[name].replace("://", "://anna:hunter2@"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    junit = tmp_path / "junit.xml"
    done = run_suite(tmp_path / "reports", f"--records={records}", f"--junitxml={junit}")

    said = capfd.readouterr()
    left = {file.name: file.read_text("utf-8") for file in (*done.folder.iterdir(), junit, tmp_path / "summary.md")}
    assert {"evidence.json", "report.html", "results.json", "examined.csv"} < left.keys()
    assert [(name, one) for name, text in left.items() for one in SECRETS if one in text] == []
    assert not [one for one in SECRETS if one in said.out + said.err]
    assert '"application":"x"' in left["evidence.json"].replace(" ", ""), "a tag that is judged is kept"
    assert ("127.0.0.1:1/x.git" in left["evidence.json"]) is ("GITHUB_API_URL" not in variables)
