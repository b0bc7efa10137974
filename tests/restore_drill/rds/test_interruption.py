"""Ctrl-C and SIGTERM at any moment: the copy is deleted, and the drill is told as failed."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from fixtures.restore_drill.rds.interruption import SIGNALS, InterruptedDrillError, Interruption
from tests.restore_drill.rds.conftest import Drill
from tests.restore_drill.rds.faults import Line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tests.restore_drill.rds.faults import Send


def send(number: int) -> None:
    """Send this process a signal, and let it arrive."""
    os.kill(os.getpid(), number)
    time.sleep(0)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_signals_become_an_exception_while_inside(number: signal.Signals) -> None:
    """Afterwards they are what they were before."""
    before = signal.getsignal(number)
    with Interruption(), pytest.raises(InterruptedDrillError, match=number.name):
        send(number)
    assert signal.getsignal(number) is before


def test_a_shield_holds_a_signal_back_until_its_end() -> None:
    """What was under way comes to its end first."""
    done = []
    with Interruption() as interruption, pytest.raises(InterruptedDrillError, match="SIGTERM"):  # noqa: PT012
        with interruption.shielded():
            with interruption.shielded():
                send(signal.SIGTERM)
            done.append("inner")
            done.append("outer")
        done.append("never")
    assert done == ["inner", "outer"]


def test_a_shield_lets_what_went_wrong_inside_go_first() -> None:
    """And tells of the signal at the end of the next one."""
    with Interruption() as interruption:
        with pytest.raises(ValueError, match="wrong"), interruption.shielded():  # noqa: PT012
            send(signal.SIGINT)
            raise ValueError("wrong")
        with pytest.raises(InterruptedDrillError), interruption.shielded():
            pass


def test_another_thread_leaves_signals_alone() -> None:
    """Only the main one may take them over."""
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def run() -> None:
        with Interruption():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [before]


def at(number: int, signals: list[signal.Signals]) -> Any:  # noqa: ANN401 - a fault
    """Have signals arrive while a call is under way, before and after which everything is as usual."""

    def fault(send_on: Send, operation: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401
        answer = send_on(operation, parameters)
        for one in signals:
            send(one)
        return answer

    return number, fault


CALLS = ("RestoreDBInstanceToPointInTime", "DescribeDBInstances", "DescribeDBInstances", "ModifyDBInstance")
AFTER_READING = 11


@pytest.mark.exhaustive(keep=5)
@pytest.mark.parametrize("number", range(AFTER_READING + 1, AFTER_READING + 8))
@pytest.mark.parametrize("arriving", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_a_signal_during_any_call_ends_with_the_copy_deleted(
    drill: Drill, number: int, arriving: signal.Signals
) -> None:
    """Also during the one that makes it: its answer is waited for, since without it nobody could tell the copy."""
    before = drill.production()
    with Line(drill.clients, *at(number, [arriving])) as line:
        outcome = drill.run()
    assert outcome.interrupted
    assert outcome.failure == f"interrupted by {arriving.name}"
    assert outcome.leftover == ""
    assert not outcome.passed
    assert line.calls[-2:] == ["DeleteDBInstance", "DescribeDBInstances"]
    assert drill.copies() == []
    assert drill.production() == before


def test_a_signal_while_verifying(drill: Drill) -> None:
    """The longest part of it."""
    drill.meanwhile = lambda: send(signal.SIGTERM)
    outcome = drill.run()
    assert outcome.interrupted
    assert outcome.verified is None
    assert drill.copies() == []


def test_a_second_signal_ends_the_waiting_for_the_deletion_not_the_deletion(drill: Drill) -> None:
    """It was asked for; what is not known is said."""
    number = AFTER_READING + 9  # the request to delete
    with Line(drill.clients, *at(number, [signal.SIGINT])) as line:
        outcome = drill.run()
    assert line.calls[-1] == "DeleteDBInstance"
    assert outcome.leftover.startswith(f"{outcome.plan.name}: interrupted while it was being deleted")
    assert not outcome.passed
    assert drill.copies() == []
