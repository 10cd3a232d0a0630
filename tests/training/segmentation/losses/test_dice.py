from __future__ import annotations

import pytest
import torch

from followme_training.segmentation.losses.dice import dice
from tests.training.segmentation.losses.batches import classes_of, logits_of

LOGITS = logits_of([0.5, 0.3, 0.2], [0.2, 0.7, 0.1], [0.6, 0.1, 0.3], [0.1, 0.1, 0.8])


def test_by_hand() -> None:
    # class 2 does not occur, the last pixel has no label
    first = 1 - 2 * (0.5 + 0.6) / ((0.5 + 0.2 + 0.6) + 2)
    second = 1 - 2 * 0.7 / ((0.3 + 0.7 + 0.1) + 1)
    expected = (first + second) / 2
    assert dice(LOGITS, classes_of(0, 1, 0, 255)).item() == pytest.approx(expected)


def test_a_batch_is_one_area() -> None:
    target = classes_of(0, 1, 0, 2)
    as_images = LOGITS.permute(3, 1, 0, 2)
    assert as_images.shape == (4, 3, 1, 1)
    found = dice(as_images, target.reshape(4, 1, 1))
    assert found.item() == pytest.approx(dice(LOGITS, target).item())


def test_a_class_counts_the_same_whatever_its_area() -> None:
    sure = [1 - 2e-12, 1e-12, 1e-12]
    # 98 pixels of class 0 are right, the two of class 1 are not
    logits = logits_of(*[sure] * 100)
    target = classes_of(*[0] * 98, 1, 1)
    assert dice(logits, target).item() == pytest.approx(((1 - 2 * 98 / 198) + 1) / 2)


def test_a_guess_of_an_absent_class_is_missing_elsewhere() -> None:
    target = classes_of(0, 0)
    right = logits_of([0.9, 0.1, 1e-9], [0.9, 0.1, 1e-9])
    absent = logits_of([0.5, 0.1, 0.4], [0.5, 0.1, 0.4])
    assert dice(absent, target) > dice(right, target)


def test_it_lies_between_0_and_1() -> None:
    wrong = torch.tensor([-50.0, 50.0]).reshape(1, 2, 1, 1)
    assert dice(wrong, classes_of(0)).item() == pytest.approx(1.0)
    assert dice(-wrong, classes_of(0)).item() == pytest.approx(0.0)
