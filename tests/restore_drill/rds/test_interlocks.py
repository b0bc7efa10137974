"""Each interlock refuses what it is there for, and nothing else; what it does not know, it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fixtures.facts.drill_targets import BY_ACCOUNT
from fixtures.restore_drill.rds import interlocks
from fixtures.restore_drill.rds.order import PRIMARY, Order
from fixtures.restore_drill.rds.plan import NAME, Plan
from fixtures.restore_drill.rds.surroundings import Firewall, Group, Neighbour, Surroundings, UnreadableError
from tests.restore_drill.rds import compliant
from tests.restore_drill.rds.compliant import (
    ELSEWHERE,
    KEY,
    NON_PRODUCTION,
    NOW,
    PRODUCTION,
    SEEN,
    order,
    reasons,
    seen,
)

OPEN = SEEN.firewalls[0]


def firewalls(**changes: Any) -> Surroundings:  # noqa: ANN401 - any field
    """Change the security group."""
    return seen(firewalls=(replace(OPEN, **changes),))


def parameters(**changes: str | None) -> Surroundings:
    """Change parameters, `_` for a dot; None removes one."""
    values = {**SEEN.group.values, **{name.replace("_dot_", "."): value for name, value in changes.items()}}
    return seen(group=Group("postgres17", {name: value for name, value in values.items() if value is not None}))


def network(**changes: Any) -> Surroundings:  # noqa: ANN401 - any field
    """Change VPC or subnet group."""
    return seen(network=replace(SEEN.network, **changes))


def neighbour(**changes: Any) -> Surroundings:  # noqa: ANN401 - any field
    """Have production's database in the region, in a network of its own but for *changes*."""
    production = Neighbour("app", "db-0", "vpc-0b", "production", frozenset({"sg-0b"}), {"environment": "production"})
    return seen(neighbours=(replace(production, **changes),))


