"""The process that serves the simulated organisation: what it prints, how it ends, what bears its mark."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fixtures.simulator.organisation import Organisation

HOME = Path(__file__).parents[2]
PATIENCE = 60


def start(*arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    """Start the process as a person would, but for what it is told on standard input."""
    return subprocess.Popen(
        [sys.executable, "-m", "fixtures.simulator", *arguments],
        cwd=HOME,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until_ready(server: subprocess.Popen[str]) -> dict[str, str]:
    """Read the exports, holding every line against what was promised."""
    assert server.stdout is not None
    exports: dict[str, str] = {}
    for line in server.stdout:
        if line == "# ready\n":
            return exports
        word, assignment = shlex.split(line)
        name, _, value = assignment.partition("=")
        assert word == "export"
        assert name.isupper()
        exports[name] = value
    raise AssertionError(server.stderr.read() if server.stderr else "")


def is_open(port: int) -> bool:
    """Whether anybody listens there."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def server() -> Iterator[subprocess.Popen[str]]:
    """Start a process of one's own, started without standard input."""
    with start() as server:
        yield server
        server.kill()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_told_to_and_leaves_nothing_behind(server: subprocess.Popen[str], by: signal.Signals) -> None:
    """Status 0, no traceback, nothing more on standard output, and the records are gone."""
    exports = read_until_ready(server)
    assert (Path(exports["COMPLIANCE_RECORDS"]) / "accounts.toml").is_file()
    server.send_signal(by)
    assert server.communicate(timeout=PATIENCE) == ("", "")
    assert server.returncode == 0
    assert not Path(exports["COMPLIANCE_RECORDS"]).exists()
    assert not Path(exports["AWS_CA_BUNDLE"]).exists()


def test_it_can_be_stopped_while_it_starts(server: subprocess.Popen[str]) -> None:
    """Ctrl-C in the first second is as clean."""
    time.sleep(0.7)
    server.send_signal(signal.SIGINT)
    assert server.communicate(timeout=PATIENCE) == ("", "")
    assert server.returncode == 0


def test_a_child_ends_with_its_parent() -> None:
    """However the parent ends: its end of the pipe closes."""
    with start("--until-stdin-closes", stdin=subprocess.PIPE) as server:
        read_until_ready(server)
        assert server.stdin is not None
        server.stdin.close()
        assert server.wait(timeout=PATIENCE) == 0


def test_a_parent_that_is_killed_takes_its_child_along() -> None:
    """Even SIGKILL, after which nobody can tidy up."""
    script = (
        "import os, signal\n"
        "from fixtures.simulator.organisation import Organisation\n"
        "with Organisation.serve() as organisation:\n"
        "    print(organisation.exports['AWS_ENDPOINT_URL'], flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=HOME, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    port = int(ended.stdout.strip().rpartition(":")[2])
    until = time.monotonic() + PATIENCE
    while is_open(port) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_open(port)


def test_an_unknown_violation_is_named_with_similar_ones() -> None:
    """Exit status 2, and a message instead of a traceback."""
    ended = subprocess.run(
        [sys.executable, "-m", "fixtures.simulator", "--break", "there_is_no_such_thing"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "there_is_no_such_thing" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_every_answer_bears_the_mark(served: Organisation) -> None:
    """Of AWS, of moto's own routes, of the simulator's, of errors: provenance is derived from it."""
    url, trust = served.exports["AWS_ENDPOINT_URL"], served.exports["AWS_CA_BUNDLE"]
    paths = ("", "/moto-api/data.json", "/no-such-bucket/nothing", "/simulator/nothing")
    answers = [requests.get(url + path, timeout=PATIENCE, verify=trust) for path in paths]
    answers.append(requests.get(url.replace("https", "http"), timeout=PATIENCE))
    assert [answer.headers.get("X-Simulated-Organisation") for answer in answers] == ["true"] * len(answers)
    assert {answer.status_code for answer in answers} >= {200, 404}


def test_its_clock_can_stand_back_and_goes_on(served: Organisation) -> None:
    """What is created inside is as old; outside it is now."""
    sns = served.client("kms")
    with served.days_ago(7):
        then = sns.create_key()["KeyMetadata"]["CreationDate"].timestamp()
    now = sns.create_key()["KeyMetadata"]["CreationDate"].timestamp()
    assert now - then == pytest.approx(7 * 86400, abs=5)
    assert now == pytest.approx(time.time(), abs=5)


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("rds", "describe_pending_maintenance_actions"),  # query
        ("kms", "list_key_rotations"),  # JSON, with a parameter that moto rejects
        ("backup", "list_frameworks"),  # REST
        ("macie2", "list_findings"),  # a service of which moto knows a part
    ],
)
def test_what_moto_does_not_know_is_an_error_and_never_a_page(
    served: Organisation, service: str, operation: str
) -> None:
    """A client that expects XML or JSON gets it."""
    client = served.client(service)
    arguments = {"KeyId": "nonsense"} if service == "kms" else {}
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)(**arguments)
    assert refused.value.response["Error"]["Code"] not in ("", "500")


def test_rebuilding_undoes_everything(organisation: Organisation) -> None:
    """Also what is in another region and another account, and in a record file."""
    organisation.client("sns", "eu-south-1").create_topic(Name="stray")
    organisation.client("sns", "eu-west-1", "210987654321").create_topic(Name="stray")
    (organisation.records / "incidents.toml").write_text("broken")
    organisation.rebuild()
    assert not organisation.client("sns", "eu-south-1").list_topics()["Topics"]
    assert not organisation.client("sns", "eu-west-1", "210987654321").list_topics()["Topics"]
    assert "broken" not in (organisation.records / "incidents.toml").read_text()


def test_stock_boto3_reaches_it_through_the_environment(organisation: Organisation) -> None:
    """As `--target live` does; *organisation* has set the variables."""
    assert os.environ["AWS_ENDPOINT_URL"] == organisation.exports["AWS_ENDPOINT_URL"]
    assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert {bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]} >= {"botbrains-uploads"}
