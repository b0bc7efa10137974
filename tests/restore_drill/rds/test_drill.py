"""The live drill in the simulated organisation: made, watched, verified, deleted, and nothing else touched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.facts.restore_tests import Verification
from fixtures.restore_drill.rds.connection import ConnectionFailedError
from fixtures.restore_drill.rds.dry_run import dry_run
from fixtures.restore_drill.rds.interlocks import InterlockError
from fixtures.restore_drill.rds.order import PRIMARY
from fixtures.restore_drill.rds.surroundings import UnreadableError
from fixtures.simulator import aws_databases as databases
from tests.restore_drill.rds import place
from tests.restore_drill.rds.conftest import Drill, prepare

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from psycopg import Connection

    from fixtures.restore_drill.rds.connection import Endpoint
    from fixtures.simulator.organisation import Organisation

WRITES = ["rds:RestoreDBInstanceToPointInTime", "rds:ModifyDBInstance", "rds:DeleteDBInstance"]


def written(drill: Drill) -> list[str]:
    """Return the calls that changed something."""
    return [call for call, _ in drill.clients.guard.passed if call in WRITES]


def test_restored_verified_and_deleted(drill: Drill) -> None:
    """With a password of its own, times in order, and three calls that write."""
    before = drill.production()
    outcome = drill.run()
    assert outcome.passed, (outcome.failure, outcome.leftover)
    assert written(drill) == WRITES
    assert drill.copies() == []
    assert drill.production() == before
    assert outcome.available is not None
    assert outcome.verified is not None
    assert outcome.plan.backup.latest is not None
    assert outcome.plan.at <= outcome.plan.backup.latest <= outcome.declared <= outcome.started
    assert outcome.started <= outcome.available <= outcome.verified <= outcome.ended
    assert (outcome.place.vpc, outcome.place.subnet_group) == (drill.order.target.vpc, drill.order.target.subnet_group)
    assert outcome.place.resource_id not in {"", outcome.plan.backup.resource_id}


def test_the_copy_is_what_was_ordered_while_it_is_there(drill: Drill) -> None:
    """Single, private, tagged, encrypted under the backup's key, without backups of its own; entered as RDS says."""
    there: list[dict[str, Any]] = []
    drill.meanwhile = lambda: there.extend(drill.databases(databases.SECONDARY).values())
    outcome = drill.run()
    (copy,) = there
    tags = {tag["Key"]: tag["Value"] for tag in copy["TagList"]}
    assert tags == outcome.plan.tags
    assert not copy["MultiAZ"]
    assert not copy["PubliclyAccessible"]
    assert copy["KmsKeyId"] == outcome.plan.backup.kms_key
    assert copy["BackupRetentionPeriod"] == 0
    (entered,) = drill.entered
    assert entered.password
    assert entered.password not in repr(entered)
    assert (entered.host, entered.port) == (copy["Endpoint"]["Address"], copy["Endpoint"]["Port"])


def test_from_the_primary_region_on_request(company: Organisation) -> None:
    """The place has to be there, too."""
    for name in ("app", "analytics"):  # a database of the simulation has no network unless it is given one
        databases.modify_database(company, name, DBSubnetGroupName="restore-test")
    drill = prepare(company, databases.PRIMARY, restore_from=PRIMARY)
    outcome = drill.run()
    assert outcome.passed, (outcome.failure, outcome.leftover)
    assert outcome.plan.backup.region == databases.PRIMARY
    assert drill.copies() == []


def test_found_unsound_fails(drill: Drill) -> None:
    """And is deleted all the same."""
    drill.found = (Verification("row counts", passed=True), Verification("checksums", passed=False))
    outcome = drill.run()
    assert not outcome.passed
    assert not outcome.failure
    assert drill.copies() == []


def test_nothing_verified_fails(drill: Drill) -> None:
    """A restoration that nobody looked at proves nothing."""
    drill.found = ()
    assert not drill.run().passed


