"""Parameter groups: what they have, and whether it is in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from fixtures.simulator import aws_databases as databases
from tests.simulator.shapes import answer

if TYPE_CHECKING:
    from fixtures.simulator.organisation import Organisation

TLS = ("rds.force_ssl", "ssl_min_protocol_version")


def parameters(org: Organisation, group: str, **which: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401
    """List every parameter of a group."""
    pages = org.client("rds").get_paginator("describe_db_parameters").paginate(DBParameterGroupName=group, **which)
    return {one["ParameterName"]: one for page in pages for one in page["Parameters"]}


def status(org: Organisation, name: str = "app") -> tuple[str, str]:
    """Return the parameter group of an instance, and whether it is in force."""
    described = answer(org.client("rds"), "describe_db_instances", DBInstanceIdentifier=name)
    (group,) = described["DBInstances"][0]["DBParameterGroups"]
    return group["DBParameterGroupName"], group["ParameterApplyStatus"]


@pytest.mark.parametrize(
    ("family", "forced", "floor"),
    [("postgres17", "1", "TLSv1.2"), ("postgres15", "1", "TLSv1.2"), ("postgres14", "0", "TLSv1.2")],
)
def test_a_default_group_has_what_the_version_has(
    organisation: Organisation, family: str, forced: str, floor: str
) -> None:
    """Nobody needs to create it."""
    found = parameters(organisation, f"default.{family}")
    assert [found[name]["ParameterValue"] for name in TLS] == [forced, floor]
    assert len(found) > 100


def test_they_come_in_pages(organisation: Organisation) -> None:
    """The interesting ones on the second, in the shape of the API."""
    first = answer(organisation.client("rds"), "describe_db_parameters", DBParameterGroupName="production-postgres17")
    assert "Marker" in first
    assert not {one["ParameterName"] for one in first["Parameters"]} & set(TLS)


def test_what_somebody_set_is_told_apart(organisation: Organisation) -> None:
    """By its source."""
    found = parameters(organisation, databases.PARAMETER_GROUP, Source="user")
    assert {name: one["ParameterValue"] for name, one in found.items()} == databases.TLS_PARAMETERS
    assert status(organisation) == (databases.PARAMETER_GROUP, "in-sync")
    default = parameters(organisation, "default.postgres17", Source="user")
    assert default == {}


def test_another_group_waits_for_a_reboot(organisation: Organisation) -> None:
    """As does a value that was set for the next one."""
    databases.modify_database(organisation, "app", DBParameterGroupName="default.postgres17")
    assert status(organisation) == ("default.postgres17", "pending-reboot")
    organisation.client("rds").reboot_db_instance(DBInstanceIdentifier="app")
    assert status(organisation) == ("default.postgres17", "in-sync")
    assert status(organisation, "analytics") == (databases.PARAMETER_GROUP, "in-sync")


@pytest.mark.parametrize(
    ("name", "value", "method", "expected"),
    [
        ("ssl_min_protocol_version", "TLSv1.2", "pending-reboot", "pending-reboot"),
        ("ssl_min_protocol_version", "TLSv1.2", "immediate", "in-sync"),
        ("max_connections", "100", "pending-reboot", "pending-reboot"),
    ],
)
def test_a_value_may_wait_for_a_reboot(
    organisation: Organisation, name: str, value: str, method: str, expected: str
) -> None:
    """The group shows it at once; what runs is another thing."""
    databases.set_parameters(organisation, databases.PARAMETER_GROUP, {name: value}, method=method)
    assert parameters(organisation, databases.PARAMETER_GROUP)[name]["ParameterValue"] == value
    assert status(organisation)[1] == expected
    organisation.client("rds").reboot_db_instance(DBInstanceIdentifier="app")
    assert status(organisation)[1] == "in-sync"


@pytest.mark.parametrize(
    ("family", "name", "value", "method"),
    [
        ("postgres15", "ssl_min_protocol_version", "TLSv1.3", "immediate"),
        ("postgres17", "rds.force_ssl", "yes", "immediate"),
        ("postgres17", "no_such_thing", "1", "immediate"),
        ("postgres17", "ssl", "0", "immediate"),
        ("postgres17", "max_connections", "9", "immediate"),
    ],
)
def test_what_rds_does_not_take_is_refused(
    organisation: Organisation, family: str, name: str, value: str, method: str
) -> None:
    """TLS 1.3 can't be demanded below PostgreSQL 16."""
    databases.create_parameter_group(organisation, "other", {}, family=family)
    with pytest.raises(ClientError, match="InvalidParameter"):
        databases.set_parameters(organisation, "other", {name: value}, method=method)
    with pytest.raises(ClientError, match="InvalidDBParameterGroupState"):
        databases.set_parameters(organisation, f"default.{family}", {"jit": "0"})


def test_groups_that_do_not_exist(organisation: Organisation) -> None:
    """Are refused by name."""
    for group in ("nobody", "default.nosuchengine1"):
        with pytest.raises(ClientError, match="DBParameterGroupNotFound"):
            parameters(organisation, group)


def test_a_reset_waits_like_a_change(organisation: Organisation) -> None:
    """Of a static parameter."""
    databases.set_parameters(
        organisation, databases.PARAMETER_GROUP, {"max_connections": "99"}, method="pending-reboot"
    )
    organisation.client("rds").reboot_db_instance(DBInstanceIdentifier="app")
    answer(
        organisation.client("rds"),
        "reset_db_parameter_group",
        DBParameterGroupName=databases.PARAMETER_GROUP,
        Parameters=[{"ParameterName": "max_connections", "ApplyMethod": "pending-reboot"}],
    )
    assert status(organisation)[1] == "pending-reboot"
