"""What is changed, by how much, and that it follows from the draw alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from followme_training.classification.augmentation import (
    Augmentation,
    augmented,
    channels_first,
    cropped,
    with_cutout,
)
from followme_training.classification.labelled_images import LabelledImages
from followme_training.classification.rand_augment import OPERATIONS, rand_augmented
from followme_training.classification.sources import DIGITS
from followme_training.classification.warp import Warp, matrices, moved, warped
from followme_training.common.batch_order import BatchDraw, SeededBatches
from followme_training.datasets.errors import DataError

RANDOM = np.random.default_rng(8)
IMAGES = RANDOM.integers(0, 256, (40, 9, 7, 3), np.uint8)
DATA = LabelledImages("test", IMAGES, np.arange(40) % 10, DIGITS)
ALL = Augmentation(2, True, 3, 0.4, 2, 9, Warp(10, 0.1, 0.1, 1.0, 0.5))
ONES = np.ones(1)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_draw_is_always_the_same_and_another_is_not() -> None:
    draw = BatchDraw(np.arange(20), 3, 7)
    one, again = augmented(DATA, draw, ALL), augmented(DATA, draw, ALL)
    other = augmented(DATA, draw._replace(epoch=4), ALL)
    assert torch.equal(one.images, again.images)
    assert one.share == again.share
    assert not torch.equal(one.images, other.images)
    assert torch.isfinite(one.images).all()


def test_nothing_is_changed_where_nothing_is_asked_for() -> None:
    batch = augmented(DATA, BatchDraw(np.array([5, 3]), 0, 0), Augmentation())
    assert torch.equal(batch.images, channels_first(IMAGES[[5, 3]]))
    assert batch.labels.tolist() == [5, 3]
    assert batch.share == 1.0
    assert batch.names == ["image 5", "image 3"]


def test_every_batch_is_full_and_every_image_is_drawn_once() -> None:
    batches = SeededBatches(DATA, 12, 5)
    drawn = [draw.places for draw in batches]
    assert [len(places) for places in drawn] == [12, 12, 12] == [12] * len(batches)
    assert len(set(np.concatenate(drawn).tolist())) == 36
    batches.set_epoch(1)
    assert not np.array_equal(next(iter(batches)).places, drawn[0])


def test_a_crop_is_a_window_of_the_mirrored_surroundings() -> None:
    found = cropped(IMAGES, 2, flip=False, random=rng())
    padded = np.pad(IMAGES, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="reflect")
    offsets = set()
    for image, around in zip(found, padded, strict=True):
        places = [
            (y, x)
            for y in range(5)
            for x in range(5)
            if np.array_equal(image, around[y : y + 9, x : x + 7])
        ]
        assert places
        offsets.add(places[0])
    assert len(offsets) > 10


def test_about_half_of_the_images_are_mirrored() -> None:
    found = cropped(IMAGES, 0, flip=True, random=rng())
    mirrored = [np.array_equal(a, b[:, ::-1]) for a, b in zip(found, IMAGES, strict=True)]
    same = [np.array_equal(a, b) for a, b in zip(found, IMAGES, strict=True)]
    assert sum(mirrored) + sum(same) == 40
    assert 10 < sum(mirrored) < 30


def test_cutout_hides_a_square_under_the_mean() -> None:
    images = np.zeros((200, 9, 7, 1), np.uint8)
    images[:, 0, 0] = 63
    found = with_cutout(images, 3, rng())
    changed = (found != images).sum((1, 2, 3))
    assert changed.max() == 9
    assert changed.min() >= 4
    assert set(np.unique(found)) <= {0, 1, 63}


def test_mixup_lays_two_images_over_each_other() -> None:
    batch = augmented(DATA, BatchDraw(np.arange(20), 0, 1), Augmentation(mixup=0.4))
    pure = channels_first(IMAGES[:20])
    assert 0.0 < batch.share < 1.0
    for mixed, label, other in zip(batch.images, batch.labels, batch.others, strict=True):
        # which images they were, the labels do not say: one of those of these classes
        fits = [
            torch.allclose(mixed, batch.share * pure[i] + (1 - batch.share) * pure[j])
            for i in range(20)
            for j in range(20)
            if i % 10 == int(label) and j % 10 == int(other)
        ]
        assert any(fits)


def spot(y: int, x: int) -> torch.Tensor:
    image = torch.zeros(1, 1, 9, 9)
    image[0, 0, y, x] = 1.0
    return image


def place(image: torch.Tensor) -> tuple[int, int]:
    return divmod(int(image[0, 0].argmax()), image.shape[3])


@pytest.mark.parametrize(
    ("angle", "sizes", "shear", "shift", "expected"),
    [
        (0.0, 1.0, 0.0, (0, 0), (4, 6)),
        (np.pi / 2, 1.0, 0.0, (0, 0), (6, 4)),
        (0.0, 2.0, 0.0, (0, 0), (4, 8)),
        (0.0, 1.0, 0.0, (1, -2), (2, 7)),
        (0.0, 1.0, 0.5, (0, 0), (4, 6)),
        (np.pi / 2, 1.0, 0.0, (1, 0), (6, 5)),
    ],
)
def test_a_thing_right_of_the_middle_goes_where_it_should(
    angle, sizes, shear, shift, expected
) -> None:
    """y down: a turn of 90 degrees brings what is right of the middle below it."""
    matrix = matrices(angle * ONES, sizes * np.ones((2, 1)), shear * ONES)
    found = moved(spot(4, 6), matrix, np.array([shift], float))
    assert place(found) == expected
    assert found.max() > 0.4


def test_a_sheared_row_below_the_middle_moves_to_the_right() -> None:
    matrix = matrices(0 * ONES, np.ones((2, 1)), 0.5 * ONES)
    assert place(moved(spot(6, 4), matrix, np.zeros((1, 2)))) == (6, 5)


def test_a_bend_moves_by_pixels() -> None:
    still = matrices(0 * ONES, np.ones((2, 1)), 0 * ONES)
    bend = np.zeros((1, 2, 4, 4), np.float32)
    bend[:, 0] = 2.0
    # what is taken from two pixels to the right comes out two pixels to the left
    assert place(moved(spot(4, 6), still, np.zeros((1, 2)), bend)) == (4, 4)


def test_pixels_that_are_not_square_turn_as_squares() -> None:
    image = torch.zeros(1, 1, 5, 11)
    image[0, 0, 2, 7] = 1.0
    matrix = matrices(np.pi / 2 * ONES, np.ones((2, 1)), 0 * ONES)
    assert place(moved(image, matrix, np.zeros((1, 2)))) == (4, 5)


def test_a_still_warp_is_none() -> None:
    x = channels_first(IMAGES)
    assert warped(x, Warp(), rng()) is x
    assert not torch.equal(warped(x, Warp(shift_px=1.0), rng()), x)


def one(values: list[list[int]]) -> np.ndarray:
    return np.array(values, np.uint8)[None, :, :, None]


def apply(name: str, image: np.ndarray, sign: float = 1.0, strength: float = 1.0) -> list:
    found = OPERATIONS[name](image, np.full(len(image), sign), strength)
    assert found.dtype == np.uint8
    return found[0, :, :, 0].tolist()


def test_operations_by_hand() -> None:
    image = one([[10, 20], [30, 60]])
    assert apply("auto_contrast", image) == [[0, 51], [102, 255]]
    assert apply("solarize", image, strength=0.9) == [[10, 20], [225, 195]]
    assert apply("posterize", image) == [[0, 16], [16, 48]]
    assert apply("brightness", image) == [[19, 38], [57, 114]]
    assert apply("brightness", image, -1.0) == [[1, 2], [3, 6]]
    # the mean is 30
    assert apply("contrast", image) == [[0, 11], [30, 87]]
    assert apply("identity", image) == image[0, :, :, 0].tolist()


def test_equalised_values_are_spread_evenly() -> None:
    assert apply("equalize", one([[10, 10], [11, 200]])) == [[0, 0], [128, 255]]
    flat = one([[7, 7], [7, 7]])
    assert apply("equalize", flat) == [[7, 7], [7, 7]]
    assert apply("auto_contrast", flat) == [[7, 7], [7, 7]]


def test_sharpness_of_a_flat_image_changes_nothing_and_of_an_edge_does() -> None:
    assert apply("sharpness", one([[9] * 3] * 3)) == [[9] * 3] * 3
    edge = one([[0, 0, 200, 200]] * 4)
    blurred = np.array(apply("sharpness", edge, -1.0))
    assert 0 < blurred[1, 1] < blurred[1, 2] < 200


def test_colour_moves_toward_grey() -> None:
    image = np.array([[[[200, 100, 0]]]], np.uint8)
    grey = 0.299 * 200 + 0.587 * 100
    found = OPERATIONS["colour"](image, -np.ones(1), 1.0)[0, 0, 0]
    assert found.tolist() == [round(grey + 0.1 * (v - grey)) for v in (200, 100, 0)]


def test_translations_move_along_their_axis() -> None:
    image = np.zeros((1, 10, 10, 1), np.uint8)
    image[0, 5, 5] = 200
    for name, expected in (("translate_x", (5, 8)), ("translate_y", (8, 5))):
        found = OPERATIONS[name](image, np.ones(1), 1.0)
        assert divmod(int(found.argmax()), 10) == expected


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("channels", [1, 3])
def test_without_strength_an_operation_keeps_an_image(name: str, channels: int) -> None:
    image = IMAGES[:2, ..., :channels]
    found = OPERATIONS[name](image, np.array([1.0, -1.0]), 0.0)
    assert found.shape == image.shape
    if name not in ("auto_contrast", "equalize"):
        assert np.array_equal(found, image)


def test_images_get_operations_of_their_own() -> None:
    same = np.repeat(IMAGES[:1], 40, 0)
    found = rand_augmented(same, 2, 20, rng())
    assert len({image.tobytes() for image in found}) > 20
    # what was given is not written into
    assert np.array_equal(same, np.repeat(IMAGES[:1], 40, 0))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"crop_px": -1}, "crop_px is -1; give 0 to 64"),
        ({"rand_magnitude": 31}, "rand_magnitude is 31; give 0 to 30"),
        ({"mixup": float("nan")}, "mixup is nan; give 0 to 10"),
    ],
)
def test_settings_that_make_no_sense_are_said(settings: dict, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Augmentation(**settings)


def test_a_margin_as_wide_as_the_image_is_said() -> None:
    with pytest.raises(DataError, match="crop_px is 7; give less than the 7 pixels"):
        cropped(IMAGES, 7, False, rng())
