"""Who the drill is, and that nothing of it goes out unwatched or unnoted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from fixtures.collectors.ledger import Ledger
from fixtures.restore_drill.rds.clients import open_clients
from fixtures.restore_drill.rds.guard import ForbiddenCallError
from fixtures.restore_drill.rds.surroundings import UnreadableError
from tests.restore_drill.rds.faults import CLIENTS

if TYPE_CHECKING:
    from tests.restore_drill.rds.conftest import Drill

ROLE = "arn:aws:iam::123456789012:role/restore-drill"


def test_the_role_is_assumed_and_assumed_again(drill: Drill) -> None:
    """A role that another role has assumed is lent for an hour; a restoration may take longer."""
    clients = open_clients(replace(drill.order.target, role=ROLE, external_id="drill"), Ledger())
    assert ":assumed-role/restore-drill/restore-drill" in clients.sts.get_caller_identity()["Arn"]
    sts: Any = clients.sts
    lent = sts._request_signer._credentials
    before = lent.get_frozen_credentials()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=55)):
        assert lent.get_frozen_credentials().access_key != before.access_key


def test_the_role_of_another_account_is_refused(drill: Drill) -> None:
    """Whatever it may do there."""
    target = replace(drill.order.target, role="arn:aws:iam::999999999999:role/restore-drill")
    drill.order = replace(drill.order, target=target)
    drill.clients = open_clients(target, Ledger())
    with pytest.raises(UnreadableError, match="in eu-west-1 of account 999999999999; found none"):
        drill.run()


def test_every_client_is_watched(drill: Drill) -> None:
    """And none has been forgotten."""
    writes = {"rds": "StartDBInstance", "writer": "StartDBInstance", "ec2": "RunInstances", "kms": "DisableKey"}
    writes |= {"sts": "AssumeRole", "secrets": "DeleteSecret"}
    assert set(writes) == set(CLIENTS)
    for name, operation in writes.items():
        with pytest.raises(ForbiddenCallError):
            getattr(drill.clients, name)._make_api_call(operation, {})


def test_a_request_that_writes_is_sent_once(drill: Drill) -> None:
    """If its answer is lost nobody knows whether it was heard; what reads is patient."""
    writes: Any = drill.clients.writer.meta.config
    reads: Any = drill.clients.rds.meta.config
    assert writes.retries["total_max_attempts"] == 1
    assert reads.retries["total_max_attempts"] > 1


def test_where_answers_come_from_is_told_by_what_answered(drill: Drill) -> None:
    """Not by any option."""
    ledger = Ledger()
    clients = open_clients(drill.order.target, ledger)
    assert not clients.simulated()
    clients.sts.get_caller_identity()
    assert clients.simulated()
    assert not clients.own_hosts()
    assert [call.operation for call in ledger.calls] == ["GetCallerIdentity"]
