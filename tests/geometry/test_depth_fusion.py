from __future__ import annotations

import numpy as np
import pytest

from followme.geometry.depth_alignment import Refused
from followme.geometry.depth_fusion import DepthFusion, Fused
from followme.settings import DepthFusionSettings
from followme.values.depth_map import MonocularDepth
from tests.geometry.guesses import SHAPE, holed, network, room, sparse

S = DepthFusionSettings()
SECOND = 1_000_000_000
NOTHING = np.full(SHAPE, np.nan, np.float32)


def sigma_of(depth_m: np.ndarray) -> np.ndarray:
    return (0.005 + 0.003 * depth_m**2).astype(np.float32)


def a_fusion(**settings: float) -> DepthFusion:
    return DepthFusion(DepthFusionSettings(**settings), 0.25, 10.0)


def fuse(sensor_m, guess=None, fusion=None, stamp_ns=0) -> Fused | Refused:
    return (fusion or a_fusion()).fuse(
        stamp_ns, guess or network(room()), sensor_m, sigma_of(sensor_m)
    )


def fused(*given, **more) -> Fused:
    result = fuse(*given, **more)
    assert isinstance(result, Fused), result
    return result


def test_a_sensor_that_gives_nothing_leaves_nothing_to_align_to():
    result = fuse(NOTHING)
    assert isinstance(result, Refused) and result.few and "0 usable pixels" in result.word


def test_the_sensor_wins_where_it_measured():
    sensor_m = holed(room(), 0.5)
    known = np.isfinite(sensor_m)
    result = fused(sensor_m)
    np.testing.assert_array_equal(result.depth_m[known], sensor_m[known])
    np.testing.assert_array_equal(result.sigma_m[known], sigma_of(sensor_m)[known])
    assert result.word == "" and np.isfinite(result.depth_m).all()


@pytest.mark.parametrize("scale", [0.75, 1.0, 1.38])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.78])
def test_what_it_missed_is_filled_within_six_centimetres(share, scale):
    sensor_m = holed(room(), share)
    hole = np.isnan(sensor_m) & (room() < 3.0)
    result = fused(sensor_m, network(room(), scale))
    off_m = np.abs(result.depth_m - room())[hole]
    assert np.median(off_m) < 0.06
    assert np.mean(off_m < 2.0 * result.sigma_m[hole]) >= 0.90


@pytest.mark.parametrize("share", [0.005, 0.01, 0.05])
def test_few_pixels_set_the_scale(share):
    result = fused(sparse(room(), share), network(room(), 1.38))
    assert np.mean(np.abs(result.depth_m / room() - 1.0)) < 0.08


def test_no_filled_pixel_is_as_sure_as_a_measured_one():
    sensor_m = holed(room(), 0.5)
    hole = np.isnan(sensor_m)
    sure = fused(sensor_m).sigma_m / fused(sensor_m).depth_m
    assert sure[hole].min() >= 0.049 > sure[~hole].max()


def test_a_network_that_is_less_right_leaves_filled_pixels_less_sure():
    hole = np.isnan(holed(room(), 0.5))
    good, bad = (
        fused(holed(room(), 0.5), network(room(), error=error)).sigma_m[hole]
        for error in (0.02, 0.3)
    )
    assert np.median(bad) > np.median(good)


def test_speckle_goes_and_a_small_thing_stays():
    sensor_m = room().copy()
    sensor_m[60, 60] = 0.6
    sensor_m[60:62, 200:202] = 9.0
    sensor_m[70:74, 100:104] = 0.8
    sensor_m[:, 250:] = np.nan
    result = fused(sensor_m)
    assert result.depth_m[60, 60] == pytest.approx(room()[60, 60], rel=0.1)
    assert result.depth_m[60, 200] == pytest.approx(room()[60, 200], rel=0.1)
    np.testing.assert_array_equal(result.depth_m[70:74, 100:104], np.float32(0.8))


def test_a_thing_that_the_network_does_not_see_stays():
    empty = network(room().max() * np.ones(SHAPE, np.float32))
    sensor_m = holed(room(), 0.3)
    result = fuse(sensor_m, empty)
    assert isinstance(result, Refused)  # nothing of it fits: the caller keeps the sensor


