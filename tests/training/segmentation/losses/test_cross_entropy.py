from __future__ import annotations

import math

import pytest
import torch

from followme_training.segmentation.losses.cross_entropy import cross_entropy
from tests.training.segmentation.losses.batches import WEIGHTS, classes_of, drawn, logits_of

LOGITS = logits_of([0.5, 0.25, 0.25], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8], [0.9, 0.05, 0.05])
TARGET = classes_of(0, 1, 0, 255)


def test_by_hand() -> None:
    expected = -(math.log(0.5) + math.log(0.7) + math.log(0.1)) / 3
    assert cross_entropy(LOGITS, TARGET).item() == pytest.approx(expected)


def test_by_hand_with_weights() -> None:
    expected = -(math.log(0.5) + 2 * math.log(0.7) + math.log(0.1)) / (1 + 2 + 1)
    assert cross_entropy(LOGITS, TARGET, WEIGHTS).item() == pytest.approx(expected)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_it_is_torchs(weights: torch.Tensor | None) -> None:
    logits, target = drawn(5)
    theirs = torch.nn.functional.cross_entropy(logits, target, weights, ignore_index=255)
    assert cross_entropy(logits, target, weights).item() == pytest.approx(theirs.item(), rel=1e-12)


def test_a_guess_of_nothing_costs_the_logarithm_of_the_classes() -> None:
    nothing = torch.zeros(1, 5, 2, 2)
    target = torch.tensor([[[0, 1], [4, 4]]])
    assert cross_entropy(nothing, target).item() == pytest.approx(math.log(5))
