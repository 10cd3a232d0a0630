"""Cross-entropy: by hand, against torch, and its gradient against finite differences."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from followme_training.classification.loss import (
    IGNORED,
    LossInputError,
    cross_entropy,
    log_softmax,
)

P = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.7, 0.2]], dtype=torch.float64)
CLASSES = torch.tensor([0, 1])
WEIGHTS = torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)


def drawn(seed: int, scale: float = 3.0, count: int = 7, classes: int = 5) -> tuple:
    random = torch.Generator().manual_seed(seed)
    logits = scale * torch.randn(count, classes, generator=random, dtype=torch.float64)
    labels = torch.randint(0, classes, (count,), generator=random)
    weights = 0.1 + torch.rand(classes, generator=random, dtype=torch.float64)
    return logits, labels, weights


def test_by_hand() -> None:
    expected = -(math.log(0.5) + math.log(0.7)) / 2
    # a constant on all logits of an image changes nothing
    logits = P.log() + torch.tensor([[5.0], [-3.0]])
    assert cross_entropy(logits, CLASSES).item() == pytest.approx(expected, rel=1e-12)


def test_by_hand_with_weights_and_smoothing() -> None:
    true = -(1.0 * math.log(0.5) + 2.0 * math.log(0.7))
    even = -sum(
        w * math.log(p) for row in P.tolist() for w, p in zip(WEIGHTS.tolist(), row, strict=True)
    )
    expected = (0.9 * true + 0.1 / 3 * even) / 3.0
    got = cross_entropy(P.log(), CLASSES, WEIGHTS, 0.1)
    assert got.item() == pytest.approx(expected, rel=1e-12)


def test_the_gradient_by_hand() -> None:
    logits = P.log().requires_grad_()
    cross_entropy(logits, CLASSES).backward()
    expected = torch.tensor([[-0.5, 0.25, 0.25], [0.1, -0.3, 0.2]], dtype=torch.float64) / 2
    torch.testing.assert_close(logits.grad, expected)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.7])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ignoring", [False, True])
def test_value_and_gradient_are_torchs(smoothing: float, weighted: bool, ignoring: bool) -> None:
    logits, labels, weights = drawn(3)
    if ignoring:
        labels[::3] = IGNORED
    ours, theirs = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    mine = cross_entropy(ours, labels, weights if weighted else None, smoothing)
    reference = torch.nn.functional.cross_entropy(
        theirs, labels, weights if weighted else None, label_smoothing=smoothing
    )
    mine.backward()
    reference.backward()
    assert mine.item() == pytest.approx(reference.item(), rel=1e-12)
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-10, atol=1e-14)


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.2]), st.booleans())
def test_the_gradient_is_that_of_finite_differences(
    seed: int, smoothing: float, weighted: bool
) -> None:
    logits, labels, weights = drawn(seed, count=3, classes=4)
    labels[1] = IGNORED if seed % 2 else labels[1]
    chosen = weights if weighted else None
    assert torch.autograd.gradcheck(
        lambda z: cross_entropy(z, labels, chosen, smoothing), (logits.requires_grad_(),)
    )


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.floats(-1e4, 1e4))
def test_log_softmax_does_not_see_a_constant(seed: int, constant: float) -> None:
    logits, _, _ = drawn(seed)
    shifted = log_softmax(logits + constant)
    torch.testing.assert_close(shifted, log_softmax(logits), rtol=1e-7, atol=1e-9)
    ones = torch.ones(len(logits), dtype=torch.float64)
    torch.testing.assert_close(shifted.exp().sum(1), ones)


@pytest.mark.parametrize("size", [1e4, 1e30])
def test_extreme_logits_stay_finite(size: float) -> None:
    logits = torch.tensor([[size, -size, 0.0], [-size, size, 0.0]], requires_grad=True)
    value = cross_entropy(logits, torch.tensor([1, 1]), smoothing=0.1)
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(logits.grad).all()
    # wrong and sure: pulled with all its weight
    assert logits.grad[0, 0].item() == pytest.approx(0.5 * (1 - 0.1 / 3), rel=1e-5)


def test_an_ignored_image_may_hold_anything() -> None:
    logits = torch.tensor([[1.0, 2.0], [float("nan"), float("inf")]], requires_grad=True)
    cross_entropy(logits, torch.tensor([0, 9]), ignored=9).backward()
    assert logits.grad[1].tolist() == [0.0, 0.0]
    assert logits.grad[0, 0].item() != 0.0


def test_nothing_but_ignored_images_costs_nothing() -> None:
    logits = torch.randn(3, 4, requires_grad=True)
    value = cross_entropy(logits, torch.full((3,), IGNORED), smoothing=0.1)
    value.backward()
    assert value.item() == 0.0
    assert not logits.grad.any()


def test_half_floats_are_summed_as_floats() -> None:
    logits = torch.zeros(70_000, 2, dtype=torch.float16)
    value = cross_entropy(logits, torch.zeros(70_000, dtype=torch.int64))
    assert value.item() == pytest.approx(math.log(2), rel=1e-5)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"logits": torch.zeros(2, 3, 1)}, r"logits \(2, 3, 1\) and classes \(2,\) do not fit"),
        ({"classes": torch.zeros(3, dtype=torch.int64)}, r"classes \(3,\) do not fit"),
        ({"classes": torch.zeros(2)}, r"classes torch\.float32; give floats and int64"),
        ({"classes": torch.tensor([0, 3])}, "class 3 is none of the 3 of the network; give 0 to 2"),
        ({"classes": torch.tensor([0, -1])}, "class -1 is none of the 3"),
        ({"smoothing": 1.0}, "label smoothing is 1; give 0 to below 1"),
        ({"smoothing": float("nan")}, "label smoothing is nan"),
        ({"weights": torch.ones(2)}, "2 class weights do not fit 3 classes"),
        ({"weights": torch.tensor([1.0, -1.0, 1.0])}, "the weight of class 1 is -1; give finite"),
        ({"weights": torch.tensor([1.0, 1.0, float("nan")])}, "the weight of class 2 is nan"),
    ],
)
def test_what_does_not_fit_is_said(changed: dict, words: str) -> None:
    given = {"logits": torch.zeros(2, 3), "classes": torch.tensor([0, 1]), **changed}
    with pytest.raises(LossInputError, match=words):
        cross_entropy(**given)
