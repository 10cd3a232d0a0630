from __future__ import annotations

import math

import pytest
import torch

from followme_training.segmentation.losses import LossInputError
from followme_training.segmentation.losses.cross_entropy import cross_entropy
from followme_training.segmentation.losses.focal import focal
from tests.training.segmentation.losses.batches import WEIGHTS, classes_of, drawn, logits_of

LOGITS = logits_of([0.5, 0.25, 0.25], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8])
TARGET = classes_of(0, 1, 255)


def test_by_hand() -> None:
    expected = -(0.5**2 * math.log(0.5) + 0.3**2 * math.log(0.7)) / 2
    assert focal(LOGITS, TARGET).item() == pytest.approx(expected)
    expected = -(0.5**3 * math.log(0.5) + 0.3**3 * math.log(0.7)) / 2
    assert focal(LOGITS, TARGET, gamma=3.0).item() == pytest.approx(expected)


def test_by_hand_with_weights() -> None:
    expected = -(0.5**2 * math.log(0.5) + 2 * 0.3**2 * math.log(0.7)) / 3
    assert focal(LOGITS, TARGET, WEIGHTS).item() == pytest.approx(expected)


def test_with_gamma_0_it_is_the_cross_entropy() -> None:
    logits, target = drawn()
    assert focal(logits, target, gamma=0.0) == cross_entropy(logits, target)


def test_a_pixel_that_is_right_already_hardly_counts() -> None:
    sure, unsure = logits_of([0.99, 0.01]), logits_of([0.6, 0.4])
    target = classes_of(0)
    by_focal = focal(unsure, target) / focal(sure, target)
    by_cross_entropy = cross_entropy(unsure, target) / cross_entropy(sure, target)
    assert (by_focal / by_cross_entropy).item() == pytest.approx((0.4 / 0.01) ** 2)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_no_power_is_too_steep_where_all_is_right(gamma: float, dtype: torch.dtype) -> None:
    logits = torch.tensor([1e4, -1e4], dtype=dtype).reshape(1, 2, 1, 1).requires_grad_()
    value = focal(logits, classes_of(0), gamma=gamma)
    value.backward()
    assert value == 0
    assert (logits.grad == 0).all()


@pytest.mark.parametrize("gamma", [-1.0, math.nan])
def test_a_negative_gamma_is_said(gamma: float) -> None:
    with pytest.raises(LossInputError, match=r"gamma is .*; give 0 or more"):
        focal(LOGITS, TARGET, gamma=gamma)
