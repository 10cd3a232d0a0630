from __future__ import annotations

import math

import pytest

from followme.geometry.cloud import cloud_of
from followme.geometry.corridor import Corridor
from followme.geometry.floor_cells import FloorCells
from followme.geometry.motion_step import MotionStep
from followme.settings import CorridorSettings, DistanceSettings, WalkerSettings
from followme.values.camera import Attitude
from tests.geometry.scene import box_at, depth_map

CORRIDOR = Corridor(CorridorSettings(), WalkerSettings())
DOWN = Attitude(1.3, math.radians(40.0))
S = 1_000_000_000
STILL = MotionStep(0.1, known=True)


def cloud(*boxes, **more):
    return cloud_of(depth_map(boxes, **more), CORRIDOR, DistanceSettings())


def test_nothing_seen_is_nothing_free():
    assert FloorCells(CORRIDOR).free_share(0, 0.0) == 0.0


def test_a_camera_that_sees_the_whole_stretch_calls_it_free():
    cells = FloorCells(CORRIDOR)
    cells.observe(cloud(attitude=DOWN), 0)
    assert cells.free_share(0, 0.0) == 1.0


def test_a_camera_that_looks_ahead_has_not_seen_what_lies_before_the_feet():
    cells = FloorCells(CORRIDOR)
    cells.observe(cloud(), 0)
    assert 0.1 < cells.free_share(0, 0.0) < 0.6


def test_walking_on_adds_what_was_seen_before():
    cells = FloorCells(CORRIDOR)
    for i in range(15):
        cells.move(MotionStep(0.1, 1.0, known=True))
        cells.observe(cloud(), i * S // 10)
    assert cells.free_share(14 * S // 10, 0.0) == 1.0


def test_without_known_motion_only_this_frame_counts():
    cells = FloorCells(CORRIDOR)
    for i in range(15):
        cells.move(MotionStep(0.1))
        cells.observe(cloud(), i * S // 10)
    assert cells.free_share(14 * S // 10, 0.0) < 0.6


def test_a_box_takes_its_cells():
    free = FloorCells(CORRIDOR)
    free.observe(cloud(attitude=DOWN), 0)
    free.observe(cloud(box_at(1.5, width=0.8), attitude=DOWN), 1)
    assert free.free_share(1, 0.0) < 0.85


def test_seen_floor_is_forgotten_after_three_seconds():
    cells = FloorCells(CORRIDOR)
    cells.observe(cloud(attitude=DOWN), 0)
    assert cells.free_share(3 * S, 0.0) == 1.0
    assert cells.free_share(3 * S + S // 10, 0.0) == 0.0


def test_the_memory_turns_with_the_walker():
    cells = FloorCells(CORRIDOR)
    cells.observe(cloud(attitude=DOWN), 0)
    cells.move(MotionStep(1.0, yaw_rad=math.pi / 2, known=True))
    assert cells.free_share(S, 0.0) < 0.2
    cells.move(MotionStep(1.0, yaw_rad=-math.pi / 2, known=True))
    assert cells.free_share(S, 0.0) == pytest.approx(1.0, abs=0.1)


def test_reset_forgets_all():
    cells = FloorCells(CORRIDOR)
    cells.observe(cloud(attitude=DOWN), 0)
    cells.reset()
    assert cells.free_share(0, 0.0) == 0.0


def test_a_step_without_motion_keeps_the_memory():
    cells = FloorCells(CORRIDOR)
    cells.observe(cloud(attitude=DOWN), 0)
    cells.move(STILL)
    assert cells.free_share(0, 0.0) == 1.0
