from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.depth.metrics import BANDS_M, countable, errors_of, summary


def row(*values: float) -> np.ndarray:
    return np.array([values], np.float32)


def test_nothing_known_gives_no_figure() -> None:
    assert errors_of(row(1.0, 2.0), row(np.nan, 0.0)) is None
    assert summary([]) == {}


def test_figures_by_hand() -> None:
    found = errors_of(row(1.0, 3.0, 4.0), row(1.0, 2.0, 5.0))
    assert found is not None
    assert found.abs_rel == pytest.approx((0 + 1 / 2 + 1 / 5) / 3)
    assert found.rmse_m == pytest.approx(math.sqrt((0 + 1 + 1) / 3))
    assert found.log10 == pytest.approx((0 + math.log10(1.5) + math.log10(1.25)) / 3)
    # 5 / 4 is not below 1.25, 3 / 2 is below 1.5625
    assert (found.delta1, found.delta2, found.delta3) == pytest.approx((1 / 3, 1.0, 1.0))
    assert found.bias_log == pytest.approx(0.0)
    assert math.isnan(found.within1)


def test_a_pixel_counts_only_where_all_masks_agree() -> None:
    truth = row(1.0, np.nan, 0.0, -1.0, np.inf, 10.0, 9.99)
    assert countable(truth).tolist() == [[True, False, False, False, False, False, True]]
    with_garbage = errors_of(row(1.0, 99, 99, 99, 99, 99, 9.99), truth)
    assert with_garbage is not None
    assert with_garbage.abs_rel == pytest.approx(0.0)


def test_guesses_are_cut_to_the_range() -> None:
    found = errors_of(row(50.0, -1.0), row(5.0, 5.0))
    assert found is not None
    assert found.rmse_m == pytest.approx(math.sqrt((25 + 4.999**2) / 2))


@given(st.floats(1.1, 3.0))
def test_a_doubled_scale_shows(factor: float) -> None:
    truth = row(1.0, 2.0, 3.0)
    found = errors_of(truth * np.float32(factor), truth)
    assert found is not None
    assert found.abs_rel == pytest.approx(factor - 1.0, rel=1e-4)
    assert found.bias_log == pytest.approx(math.log(factor), rel=1e-4)
    assert (found.delta1 == 1.0) == (factor < 1.25)


def test_coverage_by_hand() -> None:
    truth = row(1.0, 1.0, 1.0, 1.0)
    guess = np.exp(row(0.0, 0.05, -0.15, 0.25))
    found = errors_of(guess, truth, np.full_like(truth, 0.1))
    assert found is not None
    assert (found.within1, found.within2) == (0.5, 0.75)


def test_bands_are_of_the_truth_and_over_all_pixels() -> None:
    images = [
        errors_of(row(1.0, 1.0, 9.0), row(0.5, 1.5, 4.0)),
        errors_of(row(1.5, 1.5, 1.5), row(1.5, 1.5, 1.0)),
    ]
    figures = summary([i for i in images if i is not None])
    assert figures["abs_rel_0.3_1m"] == pytest.approx(1.0)
    assert figures["error_m_1_2m"] == pytest.approx((0.5 + 0 + 0 + 0.5) / 4)
    assert figures["error_m_3_5m"] == pytest.approx(5.0)
    assert math.isnan(figures["abs_rel_2_3m"])
    assert figures["images"] == 2
    assert len([k for k in figures if k.startswith("abs_rel_")]) == len(BANDS_M)


def test_the_mean_is_over_images() -> None:
    images = [
        errors_of(row(2.0), row(1.0)),
        errors_of(row(1.0, 1.0, 1.0), row(1.0, 1.0, 1.0)),
    ]
    figures = summary([i for i in images if i is not None])
    assert figures["abs_rel"] == pytest.approx(0.5)
    assert figures["scale_std_log"] == pytest.approx(math.log(2.0) / 2)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t[:, ::-1],  # left and right exchanged
        lambda t: t.max() + t.min() - t,  # near and far exchanged
        lambda t: (t - t.min()) / (t.max() - t.min()) * 10 + 1e-2,  # min-max normalised
        lambda t: t * 2,  # another scale
        lambda t: np.full_like(t, np.median(t)),  # a constant
    ],
)
def test_what_is_not_the_depth_is_found_out(spoil) -> None:
    truth = np.linspace(1.0, 6.0, 50, dtype=np.float32)[None]
    right, wrong = errors_of(truth, truth), errors_of(spoil(truth), truth)
    assert right is not None
    assert wrong is not None
    assert right.abs_rel == 0.0
    assert right.delta1 == 1.0
    assert wrong.abs_rel > 0.2
    assert wrong.delta1 < 0.6
