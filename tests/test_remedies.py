"""What a violation says to do about it turns its statement green: carried out as it stands, by the provider's API."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from botocore import xform_name

from fixtures.simulator import aws_alarms
from fixtures.simulator.aws_databases import arn
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.violations import find_change
from tests.inner_run import Verdicts, run_suite

FILLED_IN = {"NAME": "another", "KEY": "alias/application-database"}


def carry_out(org: Organisation, remedy: str) -> None:
    """Do what command lines of aws say, whose options are those of the API; what stands in capitals is filled in."""
    for line in remedy.split(" && "):
        program, service, operation, *words = shlex.split(line)
        assert program == "aws"
        options: dict[str, list[str]] = {}
        for word in words:
            if word.startswith("--"):
                options[word[2:]] = []
            else:
                options[[*options][-1]].append(word)
        (region,) = options.pop("region")
        client, method = org.client(service, region), operation.replace("-", "_")
        shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
        names = {xform_name(name, "-"): name for name in shape.members}
        getattr(client, method)(**{names[name]: _value(name, values, region) for name, values in options.items()})


def _value(option: str, words: list[str], region: str) -> object:
    if option == "event-categories":
        return words
    (word,) = words or [""]
    return aws_alarms.topic_arn(region) if word == "TOPIC" else FILLED_IN.get(word, word) or True


def judge(reports: Path, statements: str) -> Verdicts:
    """Judge *statements* alone."""
    return run_suite(reports, "-p", "no:html", f"-k{statements}")


@pytest.mark.parametrize(
    ("change", "gone", "lines"),
    [
        pytest.param("nobody_listens_in_ireland", (), 1, marks=pytest.mark.exhaustive),
        pytest.param("event_subscription_without_failures", (), 1, marks=pytest.mark.exhaustive),
        ("backups_of_a_cluster_go_unheard", (), 1),
        ("backups_of_a_cluster_go_unheard", ("db-cluster-backups",), 2),
    ],
)
def test_whoever_subscribes_as_he_is_told_hears(
    organisation: Organisation, tmp_path: Path, change: str, gone: tuple[str, ...], lines: int
) -> None:
    """Of instances and clusters, which report their backups under another type of source than their failures."""
    find_change(change).do(organisation)
    for name in gone:
        organisation.client("rds").delete_event_subscription(SubscriptionName=name)
    before = judge(tmp_path / "before", "MON-1").row("MON-1")
    remedies = {one["remedy"] for one in before["violations"]}
    assert {len(remedy.split(" && ")) for remedy in remedies} == {lines}

    for remedy in remedies:
        carry_out(organisation, remedy)

    after = judge(tmp_path / "after", "MON-1").row("MON-1")
    assert (before["result"], after["result"]) == ("not_compliant", "compliant")


def test_whoever_deletes_a_forgotten_snapshot_as_he_is_told_keeps_none(
    organisation: Organisation, tmp_path: Path
) -> None:
    """It has no retention that could be set."""
    find_change("snapshot_forgotten").do(organisation)
    before = judge(tmp_path / "before", "RET-1 or RET-2")
    assert before.of("not_compliant") == {"RET-1", "RET-2"}
    (remedy,) = {one["remedy"] for id_ in ("RET-1", "RET-2") for one in before.row(id_)["violations"]}

    command, _, otherwise = remedy.partition(" or ")
    carry_out(organisation, command)

    assert otherwise.startswith("tag it with incident-id")
    assert judge(tmp_path / "after", "RET-1 or RET-2").of("compliant") == {"RET-1", "RET-2"}


def test_whoever_copies_a_snapshot_as_he_is_told_has_an_encrypted_one(
    organisation: Organisation, tmp_path: Path
) -> None:
    """Of what RDS takes by itself there is no such copy: the database has to be another one."""
    find_change("database_created_without_encryption").do(organisation)
    before = {one["resource"]: one["remedy"] for one in judge(tmp_path / "before", "ENC-1").row("ENC-1")["violations"]}
    command, _, rest = before.pop(arn("by-hand", kind="snapshot")).partition(", ")
    assert {remedy.partition(" (")[0] for remedy in before.values()} == {"restore the database under a symmetric key"}

    carry_out(organisation, command)
    organisation.client("rds").delete_db_snapshot(DBSnapshotIdentifier="by-hand")

    assert rest == "then delete the old one"
    after = {one["resource"] for one in judge(tmp_path / "after", "ENC-1").row("ENC-1")["violations"]}
    assert after == set(before)
