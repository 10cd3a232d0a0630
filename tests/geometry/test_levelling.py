"""Scale and shift of inverse depth that lay a network over the floor."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from followme.geometry.levelling import Level, Leveller
from followme.settings import FloorSettings
from tests.geometry.guesses import THING, smooth
from tests.geometry.painted_room import WORN, seen
from tests.geometry.scene import CAMERA, box_at, render

UP = WORN.floor_normal()
HEIGHT_M = WORN.height_m
LEVELLER = Leveller(FloorSettings())


def guess(true_m: np.ndarray, level: Level, error: float = 0.0) -> np.ndarray:
    """What a network says that errs by a level, and slowly over the image."""
    per_m = (1.0 / true_m - level.shift_per_m) / level.slope
    return (1.0 / (per_m * smooth(3, error))).astype(np.float32)


@pytest.mark.parametrize("shift_per_m", [-0.4, -0.15, 0.0])
@pytest.mark.parametrize("slope", [0.8, 1.0, 1.3])
def test_scale_and_shift_are_found(shift_per_m, slope):
    level = Level(shift_per_m, slope)
    true_m = seen((THING,))
    fit = LEVELLER.fit(guess(true_m, level), CAMERA, UP, HEIGHT_M)
    assert fit is not None
    assert fit.level.shift_per_m == pytest.approx(shift_per_m, abs=0.02)
    assert fit.level.slope == pytest.approx(slope, abs=0.03)
    assert fit.inliers > 0.2
    off = fit.level.depth_m(guess(true_m, level)) / true_m - 1.0
    assert float(np.abs(off[true_m < 4.0]).max()) < 0.05


def test_a_network_that_errs_by_ten_percent_is_laid_over_the_floor_all_the_same():
    true_m = seen()
    asked = guess(true_m, Level(-0.2, 1.1), error=0.05)
    fit = LEVELLER.fit(asked, CAMERA, UP, HEIGHT_M)
    assert fit is not None
    near = true_m < 4.0
    was = float(np.median(np.abs(asked / true_m - 1.0)[near]))
    now = float(np.median(np.abs(fit.level.depth_m(asked) / true_m - 1.0)[near]))
    assert now < 0.08 < was


def test_far_things_become_less_sure_than_near_ones():
    true_m = seen()
    level = Level(-0.2, 1.1)
    asked = guess(true_m, level)
    stretch = level.stretch(asked, level.depth_m(asked))
    assert stretch == pytest.approx(1.0 + 0.2 * true_m, rel=1e-3)


def test_the_ratio_tells_a_worktop_from_a_floor():
    """A level surface 0.7 m below the camera is none that metres of a network explain (B12)."""
    top_m = render(attitude=replace(WORN, height_m=0.70))
    fit = LEVELLER.fit(np.where(top_m < 5.0, top_m, np.nan), CAMERA, UP, HEIGHT_M)
    assert fit is None or fit.ratio < FloorSettings().scale_low


@pytest.mark.parametrize(
    "depth_m",
    [
        render((box_at(1.0, width=4.0, z=(-1.0, 4.0)),), attitude=WORN, floor=False),
        np.full((240, 320), np.nan, np.float32),
        np.full((240, 320), 2.0, np.float32),
        np.random.default_rng(1).uniform(0.5, 8.0, (240, 320)).astype(np.float32),
    ],
    ids=["a wall alone", "nothing known", "always the same", "noise"],
)
def test_without_a_floor_nothing_is_told(depth_m):
    assert LEVELLER.fit(depth_m, CAMERA, UP, HEIGHT_M) is None


def test_a_camera_that_looks_at_the_ceiling_sees_no_floor():
    up = np.array([0.0, -math.cos(math.radians(60)), math.sin(math.radians(60))])
    assert LEVELLER.fit(seen(), CAMERA, up, HEIGHT_M) is None


def test_a_short_strip_of_floor_stays_near_the_last_level():
    last = Level(-0.2, 1.1)
    asked = guess(seen((box_at(2.05, width=3.6, z=(0.0, 3.0)),)), last, error=0.03)
    alone, led = (LEVELLER.fit(asked, CAMERA, UP, HEIGHT_M, before) for before in (None, last))
    assert alone is not None
    assert led is not None
    assert abs(led.level.shift_per_m + 0.2) < abs(alone.level.shift_per_m + 0.2) + 1e-6
    assert led.level.shift_per_m == pytest.approx(-0.2, abs=0.08)


def test_beyond_all_distances_is_infinitely_far():
    level = Level(-0.3, 1.0)
    assert level.depth_m(np.array([[2.0, 4.0]], np.float32)).tolist() == [
        [pytest.approx(5.0), math.inf]
    ]
