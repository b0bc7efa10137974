"""Object storage: user uploads and attachments, versioned in Germany."""

from fixtures.examination import Examination, statement
from fixtures.facts.buckets import BucketVersioning, DirectoryBucket, ListedBucket
from fixtures.facts.lifecycles import BucketLifecycle
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.regions import place
from fixtures.facts.replications import ReplicationRule
from fixtures.facts.storage_classes import StoredObjects
from fixtures.facts.text import span


@statement("OBJ-1")
def test_object_storage_is_in_germany(
    buckets: Population[ListedBucket],
    directory_buckets: Population[DirectoryBucket],
    policy: Policy,
    examine: Examination,
) -> None:
    """Every bucket in scope is in the primary region, in Germany."""
    for bucket in (*buckets, *directory_buckets):
        with examine(bucket, seen=place(bucket.region), required=place(policy.primary_region)):
            assert bucket.region == policy.primary_region


@statement("OBJ-2")
def test_object_storage_versioning_enabled(
    bucket_versioning: Population[BucketVersioning],
    directory_buckets: Population[DirectoryBucket],
    examine: Examination,
) -> None:
    """Every bucket in scope keeps earlier versions of its objects."""
    for bucket in bucket_versioning:
        with examine(bucket, seen=bucket, required="versioning Enabled"):
            assert bucket.keeps_versions
    for directory in directory_buckets:
        remedy = "move the objects of {resource.name} to a bucket that is no directory bucket"
        with examine(directory, seen=directory, required="versioning Enabled", remedy=remedy):
            assert directory.keeps_versions


@statement("OBJ-3")
def test_object_storage_is_durable(
    stored_objects: Population[StoredObjects],
    bucket_lifecycles: Population[BucketLifecycle],
    bucket_replications: Population[ReplicationRule],
    directory_buckets: Population[DirectoryBucket],
    examine: Examination,
) -> None:
    """Every bucket in scope stores its objects so that they survive the loss of an availability zone."""
    for one in (*stored_objects, *bucket_lifecycles, *bucket_replications, *directory_buckets):
        with examine(one, seen=one.storage, required="storage that is known to be in several zones"):
            assert not one.fragile
    for bucket in stored_objects.where(lambda bucket: not bucket.complete):
        examine.note(bucket.limit)


@statement("OBJ-4")
def test_object_versions_kept_for_recovery_window(
    bucket_lifecycles: Population[BucketLifecycle], policy: Policy, examine: Examination
) -> None:
    """No lifecycle rule removes earlier versions of an object before the recovery window is over."""
    for bucket in bucket_lifecycles:
        required = f"no earlier version removed in the first {span(policy.retention)} after it was replaced"
        with examine(bucket, seen=bucket, required=required):
            assert not bucket.early_removals(policy.retention)
