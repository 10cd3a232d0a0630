from __future__ import annotations

import math

import pytest

from followme.geometry.cloud import cloud_of
from followme.geometry.corridor import Corridor
from followme.geometry.near_floor import over_near_floor
from followme.geometry.steady_floor import SteadyFloor
from followme.settings import CorridorSettings, DistanceSettings, GroundSettings, WalkerSettings
from followme.values.camera import Attitude
from followme.values.depth_map import ImageHealth
from tests.geometry.pit import with_pit
from tests.geometry.scene import ATTITUDE, S, depth_map, frame_of, metric_depth

CORRIDOR = Corridor(CorridorSettings(), WalkerSettings())


def near(depth):
    cloud = cloud_of(depth, CORRIDOR, DistanceSettings())
    return over_near_floor(cloud, depth.status.attitude)


@pytest.mark.parametrize("deep_m", [0.1, 0.2, 0.3])
def test_a_step_down_does_not_tilt_the_near_floor(deep_m):
    depth = metric_depth().estimate(frame_of(with_pit(3.0, deep_m)), None, ImageHealth())
    assert abs(depth.status.attitude.pitch_rad - ATTITUDE.pitch_rad) > math.radians(1.0)
    attitude = near(depth)
    assert attitude.height_m == pytest.approx(1.3, abs=0.02)
    assert attitude.pitch_rad == pytest.approx(ATTITUDE.pitch_rad, abs=math.radians(0.3))


def test_no_floor_in_view_is_no_near_floor():
    assert near(depth_map(attitude=Attitude(1.3, math.radians(-40.0)))) is None


def test_a_rolled_camera_has_a_rolled_near_floor():
    tilted = Attitude(1.2, math.radians(14.0), math.radians(4.0))
    attitude = near(depth_map(attitude=tilted))
    assert attitude.roll_rad == pytest.approx(tilted.roll_rad, abs=0.003)
    assert attitude.pitch_rad == pytest.approx(tilted.pitch_rad, abs=0.003)


@pytest.mark.parametrize(
    ("height_m", "pitch_deg", "agrees"),
    [(1.3, 10.0, True), (1.36, 14.0, True), (1.3, 18.0, False), (1.15, 10.0, False)],
)
def test_a_floor_must_lie_where_it_lay(height_m, pitch_deg, agrees):
    steady = SteadyFloor(GroundSettings())
    for i in range(20):
        assert steady.agrees(i * S // 10, ATTITUDE)
    now = Attitude(height_m, math.radians(pitch_deg))
    assert steady.agrees(2 * S, now) is agrees


def test_after_a_while_another_floor_is_the_usual_one():
    steady = SteadyFloor(GroundSettings())
    other = Attitude(1.0, math.radians(25.0))
    steady.agrees(0, ATTITUDE)
    said = [steady.agrees(S + i * S // 10, other) for i in range(30)]
    assert said[-1]