REFUSED: dict[str, tuple[Order, Surroundings, str]] = {
    "nothing was typed": (order(confirmed=""), SEEN, "type --yes-restore-into ireland; nothing was"),
    "something else was typed": (order(confirmed="Ireland"), SEEN, "'Ireland' was typed"),
    "simulated run": (order(simulated_run=True), SEEN, "a simulated run restores nothing at RDS"),
    "simulated target at AWS": (order(simulated=True), SEEN, "a place of the simulated organisation"),
    "real target in the simulation": (order(), seen(simulated=True), "but the simulated organisation answers"),
    "real target at a stranger's": (order(), seen(own_hosts=False), "but a host that is not AWS' own answers"),
    "credentials of another account": (order(), seen(account=ELSEWHERE), f"belong to account {ELSEWHERE}"),
    "backup of another account": (
        order(account=ELSEWHERE, separated_by=BY_ACCOUNT),
        seen(account=ELSEWHERE),
        f"the backup belongs to account {PRODUCTION}",
    ),
    "production's account": (order(separated_by=BY_ACCOUNT), SEEN, f"account {PRODUCTION} is production's"),
    "region of the target": (order(region="eu-west-2"), SEEN, "[non_production] names eu-west-2"),
    "region of the calls": (order(), seen(region="eu-central-1"), "the calls go to eu-central-1"),
    "region of the backup": (
        order(),
        seen(
            arn=f"arn:aws:rds:eu-central-1:{PRODUCTION}:auto-backup:ab-0",
            kms_key=KEY.replace("eu-west-1", "eu-central-1"),
        ),
        "the backup lies in eu-central-1",
    ),
    "the primary region's backup": (order(restore_from=PRIMARY), SEEN, "eu-west-1, but the primary region's backup"),
    "another engine": (order(), seen(engine="mysql"), "is of mysql"),
    "pending backup": (order(), seen(status="pending"), "is pending"),
    "backup in the clear": (order(), seen(encrypted=False), "is not encrypted"),
    "before the window": (order(at=NOW - timedelta(days=31)), SEEN, "is outside of what"),
    "after the window": (order(at=NOW - timedelta(minutes=5)), SEEN, "is outside of what"),
    "a window without a beginning": (order(), seen(earliest=None), "is outside of what"),
    "key that is to be deleted": (order(), seen(key_state="PendingDeletion"), "is PendingDeletion"),
    "key that nobody knows": (order(), seen(key_state=""), "is unknown"),
    "key of another region": (order(), seen(kms_key=KEY.replace("eu-west-1", "eu-central-1")), "is in another region"),
    "VPC without tag": (order(), network(vpc_tags={}), "VPC vpc-0a is not tagged"),
    "production's VPC": (order(), network(vpc_tags={"environment": "production"}), "VPC vpc-0a is not tagged"),
    "subnet group without tag": (order(), network(subnet_group_tags={}), "subnet group restore-drill is not tagged"),
    "production's subnet group": (
        order(),
        network(subnet_group_tags={"environment": "production"}),
        "subnet group restore-drill is not tagged",
    ),
    "subnet group of another VPC": (order(), network(subnet_group_vpc="vpc-0b"), "is in VPC vpc-0b, not in vpc-0a"),
    "production in the VPC": (order(), neighbour(vpc="vpc-0a"), "app is in VPC vpc-0a"),
    "production in the subnet group": (order(), neighbour(subnet_group="restore-drill"), "is in subnet group"),
    "production in the security group": (
        order(),
        neighbour(security_groups=frozenset({"sg-0a", "sg-0b"})),
        "has security group sg-0a",
    ),
    "production nobody knows where": (order(), neighbour(vpc=""), "it is unknown which VPC"),
    "an untagged database in the VPC": (order(), neighbour(vpc="vpc-0a", tags={}), "app is in VPC vpc-0a"),
    "the source, tagged otherwise": (
        order(),
        neighbour(vpc="vpc-0a", tags=NON_PRODUCTION, resource_id="db-PRODUCTION"),
        "app is in VPC vpc-0a",
    ),
    "security group of another VPC": (order(), firewalls(vpc="vpc-0b"), "sg-0a is in VPC vpc-0b"),
    "a way out": (order(), firewalls(way_out=("0.0.0.0/0",)), "lets the copy connect to 0.0.0.0/0"),
    "a way out over IPv6": (order(), firewalls(way_out=("::/0",)), "lets the copy connect to ::/0"),
    "a way out to a prefix list": (order(), firewalls(way_out=("pl-0a",)), "lets the copy connect to pl-0a"),
    "a way out to a group": (order(), firewalls(way_out=("sg-0b",)), "lets the copy connect to sg-0b"),
    "open to the internet": (order(), firewalls(open_to=("0.0.0.0/0",)), "lets 0.0.0.0/0 in"),
    "open to half of it": (order(), firewalls(open_to=("128.0.0.0/1",)), "lets 128.0.0.0/1 in"),
    "open to more than a private range": (order(), firewalls(open_to=("10.0.0.0/7",)), "lets 10.0.0.0/7 in"),
    "open to the internet over IPv6": (order(), firewalls(open_to=("::/0",)), "lets ::/0 in"),
    "open to something odd": (order(), firewalls(open_to=("everybody",)), "lets everybody in"),
    "open to a prefix list": (order(), firewalls(open_to_lists=("pl-0a",)), "lets prefix list pl-0a in"),
    "a security group that was not read": (order(security_groups=("sg-0a", "sg-0c")), SEEN, "not every security group"),
    "no security group": (order(security_groups=()), seen(firewalls=()), "not every security group"),
    "parameters of another version": (order(), seen(group=Group("postgres16", SEEN.group.values)), "needs postgres17"),
    "jobs": (order(), parameters(shared_preload_libraries="pg_stat_statements, pg_cron"), "has pg_cron in"),
    "libraries unknown": (order(), parameters(shared_preload_libraries=None), "it is unknown what"),
    "subscriptions": (order(), parameters(max_logical_replication_workers="4"), "workers = 4, not 0"),
    "subscriptions unknown": (order(), parameters(max_logical_replication_workers=None), "workers = unknown"),
    "without TLS": (order(), parameters(rds_dot_force_ssl="0"), "rds.force_ssl = 0, not 1"),
    "no certificate authorities": (order(), seen(authorities=0), "/nowhere/global-bundle.pem holds no certificate"),
    "TLS unknown": (order(), parameters(rds_dot_force_ssl=None), "rds.force_ssl = unknown, not 1"),
}


def test_a_compliant_place_is_not_refused() -> None:
    """Production's account, a network of its own, and databases around that are none of its business."""
    assert reasons() == ()


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    """For this reason, and no other one."""
    ordered, surroundings, expected = REFUSED[name]
    found = reasons(ordered, surroundings)
    assert found
    assert all(expected in reason for reason in found), found


