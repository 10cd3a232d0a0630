"""Whose word about the walker's motion holds."""

from __future__ import annotations

import math

import pytest

from followme.settings import ObstacleFusionSettings, TrackingSettings
from followme.stages.obstacles import ObstacleStage
from followme.values.motion import Motion
from tests.geometry.scene import depth_map

S = 1_000_000_000


def speed_at(stamp_s: float, told=None, estimated=None, use_source: bool = True) -> float:
    """The speed that holds at an instant after words (seconds, metres a second)."""
    settings = ObstacleFusionSettings(tracking=TrackingSettings(use_source_motion=use_source))
    stage = ObstacleStage(settings)
    if told is not None:
        stage.moved(Motion(round(told[0] * S), told[1], 0.0, 0.0))
    for seconds, mps in estimated or ():
        stage.estimated(Motion(round(seconds * S), mps, 0.0, 0.0))
    stamp_ns = round(stamp_s * S)
    return stage.see(depth_map(stamp_ns=stamp_ns), stamp_ns).walker_speed_mps


@pytest.mark.parametrize(("told", "estimated", "use_source", "speed"), [
    (None, None, True, math.nan),
    ((5.0, 1.0), None, True, 1.0),
    (None, [(5.0, 0.5)], True, 0.5),
    ((4.9, 1.0), [(5.0, 0.5)], True, 1.0),  # who knows is believed before who estimates
    ((3.5, 1.0), [(5.0, 0.5)], True, 0.5),  # ... as long as it goes on
    ((4.9, 1.0), [(5.0, 0.5)], False, 0.5),
    ((4.9, 1.0), None, False, math.nan),
    (None, [(4.8, 0.5), (5.0, math.nan)], True, 0.5),  # one frame that cannot tell costs nothing
    (None, [(3.8, 0.5), (5.0, math.nan)], True, math.nan),
])  # fmt: skip
def test_whose_word_holds(told, estimated, use_source, speed):
    assert speed_at(5.0, told, estimated, use_source) == pytest.approx(speed, nan_ok=True)
