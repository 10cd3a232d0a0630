from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchmetrics.classification import MulticlassAccuracy, MulticlassJaccardIndex

from followme_training.segmentation.confusion import ConfusionMatrix
from followme_training.segmentation.label_maps import LabelMapError

NAMES = ("floor", "wall", "door")


def row(*classes: int) -> np.ndarray:
    return np.array([classes], np.uint8)


def counted(truth: np.ndarray, guess: np.ndarray, classes: int = 3) -> ConfusionMatrix:
    matrix = ConfusionMatrix(classes)
    matrix.update(truth, guess)
    return matrix


def by_loops(truth: np.ndarray, guess: np.ndarray, classes: int) -> list[float]:
    """Return the IoU of each class by looking at one pixel after the other."""
    found = []
    for c in range(classes):
        hits = union = 0
        for t, g in zip(truth.ravel().tolist(), guess.ravel().tolist(), strict=True):
            if t != 255:
                hits += t == c == g
                union += c in (t, g)
        found.append(hits / union if union else math.nan)
    return found


def drawn(seed: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    choice = [*range(classes), 255]
    truth, guess = random.choice(choice, (2, 9, 11)).astype(np.uint8)
    # mostly right, else no two classes would differ much
    guess = np.where(random.random(truth.shape) < 0.6, truth, guess)
    return truth, guess


def test_by_hand() -> None:
    figures = counted(row(0, 0, 0, 0, 1, 1, 2), row(0, 0, 0, 1, 1, 2, 2)).summary(NAMES)
    assert figures == pytest.approx(
        {
            "iou/floor": 3 / 4,
            "iou/wall": 1 / 3,
            "iou/door": 1 / 2,
            "miou": (3 / 4 + 1 / 3 + 1 / 2) / 3,
            "pixel_accuracy": 5 / 7,
            "frequency_weighted_iou": (4 * 3 / 4 + 2 * 1 / 3 + 1 * 1 / 2) / 7,
            "classes": 3,
        }
    )


def test_rows_are_the_truth() -> None:
    matrix = counted(row(0, 0, 1), row(1, 1, 255))
    assert matrix.counts.tolist() == [[0, 2, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]


def test_a_class_that_is_nowhere_does_not_count() -> None:
    figures = counted(row(0, 0, 1), row(0, 1, 1)).summary(NAMES)
    assert math.isnan(figures["iou/door"])
    assert figures["miou"] == pytest.approx((1 / 2 + 1 / 2) / 2)
    assert figures["frequency_weighted_iou"] == pytest.approx(1 / 2)
    assert figures["classes"] == 2


def test_a_class_that_was_only_guessed_counts_with_0() -> None:
    figures = counted(row(0, 0, 1), row(0, 2, 1)).summary(NAMES)
    assert figures["iou/door"] == 0.0
    assert figures["miou"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    # but in no proportion to its pixels, of which there are none
    assert figures["frequency_weighted_iou"] == pytest.approx((2 * 1 / 2 + 1 * 1) / 3)


def test_what_is_guessed_where_no_label_is_does_not_count() -> None:
    with_them = counted(row(0, 1, 255, 255, 255), row(0, 1, 0, 2, 255)).summary(NAMES)
    without = counted(row(0, 1), row(0, 1)).summary(NAMES)
    assert with_them == pytest.approx(without, nan_ok=True)
    assert with_them["miou"] == 1.0


@pytest.mark.parametrize("none", [3, 17, 255])
def test_a_guess_of_none_is_a_miss_and_no_false_alarm(none: int) -> None:
    figures = counted(row(0, 0, 1, 1), row(0, none, 1, 1)).summary(NAMES)
    assert figures["iou/floor"] == 1 / 2
    assert figures["iou/wall"] == 1.0
    assert figures["pixel_accuracy"] == 3 / 4
    assert figures["classes"] == 2


@pytest.mark.parametrize("images", [[], [(row(255, 255), row(0, 1))]])
def test_nothing_counted_gives_no_figure(images) -> None:
    matrix = ConfusionMatrix(3)
    for truth, guess in images:
        matrix.update(truth, guess)
    figures = matrix.summary(NAMES)
    assert figures.pop("classes") == 0
    assert all(math.isnan(value) for value in figures.values())


def test_images_are_one_area() -> None:
    matrix = ConfusionMatrix(3)
    matrix.update(row(0, 0, 0), row(0, 0, 0))
    matrix.update(row(0, 1), row(1, 1))
    assert matrix.summary(NAMES)["iou/floor"] == 3 / 4


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_it_is_what_loops_find(seed: int, classes: int) -> None:
    truth, guess = drawn(seed, classes)
    found = counted(truth, guess, classes).iou().tolist()
    assert found == pytest.approx(by_loops(truth, guess, classes), nan_ok=True)


@given(st.integers(0, 10_000))
def test_counts_add(seed: int) -> None:
    first, second = drawn(seed, 4), drawn(seed + 1, 4)
    both = counted(*first, 4)
    both.update(*second)
    one, other = counted(*first, 4), counted(*second, 4)
    added = one + other
    assert (added.counts == both.counts).all()
    assert (one.counts == counted(*first, 4).counts).all(), "the parts stay as they are"


@given(st.integers(0, 10_000))
def test_another_order_of_classes_is_another_order_of_figures(seed: int) -> None:
    truth, guess = drawn(seed, 4)
    order = np.random.default_rng(seed).permutation(4)
    table = np.arange(256, dtype=np.uint8)
    table[order] = np.arange(4, dtype=np.uint8)
    figures = counted(truth, guess, 4).iou()
    others = counted(table[truth], table[guess], 4).iou()
    assert others.tolist() == pytest.approx(figures[order].tolist(), nan_ok=True)


@pytest.mark.parametrize("seed", range(5))
def test_torchmetrics_finds_the_same(seed: int) -> None:
    classes = 7
    truth, guess = drawn(seed, classes)
    # torchmetrics knows no guess of none
    guess = np.where(guess == 255, seed, guess).astype(np.uint8)
    figures = counted(truth, guess, classes).summary([f"c{n}" for n in range(classes)])
    pair = torch.from_numpy(guess).long(), torch.from_numpy(truth).long()
    each = MulticlassJaccardIndex(classes, average=None, ignore_index=255)(*pair)
    assert [figures[f"iou/c{n}"] for n in range(classes)] == pytest.approx(each.tolist())
    for name, average in (("miou", "macro"), ("frequency_weighted_iou", "weighted")):
        theirs = MulticlassJaccardIndex(classes, average=average, ignore_index=255)(*pair)
        assert figures[name] == pytest.approx(float(theirs))
    accuracy = MulticlassAccuracy(classes, average="micro", ignore_index=255)(*pair)
    assert figures["pixel_accuracy"] == pytest.approx(float(accuracy))


def test_torchmetrics_leaves_out_the_same_class() -> None:
    truth, guess = row(0, 0, 1, 255), row(0, 1, 1, 2)
    pair = torch.from_numpy(guess).long(), torch.from_numpy(truth).long()
    theirs = MulticlassJaccardIndex(3, average="macro", ignore_index=255)(*pair)
    assert counted(truth, guess).summary(NAMES)["miou"] == pytest.approx(float(theirs))


def test_all_of_255_classes_can_be_counted() -> None:
    matrix = ConfusionMatrix(255)
    matrix.update(row(254, 0, 255), row(254, 255, 0))
    assert matrix.counts[254, 254] == 1
    assert matrix.counts[0, 255] == 1
    assert matrix.counts.sum() == 2


@pytest.mark.parametrize(
    ("truth", "guess", "words"),
    [
        (row(0, 1), row(0, 1, 2), r"truth \(1, 2\) and guess \(1, 3\) do not fit"),
        (row(0)[None], row(0)[None], r"give both as \(H, W\)"),
        (row(0).astype(np.int64), row(0), "truth is int64 and guess uint8; give both as uint8"),
        (row(0), row(0).astype(np.float32), "truth is uint8 and guess float32"),
        (row(0, 3), row(0, 0), "truth has class 3, beyond the 3 there are; give 0 to 2, or 255"),
        (row(0, 254), row(0, 0), "truth has class 254"),
    ],
)
def test_maps_that_cannot_be_compared_are_said(truth, guess, words) -> None:
    matrix = ConfusionMatrix(3)
    with pytest.raises(LabelMapError, match=words):
        matrix.update(truth, guess)
    assert matrix.counts.sum() == 0, "an image counts whole or not at all"


@pytest.mark.parametrize("classes", [0, -1, 256])
def test_a_number_of_classes_that_cannot_be_is_said(classes: int) -> None:
    with pytest.raises(LabelMapError, match=f"{classes} classes cannot be counted; give 1 to 255"):
        ConfusionMatrix(classes)


@pytest.mark.parametrize("names", [("a", "b"), ("a", "b", "b"), ()])
def test_names_that_do_not_fit_are_said(names) -> None:
    with pytest.raises(LabelMapError, match="different names do not fit 3 classes"):
        ConfusionMatrix(3).summary(names)


def test_counts_of_other_classes_do_not_add() -> None:
    with pytest.raises(LabelMapError, match="counts of 3 and of 4 classes do not add"):
        ConfusionMatrix(3) + ConfusionMatrix(4)
