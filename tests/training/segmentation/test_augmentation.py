"""Augmented views of an image whose colours say where each pixel came from."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.segmentation.augmentation import (
    Augmentation,
    augmented,
    mirrored,
    viewed,
)
from followme_training.segmentation.classes import IGNORE
from followme_training.segmentation.sample import SegmentationSample

SIZE_HW = (48, 64)
PLAIN = Augmentation(
    **{f.name: 0.0 for f in fields(Augmentation)} | {"smallest": 1.0, "largest": 1.0, "gamma": 1.0}
)


def sample(size_hw: tuple[int, int] = SIZE_HW) -> SegmentationSample:
    """Return an image whose red is the column and green the row; labels are blocks of 8 pixels."""
    v, u = np.mgrid[: size_hw[0], : size_hw[1]]
    rgb = np.dstack([u * 255 // size_hw[1], v * 255 // size_hw[0], np.full_like(u, 90)])
    labels = (v * 6 // size_hw[0]) * 8 + u * 8 // size_hw[1]
    return SegmentationSample("grid", rgb.astype(np.uint8), labels.astype(np.uint8))


def label_of_colour(rgb: np.ndarray) -> np.ndarray:
    """Return the label (H, W) that a pixel of the grid has, by its colour."""
    u, v = (rgb[..., i].astype(float) / 255.0 for i in (0, 1))
    return np.floor(v * 6) * 8 + np.floor(u * 8)


@given(
    scale=st.floats(0.4, 2.5),
    left=st.floats(-10, 20),
    top=st.floats(-10, 20),
    roll_rad=st.floats(-0.2, 0.2),
)
def test_labels_stay_with_their_pixels(scale, left, top, roll_rad) -> None:
    view = viewed(sample(), SIZE_HW, scale, (left, top), roll_rad)
    known = view.labels != IGNORE
    if not known.any():
        return
    # away from the edges of the blocks, where colours are between two pixels and labels are not
    u, v = (view.rgb[..., i] / 255.0 * n % 1.0 for i, n in ((0, 8), (1, 6)))
    away = (np.abs(u - 0.5) < 0.25) & (np.abs(v - 0.5) < 0.25)
    inside = known & away & (view.rgb[..., 2] == 90)
    wrong = label_of_colour(view.rgb)[inside] != view.labels[inside]
    assert wrong.sum() <= 0.03 * inside.sum()


def test_an_image_that_is_not_changed_stays() -> None:
    same = augmented(sample(), SIZE_HW, PLAIN, np.random.default_rng(0))
    assert (same.rgb == sample().rgb).all()
    assert (same.labels == sample().labels).all()
    assert same.name == "grid"


def test_a_small_image_lies_in_grey_and_its_surroundings_are_ignored() -> None:
    view = viewed(sample(), SIZE_HW, 0.5, (-8.0, -4.0))
    known = view.labels != IGNORE
    assert known.sum() == 24 * 32
    assert known[4:28, 8:40].all()
    assert (view.rgb[:3] == 127).all()
    assert view.labels[5, 9] == 0
    assert view.labels[27, 39] == 47


def test_a_large_image_is_cropped() -> None:
    view = viewed(sample(), SIZE_HW, 2.0, (64.0, 48.0))
    assert (view.labels != IGNORE).all()
    assert view.labels[0, 0] == 3 * 8 + 4
    assert view.labels[-1, -1] == 47


def test_another_size_is_filled_exactly() -> None:
    view = viewed(sample((96, 96)), SIZE_HW)
    assert (view.labels == sample().labels).all()
    assert np.abs(view.rgb.astype(int) - sample().rgb).max() <= 6


def test_a_roll_is_about_the_middle_and_clockwise() -> None:
    quarter = viewed(sample((64, 64)), (64, 64), roll_rad=np.pi / 2)
    # what was on the left is above
    assert quarter.labels[0, 32] == sample((64, 64)).labels[31, 0]
    assert (quarter.labels == np.rot90(sample((64, 64)).labels, -1)).mean() > 0.97


def test_a_mirror_turns_both() -> None:
    view = mirrored(sample())
    assert (view.labels == sample().labels[:, ::-1]).all()
    assert (view.rgb == sample().rgb[:, ::-1]).all()
    always = augmented(sample(), SIZE_HW, replace(PLAIN, mirror=1.0), np.random.default_rng(0))
    assert (always.labels == view.labels).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_seed_is_a_view(seed: int) -> None:
    one, same = (
        augmented(sample(), SIZE_HW, Augmentation(), np.random.default_rng(seed)) for _ in range(2)
    )
    other = augmented(sample(), SIZE_HW, Augmentation(), np.random.default_rng(seed + 10))
    assert (one.rgb == same.rgb).all()
    assert (one.labels == same.labels).all()
    assert (one.rgb != other.rgb).any()


def test_scales_are_drawn_between_their_bounds_and_small_images_stay_whole() -> None:
    small = replace(PLAIN, smallest=0.5, largest=0.5)
    for seed in range(20):
        view = augmented(sample(), SIZE_HW, small, np.random.default_rng(seed))
        assert 0.9 * 24 * 32 <= (view.labels != IGNORE).sum() <= 1.1 * 25 * 33
    large = replace(PLAIN, smallest=2.0, largest=2.0)
    for seed in range(20):
        view = augmented(sample(), SIZE_HW, large, np.random.default_rng(seed))
        assert (view.labels != IGNORE).all()
