"""Encryption: AES-256 at rest, TLS 1.3 in transit, in the same way as production, under keys that open it again."""

from fixtures.examination import Examination, statement
from fixtures.facts.bucket_policies import BucketPolicy
from fixtures.facts.encrypted_backups import EncryptedBackup
from fixtures.facts.handshakes import Handshake
from fixtures.facts.keys import BackupKey
from fixtures.facts.parameter_groups import DatabaseTransport
from fixtures.facts.policy import Policy
from fixtures.facts.population import Population
from fixtures.facts.text import span


@statement("ENC-1")
def test_backups_encrypted_at_rest_aes256(encrypted_backups: Population[EncryptedBackup], examine: Examination) -> None:
    """Every backup of every kind is encrypted at rest with AES-256."""
    for one in encrypted_backups:
        with examine(one, seen=one, required="AES-256: by the provider, or under a SYMMETRIC_DEFAULT key"):
            assert one.is_aes_256
    examine.note(
        "What was stored in a bucket before January 2023, or names an encryption of its own, is not seen here."
    )


@statement("ENC-2")
def test_backup_keys_are_usable(backup_keys: Population[BackupKey], policy: Policy, examine: Examination) -> None:
    """Every key that a backup needs is usable, rotated, ours, and lives in the region of the backup."""
    for one in backup_keys:
        with examine(one, seen=one, required=f"Enabled, ours, rotated every {span(policy.key_rotation)}, beside it"):
            assert one.is_ours
            assert one.is_beside_its_backups
            assert one.key.is_usable
            assert one.key.rotates_within(policy.key_rotation)


@statement("ENC-3")
def test_backups_in_transit_tls13(
    database_transport: Population[DatabaseTransport],
    bucket_policies: Population[BucketPolicy],
    handshakes: Population[Handshake],
    policy: Policy,
    examine: Examination,
) -> None:
    """Backups travel over TLS 1.3."""
    tls = f"TLSv{policy.minimum_tls}"
    examine.expects(database_transport, "databases")
    for database in database_transport:
        with examine(
            database,
            seen=database,
            required=f"TLS forced, {tls} at least, in force",
            remedy=f"set rds.force_ssl to 1, ssl_min_protocol_version to {tls} for {{resource.name}}, and reboot it",
        ):
            assert database.offers_tls_1_3
            assert database.forces_tls
            assert database.demands(policy.minimum_tls)
            assert database.is_in_force
    for bucket in bucket_policies:
        with examine(
            bucket,
            seen=bucket,
            required=f"plain HTTP and TLS below {policy.minimum_tls} refused to everybody",
            remedy="refuse both to everybody, each in a statement of its own: aws s3api put-bucket-policy "
            "--bucket {resource.name} --policy file://policy.json",
        ):
            assert bucket.refuses_plain_http
            assert bucket.refuses_tls_below(policy.minimum_tls)
    for handshake in handshakes:
        with examine(
            handshake,
            seen=handshake,
            required=f"{tls}, a certificate that holds; of a database nothing less accepted",
            remedy="find out who answers at {resource.id}, and why not as its settings demand",
        ):
            assert handshake.negotiates(policy.minimum_tls)
            assert not handshake.problem
            assert not (handshake.is_of_database and handshake.accepts_below(policy.minimum_tls))
    examine.note("How a provider moves backups himself, between services and regions, only he can attest.")


@statement("ENC-4")
def test_backup_encryption_matches_production(
    encrypted_backups: Population[EncryptedBackup], examine: Examination
) -> None:
    """Every backup is encrypted in the same way as the live data that it was taken from."""
    for one in encrypted_backups.where(lambda backup: backup.live is not None):
        with examine(one, seen=f"{one.backup.kind}, {one.way}", required=f"{one.live_way}, as the live data"):
            assert one.way == one.live_way