@pytest.mark.parametrize(
    "answer",
    [
        np.full(SHAPE, 2.0, np.float32),
        (1.0 / room()).astype(np.float32),
        ((room() - room().min()) / np.ptp(room()) + 1e-3).astype(np.float32),
        (2.0 * room()).astype(np.float32),
        (0.5 * room()).astype(np.float32),
    ],
    ids=["constant", "near is far", "0 to 1", "doubled", "halved"],
)
def test_answers_that_are_no_depth_of_this_scene_are_refused(answer):
    guess = MonocularDepth(0, answer, np.full(SHAPE, 0.1, np.float32), True)
    result = fuse(holed(room(), 0.3), guess)
    assert isinstance(result, Refused) and not result.few


def test_pixels_that_the_network_does_not_know_stay_unknown():
    guess = network(room())
    depth_m, log_std = guess.depth_m.copy(), guess.log_std.copy()
    depth_m[:50] = log_std[:50] = np.nan
    sensor_m = holed(room(), 0.5)
    result = fused(sensor_m, MonocularDepth(0, depth_m, log_std, True))
    hole = np.isnan(sensor_m)
    assert np.isnan(result.depth_m[:49][hole[:49]]).all()
    assert np.isfinite(result.depth_m[52:]).all()
    np.testing.assert_array_equal(np.isnan(result.depth_m), np.isnan(result.sigma_m))


@pytest.mark.parametrize("shape", [(96, 128), (192, 256), (480, 640)])
def test_a_network_of_another_size_will_do(shape):
    rows = np.arange(shape[0]) * SHAPE[0] // shape[0]
    columns = np.arange(shape[1]) * SHAPE[1] // shape[1]
    full = network(room())
    guess = MonocularDepth(
        0, full.depth_m[np.ix_(rows, columns)], full.log_std[np.ix_(rows, columns)], True
    )
    sensor_m = holed(room(), 0.5)
    off_m = np.abs(fused(sensor_m, guess).depth_m - room())[np.isnan(sensor_m)]
    assert np.median(off_m) < 0.08


class TestOverTime:
    def test_the_last_scale_holds_for_a_second_without_a_sensor(self):
        fusion = a_fusion()
        fused(holed(room(), 0.5), fusion=fusion)
        soon = fused(NOTHING, fusion=fusion, stamp_ns=SECOND)
        assert "0 usable pixels" in soon.word and "last scale" in soon.word
        assert np.mean(np.abs(soon.depth_m / room() - 1.0)) < 0.10
        assert isinstance(fuse(NOTHING, fusion=fusion, stamp_ns=2 * SECOND + 1), Refused)

    def test_and_so_it_does_for_an_image_without_sensor_depth(self):
        fusion = a_fusion()
        assert fusion.carried(0, network(room()), SHAPE) is None
        fused(holed(room(), 0.5), fusion=fusion)
        soon = fusion.carried(SECOND // 2, network(room()), SHAPE)
        assert soon is not None and "no sensor depth" in soon.word
        assert np.mean(np.abs(soon.depth_m / room() - 1.0)) < 0.10
        assert (soon.sigma_m >= 0.049 * soon.depth_m).all()

    def test_a_frame_that_tells_nothing_falls_back_on_it(self):
        fusion = a_fusion()
        fused(holed(room(), 0.5), fusion=fusion)
        dull = network(room(), error=0.10, noise=0.6)
        alone = fuse(holed(room(), 0.5), dull)
        held = fuse(holed(room(), 0.5), dull, fusion=fusion, stamp_ns=SECOND // 10)
        if isinstance(alone, Refused):
            assert isinstance(held, Refused) or "last scale" in held.word

    def test_a_network_that_turns_constant_is_refused_at_once(self):
        fusion = a_fusion(max_misfit=0.1)
        fused(holed(room(), 0.5), fusion=fusion)
        constant = MonocularDepth(
            0, np.full(SHAPE, 2.0, np.float32), np.full(SHAPE, 0.1, np.float32), True
        )
        result = fuse(holed(room(), 0.5), constant, fusion=fusion, stamp_ns=SECOND // 10)
        assert isinstance(result, Refused)

    def test_reset_forgets_it(self):
        fusion = a_fusion()
        fused(holed(room(), 0.5), fusion=fusion)
        fusion.reset()
        assert isinstance(fuse(NOTHING, fusion=fusion), Refused)
