"""Augmented views of a scene that is known exactly: planes, seen by any camera at any pixel."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.datasets.pinhole import Pinhole
from followme_training.depth.augmentation import Augmentation, augmented, mirrored, viewed
from followme_training.depth.sample import DepthSample

SIZE_HW = (48, 64)
CAMERA = Pinhole(52.0, 52.0, 31.5, 23.5)
PLAIN = Augmentation(
    **{f.name: 0.0 for f in fields(Augmentation)} | {"zoom": 1.0, "whole": 1.0, "gamma": 1.0}
)


def plane_depth(camera: Pinhole, size_hw: tuple[int, int], roll_rad: float = 0.0) -> np.ndarray:
    """Return depth (H, W) of the plane x * .3 + y * .5 + z = 3, x right, y down, z forward."""
    v, u = np.mgrid[: size_hw[0], : size_hw[1]].astype(float)
    x, y = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
    c, s = np.cos(roll_rad), np.sin(roll_rad)
    # rolled view: the ray of the view turned back is the ray of the scene
    scene_x, scene_y = c * x + s * y, -s * x + c * y
    return 3.0 / (1.0 + 0.3 * scene_x + 0.5 * scene_y)


def sample(camera: Pinhole = CAMERA, size_hw: tuple[int, int] = SIZE_HW) -> DepthSample:
    depth_m = plane_depth(camera, size_hw).astype(np.float32)
    grey = np.clip(depth_m * 50, 0, 255).astype(np.uint8)
    return DepthSample("plane", np.dstack([grey] * 3), depth_m, camera)


@given(
    zoom=st.floats(1.0, 2.0),
    left=st.floats(0.0, 1.0),
    top=st.floats(0.0, 1.0),
    roll_rad=st.floats(-0.1, 0.1),
    size=st.sampled_from([(48, 64), (36, 48), (96, 128)]),
)
def test_a_view_is_what_its_camera_would_see_of_the_scene(zoom, left, top, roll_rad, size) -> None:
    free = 1.0 - 1.0 / zoom
    view = viewed(sample(), size, zoom, (left * 64 * free, top * 48 * free), roll_rad)
    expected = plane_depth(view.camera, size, roll_rad)
    known = np.isfinite(view.depth_m)
    assert known.mean() > 0.7
    # the nearest pixel of the original is at most 0.71 of its pixels away
    step = 0.75 * np.max(np.abs(np.gradient(plane_depth(CAMERA, SIZE_HW))), axis=(1, 2)).sum()
    assert np.abs(view.depth_m - expected)[known].max() < step


def test_the_focal_length_grows_with_the_zoom_and_the_metres_stay() -> None:
    far = viewed(sample(), SIZE_HW)
    near = viewed(sample(), SIZE_HW, 2.0, (16.0, 12.0))
    assert near.camera.fx == pytest.approx(2.0 * far.camera.fx)
    assert near.depth_m[24, 32] == pytest.approx(far.depth_m[24, 32], rel=0.02)


def test_without_a_change_nothing_changes() -> None:
    same = augmented(sample(), SIZE_HW, PLAIN, np.random.default_rng(0))
    assert (same.rgb == sample().rgb).all()
    assert (same.depth_m == sample().depth_m).all()
    assert same.camera == CAMERA


def test_colour_and_depth_move_together() -> None:
    original = sample()
    view = viewed(original, SIZE_HW, 1.5, (10.0, 8.0), 0.05)
    known = np.isfinite(view.depth_m)
    grey = view.rgb[..., 0].astype(float)
    assert np.abs(grey - view.depth_m * 50)[known].max() < 4.0


def test_a_mirror_keeps_depth_and_moves_the_principal_point() -> None:
    camera = replace(CAMERA, cx=20.0)
    twice = mirrored(mirrored(sample(camera)))
    once = mirrored(sample(camera))
    assert once.camera.cx == pytest.approx(63 - 20.0)
    assert (once.depth_m == sample(camera).depth_m[:, ::-1]).all()
    assert (once.rgb == sample(camera).rgb[:, ::-1]).all()
    assert twice.camera == camera


def test_unknown_depth_stays_unknown() -> None:
    original = sample()
    holes = original.depth_m.copy()
    holes[:24] = np.nan
    view = augmented(
        replace(original, depth_m=holes), SIZE_HW, Augmentation(), np.random.default_rng(3)
    )
    assert 0.2 < np.isfinite(view.depth_m).mean() < 0.8
    assert (view.depth_m[np.isfinite(view.depth_m)] > 0).all()


def test_all_of_it_follows_from_the_generator() -> None:
    one, same, other = (
        augmented(sample(), SIZE_HW, Augmentation(), np.random.default_rng(s)) for s in (1, 1, 2)
    )
    assert (one.rgb == same.rgb).all()
    assert one.camera == same.camera
    assert (one.rgb != other.rgb).any()


@pytest.mark.parametrize("grey", [0.0, 1.0])
def test_grey_takes_colour_away(grey: float) -> None:
    red = np.zeros((*SIZE_HW, 3), np.uint8)
    red[..., 0] = 200
    view = augmented(
        replace(sample(), rgb=red), SIZE_HW, replace(PLAIN, grey=grey), np.random.default_rng(0)
    )
    assert (view.rgb[..., 0] == view.rgb[..., 1]).all() == bool(grey)
