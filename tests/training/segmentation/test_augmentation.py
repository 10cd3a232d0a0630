"""Augmented views of an image whose colours say where each pixel came from."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.datasets.errors import DataError
from followme_training.segmentation.augmentation import (
    Augmentation,
    augmented,
    mirrored,
    viewed,
)
from followme_training.segmentation.classes import IGNORE
from followme_training.segmentation.sample import SegmentationSample
from followme_training.segmentation.whole_view import MEAN_RGB

SIZE_HW = (48, 64)
PLAIN = Augmentation(
    **{f.name: 0.0 for f in fields(Augmentation)}
    | {"smallest": 1.0, "largest": 1.0, "gamma": 1.0, "stretch": 1.0}
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
    stretch=st.floats(0.6, 1.6),
)
def test_labels_stay_with_their_pixels(scale, left, top, roll_rad, stretch) -> None:
    view = viewed(sample(), SIZE_HW, scale, (left, top), roll_rad, stretch=stretch)
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


def test_stretching_makes_an_image_wider_or_narrower_of_the_same_area() -> None:
    view = viewed(disc((64, 64), 20), (64, 64), stretch=1.44)
    height, width = (int(np.ptp(axis)) + 1 for axis in np.nonzero(view.labels == 1))
    assert (height, width) == (pytest.approx(41 / 1.2, abs=1.5), pytest.approx(41 * 1.2, abs=1.5))
    ratios = []
    for seed in range(40):
        random = np.random.default_rng(seed)
        view = augmented(disc((64, 64), 12), (64, 64), replace(PLAIN, stretch=1.5), random)
        height, width = (int(np.ptp(axis)) + 1 for axis in np.nonzero(view.labels == 1))
        ratios.append(width / height)
    assert 1.3 < max(ratios) < 1.65
    assert 0.6 < min(ratios) < 0.77


def test_nothing_is_drawn_for_a_stretch_that_is_not_asked_for() -> None:
    asked = augmented(sample(), SIZE_HW, Augmentation(stretch=1.0), np.random.default_rng(3))
    usual = augmented(sample(), SIZE_HW, Augmentation(), np.random.default_rng(3))
    assert (asked.rgb == usual.rgb).all()


@pytest.mark.parametrize("stretch", [0.0, 0.9, 5.0, float("nan")])
def test_a_stretch_that_cannot_be_is_refused(stretch: float) -> None:
    with pytest.raises(DataError, match=r"data\.augmentation\.stretch is .*; give 1 to 4"):
        Augmentation(stretch=stretch)


def disc(size_hw: tuple[int, int], radius: int) -> SegmentationSample:
    """Return an image of a disc in its middle, class 1 on 0."""
    v, u = np.mgrid[: size_hw[0], : size_hw[1]]
    inside = np.hypot(v - size_hw[0] / 2, u - size_hw[1] / 2) <= radius
    rgb = np.repeat(inside[..., None] * np.uint8(200), 3, axis=2)
    return SegmentationSample("disc", rgb, inside.astype(np.uint8))


@pytest.mark.parametrize("image_hw", [(40, 96), (96, 40), (30, 20)])
@pytest.mark.parametrize("scale", [0.5, 1.0, 1.7])
def test_a_disc_stays_round_where_the_aspect_is_kept(image_hw, scale) -> None:
    def sides(**kept: tuple[int, int]) -> list[int]:
        view = viewed(disc(image_hw, 9), (200, 200), scale, **kept)
        return [int(np.ptp(axis)) + 1 for axis in np.nonzero(view.labels == 1)]

    height, width = sides(within_hw=(64, 64))
    assert height == pytest.approx(width, abs=2)
    assert height == pytest.approx(19 * scale * min(1.0, 64 / max(image_hw)), abs=2)
    height, width = sides()
    assert abs(height - width) > 9


@pytest.mark.parametrize(("image_hw", "seen_hw"), [((30, 60), (30, 60)), ((64, 32), (64, 32))])
def test_beyond_an_image_of_another_aspect_is_the_mean_colour_without_labels(
    image_hw, seen_hw
) -> None:
    view = viewed(sample(image_hw), (64, 64), within_hw=(64, 64))
    known = view.labels != IGNORE
    assert known[: seen_hw[0], : seen_hw[1]].all()
    assert known.sum() == seen_hw[0] * seen_hw[1]
    assert (view.rgb[~known] == MEAN_RGB).all()
    assert (view.rgb[known].reshape(*seen_hw, 3) == sample(image_hw).rgb).all()


def test_a_crop_of_an_image_that_keeps_its_aspect_lies_anywhere_in_it() -> None:
    # 40x80 at scale 1 in a view of 48x48: the height is padded, the width is cut
    lefts, tops = set(), set()
    for seed in range(30):
        view = augmented(sample((40, 80)), (48, 48), PLAIN, np.random.default_rng(seed), (80, 80))
        known = view.labels != IGNORE
        assert known.any(axis=0).all()
        assert 39 <= known.any(axis=1).sum() <= 41
        lefts.add(int(view.labels[known][0]))
        tops.add(int(np.nonzero(known.any(axis=1))[0][0]))
    assert len(lefts) > 2
    assert len(tops) > 4
