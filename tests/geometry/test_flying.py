from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from followme.geometry.flying import flying
from followme.settings import DepthFusionSettings
from tests.geometry.guesses import room

S = DepthFusionSettings()


def edge(*middle: float) -> np.ndarray:
    """A near face at 1 m, what is between, and a wall at 3 m; each row alike."""
    row = np.array([1.0, 1.0, *middle, 3.0, 3.0], np.float32)
    return np.tile(row, (5, 1))


def test_nothing_known_flies_nowhere():
    assert not flying(np.full((5, 5), np.nan, np.float32), S).any()


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_a_pixel_between_near_and_far_flies(turn):
    depth_m = np.rot90(edge(2.0), turn)
    found = np.rot90(flying(np.ascontiguousarray(depth_m), S), -turn)
    assert found[:, 2].all() and found.sum() == 5


@pytest.mark.parametrize(
    "middle",
    [(), (0.5,), (3.5,), (1.05,), (2.9,), (np.nan,), (2.0, 2.0)],
    ids=["edge", "thin thing", "slit", "near side", "far side", "hole", "step"],
)
def test_edges_thin_things_and_steps_stay(middle):
    assert not flying(edge(*middle), S).any()


def test_a_room_without_errors_stays_whole():
    assert np.mean(flying(room(), S)) < 1e-3


@given(arrays(np.float32, (6, 7), elements=st.floats(0.25, 10.0, width=32)))
def test_the_nearest_pixel_never_flies(depth_m):
    found = flying(depth_m, S)
    assert not found[np.unravel_index(np.argmin(depth_m), depth_m.shape)]
