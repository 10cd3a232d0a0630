from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from followme_training.segmentation.losses.lovasz import extension, jaccard_steps, lovasz
from tests.training.segmentation.losses.batches import classes_of, logits_of


def iou_loss(inside: list[bool], wrong: list[bool]) -> float:
    """Return 1 - IoU of a class when the given pixels are wrong, by sets."""
    truth = {n for n, flag in enumerate(inside) if flag}
    guess = truth ^ {n for n, flag in enumerate(wrong) if flag}
    return 1 - len(truth & guess) / len(truth | guess)


def test_by_hand() -> None:
    logits = logits_of([0.7, 0.3], [0.4, 0.6], [0.1, 0.9], [0.5, 0.5])
    # class 0: errors .6 (its own), .3 (its own), .1 (foreign); IoU 1, 1/2, 0, 0
    first = 0.6 * 0.5 + 0.3 * 0.5 + 0.1 * 0.0
    # class 1: errors .6 (foreign), .3 (foreign), .1 (its own); IoU 1, 1/2, 1/3, 0
    second = 0.6 * 0.5 + 0.3 * (1 / 2 - 1 / 3) + 0.1 * (1 / 3)
    value = lovasz(logits, classes_of(0, 0, 1, 255)).item()
    assert value == pytest.approx((first + second) / 2)


def test_only_present_classes_count() -> None:
    logits = logits_of([0.7, 0.2, 0.1], [0.4, 0.5, 0.1])
    # class 0 alone: errors .6, .3, both its own
    assert lovasz(logits, classes_of(0, 0)).item() == pytest.approx(0.6 * 0.5 + 0.3 * 0.5)


@given(st.lists(st.booleans(), min_size=1, max_size=6).filter(any))
def test_at_the_corners_it_is_the_iou_itself(inside: list[bool]) -> None:
    flags = torch.tensor(inside)
    for wrong in itertools.product([False, True], repeat=len(inside)):
        value = extension(torch.tensor(wrong).double(), flags).item()
        assert value == pytest.approx(iou_loss(inside, list(wrong)), abs=1e-12)


@given(
    st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=30).filter(
        lambda pixels: any(inside for inside, _ in pixels)
    )
)
def test_the_extension_is_that_of_the_definition(pixels: list[tuple[bool, float]]) -> None:
    """Lovász: the sum of errors, each times what its pixel adds to the cost of those before."""
    inside = [flag for flag, _ in pixels]
    order = sorted(range(len(pixels)), key=lambda n: -pixels[n][1])
    expected, before = 0.0, 0.0
    wrong = [False] * len(pixels)
    for n in order:
        wrong[n] = True
        after = iou_loss(inside, wrong)
        expected += pixels[n][1] * (after - before)
        before = after
    errors = torch.tensor([error for _, error in pixels], dtype=torch.float64)
    assert extension(errors, torch.tensor(inside)).item() == pytest.approx(expected, abs=1e-12)


def test_steps_are_exact_where_pixels_are_many() -> None:
    # a million pixels, one in ten of the class: neighbouring IoU differ by a millionth
    inside = torch.arange(1_000_000) % 10 == 0
    steps = jaccard_steps(inside)
    assert steps.sum().item() == pytest.approx(1.0, rel=1e-12)
    # after the last pixel of the class nothing is left to lose
    assert (steps[:999_991] > 0).all()
    assert (steps[999_991:] == 0).all()
    n = 500_000
    right, union = 100_000 - 50_001, 100_000 + (n + 1 - 50_001)
    assert bool(inside[n])
    assert steps[n].item() == pytest.approx(1 / union, rel=1e-12)
    union += 1
    expected = right / (union - 1) - right / union
    assert steps[n + 1].item() == pytest.approx(expected, rel=1e-6)
