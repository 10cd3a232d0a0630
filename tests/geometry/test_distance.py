from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.geometry.distance import near_part, percentiles, robust_distance
from followme.settings import DistanceSettings

S = DistanceSettings()


def ranges(*values):
    return np.array(values, np.float32)


def test_one_point_is_its_own_distance():
    assert robust_distance(ranges(2.0), np.nan, S) == pytest.approx((2.0, 0.14))


def test_the_tenth_percentile_is_the_distance():
    d, _ = robust_distance(np.linspace(2.0, 3.0, 1001).astype(np.float32), np.nan, S)
    assert d == pytest.approx(2.1, abs=1e-3)


@pytest.mark.parametrize(
    ("near", "quarter", "sigma"), [(0.5, 0.5, 0.08), (3.0, 3.0, 0.21), (2.0, 2.6, 0.3)]
)
def test_sigma_is_the_largest_of_floor_share_and_spread(near, quarter, sigma):
    values = np.concatenate([np.full(15, near), np.full(85, quarter)]).astype(np.float32)
    assert robust_distance(values, np.nan, S)[1] == pytest.approx(sigma, abs=1e-5)


def test_a_less_sure_map_makes_the_distance_less_sure_and_a_surer_one_does_not():
    assert robust_distance(ranges(2.0), 0.5, S)[1] == 0.5
    assert robust_distance(ranges(2.0), 0.01, S)[1] == pytest.approx(0.14)


def test_the_back_of_a_large_thing_is_no_part_of_its_front():
    values = np.concatenate([np.full(40, 1.0), np.full(5000, 1.6)]).astype(np.float32)
    assert near_part(values, 0.01, 30, S).sum() == 40


def test_a_few_stray_points_are_no_front():
    values = np.concatenate([np.full(20, 0.5), np.full(500, 2.0)]).astype(np.float32)
    assert near_part(values, 0.01, 30, S).all()


@given(st.lists(st.floats(0.25, 9.0, width=32), min_size=1, max_size=200))
def test_percentiles_are_points_in_order(values):
    array = np.array(values, np.float32)
    low, middle, high = percentiles(array, 0.0, 50.0, 100.0)
    assert (low, high) == (array.min(), array.max())
    assert low <= middle <= high and middle in array
    assert abs(middle - np.median(array)) <= np.ptp(array)
