"""The windows in which a made-up database is backed up and maintained: AWS refuses those that overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from moto.rds.utils import valid_preferred_maintenance_window

from fixtures.simulator.violations.encryption import half_a_day_off


@pytest.mark.parametrize("hour", range(24))
def test_windows_never_overlap(hour: int) -> None:
    """Whatever the hour at which somebody runs the tests."""
    midnight = datetime(2026, 12, 31, tzinfo=UTC)
    for minute in range(hour * 60, hour * 60 + 60):
        windows = half_a_day_off(midnight + timedelta(minutes=minute))
        assert not valid_preferred_maintenance_window(
            windows["PreferredMaintenanceWindow"], windows["PreferredBackupWindow"]
        ), windows
