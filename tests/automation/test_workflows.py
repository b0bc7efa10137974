"""The workflows: what they may do, and what their steps do when the run ends well, badly, or not at all."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from fixtures.examination import HOME

WORKFLOWS = {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in (HOME / ".github/workflows").glob("*.yml")}
STEPS = [step for workflow in WORKFLOWS.values() for job in workflow["jobs"].values() for step in job["steps"]]
PAGE = "https://github.com/botbrains/compliance/actions/runs/7"
LIMIT = 20


def step(job: str, name: str) -> dict[str, Any]:
    """Return one step of the nightly workflow."""
    (found,) = (one for one in WORKFLOWS["nightly"]["jobs"][job]["steps"] if one.get("name") == name)
    return found  # type: ignore[no-any-return]


def run(script: str, folder: Path, commands: dict[str, str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a step as GitHub does, with stand-ins of *commands* before all others."""
    for name, text in commands.items():
        (folder / name).write_text(f"#!/bin/bash\n{text}\n")
        (folder / name).chmod(stat.S_IRWXU)
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": f"{folder}:{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def test_actions_are_pinned() -> None:
    """A tag can be moved to other code; a commit cannot."""
    used = [one["uses"] for one in STEPS if "uses" in one]

    assert used
    assert all(re.fullmatch(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}", one) for one in used)


def test_nothing_is_granted_to_all() -> None:
    """Each job has the permissions that it needs, and the one that reads production can write nothing at GitHub."""
    assert WORKFLOWS["nightly"]["permissions"] == {}
    jobs = WORKFLOWS["nightly"]["jobs"]
    assert jobs["assess"]["permissions"] == {"contents": "read", "id-token": "write"}
    assert jobs["tell"]["permissions"] == {"issues": "write"}
    assert all(not one["with"]["persist-credentials"] for one in STEPS if "checkout" in one.get("uses", ""))


def test_secrets_never_stand_in_a_script() -> None:
    """What GitHub puts into a script before it runs could run itself: secrets and outputs travel as variables."""
    scripts = [one["run"] for one in STEPS if "run" in one]

    assert not any("secrets." in script or "github.event" in script for script in scripts)


def test_every_provider_gets_its_credentials() -> None:
    """The variables are those that the README names, and there are no others to be set."""
    environment = step("assess", "Run every statement")["env"]
    text = (HOME / ".github/workflows/nightly.yml").read_text("utf-8")
    guide = (HOME / "README.md").read_text("utf-8").split("**Every night**")[1].split("What counts is in")[0]

    assert {"GITHUB_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN", "BETTERSTACK_API_TOKEN", "SENTRY_AUTH_TOKEN"} <= {*environment}
    assert set(re.findall(r"(?:vars|secrets)\.(\w+)", text)) == set(re.findall(r"`([A-Z]+_[A-Z_]+)`", guide))


def assess(folder: Path, pytest_does: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the step that runs the suite, with a script in the place of pytest."""
    script = step("assess", "Run every statement")["run"]
    own = {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(folder / "output")}
    return run(script, folder, {"pytest": pytest_does}, **own, **environment)


LEAVE_REPORT = "mkdir -p reports/latest; touch reports/latest/results.json"


@pytest.mark.parametrize("status", [0, 1])
def test_run_keeps_its_status(tmp_path: Path, status: int) -> None:
    """A bad verdict does not stop the job before its evidence is kept, and is not forgotten either."""
    done = assess(tmp_path, f'{LEAVE_REPORT}; echo "$@"; exit {status}')

    assert done.returncode == 0, done.stderr
    assert "compliance_tests --target live" in done.stdout
    assert (tmp_path / "output").read_text() == f"status={status}\n"


def test_run_without_report_is_an_error(tmp_path: Path) -> None:
    """A run that left nothing is not taken for one that found nothing."""
    done = assess(tmp_path, "exit 0")

    assert done.returncode == 1
    assert "::error::" in done.stdout


def test_report_of_the_night_before_is_none_of_this_night(tmp_path: Path) -> None:
    """The runs of a month are carried from night to night; none of them stands in for the run that left nothing."""
    before = tmp_path / "reports/2026-01-01T03-17-00Z-live"
    before.mkdir(parents=True)
    (before / "results.json").write_text("{}")
    (tmp_path / "reports/latest").symlink_to(before.name)
    done = assess(tmp_path, "exit 0")

    assert done.returncode == 1
    assert (before / "results.json").exists()


def test_month_of_runs_is_carried_on(tmp_path: Path) -> None:
    """The oldest go first; the newest stays."""
    for day in range(1, 41):
        (tmp_path / f"reports/2026-{1 + day // 29:02}-{1 + day % 28:02}T03-17-00Z-live").mkdir(parents=True)
    names = sorted(path.name for path in (tmp_path / "reports").iterdir())

    done = run(step("assess", "Let a month of runs be all that is carried on")["run"], tmp_path, {})

    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == names[-31:]


@pytest.mark.parametrize(("address", "status"), [("", 1), ("s3://acme-evidence/nightly", 0)])
def test_evidence_without_a_place_is_an_error(tmp_path: Path, address: str, status: int) -> None:
    """A variable that nobody has set publishes nothing, and is not taken for success."""
    script = step("assess", "Put the evidence where nobody can take it away")["run"]
    done = run(script, tmp_path, {"pytest": 'echo "$@"'}, COMPLIANCE_EVIDENCE=address)

    assert done.returncode == status
    assert ("--publish s3://acme-evidence/nightly" in done.stdout) is (status == 0)
    assert ("::error::set the variable COMPLIANCE_EVIDENCE" in done.stdout) is (status == 1)


@pytest.mark.parametrize(("key", "status"), [("", 1), ("-----BEGIN PRIVATE KEY-----", 0)])
def test_unsigned_run_is_none(tmp_path: Path, key: str, status: int) -> None:
    """Before anything is read or installed: what is locked away unsigned is worth nothing for years."""
    first = WORKFLOWS["nightly"]["jobs"]["assess"]["steps"][0]
    done = run(first["run"], tmp_path, {}, COMPLIANCE_SIGN_KEY=key)

    assert done.returncode == status
    assert ("::error::set the secret COMPLIANCE_SIGN_KEY" in done.stdout) is (status == 1)


def test_secrets_are_those_of_an_environment() -> None:
    """Whoever may push a branch can read a repository's secrets; the environment is the one that AWS trusts."""
    template = (HOME / ".github/cloudformation/compliance.yaml").read_text("utf-8")
    guide = (HOME / "README.md").read_text("utf-8")
    jobs = [job for job in WORKFLOWS["nightly"]["jobs"].values() if "secrets." in yaml.safe_dump(job)]

    assert len(jobs) == 2
    assert {job["environment"] for job in jobs} == {"compliance"}
    assert re.search(r"  Environment:\n    Type: String\n    Default: compliance\n", template)
    assert "`compliance`, with *Deployment branches and tags* limited to `main`" in guide


@pytest.mark.parametrize(
    ("url", "lock"), [("", "requirements.lock"), ("https://tsa.example", "requirements-drill.lock")]
)
def test_whoever_wants_time_stamps_gets_what_makes_them(tmp_path: Path, url: str, lock: str) -> None:
    """The package that asks for time stamps is pinned in another lock than what every run needs."""
    script = step("assess", "Install exactly what is pinned")["run"]
    done = run(script, tmp_path, {"pip": 'echo "$@"'}, COMPLIANCE_TIMESTAMP_URL=url)

    assert done.stdout == f"install --quiet --require-hashes --requirement {lock}\n"
    assert ("rfc3161-client==" in (HOME / lock).read_text("utf-8")) is bool(url)


def test_variable_that_nobody_set_is_none(tmp_path: Path) -> None:
    """GitHub gives an empty text for one that there is not; an empty path would be a mistake."""
    done = assess(
        tmp_path,
        f'{LEAVE_REPORT}; echo "${{COMPLIANCE_POLICY-unset}} ${{SENTRY_URL-unset}}"',
        COMPLIANCE_POLICY="",
        SENTRY_URL="https://de.sentry.io",
    )

    assert done.stdout == "unset https://de.sentry.io\n"


@pytest.fixture
def heartbeat() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A heartbeat that remembers who pinged it."""
    pings: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            pings.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1/heartbeat/x", pings
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("result", "status", "path"),
    [
        ("success", "0", "/api/v1/heartbeat/x"),
        ("failure", "1", "/api/v1/heartbeat/x/fail"),
        ("cancelled", "", "/api/v1/heartbeat/x/fail"),
        ("success", "", "/api/v1/heartbeat/x/fail"),
        ("skipped", "0", "/api/v1/heartbeat/x/fail"),
    ],
)
def test_dead_mans_switch(
    tmp_path: Path, heartbeat: tuple[str, list[tuple[str, str]]], result: str, status: str, path: str
) -> None:
    """Nothing but a run that came to its end, with every statement good, counts as a beat."""
    url, pings = heartbeat
    script = step("tell", "Ping the heartbeat")["run"]
    done = run(script, tmp_path, {}, HEARTBEAT=url, RESULT=result, STATUS=status, PAGE=PAGE, no_proxy="127.0.0.1")

    assert done.returncode == 0, done.stderr
    assert [where for where, _ in pings] == [path]
    assert PAGE in pings[0][1]


def test_missing_heartbeat_is_said(tmp_path: Path) -> None:
    """Without one, the silence of a run that never started tells nobody."""
    done = run(step("tell", "Ping the heartbeat")["run"], tmp_path, {}, HEARTBEAT="", RESULT="success", STATUS="0")

    assert "::warning::" in done.stdout


GH = """
echo "$@" >> calls
case "$1 $2" in "issue list") [ -z "$OPEN" ] || echo "$OPEN";; esac
"""


@pytest.mark.parametrize(
    ("result", "status", "is_open", "does"),
    [
        ("failure", "1", "", "issue create"),
        ("success", "", "", "issue create"),
        ("cancelled", "", "", "issue create"),
        ("failure", "1", "12", ""),
        ("success", "0", "12", "issue close 12"),
        ("success", "0", "", ""),
    ],
)
def test_issue_follows_the_verdict(tmp_path: Path, result: str, status: str, is_open: str, does: str) -> None:
    """One issue when it turns bad, closed when it turns good; no new one every night."""
    name = "Open an issue when the verdict turns bad, close it when it turns good"
    script = step("tell", name)["run"]
    done = run(script, tmp_path, {"gh": GH}, RESULT=result, STATUS=status, PAGE=PAGE, OPEN=is_open)

    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    changes = [call for call in calls if call.startswith(("issue create", "issue close"))]
    assert len(changes) == bool(does)
    assert all(call.startswith(does) and PAGE in call for call in changes)
