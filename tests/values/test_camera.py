from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.values.camera import Attitude, Camera

FACTS = {"width": 8, "height": 6, "fx": 7.0, "fy": 7.5, "cx": 3.5, "cy": 2.5}


@st.composite
def cameras(draw) -> Camera:
    width, height = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    return Camera(
        width,
        height,
        draw(st.floats(1.0, 2000.0)),
        draw(st.floats(1.0, 2000.0)),
        draw(st.floats(-10.0, 50.0)),
        draw(st.floats(-10.0, 50.0)),
        draw(st.booleans()),
    )


attitudes = st.builds(
    Attitude, st.floats(0.0, 3.0), st.floats(-1.4, 1.4), st.floats(-math.pi, math.pi)
)
points = st.lists(st.floats(-20.0, 20.0), min_size=3, max_size=3).map(np.array)


@pytest.mark.parametrize("name", ["width", "height", "fx", "fy", "cx", "cy"])
@pytest.mark.parametrize("value", [math.nan, math.inf, None, "7", True])
def test_a_camera_refuses_what_is_no_finite_number(name, value):
    with pytest.raises(ValueError, match=f"^camera {name}: expected "):
        Camera(**{**FACTS, name: value})


@pytest.mark.parametrize("name", ["width", "height", "fx", "fy"])
@pytest.mark.parametrize("value", [0, -1])
def test_a_camera_refuses_sizes_and_focal_lengths_that_are_not_positive(name, value):
    with pytest.raises(ValueError, match=f"^camera {name}: .* got {value}"):
        Camera(**{**FACTS, name: value})


@pytest.mark.parametrize("angle", [0.0, -1.0, math.pi, 4.0, math.nan, math.inf])
def test_a_field_of_view_that_no_pinhole_has_is_refused(angle):
    with pytest.raises(ValueError, match="horizontal_rad"):
        Camera.from_field_of_view(640, 480, angle)


def test_field_of_view_reaches_from_edge_to_edge_and_is_a_guess():
    camera = Camera.from_field_of_view(640, 480, math.radians(60))
    left_edge = (-0.5 - camera.cx) / camera.fx
    right_edge = (639.5 - camera.cx) / camera.fx
    assert math.atan(right_edge) == pytest.approx(math.radians(30))
    assert math.atan(left_edge) == pytest.approx(math.radians(-30))
    assert camera.fx == camera.fy
    assert (camera.cx, camera.cy) == (319.5, 239.5)
    assert camera.nominal


@given(cameras(), st.floats(0.01, 100.0))
def test_the_ray_of_a_pixel_at_any_depth_is_seen_in_that_pixel(camera, depth_m):
    seen = camera.project(camera.rays() * np.float64(depth_m))
    assert seen.dtype == np.float64
    assert seen.shape == (camera.height, camera.width, 2)
    # rays are 32-bit: their rounding grows with the distance from the principal point
    within = 1e-6 * (100 + np.abs([camera.cx, camera.cy]))
    assert np.all(np.abs(seen[..., 0] - np.arange(camera.width)) < within[0])
    assert np.all(np.abs(seen[..., 1] - np.arange(camera.height)[:, None]) < within[1])


def test_x_grows_to_the_right_and_y_down():
    camera = Camera(**FACTS)
    centre, right, below = camera.project(
        np.array([[0.0, 0.0, 2.0], [1.0, 0.0, 2.0], [0.0, 1.0, 2.0]])
    )
    assert centre == pytest.approx([3.5, 2.5])
    assert right == pytest.approx([7.0, 2.5])
    assert below == pytest.approx([3.5, 6.25])


@pytest.mark.parametrize("z", [0.0, -1.0, math.nan])
def test_nothing_is_seen_that_is_not_in_front(z):
    assert np.isnan(Camera(**FACTS).project(np.array([0.1, 0.1, z]))).all()


def test_no_points_give_no_pixels():
    assert Camera(**FACTS).project(np.zeros((0, 3), np.float32)).shape == (0, 2)


def test_points_in_32_bit_are_projected_in_64():
    assert Camera(**FACTS).project(np.ones((2, 3), np.float32)).dtype == np.float64


def test_rays_are_shared_and_read_only():
    camera = Camera(**FACTS)
    assert camera.rays() is Camera(**FACTS).rays()
    with pytest.raises(ValueError, match="read-only"):
        camera.rays()[0, 0, 0] = 1.0


@given(cameras(), st.integers(1, 90), st.integers(1, 90), points)
def test_a_resized_camera_sees_a_point_at_the_resized_place(camera, width, height, point):
    point[2] = abs(point[2]) + 1.0
    small = camera.scaled(width, height)
    x, y = camera.project(point)
    # pixel centres are whole numbers: the image itself begins at -0.5
    expected = (
        (x + 0.5) * width / camera.width - 0.5,
        (y + 0.5) * height / camera.height - 0.5,
    )
    assert small.project(point) == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert (small.width, small.height, small.nominal) == (width, height, camera.nominal)


def test_resizing_there_and_back_gives_the_same_camera():
    camera = Camera.from_field_of_view(640, 480, 1.2)
    back = camera.scaled(320, 240).scaled(640, 480)
    assert (back.fx, back.fy, back.cx, back.cy) == pytest.approx(
        (camera.fx, camera.fy, camera.cx, camera.cy)
    )


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (-1, 10)])
def test_a_camera_cannot_be_resized_to_nothing(size):
    with pytest.raises(ValueError, match=r"^camera (width|height): "):
        Camera(**FACTS).scaled(*size)


