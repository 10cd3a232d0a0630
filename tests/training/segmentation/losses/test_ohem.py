from __future__ import annotations

import math

import pytest
import torch

from followme_training.segmentation.losses import LossInputError
from followme_training.segmentation.losses.cross_entropy import cross_entropy
from followme_training.segmentation.losses.ohem import ohem
from tests.training.segmentation.losses.batches import WEIGHTS, classes_of, drawn, logits_of

LOGITS = logits_of(
    [0.5, 0.3, 0.2], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8], [0.6, 0.1, 0.3], [0.01, 0.01, 0.98]
)
TARGET = classes_of(0, 1, 0, 2, 255)


def test_by_hand() -> None:
    # of four labelled pixels those with p .1 and .3 are the hardest half
    expected = -(math.log(0.1) + math.log(0.3)) / 2
    assert ohem(LOGITS, TARGET, share=0.5, minimum=1).item() == pytest.approx(expected)


def test_by_hand_with_weights() -> None:
    expected = -(math.log(0.1) + 0.5 * math.log(0.3)) / 1.5
    value = ohem(LOGITS, TARGET, WEIGHTS, share=0.5, minimum=1)
    assert value.item() == pytest.approx(expected)


def test_weights_do_not_say_what_is_hard() -> None:
    # class 1 weighs a hundred times as much, but its pixel is the easiest
    weights = torch.tensor([1.0, 100.0, 1.0])
    value = ohem(LOGITS, TARGET, weights, share=0.5, minimum=1)
    assert value.item() == pytest.approx(-(math.log(0.1) + math.log(0.3)) / 2)


@pytest.mark.parametrize(("share", "kept"), [(0.01, 1), (0.25, 1), (0.26, 2), (0.75, 3), (1.0, 4)])
def test_a_share_is_rounded_up(share: float, kept: int) -> None:
    costs = sorted((-math.log(p) for p in (0.5, 0.7, 0.1, 0.3)), reverse=True)[:kept]
    value = ohem(LOGITS, TARGET, share=share, minimum=1).item()
    assert value == pytest.approx(sum(costs) / kept)


def test_a_minimum_is_kept() -> None:
    expected = -(math.log(0.1) + math.log(0.3) + math.log(0.5)) / 3
    assert ohem(LOGITS, TARGET, share=0.25, minimum=3).item() == pytest.approx(expected)
    # there are not so many
    everything = ohem(LOGITS, TARGET, share=0.25, minimum=99).item()
    assert everything == pytest.approx(cross_entropy(LOGITS, TARGET).item())


def test_a_pixel_that_is_not_kept_learns_nothing() -> None:
    logits = LOGITS.clone().requires_grad_()
    ohem(logits, TARGET, share=0.5, minimum=1).backward()
    assert logits.grad is not None
    learns = logits.grad.abs().sum((0, 1, 2)) > 0
    assert learns.tolist() == [False, False, True, True, False]


def test_derivatives_are_those_of_the_value_where_some_are_left_out() -> None:
    logits, target = drawn(4)
    logits.requires_grad_()
    assert torch.autograd.gradcheck(lambda x: ohem(x, target, None, 0.3, 2), (logits,))


@pytest.mark.parametrize("share", [0.0, -0.5, 1.01, math.nan])
def test_a_share_out_of_range_is_said(share: float) -> None:
    with pytest.raises(LossInputError, match=r"share is .*; give above 0 to 1"):
        ohem(LOGITS, TARGET, share=share)


def test_a_minimum_of_nothing_is_said() -> None:
    with pytest.raises(LossInputError, match="minimum is 0; give at least 1"):
        ohem(LOGITS, TARGET, minimum=0)
