from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.geometry.obstacle_finder import ObstacleFinder
from followme.settings import ObstacleFusionSettings
from followme.values.camera import Attitude
from followme.values.depth_map import ImageHealth
from followme.values.obstacle import Kind, Zone
from tests.geometry.pit import with_pit, with_ramp, without_depth
from tests.geometry.scene import ATTITUDE, S, box_at, frame_of, metric_depth, render, walking

TENTH = S // 10


def walk(depth_at, seconds=1.0, speed_mps=1.0, noise_m2=0.0):
    """What is believed after each frame of a walk; ``depth_at`` gives depth after so many m."""
    finder, metric = ObstacleFinder(ObstacleFusionSettings()), metric_depth()
    rng = np.random.default_rng(1)
    believed = []
    for i in range(round(10 * seconds)):
        depth_m = depth_at(i * 0.1 * speed_mps)
        if noise_m2:
            noise = rng.standard_normal(depth_m.shape).astype(np.float32)
            depth_m = depth_m + noise * (np.float32(0.005) + np.float32(noise_m2) * depth_m**2)
        depth = metric.estimate(frame_of(depth_m, i * TENTH), None, ImageHealth())
        believed.append(finder.find(depth, walking(speed_mps, i * TENTH)).obstacles)
    return believed


def drops(obstacles):
    return [o for o in obstacles if o.kind is Kind.DROP_OFF]


def standing_before(depth_m, **more):
    return drops(walk(lambda _: depth_m, **{"speed_mps": 0.0, **more})[-1])


@pytest.mark.parametrize(
    ("deep_m", "said"), [(0.03, False), (0.05, False), (0.10, True), (0.15, True), (0.20, True)]
)
@pytest.mark.parametrize("noise", [0.0, 0.003])
def test_a_drop_counts_from_a_tenth_of_a_metre(deep_m, said, noise):
    found = standing_before(with_pit(3.0, deep_m), noise_m2=noise)
    assert bool(found) is said
    if said:
        assert found[0].distance_m == pytest.approx(3.0, abs=0.15)
        assert found[0].in_corridor and found[0].label == ""


def test_plain_floor_is_no_drop():
    assert not standing_before(render((box_at(3.0),)), noise_m2=0.003)


def test_a_box_on_the_floor_is_no_drop():
    assert not standing_before(render((box_at(2.5, z=(0.0, 0.2)), box_at(4.0))))


def test_floor_without_depth_is_no_drop():
    assert not standing_before(without_depth(render(), 2.5, 4.5))


def test_single_pixels_are_no_drop():
    depth_m = render()
    depth_m[::7, ::5] = 9.0
    assert not standing_before(depth_m)


@pytest.mark.parametrize(("half_m", "there"), [(0.1, False), (0.15, False), (0.25, True)])
def test_a_hole_must_be_wide(half_m, there):
    assert bool(standing_before(with_pit(3.0, 0.5, half_m=half_m))) is there


@pytest.mark.parametrize(("middle_m", "there"), [(0.0, True), (0.2, True), (1.2, False)])
def test_a_hole_beside_the_way_is_none(middle_m, there):
    found = standing_before(with_pit(3.0, 0.5, half_m=0.4, middle_m=middle_m))
    assert bool(found) is there
    mirrored = standing_before(with_pit(3.0, 0.5, half_m=0.4, middle_m=-middle_m))
    assert bool(mirrored) is there


@pytest.mark.parametrize("slope", [0.04, 0.083])
def test_a_ramp_is_no_drop(slope):
    assert not standing_before(with_ramp(2.5, slope))


def test_one_frame_makes_no_drop():
    depths = [with_pit(3.0, 0.5), *[render()] * 9]
    believed = walk(lambda m: depths[round(m * 10)])
    assert not any(drops(obstacles) for obstacles in believed)


def test_the_edge_is_kept_after_it_has_left_the_view_and_stops():
    believed = walk(lambda m: with_pit(4.0 - m, 0.5), seconds=2.7)
    found = drops(believed[-1])
    assert len(found) == 1 and found[0].zone is Zone.STOP
    assert found[0].distance_m == pytest.approx(1.4, abs=0.25)
    assert {o.track_id for obstacles in believed for o in drops(obstacles)} == {found[0].track_id}


def test_a_low_drop_is_never_demoted_to_what_a_cane_finds():
    believed = walk(lambda m: with_pit(3.0 - m, 0.12), seconds=1.4)
    assert drops(believed[-1])[0].zone is Zone.STOP


def test_a_drop_that_turns_out_to_be_floor_is_forgotten():
    depths = [with_pit(3.0, 0.5)] * 5 + [render()] * 10
    believed = walk(lambda m: depths[round(m * 10)], seconds=1.5, speed_mps=1.0)
    assert drops(believed[4]) and not drops(believed[-1])


def test_floor_behind_a_drop_is_not_free():
    finder, metric = ObstacleFinder(ObstacleFusionSettings()), metric_depth()
    down = Attitude(1.3, math.radians(30.0))
    for i in range(5):
        depth_m = with_pit(1.6, 0.3, to_m=2.0, attitude=down)
        depth = metric.estimate(frame_of(depth_m, i * TENTH), None, ImageHealth())
        found = finder.find(depth, walking(0.0, i * TENTH))
    assert found.observed_free < 0.7


@settings(max_examples=15, deadline=None)
@given(
    from_m=st.floats(2.9, 4.0),
    deep_m=st.floats(0.15, 1.5),
    pitch_deg=st.floats(10.0, 20.0),
)
def test_any_deep_pit_in_view_is_found_where_it_begins(from_m, deep_m, pitch_deg):
    attitude = Attitude(ATTITUDE.height_m, math.radians(pitch_deg))
    floor, pit = render(attitude=attitude), with_pit(from_m, deep_m, attitude=attitude)
    depths = iter([floor] * 3 + [pit] * 4)
    found = drops(walk(lambda _: next(depths), seconds=0.7, speed_mps=0.0)[-1])
    assert found and found[0].distance_m == pytest.approx(from_m, abs=0.2)
