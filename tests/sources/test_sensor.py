from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from followme.settings import DepthSettings
from followme.sources.sensor import Sensor, SensorModel
from followme.sources.source import SourceError

_H, _W = 120, 160


def _flat(metres: float) -> np.ndarray:
    return np.full((_H, _W), metres, np.float32)


@pytest.mark.parametrize(
    "facts",
    [
        {"grey_sigma": 0.0},
        {"grey_sigma": math.nan},
        {"min_m": -0.1},
        {"min_m": 4.0, "max_m": 3.0},
        {"max_m": 70.0},
        {"sigma_m": -1.0},
        {"sigma_per_m2": math.nan},
        {"dropout": 1.0},
        {"dropout": -0.1},
        {"step_per_m2": -0.01},
        {"step_per_m2": math.nan},
    ],
)
def test_a_model_that_makes_no_sense_is_refused(facts: dict[str, float]) -> None:
    with pytest.raises(SourceError, match="sensor"):
        SensorModel(**facts)


@pytest.mark.parametrize("metres", [0.5, 2.0, 6.0])
def test_depth_noise_grows_with_distance_squared(metres: float) -> None:
    model = SensorModel(dropout=0.0)
    measured = Sensor(_W, _H, 0, model).depth_mm(_flat(metres), 0) * 1e-3
    expected = DepthSettings().sigma_floor_m + DepthSettings().sigma_per_m2 * metres**2
    assert measured.mean() == pytest.approx(metres, abs=0.05 * expected)
    assert measured.std() == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("metres", [0.1, 0.25, 10.5, 30.0, np.inf])
def test_out_of_range_nothing_is_measured(metres: float) -> None:
    assert not Sensor(_W, _H).depth_mm(_flat(metres), 0).any()


def test_a_little_is_dropped_elsewhere_in_each_frame() -> None:
    sensor = Sensor(_W, _H, 0, SensorModel(dropout=0.02))
    gone = [sensor.depth_mm(_flat(2.0), frame) == 0 for frame in (0, 1)]
    assert [g.mean() for g in gone] == pytest.approx([0.02, 0.02], abs=0.01)
    assert (gone[0] != gone[1]).any()


def test_grey_keeps_its_mean_and_stays_in_range() -> None:
    sensor = Sensor(_W, _H)
    middle = sensor.grey(np.full((_H, _W), 100, np.uint8), 0)
    assert middle.mean() == pytest.approx(100, abs=0.2)
    assert middle.std() == pytest.approx(2.0, rel=0.1)
    assert sensor.grey(np.zeros((_H, _W), np.uint8), 0).max() < 20
    assert sensor.grey(np.full((_H, _W), 255, np.uint8), 0).min() > 235


def test_the_same_image_is_never_given_twice_in_a_row() -> None:
    sensor, grey = Sensor(16, 16), np.full((16, 16), 90, np.uint8)
    images = [sensor.grey(grey, frame) for frame in range(400)]
    assert all((a != b).any() for a, b in pairwise(images))


def test_the_seed_says_which_noise() -> None:
    one, same, other = Sensor(_W, _H, 5), Sensor(_W, _H, 5), Sensor(_W, _H, 6)
    depth = _flat(3.0)
    assert (one.depth_mm(depth, 3) == same.depth_mm(depth, 3)).all()
    assert (one.depth_mm(depth, 3) != other.depth_mm(depth, 3)).any()


def test_what_was_given_is_not_changed() -> None:
    depth, grey = _flat(3.0), np.full((_H, _W), 90, np.uint8)
    sensor = Sensor(_W, _H)
    sensor.depth_mm(depth, 0)
    sensor.grey(grey, 0)
    assert (depth == 3.0).all()
    assert (grey == 90).all()


@pytest.mark.parametrize("metres", [1.0, 4.0])
def test_depth_comes_in_steps_that_grow_with_distance_squared(metres: float) -> None:
    model = SensorModel(sigma_m=0.02, sigma_per_m2=0.005, dropout=0.0, step_per_m2=0.01)
    found = np.unique(Sensor(_W, _H, 1, model).depth_mm(_flat(metres), 0)) * 1e-3
    assert len(found) > 3
    np.testing.assert_allclose(np.diff(1.0 / found), -0.01, atol=2e-3)


def test_steps_leave_unknown_depth_unknown() -> None:
    model = SensorModel(step_per_m2=0.01, dropout=0.0)
    assert not Sensor(_W, _H, 1, model).depth_mm(np.full((_H, _W), np.inf, np.float32), 0).any()
