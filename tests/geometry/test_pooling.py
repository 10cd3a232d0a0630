from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.geometry.pooling import pool_nearest

NAN = np.nan


def pooled(rows, height, width, low=0.25, high=10.0):
    return pool_nearest(np.array(rows, np.float32), height, width, low, high)


def test_nothing_valid_stays_unknown():
    assert np.isnan(pooled(np.full((4, 4), NAN), 2, 2)).all()


@pytest.mark.parametrize("value", [0.0, -1.0, 0.24, 10.1, np.inf, -np.inf, NAN])
def test_out_of_range_is_unknown_and_never_the_nearest(value):
    assert np.isnan(pooled([[value]], 1, 1)[0, 0])
    assert pooled([[value, 3.0], [4.0, 5.0]], 1, 1)[0, 0] == 3.0


def test_the_nearest_valid_pixel_of_each_cell_wins():
    rows = [[5, 1, 4, 4], [5, NAN, 4, 2], [3, 3, NAN, NAN], [3, 6, NAN, 0]]
    np.testing.assert_array_equal(pooled(rows, 2, 2), np.array([[1, 2], [3, NAN]], np.float32))


def test_a_smaller_sensor_repeats_its_pixels():
    np.testing.assert_array_equal(pooled([[1, 2]], 2, 4), [[1, 1, 2, 2], [1, 1, 2, 2]])


def test_the_input_is_left_alone():
    depth = np.full((4, 4), NAN, np.float32)
    depth.flags.writeable = False
    pool_nearest(depth, 4, 4, 0.2, 9.0)
    assert np.isnan(depth).all()


@given(
    st.integers(1, 30), st.integers(1, 30), st.integers(1, 12), st.integers(1, 12), st.integers(0)
)
def test_no_near_pixel_is_lost_and_none_is_invented(rows, columns, height, width, seed):
    rng = np.random.default_rng(seed)
    depth = rng.uniform(0.5, 9.0, (rows, columns)).astype(np.float32)
    depth[rng.random(depth.shape) < 0.3] = NAN
    result = pool_nearest(depth, height, width, 0.25, 10.0)
    assert result.shape == (height, width) and result.dtype == np.float32
    known = result[np.isfinite(result)]
    assert np.isin(known, depth).all()
    if height <= rows and width <= columns and np.isfinite(depth).any():
        assert known.min() == np.nanmin(depth)
