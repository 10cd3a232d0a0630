from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.segmentation.boundary import BoundaryIou, band, band_px
from followme_training.segmentation.label_maps import LabelMapError

NAMES = ("floor", "wall", "door")
#: So thin on the small maps here that the band is one pixel wide.
THIN = 0.01


def drawing(*rows: str) -> np.ndarray:
    """Return a map from digits; a dot is 255."""
    values = [[255 if c == "." else int(c) for c in line] for line in rows]
    return np.array(values, np.uint8)


def measured(truth: np.ndarray, guess: np.ndarray, width: float = THIN) -> dict[str, float]:
    found = BoundaryIou(3, width)
    found.update(truth, guess)
    return found.summary(NAMES)


def by_loops(mask: np.ndarray, unknown: np.ndarray, reach: int) -> np.ndarray:
    """Return the band by looking for the outside around each pixel."""
    height, width = mask.shape
    found = np.zeros_like(mask)
    for y in range(height):
        for x in range(width):
            for v in range(y - reach, y + reach + 1):
                for u in range(x - reach, x + reach + 1):
                    beyond = not (0 <= v < height and 0 <= u < width)
                    outside = beyond or not (mask[v, u] or unknown[v, u])
                    found[y, x] |= mask[y, x] and outside
    return found


def test_by_hand() -> None:
    truth = drawing(
        "0000000",
        "0111110",
        "0111110",
        "0111110",
        "0111110",
        "0111110",
        "0000000",
    )
    # the square is shifted to the right by one
    guess = np.roll(truth, 1, axis=1)
    figures = measured(truth, guess)
    # rings of 16 pixels; 4 above and 4 below are shared, columns 1 and 5 lie beside 2 and 6
    assert figures["boundary_iou/wall"] == pytest.approx(8 / (16 + 16 - 8))
    # the class around is a frame of one pixel, 24 in all, and all band: the guess leaves out 5 on
    # the right and takes 5 on the left
    assert figures["boundary_iou/floor"] == pytest.approx(19 / 29)
    assert math.isnan(figures["boundary_iou/door"])
    assert figures["boundary_iou"] == pytest.approx((8 / 24 + 19 / 29) / 2)


def test_an_area_behind_the_edge_does_not_count() -> None:
    # IoU is nearly 1 for both; the edges are right in one and off by one pixel in the other
    truth = np.zeros((60, 80), np.uint8)
    truth[10:50, 10:70] = 1
    hollow, grown = truth.copy(), np.zeros_like(truth)
    hollow[28:32, 38:42] = 2
    grown[9:51, 9:71] = 1
    assert measured(truth, grown)["boundary_iou/wall"] == 0.0
    assert measured(truth, hollow)["boundary_iou/wall"] > 0.9


def test_the_band_is_a_share_of_the_diagonal() -> None:
    assert band_px((480, 640), 0.02) == 16
    assert band_px((240, 320), 0.02) == 8
    assert band_px((30, 40), 0.03) == round(1.5)
    assert band_px((3, 4), 0.02) == 1, "at least one pixel"


def test_a_wide_band_is_the_area_itself() -> None:
    truth = drawing("00111", "00111", "00111")
    guess = drawing("01111", "01111", "00111")
    figures = measured(truth, guess, 0.9)
    assert figures["boundary_iou/wall"] == pytest.approx(9 / 11)
    assert figures["boundary_iou/floor"] == pytest.approx(4 / 6)


@given(st.integers(0, 10_000), st.integers(1, 3))
def test_the_band_is_what_loops_find(seed: int, reach: int) -> None:
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 10, 2)
    kinds = random.choice([0, 1, 2], (height, width), p=(0.15, 0.75, 0.1))
    mask, unknown = kinds == 1, kinds == 2
    assert (band(mask, unknown, reach) == by_loops(mask, unknown, reach)).all()


def test_there_is_no_edge_towards_what_has_no_label() -> None:
    mask = np.zeros((9, 9), bool)
    mask[:, :5] = True
    unknown = np.zeros_like(mask)
    unknown[:, 5:] = True
    with_edge = band(mask, np.zeros_like(mask), 1)
    without = band(mask, unknown, 1)
    assert with_edge[4].tolist() == [True, False, False, False, True, False, False, False, False]
    assert without[4].tolist() == [True] + [False] * 8


def test_a_thin_gap_without_label_hides_no_edge() -> None:
    # annotators leave the seam between wall and floor open
    row = np.array([[1, 1, 1, 1, 255, 0, 0, 0, 0]], np.uint8).repeat(9, 0)
    near = band(row == 1, row == 255, 2)
    assert near[4].tolist()[3] is True
    assert near[4].tolist()[2] is False


@given(st.integers(0, 10_000))
def test_what_is_guessed_where_no_label_is_has_no_influence(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth, guess, other = random.choice([0, 1, 2], (3, 12, 14)).astype(np.uint8)
    unknown = random.random(truth.shape) < 0.3
    truth[unknown] = 255
    found = measured(truth, guess)
    changed = measured(truth, np.where(unknown, other, guess))
    assert changed == pytest.approx(found, nan_ok=True)
    right = measured(truth, np.where(unknown, other, truth))
    assert {v for v in right.values() if not math.isnan(v)} == {1.0}


def test_a_guess_of_none_is_a_miss_and_no_false_alarm() -> None:
    truth = np.zeros((9, 9), np.uint8)
    figures = measured(truth, np.full_like(truth, 255))
    assert figures["boundary_iou/floor"] == 0.0
    assert math.isnan(figures["boundary_iou/wall"])


def test_a_class_that_was_only_guessed_counts_with_0() -> None:
    truth = np.zeros((9, 9), np.uint8)
    guess = truth.copy()
    guess[4, 4] = 2
    assert measured(truth, guess)["boundary_iou/door"] == 0.0


def test_images_are_added() -> None:
    one, other = np.zeros((5, 5), np.uint8), np.ones((5, 5), np.uint8)
    first, second = BoundaryIou(3, THIN), BoundaryIou(3, THIN)
    first.update(one, one)
    second.update(one, other)
    # rings of 16 pixels: right in the first image, missed in the second
    added = (first + second).summary(NAMES)
    assert added["boundary_iou/floor"] == pytest.approx(16 / 32)
    assert added["boundary_iou/wall"] == 0.0
    assert first.summary(NAMES)["boundary_iou/floor"] == 1.0, "the parts stay as they are"


def test_nothing_counted_gives_no_figure() -> None:
    assert all(math.isnan(v) for v in BoundaryIou(3).summary(NAMES).values())


def test_what_cannot_be_measured_is_said() -> None:
    with pytest.raises(LabelMapError, match="truth has class 7"):
        BoundaryIou(3).update(np.full((2, 2), 7, np.uint8), np.zeros((2, 2), np.uint8))
    for width in (0.0, 1.0, -0.1, math.nan):
        with pytest.raises(LabelMapError, match=r"band of .* give above 0 to below 1"):
            BoundaryIou(3, width)
    with pytest.raises(LabelMapError, match="0 classes cannot be counted"):
        BoundaryIou(0)
    with pytest.raises(LabelMapError, match="do not add; count both alike"):
        BoundaryIou(3, 0.02) + BoundaryIou(3, 0.03)
    with pytest.raises(LabelMapError, match="do not add; count both alike"):
        BoundaryIou(3) + BoundaryIou(4)
    with pytest.raises(LabelMapError, match="2 different names do not fit 3 classes"):
        BoundaryIou(3).summary(("a", "b"))
