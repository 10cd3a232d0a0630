from __future__ import annotations

import math

import numpy as np
import pytest

from followme.geometry.metric_depth import MetricDepth
from followme.geometry.sensor_scale import SensorScale
from followme.settings import DepthSettings, FloorSettings, WalkerSettings
from followme.values.camera import Attitude
from followme.values.depth_map import ImageHealth
from tests.geometry.scene import S, box_at, frame_of, render

TENTH = S // 10
TOLD_M = 1.3


def judged(heights, told_m=TOLD_M, inliers=0.3):
    judge = SensorScale(FloorSettings(), told_m)
    return [judge.judge(i * TENTH, h, inliers) for i, h in enumerate(heights)]


def depths(frames, told_m=TOLD_M):
    """What MetricDepth makes of depth maps, ten a second."""
    walker = WalkerSettings(camera_height_m=told_m)
    metric = MetricDepth(DepthSettings(), FloorSettings(), walker)
    return [
        metric.estimate(frame_of(d, i * TENTH), None, ImageHealth()) for i, d in enumerate(frames)
    ]


def test_a_sensor_is_believed_while_nobody_told_a_height():
    assert all(s.known and s.factor == 1.0 for s in judged([2.6] * 30, told_m=0.0))


@pytest.mark.parametrize(("height", "inliers"), [(math.nan, 0.0), (2.08, 0.05), (math.nan, 0.9)])
def test_too_little_floor_says_nothing_against_a_sensor(height, inliers):
    assert all(s.known for s in judged([height] * 30, inliers=inliers))


@pytest.mark.parametrize(
    ("ratio", "factor", "known"),
    [
        (0.60, 1.0, False),  # what is not believed never makes a thing farther away
        (0.80, 1.25, True),
        (0.90, 1.0, True),
        (1.00, 1.0, True),
        (1.10, 1.0, True),
        (1.25, 0.8, True),
        (1.60, 0.625, False),
    ],
)
def test_limits_of_the_specification(ratio, factor, known):
    scale = judged([TOLD_M * ratio] * 20)[-1]
    assert scale.known is known and scale.factor == pytest.approx(factor)
    assert bool(scale.note) is not (known and factor == 1.0)


def test_a_jump_is_noticed_within_a_second_and_its_end_too():
    scales = judged([1.3] * 30 + [2.08] * 30 + [1.3] * 30)
    assert scales[29].known and not scales[40].known and not scales[59].known
    assert scales[75].known and scales[75].factor == 1.0


def test_a_single_odd_frame_changes_nothing():
    assert all(s.known and s.factor == 1.0 for s in judged([1.3] * 10 + [2.08] + [1.3] * 20))


def test_who_sits_down_bit_by_bit_keeps_the_sensor():
    down = list(np.linspace(1.3, 0.75, 12))
    scales = judged([1.3] * 20 + down + [0.75] * 50 + down[::-1] + [1.3] * 20)
    assert all(s.known and s.factor == 1.0 for s in scales)


def test_nobody_grows_so_a_slow_stretch_is_noticed():
    assert not judged(list(np.linspace(1.3, 2.1, 60)) + [2.1] * 20)[-1].known


def test_a_table_top_that_takes_over_from_dwindling_floor_is_no_scale():
    judge = SensorScale(FloorSettings(), TOLD_M)
    shares = [0.3, 0.2, 0.1, 0.1]
    for i, share in enumerate(shares):
        judge.judge(i * TENTH, TOLD_M, share)
    scales = [judge.judge((4 + i) * TENTH, 0.85, 0.4) for i in range(30)]
    assert all(s.known and s.factor == 1.0 for s in scales)


def test_a_scale_that_wavers_is_not_believed():
    scales = judged([1.3 * (0.87 if i % 2 else 1.13) for i in range(40)])
    assert not scales[-1].known


def test_reset_believes_the_sensor_again():
    judge = SensorScale(FloorSettings(), TOLD_M)
    for i in range(20):
        judge.judge(i * TENTH, 2.08, 0.3)
    judge.reset()
    assert judge.judge(0, math.nan, 0.0).known and judge.ratio == 1.0


@pytest.mark.parametrize(
    ("stretch", "known", "corrected"),
    [
        (0.6, False, False),
        (0.8, True, True),
        (1.0, True, True),
        (1.25, True, True),
        (1.6, False, True),
    ],
)
@pytest.mark.parametrize("before", [0, 20])
def test_stretched_depth_is_noticed_from_the_start_and_on_the_way(
    stretch, known, corrected, before
):
    true_m = render((box_at(3.0),))
    frames = [true_m] * before + [true_m * np.float32(stretch)] * 15
    result = depths(frames)[-1]
    assert result.status.scale_known is known
    assert result.status.floor is not None
    if corrected:
        box = result.depth_m[100:130, 150:170]
        np.testing.assert_allclose(box, true_m[100:130, 150:170], rtol=0.02)
        assert result.status.attitude.height_m == pytest.approx(TOLD_M, abs=0.05)


def test_true_depth_after_a_stretch_is_believed_again():
    true_m = render((box_at(3.0),))
    result = depths([true_m] * 10 + [true_m * np.float32(1.6)] * 20 + [true_m] * 15)[-1]
    assert result.status.scale_known and result.status.scale == 1.0
    assert result.status.attitude.height_m == pytest.approx(TOLD_M, abs=0.03)


@pytest.mark.parametrize("tilt_deg", [-5.0, 5.0])
def test_a_tilted_camera_is_no_stretch(tilt_deg):
    tilted = Attitude(TOLD_M, math.radians(10.0 + tilt_deg))
    result = depths([render((box_at(3.0),))] * 10 + [render((box_at(3.0),), attitude=tilted)] * 20)
    assert all(r.status.scale_known and r.status.scale == 1.0 for r in result)
