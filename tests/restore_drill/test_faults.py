"""Every way in which a backup is known to be damaged, on real files, in both modes, and who notices it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from fixtures.restore_drill.archive import Archive
from fixtures.restore_drill.cluster import Cluster
from fixtures.restore_drill.phases import Phases
from fixtures.restore_drill.recovery import recover
from fixtures.restore_drill.restoration import Mode, Objectives
from fixtures.restore_drill.verification.checks import row
from tests.restore_drill import damage
from tests.restore_drill.places import LostSite, lost_site

FAULTS = (
    # what was done, who notices it in a restore to a point in time, and in one to the latest point
    (damage.segment_missing, "log sequence", "log sequence"),
    (damage.segment_only_partial, "log sequence", "log sequence"),
    (damage.newest_not_replicated, "server", "acknowledged commits"),
    (damage.stored_log_flipped, "unpack", "unpack"),
    (damage.log_record_flipped, "checksums of stored files", "checksums of stored files"),
    (damage.log_record_flipped_and_resigned, "logs (pg_waldump)", "logs (pg_waldump)"),
    (damage.unused_end_of_log_flipped, "checksums of stored files", "checksums of stored files"),
    (damage.stored_base_flipped, "unpack", "unpack"),
    (damage.part_of_base_missing, "catalogue", "catalogue"),
    (damage.base_truncated, "unpack", "unpack"),
    (damage.base_absent, "catalogue", "catalogue"),
    (damage.row_flipped, "backup manifest (pg_verifybackup)", "backup manifest (pg_verifybackup)"),
    (damage.row_flipped_and_manifest_resigned, "tables read", "tables read"),
    (damage.table_missing, "backup manifest (pg_verifybackup)", "backup manifest (pg_verifybackup)"),
    (damage.index_page_zeroed, "amcheck", "amcheck"),
    (damage.table_page_zeroed, "row counts", "row counts"),
)


@pytest.fixture(scope="module")
def site() -> Iterator[LostSite]:
    """One lost site for all of them."""
    with lost_site() as lost:
        yield lost


@pytest.fixture
def bucket(site: LostSite) -> Iterator[damage.Bucket]:
    """Its secondary region, as it was, again after each test."""
    yield site.bucket
    site.bucket.undo()


@pytest.mark.parametrize("mode", Mode)
def test_undamaged(site: LostSite, mode: Mode) -> None:
    """Without damage it succeeds: out of the secondary region, while the primary one is gone."""
    result = site.restore(mode)
    assert result.succeeded, (result.failed_in, result.reason)
    assert site.primary_is_lost
    assert site.restorer.loss.region.name == "eu-west-1"
    assert all(check.result == "passed" for check in result.checks)
    assert mode is Mode.LATEST or result.lost_commits == 0


@pytest.mark.exhaustive(keep=4)
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(("damaged", "in_time", "latest"), FAULTS, ids=[one[0].__name__ for one in FAULTS])
def test_damage_fails_loudly(
    site: LostSite, bucket: damage.Bucket, damaged: damage.Damage, in_time: str, latest: str, mode: Mode
) -> None:
    """The one that is to notice does, and says what."""
    damaged(bucket)
    result = site.restore(mode)
    assert not result.succeeded
    assert result.failed_in == (in_time if mode is Mode.POINT_IN_TIME else latest), result.reason
    assert result.reason


@pytest.mark.parametrize("mode", Mode)
def test_zeroed_page_is_missed_by_the_index(site: LostSite, bucket: damage.Bucket, mode: Mode) -> None:
    """Of a table whose content nobody had recorded it would be seen, too, since the index still speaks of its rows."""
    damage.table_page_zeroed(bucket)
    checks = {one.name: one.result for one in site.restore(mode).checks}
    assert checks["index entries"] == "failed"
    assert {checks["amcheck"], checks["page checksums"], checks["page checksums, file by file"]} == {"passed"}


@pytest.mark.parametrize(
    "damaged",
    [damage.segment_missing, damage.log_record_flipped_and_resigned, damage.table_missing, damage.table_page_zeroed],
)
def test_postgresql_alone_opens_it(site: LostSite, bucket: damage.Bucket, damaged: damage.Damage) -> None:
    """Why there are checks at all: restored to the latest point, PostgreSQL opens what is damaged without a word."""
    damaged(bucket)
    restorer = site.restorer
    archive = Archive(restorer.loss.region, restorer.loss.layout)
    root = restorer.work / f"alone-{damaged.__name__}"
    cluster = Cluster(restorer.user, restorer.reaper, root, "alone")
    try:
        fetched = archive.fetch(*archive.choose(None), restorer.user, root, cluster.data)
        recover(cluster, fetched, None)
        with cluster.connect() as database:
            assert row(database, "SELECT count(*) FROM canary")[0] > 0
    finally:
        cluster.stop()


@pytest.mark.parametrize("mode", Mode)
def test_objective_exceeded(site: LostSite, mode: Mode) -> None:
    """A restore that takes longer, or loses more, than the objective allows has failed, sound as it may be."""
    slow = replace(site.restorer, objectives=Objectives(timedelta(hours=1), timedelta(milliseconds=1)))
    assert slow.restore(mode, Phases()).failed_in == "recovery time objective"
    late = replace(site.restorer, objectives=Objectives(timedelta(0), timedelta(hours=1)))
    assert late.restore(mode, Phases()).failed_in == "recovery point objective"


def test_target_before_the_window(site: LostSite) -> None:
    """No base backup reaches a time before the oldest one was finished."""
    early = site.restorer.loss.backup.description.finished - timedelta(microseconds=1)
    result = site.aiming_at(early).restore(Mode.POINT_IN_TIME, Phases())
    assert (result.failed_in, result.succeeded) == ("catalogue", False)
    assert "the oldest was finished at" in result.reason


def test_target_after_the_window(site: LostSite) -> None:
    """The logs end before the target, which only PostgreSQL can know."""
    result = site.aiming_at(site.restorer.loss.lost + timedelta(hours=1)).restore(Mode.POINT_IN_TIME, Phases())
    assert (result.failed_in, result.succeeded) == ("server", False)
    assert "recovery ended before configured recovery target was reached" in result.reason
