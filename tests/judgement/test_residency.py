"""Where exports and replicas are, and in whose hands, on facts made up for them: every status, every owner."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from fixtures.collection import POPULATIONS
from fixtures.facts import encryption
from fixtures.facts.accounts import AccountCoverage
from fixtures.facts.architecture import of_buckets
from fixtures.facts.backups import ExportTask
from fixtures.facts.buckets import KnownBuckets, ListedBucket
from fixtures.facts.locations import of_exports, of_replicas
from fixtures.facts.population import Population, Unread
from fixtures.facts.replications import ReplicationRule
from tests.judgement.facts import SOURCE

OURS, ARCHIVE = "123456789012", "210987654321"
HERE = AccountCoverage(OURS, "production", "", read=True)
THERE = AccountCoverage(ARCHIVE, "archive", "", read=False, reason="belongs to another part")
UPLOADS = ListedBucket("arn:aws:s3:::uploads", "uploads", OURS, "eu-central-1", SOURCE)
COPIES = ListedBucket("arn:aws:s3:::copies", "copies", ARCHIVE, "eu-west-1", SOURCE)
DENIED = Unread("aws", ARCHIVE, "", "s3:ListBuckets", "denied", "grant it")
TASK = ExportTask(
    id=f"arn:aws:rds:eu-central-1:{OURS}:export-task:one",
    name="one",
    account=OURS,
    region="eu-central-1",
    source_arn=f"arn:aws:rds:eu-central-1:{OURS}:snapshot:one",
    bucket="copies",
    bucket_region="eu-west-1",
    bucket_exists=True,
    kms_key=f"arn:aws:kms:eu-central-1:{OURS}:key/one",
    status="COMPLETE",
    source=SOURCE,
)
RULE = ReplicationRule(
    id=UPLOADS.id,
    name="uploads",
    account=OURS,
    region="eu-central-1",
    rule="copies",
    enabled=True,
    destination=COPIES.id,
    destination_name="copies",
    destination_region="eu-west-1",
    destination_account=ARCHIVE,
    storage_class="",
    kms_key="",
    source=SOURCE,
)
NONE: Population[ListedBucket] = Population()
STATUSES = ("STARTING", "IN_PROGRESS", "COMPLETE", "CANCELING", "CANCELED", "FAILED", "unknown", "complete")


@pytest.mark.parametrize(("status", "exists"), list(product(STATUSES, (True, False))))
def test_export(status: str, exists: bool) -> None:
    """What is over and has no bucket is nowhere; all else is judged, and no region is not in the EU.

    Its key is needed while there is a copy to open, or may be one.
    """
    task = replace(TASK, status=status, bucket_exists=exists, bucket_region="eu-west-1" if exists else "")
    is_over = status in {"COMPLETE", "CANCELED", "FAILED"}

    places = [one.is_in_eu for one in of_exports([task], KnownBuckets(Population((COPIES,) if exists else ())))]
    keys = list(encryption.of_exports([task], ()))

    assert places == ([True] if exists else [] if is_over else [False])
    assert len(keys) == (0 if status in {"CANCELED", "FAILED"} or not places else 1)


LISTINGS: dict[str, tuple[Population[ListedBucket], tuple[AccountCoverage, ...], bool, bool]] = {
    "ours": (Population((COPIES,)), (HERE,), False, True),
    "a stranger's": (NONE, (HERE,), True, True),
    "of a listing that is missing": (replace(NONE, unread=(DENIED,)), (HERE,), False, False),
    "perhaps of another part": (NONE, (HERE, THERE), False, False),
    "ours, beside another part": (Population((COPIES,)), (HERE, THERE), False, True),
}


@pytest.mark.parametrize("case", LISTINGS)
def test_in_whose_hands(case: str) -> None:
    """Nobody is a stranger while it is unknown whose the bucket is, and nobody is taken for one of ours."""
    listing, ours, is_foreign, is_known = LISTINGS[case]
    known = KnownBuckets(listing, ours)

    buckets = Population((UPLOADS,), listing.unread)
    (export,), (replica,) = of_exports([TASK], known), of_replicas([RULE], known)
    (region,) = (
        one
        for one in of_buckets(buckets, Population(), Population(), Population((RULE,)), known)
        if one.name == "object_storage.copy_region"
    )

    assert bool(export.holder) is bool(replica.holder) is is_foreign
    assert region.values == (("eu-west-1 (another account)" if is_foreign else "eu-west-1",) if is_known else ())
    assert region.is_complete is is_known
    assert bool(known.in_doubt([COPIES.id]).unread or listing.unread) is not is_known, "what is not known is a gap"


def test_populations_of_a_part() -> None:
    """Its own verdict waits for the other part where copies may be there; that of the whole waits for nobody."""
    ours = (Population((HERE, THERE)), Population((HERE, replace(THERE, read=True, reason=""))))
    none: Population[object] = Population()
    for rule, task, accounts, told in (
        (RULE, TASK, ours[0], ["bucket copies may belong to an account that another part has (--accounts)"]),
        (replace(RULE, enabled=False), replace(TASK, bucket_exists=False), ours[0], []),
        (RULE, TASK, ours[1], []),
    ):
        listing = Population((UPLOADS,))
        known = {"our_accounts": accounts, "bucket_listing": listing}
        rules: Population[object] = Population((rule,))
        both = (
            POPULATIONS["bucket_locations"](
                **known, buckets=listing, directory_buckets=none, bucket_replications=rules
            ),
            POPULATIONS["other_copies"](**known, exports=Population((task,)), other_backups=none),
        )
        assert [[gap.reason for gap in one.unread] for one in both] == [told, told]
