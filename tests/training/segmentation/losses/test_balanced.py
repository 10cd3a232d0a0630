from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from followme_training.segmentation.losses import LossInputError
from followme_training.segmentation.losses.balanced import (
    balanced,
    effective_number,
    median_frequency,
)
from tests.training.segmentation.losses.batches import WEIGHTS, classes_of, logits_of

WIDE = (1e-9, 1e9)
counts = st.lists(st.integers(1, 10**9), min_size=1, max_size=12)


def test_the_loss_by_hand() -> None:
    logits = logits_of([0.5, 0.25, 0.25], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8])
    expected = -(math.log(0.5) + 2 * math.log(0.7) + 0.5 * math.log(0.8)) / 3.5
    assert balanced(logits, classes_of(0, 1, 2), WEIGHTS).item() == pytest.approx(expected)


def test_median_frequency_by_hand() -> None:
    # frequencies .6, .2, .4 where the class occurs; the third is in one image of two
    pixels, around = torch.tensor([120, 40, 40]), torch.tensor([200, 200, 100])
    found = median_frequency(pixels, around, clip=WIDE).tolist()
    assert found == pytest.approx([0.4 / 0.6, 0.4 / 0.2, 1.0])


def test_of_two_in_the_middle_the_median_is_between() -> None:
    pixels, around = torch.tensor([1, 3]), torch.tensor([10, 10])
    assert median_frequency(pixels, around, clip=WIDE).tolist() == pytest.approx([2.0, 2 / 3])


def test_a_power_makes_it_milder() -> None:
    pixels, around = torch.tensor([1, 4, 64]), torch.full((3,), 100)
    assert median_frequency(pixels, around, 0.5, WIDE).tolist() == pytest.approx([2.0, 1.0, 0.25])
    assert median_frequency(pixels, around, 0.0).tolist() == [1.0, 1.0, 1.0]


def test_effective_number_by_hand() -> None:
    # beta .5: 1 - .5 and 1 - .25, so that the raw weights are 1 and 2 / 3
    found = effective_number(torch.tensor([1, 2]), 0.5, WIDE).tolist()
    assert found == pytest.approx([1 / (5 / 6), (2 / 3) / (5 / 6)])


def test_effective_number_between_its_limits() -> None:
    pixels = torch.tensor([10, 1000])
    assert effective_number(pixels, 0.0, WIDE).tolist() == [1.0, 1.0]
    rare, common = effective_number(pixels, 1 - 1e-15, WIDE).tolist()
    assert rare / common == pytest.approx(100.0, rel=1e-3)


def test_many_pixels_repeat_each_other() -> None:
    found = effective_number(torch.tensor([10**8, 10**9]), clip=WIDE).tolist()
    assert found == pytest.approx([1.0, 1.0])


@given(counts)
def test_a_rarer_class_never_counts_less(numbers: list[int]) -> None:
    pixels = torch.tensor(numbers)
    order = pixels.argsort(descending=True)
    for weights in (
        median_frequency(pixels, torch.full_like(pixels, int(pixels.sum()))),
        effective_number(pixels),
    ):
        ordered = weights[order]
        assert (ordered[1:] >= ordered[:-1]).all()
        assert weights.dtype == torch.float32
        assert ((weights >= 0.1) & (weights <= 10.0)).all()


def test_the_clip_holds() -> None:
    pixels, around = torch.tensor([1, 100, 10_000]), torch.full((3,), 100_000)
    assert median_frequency(pixels, around, clip=(0.5, 3.0)).tolist() == [3.0, 1.0, 0.5]
    assert effective_number(pixels, clip=(0.5, 2.0)).tolist() == [2.0, 0.5, 0.5]


def test_a_class_that_never_occurs_weighs_1_and_moves_no_other() -> None:
    pixels, around = torch.tensor([1, 0, 3]), torch.tensor([10, 0, 10])
    assert median_frequency(pixels, around).tolist() == pytest.approx([2.0, 1.0, 2 / 3])
    with_it = effective_number(torch.tensor([5, 0, 7]), 0.9).tolist()
    without = effective_number(torch.tensor([5, 7]), 0.9).tolist()
    assert with_it == pytest.approx([without[0], 1.0, without[1]])
    nothing = torch.zeros(2)
    assert median_frequency(nothing, nothing).tolist() == [1.0, 1.0]
    assert effective_number(nothing).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("pixels", "around", "words"),
    [
        (torch.tensor([3, -1]), torch.tensor([9, 9]), r"counts of pixels are \[3, -1\]"),
        (torch.tensor([3.0, float("nan")]), torch.tensor([9, 9]), "give a number for each class"),
        (torch.tensor([[3]]), torch.tensor([[9]]), "give a number for each class"),
        (torch.tensor([3, 1]), torch.tensor([9]), "count both over the same images"),
        (torch.tensor([3, 10]), torch.tensor([9, 9]), "more than those of the images"),
    ],
)
def test_what_cannot_be_counts_is_said(
    pixels: torch.Tensor, around: torch.Tensor, words: str
) -> None:
    with pytest.raises(LossInputError, match=words):
        median_frequency(pixels, around)


@pytest.mark.parametrize("clip", [(0.0, 1.0), (2.0, 1.0), (1.0, math.inf), (math.nan, 1.0)])
def test_a_clip_that_is_empty_is_said(clip: tuple[float, float]) -> None:
    with pytest.raises(LossInputError, match=r"clip is .*give 0 < smallest"):
        effective_number(torch.tensor([3]), clip=clip)


@pytest.mark.parametrize("beta", [-0.1, 1.0, math.nan])
def test_a_beta_out_of_range_is_said(beta: float) -> None:
    with pytest.raises(LossInputError, match=r"beta is .*give 0 to below 1"):
        effective_number(torch.tensor([3]), beta)
