from __future__ import annotations

import numpy as np
import pytest

from followme.health.frozen_depth import FrozenDepth

MS = 1_000_000
RNG = np.random.default_rng(0)


def a_depth(shape=(48, 64)) -> np.ndarray:
    depth_m = RNG.uniform(0.5, 5.0, shape).astype(np.float32)
    depth_m[0, 0] = np.nan
    return depth_m


def judged(depths, step_ms: int = 250) -> list[bool]:
    judge = FrozenDepth(0.5)
    return [judge.judge(d, i * step_ms * MS) for i, d in enumerate(depths)]


def test_the_same_depth_for_half_a_second_is_frozen_until_another_comes():
    depth_m, other = a_depth(), a_depth()
    depths = [depth_m, depth_m.copy(), depth_m.copy(), depth_m.copy(), other, other.copy()]
    assert judged(depths) == [False, False, True, True, False, False]


def test_depth_with_noise_is_not():
    assert not any(judged([a_depth() for _ in range(8)]))


@pytest.mark.parametrize("row", [0, 16, 17, 47])
def test_one_pixel_makes_a_difference(row):
    one = a_depth()
    other = one.copy()
    other[row, 5] += np.float32(0.001)
    assert not any(judged([one, other] * 4))


@pytest.mark.parametrize(
    "depths",
    [
        [None] * 6,
        [np.full((48, 64), np.nan, np.float32)] * 6,
        [a_depth((48, 64)), a_depth((24, 32))] * 3,
    ],
    ids=["none", "all unknown", "sizes change"],
)
def test_what_shows_no_freeze(depths):
    assert not any(judged(depths))


def test_a_lost_frame_begins_anew_and_so_does_a_reset():
    depth_m = a_depth()
    assert not any(judged([depth_m, depth_m, None, depth_m, depth_m]))
    judge = FrozenDepth(0.5)
    judge.judge(depth_m, 0)
    judge.reset()
    assert not judge.judge(depth_m, 600 * MS)


def test_time_that_runs_back_is_no_freeze():
    judge, depth_m = FrozenDepth(0.5), a_depth()
    judge.judge(depth_m, 900 * MS)
    assert not judge.judge(depth_m, 100 * MS)
