from __future__ import annotations

import math

import pytest

from followme.geometry.scale import ScaleJudge
from followme.settings import FloorSettings

TENTH_NS = 100_000_000


def judged(heights, told_m=1.3, inliers=0.4):
    judge = ScaleJudge(FloorSettings(), told_m)
    return [judge.judge(i * TENTH_NS, h, inliers) for i, h in enumerate(heights)]


def test_without_a_told_height_scale_is_a_guess():
    scale = judged([1.3], told_m=0.0)[0]
    assert not scale.known and scale.factor == 1.0 and scale.note


@pytest.mark.parametrize(("height", "inliers"), [(math.nan, 0.0), (1.3, 0.14), (math.nan, 0.9)])
def test_without_enough_floor_scale_is_a_guess(height, inliers):
    assert not judged([height], inliers=inliers)[0].known


@pytest.mark.parametrize(
    ("stretch", "known"), [(0.6, False), (0.8, True), (1.0, True), (1.25, True), (1.6, False)]
)
def test_stretched_depth_is_corrected_and_believed_within_limits(stretch, known):
    scale = judged([1.3 * stretch] * 3)[-1]
    assert scale.factor == pytest.approx(1.0 / stretch)
    assert scale.known is known
    assert bool(scale.note) is (stretch != 1.0)  # who looks should see what the floor said


def test_the_median_of_a_second_ignores_a_single_frame():
    assert judged([1.3] * 6 + [2.0])[-1].factor == pytest.approx(1.0)


def test_a_floor_seen_a_second_ago_no_longer_counts():
    scales = judged([1.3] * 3 + [math.nan] * 15)
    assert scales[5].known and not scales[-1].known


def test_a_scale_that_wavers_for_two_seconds_is_not_believed():
    scales = judged([1.3 * (0.85 if i % 2 else 1.15) for i in range(25)])
    assert scales[3].known and not scales[-1].known


def test_a_jump_to_stretched_depth_is_noticed_within_the_second():
    scales = judged([1.3] * 50 + [1.3 * 1.6] * 25)
    assert not scales[60].known
