from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from followme.values.camera import Attitude, Camera
from followme.values.depth_map import (
    DepthMap,
    DepthStatus,
    FloorPlane,
    ImageHealth,
    ImageState,
    MonocularDepth,
    Provenance,
)

CAMERA = Camera(8, 6, 7.0, 7.0, 3.5, 2.5)
ONES = np.ones((6, 8), np.float32)
STATUS = DepthStatus(
    stamp_ns=5,
    provenance=Provenance.SENSOR,
    scale=1.0,
    scale_known=True,
    residual_m=math.nan,
    floor=None,
    attitude=Attitude(1.3, 0.2),
    height_known=False,
    valid_fraction=1.0,
    image=ImageHealth(),
)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        np.ones((8, 6), np.float32),
        np.ones((6, 8), np.float64),
        np.ones((6, 8, 1), np.float32),
        np.ones((0, 0), np.float32),
    ],
)
@pytest.mark.parametrize("name", ["depth_m", "sigma_m"])
def test_a_depth_map_refuses_arrays_that_are_not_of_its_camera(name, bad):
    facts = {"depth_m": ONES, "sigma_m": ONES, name: bad}
    with pytest.raises(ValueError, match=f"^{name}: expected "):
        DepthMap(5, camera=CAMERA, status=STATUS, **facts)


def test_a_depth_map_refuses_the_status_of_another_image():
    with pytest.raises(ValueError, match="stamp 5 is not the depth's 6"):
        DepthMap(6, ONES, ONES, CAMERA, STATUS)


@pytest.mark.parametrize(
    ("depth_m", "log_std", "words"),
    [
        (np.ones(4, np.float32), ONES, "^monocular depth_m: "),
        (ONES.astype(np.float64), ONES, "^monocular depth_m: "),
        (ONES, np.ones((6, 7), np.float32), "^monocular log_std: "),
        (ONES, ONES.astype(np.float16), "^monocular log_std: "),
    ],
)
def test_a_networks_depth_and_its_deviation_are_one_size(depth_m, log_std, words):
    with pytest.raises(ValueError, match=words):
        MonocularDepth(0, depth_m, log_std, True)


def test_nobody_can_write_into_depth():
    values = (DepthMap(5, ONES, ONES, CAMERA, STATUS), MonocularDepth(5, ONES, ONES, True))
    for array in (values[0].depth_m, values[0].sigma_m, values[1].depth_m, values[1].log_std):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 2.0


@pytest.mark.parametrize(
    ("normal", "offset_m", "inliers", "words"),
    [
        ((0.0, 0.0, 0.0), 1.0, 0.5, "^floor normal length: "),
        ((0.0, -2.0, 0.0), 1.0, 0.5, "^floor normal length: "),
        ((math.nan, -1.0, 0.0), 1.0, 0.5, "^floor normal length: "),
        ((0.0, -1.0, 0.0), math.nan, 0.5, "^floor offset_m: "),
        ((0.0, -1.0, 0.0), math.inf, 0.5, "^floor offset_m: "),
        ((0.0, -1.0, 0.0), 1.0, 1.1, "^floor inliers: "),
        ((0.0, -1.0, 0.0), 1.0, math.nan, "^floor inliers: "),
    ],
)
def test_what_is_no_floor_is_refused(normal, offset_m, inliers, words):
    with pytest.raises(ValueError, match=words):
        FloorPlane(normal, offset_m, inliers)


def test_a_floor_tells_how_the_camera_stands():
    stands = Attitude(1.3, 0.25, -0.1)
    told = FloorPlane(tuple(stands.floor_normal()), 1.3, 0.4).attitude()
    assert (told.height_m, told.pitch_rad, told.roll_rad) == pytest.approx((1.3, 0.25, -0.1))


@pytest.mark.parametrize("state", list(ImageState))
def test_only_a_frozen_image_is_frozen(state):
    assert ImageHealth(state).frozen is (state is ImageState.FROZEN)


def test_a_status_holds_no_array_and_can_be_compared():
    assert replace(STATUS) == STATUS
    assert replace(STATUS, stamp_ns=6) != STATUS


def a_map(sigma_share: float, provenance: Provenance) -> DepthMap:
    depth_m = ONES * np.float32(2.0)
    status = replace(STATUS, provenance=provenance)
    return DepthMap(5, depth_m, depth_m * np.float32(sigma_share), CAMERA, status)


@pytest.mark.parametrize("provenance", [p for p in Provenance if p is not Provenance.FUSED])
def test_a_map_of_one_source_holds_no_guesses(provenance):
    assert not a_map(0.9, provenance).guessed().any()


@pytest.mark.parametrize(("share", "guessed"), [(0.01, False), (0.03, False), (0.05, True)])
def test_a_filled_pixel_is_told_by_its_deviation(share, guessed):
    depth = a_map(share, Provenance.FUSED)
    assert (depth.guessed() == guessed).all()
    assert (depth.guessed((np.array([1, 2]), np.array([3, 4]))) == [guessed, guessed]).all()


@pytest.mark.parametrize(
    ("share", "confidence"), [(0.0, 1.0), (0.25, 0.5), (0.5, 0.0), (3.0, 0.0), (math.nan, 0.0)]
)
def test_confidence_falls_with_the_deviation(share, confidence):
    assert a_map(share, Provenance.SENSOR).confidence() == pytest.approx(confidence)
