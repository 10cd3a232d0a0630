"""Losses against values by hand, against derivatives by differences, and at their edges."""

from __future__ import annotations

import math

import pytest
import torch

from followme_training.depth.loss import (
    absolute,
    gaussian,
    gradient_matching,
    scale_and_shift_free,
    scale_invariant,
)

LOSSES = [scale_invariant, absolute, gradient_matching]


def maps(*rows: list[float]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float64)[None, None]


ALL = torch.ones(1, 1, 2, 2, dtype=torch.bool)
TRUTH = maps([0.0, 1.0], [2.0, 3.0])
# errors 1, -1, 3, 1
GUESS = maps([1.0, 0.0], [5.0, 4.0])


@pytest.mark.parametrize(
    ("free", "value"),
    [
        (0.0, math.sqrt(12 / 4)),
        (1.0, math.sqrt(12 / 4 - 1.0)),
        (0.85, math.sqrt(3.0 - 0.85)),
    ],
)
def test_scale_invariant_by_hand(free: float, value: float) -> None:
    assert scale_invariant(GUESS, TRUTH, ALL, free).item() == pytest.approx(value)


def test_a_wrong_scale_costs_nothing_only_where_it_is_free() -> None:
    shifted = TRUTH + 0.5
    assert scale_invariant(shifted, TRUTH, ALL, 1.0).item() == pytest.approx(0.0, abs=1e-3)
    assert scale_invariant(shifted, TRUTH, ALL, 0.0).item() == pytest.approx(0.5)


def test_each_image_has_its_own_root() -> None:
    guess = torch.cat([TRUTH + 1.0, TRUTH + 3.0])
    truth, mask = TRUTH.repeat(2, 1, 1, 1), ALL.repeat(2, 1, 1, 1)
    assert scale_invariant(guess, truth, mask, 0.0).item() == pytest.approx(2.0)


def test_absolute_by_hand() -> None:
    assert absolute(GUESS, TRUTH, ALL).item() == pytest.approx(6 / 4)


def test_gradient_matching_by_hand() -> None:
    # errors [[1, -1], [3, 1]]: across 2 and 2, down 2 and 2, at one scale
    assert gradient_matching(GUESS, TRUTH, ALL, 1).item() == pytest.approx(8 / 4)
    # at the second scale one pixel is left, which has no neighbour
    assert gradient_matching(GUESS, TRUTH, ALL, 2).item() == pytest.approx(8 / 4)
    assert gradient_matching(TRUTH + 7.0, TRUTH, ALL).item() == pytest.approx(0.0)


def test_gradient_matching_counts_coarser_scales() -> None:
    truth = torch.zeros(1, 1, 4, 4, dtype=torch.float64)
    guess = torch.arange(4.0, dtype=torch.float64).repeat(4, 1)[None, None]
    mask = torch.ones_like(truth, dtype=torch.bool)
    # scale 1: 12 across of 1, 12 down of 0; scale 2: 2 across of 2, 2 down of 0
    assert gradient_matching(guess, truth, mask, 2).item() == pytest.approx(0.5 + 1.0)


def test_a_gradient_over_an_unknown_pixel_does_not_count() -> None:
    mask = ALL.clone()
    mask[0, 0, 0, 1] = False
    # left: down 2 at the left, across 2 below
    assert gradient_matching(GUESS, TRUTH, mask, 1).item() == pytest.approx(4 / 2)


def test_gaussian_by_hand() -> None:
    log_std = torch.full_like(TRUTH, math.log(2.0))
    expected = (0.5 * (1 + 1 + 9 + 1) / 4 + 4 * math.log(2.0)) / 4
    assert gaussian(GUESS, log_std, TRUTH, ALL).item() == pytest.approx(expected)


def test_the_best_deviation_is_the_error_itself() -> None:
    def cost(std: float) -> float:
        log_std = torch.full_like(TRUTH, math.log(std))
        return float(gaussian(TRUTH + 0.3, log_std, TRUTH, ALL))

    assert cost(0.3) < cost(0.27)
    assert cost(0.3) < cost(0.33)


def test_only_the_deviation_learns_from_the_likelihood() -> None:
    guess, log_std = GUESS.clone().requires_grad_(), TRUTH.clone().requires_grad_()
    gaussian(guess, log_std, TRUTH, ALL).backward()
    assert guess.grad is None
    assert log_std.grad is not None


