"""How often a pixel of some confidence is right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.segmentation.confidence import ConfidenceHistogram


def histogram(right: list[int], wrong: list[int]) -> ConfidenceHistogram:
    """Return that of pixels with these confidences."""
    counted = ConfidenceHistogram()
    confidence = np.array([right + wrong], np.uint8)
    is_right = np.array([[True] * len(right) + [False] * len(wrong)], bool)
    counted.update(confidence, is_right, ~is_right)
    return counted


def test_below_the_threshold_a_guess_is_more_often_wrong_than_right() -> None:
    # at 51 three of four are wrong, at 102 half, at 153 three of four are right
    counted = histogram([51, 102, 102, 153, 153, 153], [51, 51, 51, 102, 102, 153])
    # the half are kept: of several thresholds with one balance the lowest
    assert counted.threshold() == pytest.approx(52 / 255, abs=1e-4)


def test_a_network_that_is_always_right_has_no_unknown_pixel() -> None:
    assert histogram([40, 200], []).threshold() == 0.0


def test_without_a_pixel_nothing_is_asked() -> None:
    assert ConfidenceHistogram().threshold() == 0.0
    assert all(math.isnan(mean) for mean in ConfidenceHistogram().means())


def test_the_means_are_those_of_right_and_of_wrong_pixels() -> None:
    assert histogram([255, 51], [102]).means() == pytest.approx((0.6, 0.4))


def test_what_has_no_label_is_not_counted() -> None:
    counted = ConfidenceHistogram()
    nowhere = np.zeros((2, 3), bool)
    counted.update(np.full((2, 3), 200, np.uint8), nowhere, nowhere)
    assert counted.right.sum() == counted.wrong.sum() == 0


@given(
    st.lists(st.integers(0, 255), max_size=30),
    st.lists(st.integers(0, 255), max_size=30),
)
def test_no_other_threshold_keeps_more_right_over_wrong(right: list[int], wrong: list[int]) -> None:
    def balance(least: float) -> int:
        return sum(c >= least for c in right) - sum(c >= least for c in wrong)

    least = round(histogram(right, wrong).threshold() * 255, 1)
    assert balance(least) == max(balance(level) for level in range(256))
