"""A small site that was lost, once for all tests of a module: its secondary region can be damaged, and restored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from fixtures.restore_drill import base_backup, binaries
from fixtures.restore_drill.cluster import Cluster
from fixtures.restore_drill.drill import regions, workplace
from fixtures.restore_drill.phases import Phases
from fixtures.restore_drill.reaper import Reaper
from fixtures.restore_drill.restoration import Mode, Objectives, Restoration, Restorer
from fixtures.restore_drill.server_user import ServerUser
from fixtures.restore_drill.site import Plan, Site
from fixtures.restore_drill.verification.checks import Database, row
from fixtures.restore_drill.verification.expectation import Expectation
from tests.restore_drill.damage import Bucket

SMALL = Plan(megabytes=2, segment_mb=1, run=2.0, switch=0.3, after=0.2)
GENEROUS = Objectives(timedelta(minutes=30), timedelta(hours=4))


class ObservedSite(Site):
    """A site that tells where its tables lie, and which segment it writes at the target time."""

    def _record(self, database: Database) -> tuple[Expectation, datetime]:
        names = ("attachments", "attachments_pkey")
        self.files = {name: str(row(database, "SELECT pg_relation_filepath(%s)", name)[0]) for name in names}
        self.target_segment = str(row(database, "SELECT pg_walfile_name(pg_current_wal_lsn())")[0])
        return super()._record(database)


@dataclass(frozen=True, slots=True)
class LostSite:
    """What is left."""

    restorer: Restorer
    bucket: Bucket
    primary_is_lost: bool

    def restore(self, mode: Mode) -> Restoration:
        """Restore and verify."""
        return self.restorer.restore(mode, Phases())

    def aiming_at(self, target: datetime) -> Restorer:
        """Return the same for another target time."""
        loss = self.restorer.loss
        return replace(self.restorer, loss=replace(loss, target=target, expected=replace(loss.expected, target=target)))


@contextmanager
def lost_site() -> Iterator[LostSite]:
    """Build a site, lose it, and keep what is left for as long as it is needed."""
    with workplace() as (work, reaper), patch.object(base_backup, "VOLUME", 1 << 20):
        user = ServerUser.choose(binaries.find(), work)
        with regions(work, reaper) as both:
            with ObservedSite(SMALL, user, reaper, both, work) as site:
                loss = site.live_and_be_lost(Phases())
            restorer = Restorer(loss, user, reaper, work, GENEROUS)
            yield LostSite(restorer, Bucket(loss, site.files, site.target_segment), site.primary.is_lost)


@contextmanager
def running_cluster(name: str) -> Iterator[tuple[Cluster, ServerUser, Reaper, Path]]:
    """Have a new, empty cluster with a database *app*."""
    with workplace() as (work, reaper):
        user = ServerUser.choose(binaries.find(), work)
        cluster = Cluster(user, reaper, work / "c", name)
        cluster.initialise(1)
        cluster.start()
        with cluster.connect("postgres") as first:
            first.execute("CREATE DATABASE app")
        try:
            yield cluster, user, reaper, work
        finally:
            cluster.stop()