@pytest.mark.parametrize(
    ("height_m", "pitch_rad", "roll_rad", "name"),
    [
        (-0.1, 0.0, 0.0, "height_m"),
        (11.0, 0.0, 0.0, "height_m"),
        (math.nan, 0.0, 0.0, "height_m"),
        (1.0, 1.6, 0.0, "pitch_rad"),
        (1.0, math.nan, 0.0, "pitch_rad"),
        (1.0, 0.0, 3.2, "roll_rad"),
        (1.0, 0.0, math.nan, "roll_rad"),
    ],
)
def test_an_attitude_that_cannot_be_is_refused(height_m, pitch_rad, roll_rad, name):
    with pytest.raises(ValueError, match=f"^camera {name}: "):
        Attitude(height_m, pitch_rad, roll_rad)


@given(attitudes)
def test_a_rotation_neither_stretches_nor_mirrors(attitude):
    rotation = attitude.rotation()
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)


@given(attitudes, points)
def test_to_walker_and_to_optical_undo_each_other(attitude, point):
    assert attitude.to_optical(attitude.to_walker(point)) == pytest.approx(point, abs=1e-9)
    assert attitude.to_walker(attitude.to_optical(point)) == pytest.approx(point, abs=1e-9)


def test_turning_points_leaves_the_given_ones_alone_and_takes_any_shape():
    given_points = np.ones((4, 5, 3), np.float32)
    given_points.flags.writeable = False
    attitude = Attitude(1.2, 0.1)
    assert attitude.to_walker(given_points).shape == (4, 5, 3)
    assert attitude.to_optical(given_points).shape == (4, 5, 3)
    assert attitude.to_walker(np.zeros((0, 3))).shape == (0, 3)


@given(attitudes)
def test_the_floor_normal_tells_the_attitude_it_came_from(attitude):
    again = Attitude.from_floor(attitude.floor_normal(), attitude.height_m)
    assert again.height_m == attitude.height_m
    assert again.pitch_rad == pytest.approx(attitude.pitch_rad, abs=1e-6)
    turn = again.roll_rad - attitude.roll_rad
    assert math.cos(turn) == pytest.approx(1.0, abs=1e-9)


@given(attitudes, points)
def test_height_over_the_floor_is_what_the_floor_plane_says(attitude, point):
    over_plane_m = float(attitude.floor_normal() @ point) + attitude.height_m
    assert attitude.to_walker(point)[2] == pytest.approx(over_plane_m, abs=1e-9)


@pytest.mark.parametrize("offset_m", [-0.5, 11.0, math.nan])
def test_a_floor_that_is_not_below_the_camera_is_refused(offset_m):
    with pytest.raises(ValueError, match=r"^camera height_m: "):
        Attitude.from_floor(np.array([0.0, -1.0, 0.0]), offset_m)


def test_a_normal_a_little_longer_than_one_is_no_error():
    straight_down = Attitude.from_floor(np.array([0.0, 0.0, -1.0000001]), 1.0)
    assert straight_down.pitch_rad == pytest.approx(math.pi / 2)


def test_a_level_camera_sees_forward_left_and_up():
    level = Attitude(1.5, 0.0)
    assert level.to_walker(np.array([0.0, 0.0, 2.0])) == pytest.approx([2.0, 0.0, 1.5])
    assert level.to_walker(np.array([-1.0, 0.0, 2.0])) == pytest.approx([2.0, 1.0, 1.5])
    assert level.to_walker(np.array([0.0, 1.5, 2.0])) == pytest.approx([2.0, 0.0, 0.0])


def test_the_more_a_camera_looks_down_the_nearer_is_the_floor_on_its_axis():
    def floor_on_axis_m(pitch_rad: float) -> float:
        normal = Attitude(1.4, pitch_rad).floor_normal()
        return -1.4 / float(normal[2])

    assert floor_on_axis_m(0.2) == pytest.approx(1.4 / math.sin(0.2))
    assert 0 < floor_on_axis_m(0.6) < floor_on_axis_m(0.2)
    assert floor_on_axis_m(-0.2) < 0  # looking up, the axis never meets it


def test_looking_down_shows_what_lies_ahead_higher_in_the_image():
    point = Attitude(1.4, 0.3).to_optical(np.array([3.0, 0.0, 0.0]))
    level = Attitude(1.4, 0.0).to_optical(np.array([3.0, 0.0, 0.0]))
    assert point[1] < level[1]


def test_positive_roll_lowers_the_right_side():
    rolled = Attitude(1.4, 0.0, 0.1)
    right_m = rolled.to_walker(np.array([1.0, 0.0, 2.0]))[2]
    left_m = rolled.to_walker(np.array([-1.0, 0.0, 2.0]))[2]
    assert right_m < 1.4 < left_m


@given(attitudes)
def test_forward_is_where_the_optical_axis_points_level(attitude):
    forward = attitude.to_walker(np.array([0.0, 0.0, 1.0]))
    assert forward[0] > 0
    assert forward[1] == pytest.approx(0.0, abs=1e-12)
    assert forward[2] == pytest.approx(attitude.height_m - math.sin(attitude.pitch_rad))