def test_a_password_that_is_not_in_force_yet_is_waited_for(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the order says, and no longer."""
    enter, failures = drill.connect, [1]

    def declines(given: Endpoint) -> AbstractContextManager[Connection[Any]]:
        if failures:
            raise ConnectionFailedError(f"not for the time being {failures.pop()}")
        return enter(given)

    monkeypatch.setattr(drill, "connect", declines)
    outcome = drill.run()
    assert outcome.passed, outcome.failure
    assert any("not entered yet: not for the time being 1" in line for line in drill.said)
    failures += [3, 2]
    again = prepare_again(drill)
    monkeypatch.setattr(again, "connect", declines)
    assert again.run().failure == "not for the time being 3"
    assert drill.copies() == []


def no_way_in(drill: Drill) -> None:
    """Have nobody type the name."""
    drill.order = replace(drill.order, confirmed="")


def way_out(drill: Drill) -> None:
    """Add a rule for what goes out, as a new security group has one."""
    rule = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2(drill).authorize_security_group_egress(GroupId=drill.order.target.security_groups[0], IpPermissions=[rule])


def way_out_over_ipv6(drill: Drill) -> None:
    """Add one for IPv6 alone."""
    rule = {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    ec2(drill).authorize_security_group_egress(GroupId=drill.order.target.security_groups[0], IpPermissions=[rule])


def way_out_to_a_prefix_list(drill: Drill) -> None:
    """Add one for a list of addresses."""
    rule = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-0123456789abcdef0"}]}
    ec2(drill).authorize_security_group_egress(GroupId=drill.order.target.security_groups[0], IpPermissions=[rule])


def way_out_to_its_own_kind(drill: Drill) -> None:
    """Add one for members of the group itself."""
    (group,) = drill.order.target.security_groups
    rule = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    ec2(drill).authorize_security_group_egress(GroupId=group, IpPermissions=[rule])


def open_to_everybody(drill: Drill) -> None:
    """Let the internet in."""
    (group,) = drill.order.target.security_groups
    ec2(drill).authorize_security_group_ingress(GroupId=group, IpPermissions=[place.rule("0.0.0.0/0")])


def open_to_everybody_over_ipv6(drill: Drill) -> None:
    """Let the internet in over IPv6."""
    (group,) = drill.order.target.security_groups
    ec2(drill).authorize_security_group_ingress(GroupId=group, IpPermissions=[place.rule("::/0")])


def production_moved_in(drill: Drill) -> None:
    """Put a database of production's into the network."""
    group = drill.order.target.subnet_group
    databases.create_database(drill.org, "reports", databases.SECONDARY, DBSubnetGroupName=group)


def jobs_enabled(drill: Drill) -> None:
    """Preload pg_cron."""
    set_parameter(drill, shared_preload_libraries="pg_stat_statements,pg_cron")


def subscriptions_enabled(drill: Drill) -> None:
    """Have workers for subscriptions."""
    set_parameter(drill, max_logical_replication_workers="4")


def tls_left_to_clients(drill: Drill) -> None:
    """Accept connections in the clear."""
    set_parameter(drill, **{"rds.force_ssl": "0"})


def key_disabled(drill: Drill) -> None:
    """Disable the key of the copy."""
    key = databases.key_arn(drill.org, databases.SECONDARY)
    drill.org.client("kms", databases.SECONDARY).disable_key(KeyId=key)


def group_is_productions(drill: Drill) -> None:
    """Name the subnet group of production."""
    drill.order = replace(drill.order, target=replace(drill.order.target, subnet_group="restore"))


def group_untagged(drill: Drill) -> None:
    """Take the tag from the subnet group."""
    rds = drill.org.client("rds", databases.SECONDARY)
    arn = databases.arn(drill.order.target.subnet_group, databases.SECONDARY, "subgrp")
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["environment"])


def vpc_is_productions(drill: Drill) -> None:
    """Tag the network as production's."""
    ec2(drill).create_tags(Resources=[drill.order.target.vpc], Tags=databases.PRODUCTION)