ACCEPTED: dict[str, tuple[Order, Surroundings]] = {
    "an account of its own": (order(production_accounts=frozenset({ELSEWHERE}), separated_by=BY_ACCOUNT), SEEN),
    "the first instant of the window": (order(at=NOW - timedelta(days=30)), SEEN),
    "the last instant of the window": (order(at=NOW - timedelta(minutes=6)), SEEN),
    "the primary region": (
        order(restore_from=PRIMARY, region="eu-central-1"),
        seen(
            region="eu-central-1",
            arn=f"arn:aws:rds:eu-central-1:{PRODUCTION}:auto-backup:ab-0",
            kms_key=KEY.replace("eu-west-1", "eu-central-1"),
            status="active",
        ),
    ),
    "what is kept of a source that is gone": (order(), seen(status="retained")),
    "the simulated organisation": (order(simulated=True), seen(simulated=True, own_hosts=False)),
    "nothing may connect": (order(), firewalls(open_to=())),
    "a whole private range": (order(), firewalls(open_to=("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))),
    "no library": (order(), parameters(shared_preload_libraries="")),
    "a library with a similar name": (order(), parameters(shared_preload_libraries="pg_cronology")),
    "no other database": (order(), seen(neighbours=())),
    "two security groups": (
        order(security_groups=("sg-0a", "sg-0c")),
        seen(firewalls=(OPEN, Firewall("sg-0c", "vpc-0a", (), (), ()))),
    ),
    "another copy": (
        order(),
        neighbour(identifier="restore-drill-20261125-00000000", vpc="vpc-0a", tags=NON_PRODUCTION),
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    """It may look unusual, and endangers nothing."""
    assert reasons(*ACCEPTED[name]) == ()


def with_name(name: str) -> Plan:
    """Plan a copy of another name."""
    return replace(compliant.plan(), name=name)


@pytest.mark.parametrize(
    "name", ["app", "restore-drill", "restore-drill-20261126-0000000", "restore-drill-20261126-ABCDEF01"]
)
def test_a_name_that_is_not_the_drills_is_refused(name: str) -> None:
    """Production's least of all."""
    assert any("is not a name of a drill's copy" in reason for reason in reasons(planned=with_name(name)))


def test_a_name_that_exists_is_refused() -> None:
    """Even if it is a drill's."""
    name = "restore-drill-20261126-0123abcd"
    taken = neighbour(identifier=name, tags=NON_PRODUCTION)
    assert reasons(surroundings=taken, planned=with_name(name)) == (f"{name} exists already",)


REQUEST: dict[str, object] = {
    "PubliclyAccessible": True,
    "DeletionProtection": True,
    "BackupRetentionPeriod": 7,
    "MultiAZ": True,
    "DBSubnetGroupName": "production",
    "VpcSecurityGroupIds": ["sg-0b"],
    "DBParameterGroupName": "production-postgres17",
    "TargetDBInstanceIdentifier": "app",
    "SourceDBInstanceAutomatedBackupsArn": "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-other",
    "RestoreTime": NOW,
    "Tags": [],
}


@pytest.mark.parametrize("name", REQUEST)
@pytest.mark.parametrize("left_out", [False, True], ids=["other", "left out"])
def test_a_request_that_asks_for_something_else_is_refused(name: str, left_out: bool) -> None:
    """What is left out is RDS' default, which is as good as wrong."""
    plan = compliant.plan()
    asked = plan.restore | {name: REQUEST[name]}
    if left_out:
        del asked[name]
    found = [*interlocks.refused_request(plan, asked)]
    assert found
    assert all(name in reason or name == "Tags" for reason in found)


def test_the_plans_own_request_is_not_refused() -> None:
    """Neither is it production's password that the copy is entered with."""
    plan = compliant.plan()
    assert [*interlocks.refused_request(plan, plan.restore)] == []
    assert plan.own_password["ManageMasterUserPassword"] is True


def test_no_backup_or_more_than_one_cannot_be_restored() -> None:
    """Which one would be somebody's guess."""
    two = replace(
        SEEN, backups=(compliant.BACKUP, replace(compliant.BACKUP, arn="arn:aws:rds:eu-west-1:1:auto-backup:ab-1"))
    )
    for surroundings in (replace(SEEN, backups=()), two):
        with pytest.raises(UnreadableError, match="there has to be one automated backup"):
            compliant.plan(surroundings=surroundings)


def test_the_living_source_counts_not_what_is_kept_of_an_earlier_one() -> None:
    """A name can be used again; a resource id never is."""
    earlier = replace(compliant.BACKUP, resource_id="db-EARLIER", status="retained")
    assert replace(SEEN, backups=(earlier, compliant.BACKUP)).backup == compliant.BACKUP


def test_two_plans_never_share_name_or_tag() -> None:
    """Nobody can foresee them."""
    plans = [compliant.plan() for _ in range(50)]
    assert len({plan.name for plan in plans}) == len({plan.run for plan in plans}) == len(plans)
    assert all(NAME.fullmatch(plan.name) and plan.run not in plan.name for plan in plans)
