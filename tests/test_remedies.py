"""What a violation says to do about it turns its statement green: carried out as it stands, by the provider's API."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from fixtures.simulator import aws_alarms
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.violations import find_change
from tests.inner_run import Verdicts, run_suite

ALONE = ("-p", "no:html", "-kMON-1")


def carry_out(org: Organisation, remedy: str) -> None:
    """Do what command lines of aws say; what stands in capitals is for whoever reads it to fill in."""
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
        given = {_parameter(name): _value(name, values, region) for name, values in options.items()}
        getattr(org.client(service, region), operation.replace("-", "_"))(**given)


def _parameter(option: str) -> str:
    return "".join(word.capitalize() for word in option.split("-"))


def _value(option: str, words: list[str], region: str) -> object:
    if option == "event-categories":
        return words
    (word,) = words or [""]
    return aws_alarms.topic_arn(region) if word == "TOPIC" else word or True


def hearing(reports: Path) -> Verdicts:
    """Judge MON-1."""
    return run_suite(reports, *ALONE)


@pytest.mark.parametrize(
    ("change", "gone", "lines"),
    [
        ("nobody_listens_in_ireland", (), 1),
        ("event_subscription_without_failures", (), 1),
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
    before = hearing(tmp_path / "before").row("MON-1")
    remedies = {one["remedy"] for one in before["violations"]}
    assert {len(remedy.split(" && ")) for remedy in remedies} == {lines}

    for remedy in remedies:
        carry_out(organisation, remedy)

    after = hearing(tmp_path / "after").row("MON-1")
    assert (before["result"], after["result"]) == ("not_compliant", "compliant")
