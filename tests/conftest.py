"""Fixtures for the suite's own tests."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from fixtures.simulator.organisation import ACCOUNT, Organisation
from tests.account_runs import OTHER, only, run, two_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --exhaustive."""
    parser.addoption(
        "--exhaustive", action="store_true", help="also what is marked as exhaustive: an hour of two cores"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let Hypothesis try the same examples every time, or, if it is to be exhaustive, others every time.

    A change is not to be refused for what is wrong without it. How long an example takes says how busy the machine is.
    """
    exhaustive = config.getoption("exhaustive")
    settings.register_profile("ours", deadline=None, derandomize=not exhaustive, print_blob=exhaustive)
    settings.load_profile("ours")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is exhaustive, and say so; whoever names a test, or words of it, means it."""
    if config.option.exhaustive or config.option.keyword or any("::" in one for one in config.args):
        return
    kept = Counter[str]()
    left_out = []
    for item in items:
        if mark := item.get_closest_marker("exhaustive"):
            test = item.nodeid.partition("[")[0]
            kept[test] += 1
            if kept[test] > mark.kwargs.get("keep", 0):
                left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture(scope="session")
def served() -> Iterator[Organisation]:
    """One organisation for the whole session: starting a server costs more than resetting it."""
    with Organisation.serve() as organisation:
        yield organisation


@pytest.fixture
def organisation(served: Organisation, monkeypatch: pytest.MonkeyPatch) -> Organisation:
    """Build a compliant organisation anew, in an environment in which `--target live` means it."""
    served.rebuild()
    for name, value in served.exports.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)  # hundreds of inner runs must not write into CI's own page
    return served


@pytest.fixture(scope="session")
def parts(served: Organisation, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the run over both accounts, and those over one each."""
    served.rebuild()
    two_accounts(served)
    folder = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in served.exports.items():
            environment.setenv(name, value)
        run(folder / "whole")
        run(folder / "first", "--accounts", ACCOUNT)
        run(folder / "second", "--accounts", OTHER)
    return {name: only(folder / name) for name in ("whole", "first", "second")}