@pytest.mark.parametrize("loss", LOSSES)
def test_unknown_pixels_neither_count_nor_poison(loss) -> None:
    truth = TRUTH.clone()
    truth[0, 0, 1, 1] = float("nan")
    mask = torch.isfinite(truth)
    guess = GUESS.clone().requires_grad_()
    value = loss(guess, truth, mask)
    value.backward()
    other = GUESS.clone()
    other[0, 0, 1, 1] = 1e6
    assert torch.isfinite(value)
    assert torch.isfinite(guess.grad).all()
    assert guess.grad[0, 0, 1, 1] == 0
    assert loss(other, truth, mask) == value


@pytest.mark.parametrize("loss", LOSSES)
def test_an_image_without_truth_costs_nothing(loss) -> None:
    nothing = torch.zeros_like(ALL)
    guess = GUESS.clone().requires_grad_()
    value = loss(guess, torch.full_like(TRUTH, float("nan")), nothing)
    value.backward()
    assert value.item() == pytest.approx(0.0, abs=1e-3)
    assert torch.isfinite(guess.grad).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_derivatives_are_those_of_the_value(loss) -> None:
    torch.manual_seed(0)
    guess = torch.randn(2, 1, 6, 6, dtype=torch.float64, requires_grad=True)
    truth = torch.randn(2, 1, 6, 6, dtype=torch.float64)
    mask = torch.rand(2, 1, 6, 6) > 0.3
    assert torch.autograd.gradcheck(lambda g: loss(g, truth, mask), (guess,))


def test_the_likelihoods_derivative_too() -> None:
    torch.manual_seed(0)
    log_std = torch.randn(1, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    guess, truth = torch.randn(2, 1, 1, 4, 4, dtype=torch.float64)
    mask = torch.rand(1, 1, 4, 4) > 0.3
    assert torch.autograd.gradcheck(lambda s: gaussian(guess, s, truth, mask), (log_std,))


def test_scale_and_shift_free_by_hand() -> None:
    values = maps([0.0, 1.0, 2.0], [7.0, 2.0, 99.0])
    mask = torch.tensor([[True, True, True], [True, False, False]])[None, None]
    values[0, 0, 1, 1] = float("nan")
    # known are 0, 1, 2, 7: median 1.5, distances 1.5, .5, .5, 5.5 of mean 2
    found = scale_and_shift_free(values, mask)
    expected = torch.tensor([-0.75, -0.25, 0.25, 2.75], dtype=torch.float64)
    assert torch.allclose(found[mask], expected)


def test_scale_and_shift_are_free_image_by_image() -> None:
    torch.manual_seed(1)
    values = torch.rand(2, 1, 4, 5, dtype=torch.float64)
    changed = values * torch.tensor([3.0, 0.2]).view(2, 1, 1, 1) + torch.tensor([-7.0, 4.0]).view(
        2, 1, 1, 1
    )
    mask = torch.ones_like(values, dtype=torch.bool)
    same = scale_and_shift_free(changed, mask), scale_and_shift_free(values, mask)
    assert torch.allclose(*same)
    assert torch.allclose(scale_and_shift_free(-values, mask), -same[0])


def test_a_map_without_relief_is_not_stretched_without_bounds() -> None:
    values = maps([2.0, 2.0], [2.0, 2.002])
    assert float(scale_and_shift_free(values, ALL).max()) == pytest.approx(4.0)
    # 5 % of the median instead of 0.0005
    assert float(scale_and_shift_free(values, ALL, 0.05).max()) == pytest.approx(0.002 / 0.1)


def test_its_derivatives_are_those_of_the_value_and_finite_without_a_known_pixel() -> None:
    torch.manual_seed(0)
    values = torch.rand(2, 1, 3, 5, dtype=torch.float64, requires_grad=True)
    mask = torch.rand(2, 1, 3, 5) > 0.3
    weight = torch.randn(2, 1, 3, 5, dtype=torch.float64)

    def cost(v: torch.Tensor) -> torch.Tensor:
        return (torch.where(mask, scale_and_shift_free(v, mask), 0.0) * weight).sum()

    assert torch.autograd.gradcheck(cost, (values,))
    nothing = torch.zeros_like(mask)
    torch.where(nothing, scale_and_shift_free(values, nothing), 0.0).sum().backward()
    assert values.grad is not None
    assert (values.grad == 0).all()
