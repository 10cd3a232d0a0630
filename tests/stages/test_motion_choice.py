"""Whose word about the walker's motion holds."""

from __future__ import annotations

import math

import pytest

from followme.settings import ObstacleFusionSettings, TrackingSettings
from followme.stages.obstacles import ObstacleStage
from followme.values.motion import Motion
from followme.values.obstacle import Obstacles
from tests.geometry.scene import box_at, depth_map

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


def seen(order: str) -> list[Obstacles]:
    """What is seen of a walk that turns: of each instant m is its motion, d its depth."""
    stage, came, found = ObstacleStage(ObstacleFusionSettings()), {"m": 0, "d": 0}, []
    for what in order:
        n = came[what]
        came[what] += 1
        stamp_ns = n * S // 5
        if what == "m":
            stage.moved(Motion(stamp_ns, 0.2 * n, 0.0, 0.3 * n))
        else:
            found.append(stage.see(depth_map([box_at(2.5)], stamp_ns), stamp_ns))
    return found


def test_depth_that_is_late_is_seen_by_the_motion_of_its_own_instant():
    in_time, late = seen("mdmdmdmd"), seen("mmdmdmdd")
    assert [repr(o.obstacles) for o in late] == [repr(o.obstacles) for o in in_time]


def test_the_nearest_word_holds_also_where_it_is_a_little_later():
    stage = ObstacleStage(ObstacleFusionSettings())
    for seconds in (0.9, 1.01, 1.2):
        stage.moved(Motion(round(seconds * S), seconds, 0.0, 0.0))
    motion = stage._motion_at(S)
    assert motion is not None and motion.forward_mps == 1.01
