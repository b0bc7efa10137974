"""Runs over a part of two accounts each, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from fixtures.examination import HOME
from fixtures.simulator import aws_databases, aws_storage
from fixtures.simulator.organisation import Organisation
from fixtures.simulator.violations import exports

OTHER = "210987654321"
ARCHIVE = "botbrains-archive"
LIMIT = 180


def run(reports: Path, *options: str, target: str = "live") -> subprocess.CompletedProcess[str]:
    """Run the suite in a process of its own."""
    command = [sys.executable, "-m", "pytest", "compliance_tests", f"--reports={reports}", "-p", "no:cacheprovider"]
    command += [f"--target={target}"] if target else []
    return subprocess.run([*command, *options], cwd=HOME, capture_output=True, text=True, timeout=LIMIT, check=False)


def only(reports: Path) -> Path:
    """Return the folder of the one run in *reports*."""
    (folder,) = (path for path in reports.iterdir() if not path.is_symlink())
    return folder


def document(folder: Path, file: str = "results.json") -> dict[str, Any]:
    """Return what a run has written."""
    found: dict[str, Any] = json.loads((folder / file).read_text("utf-8"))
    return found


def verdicts(folder: Path) -> dict[str, tuple[str, int, list[str]]]:
    """Return result, number of examined resources, and violating ones of each statement."""
    return {
        one["id"]: (one["result"], one["population"], sorted(it["resource"] for it in one["violations"]))
        for one in document(folder)["statements"]
    }


def seen(folder: Path, statement: str) -> list[str]:
    """Return what was seen for one statement: of what complies, too."""
    (judged,) = (one for one in document(folder, "evidence.json")["statements"] if one["id"] == statement)
    return sorted(one["seen"] for one in judged["findings"])


def two_accounts(organisation: Organisation) -> None:
    """Declare a second account, in which there is a database that is not recoverable in Ireland, and an archive."""
    accounts = organisation.records / "accounts.toml"
    role = f"arn:aws:iam::{OTHER}:role/reader"
    second = f'[[aws.accounts]]\nid = "{OTHER}"\nname = "second"\nrole = "{role}"\n\n'
    accounts.write_text(accounts.read_text().replace("[github]", second + "[github]", 1))
    rds = organisation.client("rds", aws_databases.PRIMARY, OTHER)
    rds.create_db_instance(
        DBInstanceIdentifier="elsewhere",
        Engine="postgres",
        DBInstanceClass="db.m7g.large",
        AllocatedStorage=20,
        MasterUsername="administrator",
        MasterUserPassword="nobody-reads-this",
        BackupRetentionPeriod=30,
        StorageEncrypted=True,
    )
    keep_in_archive(organisation)


def keep_in_archive(organisation: Organisation) -> None:
    """Replicate a bucket of the first account to one of the second, and export a snapshot to it.

    The archive encrypts under a key that its account alone may look at, as the policy of a new key has it.
    """
    aws_storage.open_bucket(organisation, ARCHIVE, aws_databases.SECONDARY, OTHER)
    s3, kms = (organisation.client(service, aws_databases.SECONDARY, OTHER) for service in ("s3", "kms"))
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.enable_key_rotation(KeyId=key)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=ARCHIVE,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )
    s3.put_bucket_versioning(Bucket=ARCHIVE, VersioningConfiguration={"Status": "Enabled"})
    encryption = {"ReplicaKmsKeyID": key}
    aws_storage.replicate(organisation, "botbrains-uploads", ARCHIVE, Account=OTHER, EncryptionConfiguration=encryption)
    exports.export_to(organisation, ARCHIVE)


def only_published(reports: Path) -> Path:
    """Return the folder of the merged run."""
    (folder,) = (path for path in reports.iterdir() if not path.is_symlink() and not path.name.startswith("."))
    return folder
