"""A backup of another cluster where that of the right one is expected: sound, complete, and not wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from fixtures.restore_drill.archive import Archive
from fixtures.restore_drill.base_backup import BaseBackup, take
from fixtures.restore_drill.layout import DESCRIPTION, MANIFEST
from fixtures.restore_drill.phases import Phases
from fixtures.restore_drill.region import listed
from fixtures.restore_drill.restoration import Mode
from tests.restore_drill.damage import Bucket, resign_description
from tests.restore_drill.places import LostSite, lost_site, running_cluster


@dataclass(frozen=True)
class Foreign:
    """A base backup of another cluster, and its files."""

    backup: BaseBackup
    files: Mapping[str, bytes]
    packed: bytes


@pytest.fixture(scope="module")
def site() -> Iterator[LostSite]:
    """One lost site."""
    with lost_site() as lost:
        yield lost


@pytest.fixture(scope="module")
def foreign(site: LostSite) -> Foreign:
    """A backup of a cluster that has nothing to do with it, put beside its own."""
    loss = site.restorer.loss
    with running_cluster("foreign") as (cluster, _, _, work):
        backup = take(cluster, loss.region, loss.layout, work / "taken")
    client = loss.region.client()
    files = {}
    for key, _ in list(listed(client, loss.region.bucket, loss.layout.base(backup.id, ""))):
        files[key] = client.get_object(Bucket=loss.region.bucket, Key=key)["Body"].read()
        client.delete_object(Bucket=loss.region.bucket, Key=key)
    packed = b"".join(files[loss.layout.volume(backup.id, number)] for number in range(backup.description.volumes))
    own = {file: files[loss.layout.base(backup.id, file)] for file in (MANIFEST, DESCRIPTION)}
    return Foreign(backup, own, packed)


@pytest.fixture
def bucket(site: LostSite) -> Iterator[Bucket]:
    """The secondary region, as it was, again after each test."""
    yield site.bucket
    site.bucket.undo()


@pytest.mark.exhaustive(keep=2)
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("claimed", ["its own", "the right one"])
def test_wrong_cluster(site: LostSite, bucket: Bucket, foreign: Foreign, claimed: str, mode: Mode) -> None:
    """It is refused by its system identifier, whatever its description says."""
    for file, content in foreign.files.items():
        bucket.write(bucket.base(file), content, {})
    bucket.repack(foreign.packed)
    resign_description(bucket, {}, volumes=len(bucket.volumes()))
    right = site.restorer.loss.expected.system_identifier
    wrong = foreign.backup.description.system_identifier
    assert right != wrong
    if claimed == "the right one":
        finished = site.restorer.loss.backup.description.finished
        resign_description(bucket, {}, system_identifier=right, finished=finished)
    aim = datetime.now(UTC) if claimed == "its own" else site.restorer.loss.target
    result = site.aiming_at(aim).restore(mode, Phases())
    assert not result.succeeded
    assert result.failed_in == "cluster of the backup"
    assert wrong in result.reason
    assert right in result.reason


def test_half_a_description(site: LostSite, bucket: Bucket) -> None:
    """A description that cannot be read is no base backup, and no crash either."""
    body, metadata = bucket.read(bucket.base(DESCRIPTION))
    bucket.write(bucket.base(DESCRIPTION), body[:40], metadata)
    result = site.restore(Mode.LATEST)
    assert (result.failed_in, result.succeeded) == ("catalogue", False)


def test_nothing_is_left_of_a_failed_restore(site: LostSite, bucket: Bucket) -> None:
    """Neither files nor a server."""
    bucket.remove(bucket.middle())
    assert not site.restore(Mode.LATEST).succeeded
    assert not list(site.restorer.work.glob("restored-*"))


def test_restored_copy_that_is_not_isolated(site: LostSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that would archive its own logs, as production does, is refused although its content is right."""
    monkeypatch.setattr("fixtures.restore_drill.recovery.ISOLATED", {"archive_mode": "on"})
    result = site.restore(Mode.LATEST)
    assert (result.failed_in, result.succeeded) == ("isolation", False)


def test_ledger_knows_of_a_commit_that_is_missing(site: LostSite) -> None:
    """A commit that was acknowledged before the target and did not come back is a failure by itself."""
    loss = site.restorer.loss
    ledger = replace(loss.ledger, acknowledged=(loss.ledger.acknowledged[0], *loss.ledger.acknowledged))
    result = replace(site.restorer, loss=replace(loss, ledger=ledger)).restore(Mode.POINT_IN_TIME, Phases())
    assert (result.failed_in, result.lost_commits) == ("acknowledged commits", 1)


def test_base_backup_that_reaches_the_target_is_chosen(site: LostSite, bucket: Bucket) -> None:
    """The newest one that does, and not the newest one."""
    loss = site.restorer.loss
    later = loss.backup.description.model_copy(update={"finished": loss.target + timedelta(seconds=1)})
    bucket.add(loss.layout.base("29991231T000000.000000Z", DESCRIPTION), later.model_dump_json().encode(), {})
    archive = Archive(loss.region, loss.layout)
    assert archive.choose(loss.target) == (loss.backup.id, loss.backup.description)
    assert archive.choose(None) == ("29991231T000000.000000Z", later)
