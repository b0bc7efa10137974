"""Data residency: a primary region in Germany, a secondary one in Ireland, everything in the EU."""

from datetime import datetime

from fixtures.examination import Examination, statement
from fixtures.facts.backups import ExportTask
from fixtures.facts.databases import Database, DatabaseKind
from fixtures.facts.hosting import SourceHosting
from fixtures.facts.locations import Location
from fixtures.facts.mirrors import Mirror
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.recovery import Recovery
from fixtures.facts.regions import place
from fixtures.facts.replications import ReplicationRule
from fixtures.facts.text import span


@statement("RES-1")
def test_primary_region_is_germany_and_secondary_is_ireland(
    databases: Population[Database],
    backup_locations: Population[Location],
    bucket_locations: Population[Location],
    planned_locations: Population[Location],
    other_copies: Population[Location],
    policy: Policy,
    examine: Examination,
) -> None:
    """The regions that hold primaries and backups are exactly the primary and the secondary one."""
    examine.expects(databases, "databases")
    examine.expects(backup_locations, "backups of databases")
    both = f"{place(policy.primary_region)} or {place(policy.secondary_region)}"
    for database in databases:
        with examine(database, seen=place(database.stands_in), required=place(policy.primary_region)):
            assert database.stands_in == policy.primary_region
    for location in (*backup_locations, *bucket_locations, *planned_locations, *other_copies):
        with examine(location, seen=location, required=both):
            assert location.region in {policy.primary_region, policy.secondary_region}


@statement("RES-2")
def test_backups_remain_in_eu(
    backup_locations: Population[Location],
    bucket_locations: Population[Location],
    planned_locations: Population[Location],
    other_copies: Population[Location],
    ways_out: Population[Location],
    bucket_replications: Population[ReplicationRule],
    exports: Population[ExportTask],
    source_hosting: Population[SourceHosting],
    mirrors: Population[Mirror],
    examine: Examination,
) -> None:
    """Every copy of every backup remains within the European Union."""
    examine.expects(backup_locations, "backups of databases")
    examine.expects(source_hosting, "source code")
    for location in (*backup_locations, *bucket_locations, *planned_locations, *other_copies, *ways_out):
        with examine(location, seen=location, required="in the EU, in nobody else's hands"):
            assert location.is_in_eu
    for hosting in source_hosting:  # the history of source code is its backup
        remedy = "move {resource.id} to an enterprise tenant with data residency in the EU (….ghe.com), and declare it"
        with examine(hosting, seen=hosting, required="shown to be in the EU", remedy=remedy):
            assert hosting.is_in_eu
    for mirror in mirrors.where(lambda mirror: bool(mirror.country)):
        remedy = "remove the mirror of {resource.repository} from {resource.machine}, and {resource.id}"
        with examine(mirror, seen=f"machine in {mirror.country}", required="in the EU", remedy=remedy):
            assert mirror.is_in_eu
    if unplaced := mirrors.where(lambda mirror: not mirror.country):
        examine.note(f"{len(unplaced)} mirrors are on machines whose country nobody declared (records/mirrors.toml)")
    for rule in bucket_replications.where(lambda rule: not rule.enabled):
        examine.note(f"bucket {rule.name}: replication {rule}: what was copied before may still be there")
    for export in exports.where(lambda export: export.is_gone):
        examine.note(f"{export}: the bucket is gone, and what was exported with it, unless somebody had copied it")


@statement("RES-3")
def test_loss_of_primary_region_loses_no_data(
    recoveries: Population[Recovery], policy: Policy, now: datetime, examine: Examination
) -> None:
    """What the secondary region holds is enough to restore every production database without the primary one."""
    for one in recoveries:
        with examine(
            one,
            seen=one.describe(now),
            required=f"replica in {one.region}, at most {span(policy.replica_lag)} behind, its key, a subnet group",
            remedy="" if one.one.database.kind is DatabaseKind.INSTANCE else "{resource.one.advice}",
        ):
            one.one.must_know_replica(one.region)
            assert one.replica is not None
            assert one.replica.window.is_fresh(now, policy.replica_lag, policy.clock_tolerance)
            assert one.replica.window.earliest is not None
            assert one.key_opens
            one.must_know_targets()
            assert one.targets
