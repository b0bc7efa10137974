"""The tools: how each is run, what that costs, and what it finds, told by its own output."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Timer

from fixtures.examination import HOME
from tests.benchmarks.peers import server
from tests.stock_estate import RECORDS

PATIENCE = 1800
"""Seconds after which a tool is given up."""
CHECKS = (
    *("rds_instance_backup_enabled", "rds_instance_storage_encrypted", "rds_instance_transport_encrypted"),
    *("rds_snapshots_encrypted", "rds_snapshots_public_access", "rds_cluster_storage_encrypted"),
    *("s3_bucket_object_versioning", "s3_bucket_default_encryption", "s3_bucket_secure_transport_policy"),
    *("kms_cmk_rotation_enabled", "kms_cmk_not_deleted_unintentionally", "kms_cmk_not_multi_region"),
    *("backup_vaults_encrypted", "backup_recovery_point_encrypted"),
)
"""Prowler's built-in checks about what our policy is about, too; all of those that need a plan of AWS Backup,
replication or locks of buckets are left out, as our policy needs none."""
SHARED = (
    *("database_has_point_in_time_recovery", "pitr_window", "database_runs_in_germany", "backups_retained"),
    *("object_storage_is_in_germany", "versioning_enabled", "versions_kept", "aes256", "keys_are_usable", "tls13"),
    "backups_remain_in_eu",
)
"""Names of those tests of the suite whose statements the others have words for, or a check, at least in part."""
REPLICATED = re.compile(r"replica of bucket (\S+)")
Finding = tuple[str, str]
"""Rule, and ARN of the resource."""


@dataclass(frozen=True)
class Tool:
    """A program that looks at an account."""

    name: str
    program: Path
    command: Callable[[Path, Collection[str]], list[str]]
    """Takes a folder for its output, and the regions to look at; none stand for all that are enabled."""
    findings: Callable[[Path], set[Finding]]
    is_told_regions: bool = True
    """Otherwise it has to look at every region, as the suite does, whatever it is told."""


@dataclass(frozen=True)
class Cost:
    """What a run cost."""

    seconds: float
    cpu: float
    """Seconds; the server's are not in it."""
    memory: float
    """MB at the peak."""
    calls: int
    status: int
    findings: set[Finding]


def run(tool: Tool, url: str, regions: Collection[str]) -> Cost:
    """Run *tool* against the server at *url*; a home of its own keeps it from caches and credentials."""
    with tempfile.TemporaryDirectory() as folder:
        home, output = Path(folder) / "home", Path(folder) / "output"
        home.mkdir()
        output.mkdir()
        environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(home),
            "AWS_ENDPOINT_URL": url,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "x" * 40,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            # moto's databases have names that nobody knows; where a question is lost, a resolver would wait for 5 s.
            "RES_OPTIONS": "timeout:1",
        }
        server.calls(url)
        begun = time.perf_counter()
        with (Path(folder) / "log").open("wb") as log:
            command = tool.command(output, regions if tool.is_told_regions else ())
            child = subprocess.Popen(command, cwd=HOME, env=environment, stdout=log, stderr=log)
            patience = Timer(PATIENCE, child.kill)
            patience.start()
            _, status, used = os.wait4(child.pid, 0)
            patience.cancel()
        seconds, calls = time.perf_counter() - begun, server.calls(url)
        child.returncode = os.waitstatus_to_exitcode(status)
        cpu, memory = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
        if child.returncode < 0 or not calls:
            told = (Path(folder) / "log").read_text("utf-8", "replace")[-2000:]
            raise SystemExit(f"{tool.name} ended with {child.returncode} after {calls} calls:\n{told}")
        return Cost(seconds, cpu, memory, calls, child.returncode, tool.findings(output))


def suite(name: str, *options: str) -> Tool:
    """Return this suite, or a part of it."""

    def command(output: Path, _: Collection[str]) -> list[str]:
        records = output / "records"
        records.mkdir()
        for file, text in RECORDS.items():
            (records / file).write_text(text, "utf-8")
        pytest = [sys.executable, "-m", "pytest", "compliance_tests", "--target=live", "-qq", "-p", "no:cacheprovider"]
        pytest += ["-p", "no:hypothesispytest"]  # which users do not install, and which takes longer than any judgement
        return [*pytest, f"--records={records}", f"--reports={output / 'reports'}", *options]

    def findings(output: Path) -> set[Finding]:
        (report,) = {file.resolve() for file in output.glob("reports/*/results.json")}
        told = json.loads(report.read_text("utf-8"))
        return {
            (row["id"], resource)
            for row in told["statements"]
            for one in row["violations"]
            # What is said of a replica names the bucket that it is a replica of.
            for resource in (one["resource"], *(f"arn:aws:s3:::{name}" for name in REPLICATED.findall(one["seen"])))
        }

    return Tool(name, Path(sys.executable), command, findings)


def floor() -> Tool:
    """Return the bare client that judges nothing."""
    command = [sys.executable, "-m", "tests.benchmarks.peers.floor"]
    return Tool("bare requests", Path(sys.executable), lambda *_: command, lambda _: set())


def prowler(peers: Path) -> Tool:
    """Return Prowler, as it is in the folder of peers."""
    program = peers / "prowler" / "bin" / "prowler"

    def command(output: Path, regions: Collection[str]) -> list[str]:
        quiet = ["-b", "--no-color", "--log-level", "CRITICAL", "-M", "csv", "-F", "run", "-o", str(output)]
        where = ["--region", *regions] if regions else []
        return [str(program), "aws", *quiet, *where, "-c", *CHECKS]

    def findings(output: Path) -> set[Finding]:
        csv.field_size_limit(2**30)
        with (output / "run.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        return {(row["CHECK_ID"], row["RESOURCE_UID"]) for row in rows if row["STATUS"] == "FAIL"}

    return Tool("Prowler", program, command, findings)


def custodian(peers: Path) -> Tool:
    """Return Cloud Custodian, as it is in the folder of peers, with our policies."""
    program = peers / "custodian" / "bin" / "custodian"
    policies = Path(__file__).with_name("custodian.yml")

    def command(output: Path, regions: Collection[str]) -> list[str]:
        where = [part for region in regions or ("all",) for part in ("-r", region)]
        return [str(program), "run", *where, "-s", str(output), str(policies)]

    def findings(output: Path) -> set[Finding]:
        return {
            (file.parent.name, _arn(resource))
            for file in output.rglob("resources.json")
            for resource in json.loads(file.read_text("utf-8"))
        }

    return Tool("Custodian", program, command, findings)


def everywhere(tool: Tool) -> Tool:
    """Return *tool* as it has to be run where nobody knows in which regions something is."""
    return replace(tool, name=f"{tool.name}, every region", is_told_regions=False)


def _arn(resource: dict[str, str]) -> str:
    names = ("DBSnapshotArn", "DBInstanceArn", "BackupVaultArn", "BackupPlanArn", "Arn", "KeyArn")
    found = next((resource[name] for name in names if name in resource), "")
    return found or f"arn:aws:s3:::{resource['Name']}"
