from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.geometry.depth_alignment import Alignment, AlignmentTrack, Refused, align
from followme.settings import DepthFusionSettings

S = DepthFusionSettings()
SECOND = 1_000_000_000
RNG = np.random.default_rng(0)
TRUE_M = RNG.uniform(0.6, 5.0, 3000).astype(np.float32)


def seen_by(gain: float, shift_per_m: float, true_m=TRUE_M) -> np.ndarray:
    """What a network says whose inverse depth needs a gain and a shift."""
    return (gain / (1.0 / true_m - shift_per_m)).astype(np.float32)


def refused(guess_m, sensor_m=TRUE_M) -> Refused:
    result = align(np.asarray(guess_m, np.float32), sensor_m, S)
    assert isinstance(result, Refused), result
    assert result.word.endswith(".")
    return result


@pytest.mark.parametrize("count", [0, 1, S.min_pixels - 1])
def test_too_few_pixels_give_none(count):
    assert refused(TRUE_M[:count], TRUE_M[:count]).few


def test_enough_pixels_give_one():
    few = TRUE_M[: S.min_pixels]
    assert isinstance(align(few, few, S), Alignment)


@given(gain=st.floats(0.75, 1.38), shift=st.floats(-0.05, 0.05))
def test_scale_and_shift_are_found(gain, shift):
    found = align(seen_by(gain, shift), TRUE_M, S)
    assert isinstance(found, Alignment)
    assert found.gain == pytest.approx(gain, rel=1e-3)
    assert found.shift_per_m == pytest.approx(shift, abs=1e-3)
    assert found.misfit < 1e-3
    np.testing.assert_allclose(1.0 / found.inverse(seen_by(gain, shift), 10.0), TRUE_M, rtol=5e-3)


def test_a_third_of_gross_errors_changes_little():
    sensor_m = TRUE_M.copy()
    sensor_m[::3] = RNG.uniform(0.3, 10.0, sensor_m[::3].size)
    found = align(seen_by(1.2, 0.02), sensor_m, S)
    assert isinstance(found, Alignment)
    np.testing.assert_allclose(1.0 / found.inverse(seen_by(1.2, 0.02), 10.0), TRUE_M, rtol=0.05)


def test_what_takes_near_for_far_is_refused():
    refused(1.0 / TRUE_M)


def test_what_always_answers_the_same_is_refused():
    refused(np.full_like(TRUE_M, 2.0))


def test_noise_is_refused():
    refused(np.random.default_rng(1).uniform(0.6, 5.0, TRUE_M.size))


def test_relative_depth_from_0_to_1_is_refused():
    refused((TRUE_M - TRUE_M.min()) / np.ptp(TRUE_M) + 1e-3)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_sensor_that_is_off_by_two_is_refused_and_the_factor_told(factor):
    result = refused(TRUE_M * np.float32(factor))
    assert result.ratio == pytest.approx(factor, rel=0.01) and not result.few
    assert f"{factor:.2f}" in result.word


def test_a_single_wall_needs_no_explanation():
    wall_m = np.full(500, 2.0, np.float32)
    found = align(wall_m * np.float32(1.2), wall_m, S)
    assert isinstance(found, Alignment) and found.misfit < 0.01


def test_nothing_is_farther_than_the_range():
    far = Alignment(1.0, -0.5, 0.0, 1.0, 0.0)
    per_m = far.inverse(np.array([1.0, 4.0], np.float32), 10.0)
    assert per_m == pytest.approx([0.5, 0.1])


def alignment(gain: float) -> Alignment:
    return Alignment(gain, 0.0, 0.01, 1.0, 0.02)


class TestTrack:
    def test_there_is_none_before_the_first(self):
        assert AlignmentTrack(S).held(0) is None

    def test_the_first_is_taken_as_it_is(self):
        assert AlignmentTrack(S).follow(0, alignment(1.2)).gain == 1.2

    def test_a_jump_is_followed_by_its_time_constant(self):
        track = AlignmentTrack(S)
        track.follow(0, alignment(1.0))
        now = track.follow(round(S.smooth_s * SECOND), alignment(2.0))
        assert now.gain == pytest.approx(2.0 - math.exp(-1.0))

    def test_it_holds_for_a_while_and_no_longer(self):
        track = AlignmentTrack(S)
        track.follow(0, alignment(1.0))
        assert track.held(round(S.keep_s * SECOND)) is not None
        assert track.held(round(S.keep_s * SECOND) + 1) is None

    def test_time_that_runs_back_and_a_reset_forget_it(self):
        track = AlignmentTrack(S)
        track.follow(5 * SECOND, alignment(1.0))
        assert track.held(4 * SECOND) is None
        track.reset()
        assert track.held(5 * SECOND) is None