def account_is_another(drill: Drill) -> None:
    """Name an account that the credentials do not belong to."""
    drill.order = replace(drill.order, target=replace(drill.order.target, account="999999999999"))


def nobody_to_trust(drill: Drill) -> None:
    """Name a file of certificate authorities that is not there."""
    drill.order = replace(drill.order, target=replace(drill.order.target, certificates="/nowhere/bundle.pem"))


def target_is_at_aws(drill: Drill) -> None:
    """Mean a place at AWS, while the simulated organisation answers."""
    drill.order = replace(drill.order, target=replace(drill.order.target, simulated=False))


def ec2(drill: Drill) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """Return an administrator's client."""
    return drill.org.client("ec2", databases.SECONDARY)


def set_parameter(drill: Drill, **values: str) -> None:
    """Set parameters of the copy's group."""
    group = drill.order.target.parameter_group
    databases.set_parameters(drill.org, group, values, method="pending-reboot", region=databases.SECONDARY)


def undo(drill: Drill) -> None:
    """Give back to the others what they share: the key."""
    key = databases.key_arn(drill.org, databases.SECONDARY)
    drill.org.client("kms", databases.SECONDARY).enable_key(KeyId=key)


REFUSED: dict[Callable[[Drill], None], str] = {
    no_way_in: "type --yes-restore-into ireland",
    way_out: "lets the copy connect to 0.0.0.0/0",
    way_out_over_ipv6: "lets the copy connect to ::/0",
    way_out_to_a_prefix_list: "lets the copy connect to pl-0123456789abcdef0",
    way_out_to_its_own_kind: "lets the copy connect to sg-",
    open_to_everybody: "lets 0.0.0.0/0 in",
    open_to_everybody_over_ipv6: "lets ::/0 in",
    production_moved_in: "production's database reports is in VPC",
    jobs_enabled: "has pg_cron in",
    subscriptions_enabled: "max_logical_replication_workers = 4",
    tls_left_to_clients: "rds.force_ssl = 0",
    key_disabled: "is Disabled",
    group_is_productions: "subnet group restore is not tagged",
    group_untagged: "is not tagged",
    vpc_is_productions: "VPC vpc-",
    account_is_another: "the credentials belong to account 123456789012",
    nobody_to_trust: "/nowhere/bundle.pem holds no certificate authorities",
    target_is_at_aws: "the simulated organisation answers",
}


@pytest.mark.exhaustive(keep=3)
@pytest.mark.parametrize("change", REFUSED, ids=lambda change: change.__name__)
def test_refused_as_the_provider_answers_it(drill: Drill, change: Callable[[Drill], None]) -> None:
    """By what is really there; nothing is made, and nothing changed. The dry run says the same."""
    change(drill)
    before = drill.production()
    with pytest.raises(InterlockError) as refused:
        drill.run()
    assert any(REFUSED[change] in reason for reason in refused.value.reasons), refused.value.reasons
    assert written(drill) == []
    assert drill.production() == before
    assert dry_run(drill.order, place.clients(drill.order.target), drill.said.append) == refused.value.reasons
    undo(drill)


def test_a_place_that_is_not_there_cannot_be_read(drill: Drill) -> None:
    """Neither guessed, nor left to RDS' defaults."""
    drill.order = replace(drill.order, target=replace(drill.order.target, subnet_group="nowhere"))
    with pytest.raises(UnreadableError, match="DescribeDBSubnetGroups"):
        drill.run()
    assert written(drill) == []


def test_a_source_without_backup_cannot_be_restored(drill: Drill) -> None:
    """As soon as its replication has expired."""
    drill.order = replace(drill.order, target=replace(drill.order.target, source="nothing"))
    with pytest.raises(UnreadableError, match="there has to be one automated backup"):
        drill.run()


def prepare_again(drill: Drill) -> Drill:
    """Return a second drill of the same order."""
    return Drill(drill.org, drill.order, place.clients(drill.order.target))
