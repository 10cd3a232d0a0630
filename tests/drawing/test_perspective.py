from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from followme.drawing.perspective import View, corridor_edges, foot_of, obstacle_outline
from followme.geometry.corridor import Corridor
from followme.settings import CorridorSettings, WalkerSettings
from followme.values.obstacle import Kind

from .scenes import a_camera, a_status, an_obstacle

VIEW = View(a_camera(), a_status().attitude)
CORRIDOR = Corridor(CorridorSettings(), WalkerSettings())


def test_without_camera_or_attitude_there_is_no_view():
    assert View.of(None, a_status(), 640, 480) is None
    assert View.of(a_camera(), None, 640, 480) is None


def test_points_behind_the_lens_have_no_pixel():
    assert np.isnan(VIEW.pixels(np.array([-1.0, 0.0, 1.0]))).all()


def test_a_level_camera_has_its_horizon_at_the_principal_point():
    level = View(a_camera(), a_status(pitch_deg=0.0).attitude)
    assert level.horizon()[:, 1] == pytest.approx(a_camera().cy, abs=1e-6)


def test_looking_down_lifts_the_horizon_and_a_right_roll_lifts_its_right_end():
    assert (VIEW.horizon()[:, 1] < a_camera().cy).all()
    rolled = View(a_camera(), a_status(roll_deg=5.0).attitude).horizon()
    # the camera's right side is down, so the world turns the other way in the picture
    right, left = rolled[rolled[:, 0].argmax()], rolled[rolled[:, 0].argmin()]
    assert right[1] < left[1]


def test_edges_have_the_width_of_b1_in_the_picture():
    left, right = corridor_edges(VIEW, CORRIDOR)
    # the far end: 0.35 + 0.04 * (5 - 1.5) to either side, on the floor at 5 m
    ends = VIEW.pixels(np.array([(5.0, 0.49, 0.0), (5.0, -0.49, 0.0)]))
    assert left[-1] == pytest.approx(ends[0], abs=0.01)
    assert right[-1] == pytest.approx(ends[1], abs=0.01)
    assert (left[:, 0] < right[:, 0]).all()


@pytest.mark.parametrize("x", [float("nan"), float("-inf"), -0.5, 0.0])
def test_what_is_not_ahead_has_no_outline(x):
    assert obstacle_outline(VIEW, replace(an_obstacle(), nearest_m=(x, 0.0, 0.5))) is None


def test_unknown_height_and_width_are_drawn_as_something():
    nan = float("nan")
    vague = replace(an_obstacle(), bottom_m=nan, top_m=nan, y_min_m=nan, y_max_m=nan)
    outline = obstacle_outline(VIEW, vague)
    assert np.isfinite(outline).all()
    assert np.ptp(outline, axis=0).min() > 3


def test_a_thing_at_arms_length_above_the_lens_reaches_out_of_the_picture():
    steep = View(a_camera(), a_status(pitch_deg=50.0).attitude)
    outline = obstacle_outline(steep, an_obstacle(0.2, top=2.2))
    assert outline[:, 1].min() < 0


def test_only_raised_things_are_tied_to_the_floor():
    assert foot_of(VIEW, an_obstacle(bottom=0.0)) is None
    assert foot_of(VIEW, an_obstacle(bottom=float("nan"))) is None
    upper, lower = foot_of(VIEW, an_obstacle(bottom=1.0, kind=Kind.OVERHANG))
    assert upper[1] < lower[1]
