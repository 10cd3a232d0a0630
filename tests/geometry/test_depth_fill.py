from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from followme.geometry.depth_fill import Bent, bend, closed
from tests.geometry.guesses import SHAPE, holed, network, room, sparse


def fill(guess_per_m, sensor_m, doubt) -> Bent:
    bent = bend(guess_per_m, sensor_m, doubt)
    return replace(bent, inverse_per_m=closed(bent.inverse_per_m, sensor_m, np.isfinite(sensor_m)))


FLAT = np.full(SHAPE, 0.4, np.float32)


def error(filled_per_m, true_m, where) -> float:
    return float(np.median(np.abs(1.0 / filled_per_m - true_m)[where]))


def test_without_a_sensor_pixel_the_network_stays_as_it_is():
    guess_per_m = 1.0 / room()
    filled = fill(guess_per_m, np.full(SHAPE, np.nan, np.float32), 0.1)
    np.testing.assert_allclose(filled.inverse_per_m, guess_per_m, rtol=1e-2)
    np.testing.assert_allclose(filled.misfit, 0.1, rtol=1e-2)


def test_a_plane_is_closed_whatever_the_network_says():
    u = np.linspace(-1.0, 1.0, SHAPE[1], dtype=np.float32)
    v = np.linspace(-1.0, 1.0, SHAPE[0], dtype=np.float32)[:, None]
    true_m = 1.0 / (0.4 + 0.1 * u + 0.15 * v)
    filled = fill(FLAT, holed(true_m, 0.5), 0.1)
    off = np.abs(filled.inverse_per_m * true_m - 1.0)
    # in the corners there is nothing beyond to lean on
    assert np.quantile(off, 0.97) < 0.02 and off.max() < 0.08


@pytest.mark.parametrize("share", [0.2, 0.5, 0.78])
def test_holes_of_a_room_are_filled_to_centimetres(share):
    sensor_m = holed(room(), share)
    filled = fill(1.0 / network(room(), 1.0, 0.0).depth_m, sensor_m, 0.1)
    assert error(filled.inverse_per_m, room(), np.isnan(sensor_m)) < 0.03


def test_a_hundredth_of_the_pixels_is_enough_for_the_right_scale():
    filled = fill(1.0 / network(room(), 1.0, 0.0, 0.1).depth_m, sparse(room(), 0.01), 0.1)
    assert float(np.mean(np.abs(1.0 / filled.inverse_per_m / room() - 1.0))) < 0.05


def test_an_edge_in_a_hole_stays_where_the_network_sees_it():
    true_m = np.where(np.arange(SHAPE[1]) < 150, 1.5, 3.0) * np.ones(SHAPE, np.float32)
    sensor_m = true_m.astype(np.float32).copy()
    sensor_m[60:180, 100:220] = np.nan
    filled = fill((1.0 / (1.1 * true_m)).astype(np.float32), sensor_m, 0.1)
    middle_m = 1.0 / filled.inverse_per_m[120]
    assert int(np.argmax(np.abs(np.diff(middle_m)))) == 149
    assert middle_m[140] == pytest.approx(1.5, abs=0.1)
    assert middle_m[160] == pytest.approx(3.0, abs=0.2)


def test_misfit_is_larger_where_the_network_is_wrong():
    wrong = (1.0 / room()).astype(np.float32)
    rough = np.random.default_rng(0).uniform(0.5, 1.5, (SHAPE[0], SHAPE[1] // 2))
    wrong[:, : SHAPE[1] // 2] *= rough.astype(np.float32)
    sensor_m = holed(room(), 0.5) * np.ones(SHAPE, np.float32)
    sensor_m[:, : SHAPE[1] // 2] *= (
        np.random.default_rng(1).uniform(0.7, 1.3, rough.shape).astype(np.float32)
    )
    misfit = fill(wrong, sensor_m, 0.1).misfit
    assert np.median(misfit[:, :17]) > 3.0 * np.median(misfit[:, 25:])


def test_twice_gives_the_same_bits():
    guess, sensor_m = 1.0 / network(room()).depth_m, holed(room(), 0.5)
    one, two = (fill(guess.copy(), sensor_m.copy(), 0.1) for _ in range(2))
    np.testing.assert_array_equal(one.inverse_per_m, two.inverse_per_m)


@pytest.mark.parametrize("shape", [(60, 80), (61, 83), (120, 100)])
def test_any_work_size_will_do(shape):
    true_m = np.full(shape, 2.0, np.float32)
    sensor_m = true_m.copy()
    sensor_m[10:40, 10:50] = np.nan
    filled = fill(np.full(shape, 0.4, np.float32), sensor_m, 0.1)
    np.testing.assert_allclose(1.0 / filled.inverse_per_m, true_m, rtol=0.01)
