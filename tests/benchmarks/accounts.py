"""What an organisation costs: `python -m tests.benchmarks.accounts [ACCOUNTS …]`, 1, 10 and 100 if none are named.

AWS Organizations lists the accounts, and a role lets in. In each are as many databases as buckets, behind a server that
answers from memory after 50 ms; the bound is that of `costs.py`. Then the same accounts are read by several runs, one
after the other, each a part of them, and put together. moto needs about two seconds to build an account, and as long to
answer for it the first time.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.simulator import aws_alarms, aws_databases, aws_storage
from fixtures.simulator.organisation import Organisation
from tests.benchmarks.costs import Cost, bound_of, from_memory, run_live, run_suite

EACH = 3
"""Databases in each account, and as many buckets."""
PARTS = 4
ROLE = "backup-policy-compliance"


@dataclass(frozen=True)
class Member:
    """The organisation, as the engineers of one of its accounts see it."""

    org: Organisation
    account: str

    def client(self, service: str, region: str = aws_databases.PRIMARY, account: str | None = None) -> Any:  # noqa: ANN401
        """Return a client in that account, unless another one is named."""
        return self.org.client(service, region, account or self.account)


def seed(org: Organisation, accounts: int) -> None:
    """Found an organisation of so many accounts, the one that is there already among them, and fill the others."""
    client = org.client("organizations", "us-east-1")
    client.create_organization(FeatureSet="ALL")
    names = [f"team-{number:03}" for number in range(accounts - 1)]
    ids = [
        client.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["AccountId"]
        for name in names
    ]
    with ThreadPoolExecutor(4) as pool, org.days_ago(4):
        list(pool.map(lambda id_: fill(org, id_), ids))
    listed = (org.records / "accounts.toml").read_text("utf-8")
    _, _, rest = listed.partition("[github]")
    (org.records / "accounts.toml").write_text(f'[aws.organization]\nrole = "{ROLE}"\n\n[github]{rest}', "utf-8")
    scope = (org.records / "scope.toml").read_text("utf-8")
    (org.records / "scope.toml").write_text(scope.replace(f":{aws_databases.arn('').split(':')[4]}:", ":*:"), "utf-8")


def fill(org: Organisation, account: str) -> None:
    """Build what the policy wants around databases, databases with backups in both regions, and buckets."""
    member: Any = Member(org, account)
    for region in (aws_databases.PRIMARY, aws_databases.SECONDARY):
        aws_databases.create_key(member, region)
        topic = aws_alarms.create_topic(member, region)
        for source, categories in aws_alarms.CATEGORIES.items():
            names: dict[str, Any] = {"SourceType": source, "EventCategories": categories}
            aws_alarms.subscribe_to_events(member, region, topic, f"{source}-backups", **names)
    aws_databases.create_subnet_group(member, "restore", aws_databases.SECONDARY, aws_databases.PRODUCTION)
    aws_databases.create_parameter_group(member, aws_databases.PARAMETER_GROUP, aws_databases.TLS_PARAMETERS)
    for number in range(EACH):
        name = f"load-{number}"
        aws_databases.create_database(member, name)
        member.client("rds", aws_databases.SECONDARY).start_db_instance_automated_backups_replication(
            SourceDBInstanceArn=f"arn:aws:rds:{aws_databases.PRIMARY}:{account}:db:{name}",
            BackupRetentionPeriod=30,
            KmsKeyId=aws_databases.KEY_ALIAS,
        )
        aws_storage.build_bucket(member, f"botbrains-{account}-{number}")


def measure(accounts: int) -> None:
    """Print the figures for so many accounts."""
    with Organisation.serve() as org, tempfile.TemporaryDirectory() as folder:
        os.environ.update(org.exports)
        begun = time.perf_counter()
        seed(org, accounts)
        built = time.perf_counter() - begun
        with from_memory(org.exports["AWS_ENDPOINT_URL"]) as url:
            cost, bound = bound_of(url, Path(folder) / "whole")
            parts = read_in_parts(url, Path(folder), min(accounts, PARTS)) if accounts > 1 else []
        read = [one for one in cost.evidence["run"]["accounts"] if one["read"]]
        print(f"{len(read):5} accounts of {accounts}: {cost.evidence['run']['verdict']}")
        cost.print_figures(built, bound, accounts, "account")
        if parts:
            merge(parts, cost, Path(folder) / "merged")
        sys.stdout.flush()


def read_in_parts(url: str, folder: Path, number: int) -> list[Cost]:
    """Read the accounts by several runs; what the whole run was answered is in memory already."""
    return [run_live(url, folder / f"part-{one}", f"--accounts={one}/{number}") for one in range(1, number + 1)]


def merge(parts: list[Cost], whole: Cost, reports: Path) -> None:
    """Put the parts together; print what that takes, and whether it says what the run over all says."""
    seconds, memory = max(part.seconds for part in parts), max(part.memory for part in parts)
    print(f"      in {len(parts)} parts: the longest {seconds:.1f} s, {memory:.0f} MB at the peak of the largest")
    merged = run_suite(reports, "--merge", *(str(part.folder) for part in parts))
    same = verdicts(merged) == verdicts(whole)
    print(f"      put together: {merged.seconds:.1f} s ({merged.cpu:.1f} of CPU), {merged.memory:.0f} MB at the peak")
    print(f"      {'the same verdicts' if same else 'ANOTHER VERDICT THAN THE WHOLE RUN'}")


def verdicts(cost: Cost) -> dict[str, tuple[str, list[str]]]:
    """Return result and violating resources of each statement."""
    return {
        one["id"]: (one["result"], sorted(it["resource"] for it in one["findings"] if not it["complies"]))
        for one in cost.evidence["statements"]
    }


if __name__ == "__main__":
    for number in map(int, sys.argv[1:] or ("1", "10", "100")):
        measure(number)
