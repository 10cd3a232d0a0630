"""What FollowMe is given to see in a walk."""

from __future__ import annotations

import pytest

from followme.evaluation.perceiving import settings_for


@pytest.mark.parametrize("perception", ["truth", "sensor"])
def test_no_network_fills_what_a_sensor_misses(perception: str) -> None:
    assert not settings_for(perception).depth.fusion.enabled
