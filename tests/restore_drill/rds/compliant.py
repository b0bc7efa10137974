"""An order, a plan and surroundings against which nothing can be said; tests change one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fixtures.facts.drill_targets import BY_NETWORK, DrillTarget
from fixtures.restore_drill.rds.interlocks import refusals
from fixtures.restore_drill.rds.order import Order
from fixtures.restore_drill.rds.plan import Plan, draw_up
from fixtures.restore_drill.rds.surroundings import Backup, Firewall, Group, Neighbour, Network, Surroundings

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
PRODUCTION, ELSEWHERE = "111122223333", "444455556666"
KEY = f"arn:aws:kms:eu-west-1:{PRODUCTION}:key/11111111-2222-3333-4444-555555555555"
NON_PRODUCTION = {"environment": "non-production"}

TARGET = DrillTarget(
    name="ireland",
    account=PRODUCTION,
    role="",
    external_id="",
    region="eu-west-1",
    vpc="vpc-0a",
    subnet_group="restore-drill",
    security_groups=("sg-0a",),
    parameter_group="restore-drill-postgres17",
    instance_class="db.m7g.large",
    source="app",
    database="app",
    certificates="/nowhere/global-bundle.pem",
    separated_by=BY_NETWORK,
    simulated=False,
)
BACKUP = Backup(
    arn=f"arn:aws:rds:eu-west-1:{PRODUCTION}:auto-backup:ab-0123456789abcdef",
    status="replicating",
    identifier="app",
    resource_id="db-PRODUCTION",
    database=f"arn:aws:rds:eu-central-1:{PRODUCTION}:db:app",
    engine="postgres",
    engine_version="17.6",
    encrypted=True,
    kms_key=KEY,
    earliest=NOW - timedelta(days=30),
    latest=NOW - timedelta(minutes=6),
    storage=100,
    storage_type="gp3",
)
SEEN = Surroundings(
    account=PRODUCTION,
    region="eu-west-1",
    simulated=False,
    own_hosts=True,
    backups=(BACKUP,),
    key_state="Enabled",
    network=Network(
        NON_PRODUCTION, f"arn:aws:rds:eu-west-1:{PRODUCTION}:subgrp:restore-drill", TARGET.vpc, NON_PRODUCTION
    ),
    firewalls=(Firewall("sg-0a", TARGET.vpc, ("10.1.0.0/16", "fd00::/8"), (), ()),),
    group=Group(
        "postgres17",
        {
            "rds.force_ssl": "1",
            "max_logical_replication_workers": "0",
            "shared_preload_libraries": "pg_stat_statements,auto_explain",
        },
    ),
    neighbours=(
        Neighbour("billing", "db-BILLING", "vpc-0b", "production", frozenset({"sg-0b"}), {"environment": "production"}),
        Neighbour("sandbox", "db-SANDBOX", TARGET.vpc, "restore-drill", frozenset({"sg-0a"}), NON_PRODUCTION),
    ),
    authorities=3,
)
ORDER = Order(
    target=TARGET,
    production_accounts=frozenset({PRODUCTION}),
    primary_region="eu-central-1",
    secondary_region="eu-west-1",
    confirmed="ireland",
)


def order(**changes: Any) -> Order:  # noqa: ANN401 - any field
    """Return the order, but for *changes*; a field of the target is one of them."""
    of_target = {name: changes.pop(name) for name in list(changes) if name in DrillTarget.__dataclass_fields__}
    return replace(ORDER, target=replace(TARGET, **of_target), **changes)


def seen(**changes: Any) -> Surroundings:  # noqa: ANN401
    """Return the surroundings, but for *changes*; a field of the backup is one of them."""
    of_backup = {name: changes.pop(name) for name in list(changes) if name in OF_BACKUP}
    return replace(SEEN, backups=(replace(BACKUP, **of_backup),), **changes)


OF_BACKUP = frozenset(Backup.__dataclass_fields__)


def plan(ordered: Order = ORDER, surroundings: Surroundings = SEEN) -> Plan:
    """Draw up the plan."""
    return draw_up(ordered.target, surroundings.backup, ordered.at, NOW, ordered.lifetime)


def reasons(ordered: Order = ORDER, surroundings: Surroundings = SEEN, planned: Plan | None = None) -> tuple[str, ...]:
    """Return what is said against it."""
    return refusals(ordered, planned or plan(ordered, surroundings), surroundings)
