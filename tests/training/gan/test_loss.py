"""Losses against hand-made cases and finite differences, the penalty against a known gradient."""

from __future__ import annotations

import math

import pytest
import torch

from followme_training.gan.loss import (
    boundary,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
)

KINDS = ("non_saturating", "least_squares", "hinge")
REAL, FAKE = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 0.25])


def test_the_non_saturating_loss_is_that_of_the_probabilities() -> None:
    expected = -sum(math.log(1 / (1 + math.exp(-x))) for x in (2.0, 0.5)) / 2
    expected -= sum(math.log(1 - 1 / (1 + math.exp(-x))) for x in (-3.0, 0.25)) / 2
    assert float(discriminator_loss("non_saturating", REAL, FAKE)) == pytest.approx(expected)
    made = -sum(math.log(1 / (1 + math.exp(-x))) for x in (-3.0, 0.25)) / 2
    assert float(generator_loss("non_saturating", FAKE)) == pytest.approx(made)


def test_least_squares_and_hinge_by_hand() -> None:
    assert float(discriminator_loss("least_squares", REAL, FAKE)) == pytest.approx(
        0.5 * ((1 + 0.25) / 2 + (9 + 0.0625) / 2)
    )
    assert float(generator_loss("least_squares", FAKE)) == pytest.approx(0.5 * (16 + 0.5625) / 2)
    assert float(discriminator_loss("hinge", REAL, FAKE)) == pytest.approx(0.25 + 0.625)
    assert float(generator_loss("hinge", FAKE)) == pytest.approx(2.75 / 2)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_right_and_losses_of_any_logit_finite(kind) -> None:
    real, fake = (x.double().requires_grad_() for x in (REAL, FAKE))
    assert torch.autograd.gradcheck(lambda a, b: discriminator_loss(kind, a, b), (real, fake))
    assert torch.autograd.gradcheck(lambda b: generator_loss(kind, b), (fake,))
    extreme = torch.tensor([-1e4, 1e4])
    assert discriminator_loss(kind, extreme, extreme).isfinite()
    assert generator_loss(kind, extreme).isfinite()


@pytest.mark.parametrize("kind", KINDS)
def test_the_networks_pull_in_opposite_directions(kind) -> None:
    fake = torch.zeros(1, requires_grad=True)
    (judge,) = torch.autograd.grad(discriminator_loss(kind, torch.zeros(1), fake), fake)
    (maker,) = torch.autograd.grad(generator_loss(kind, fake), fake)
    # at 0 least squares asks the discriminator for nothing
    assert float(judge) >= 0 > float(maker)
    real, made = torch.tensor([2.0]), torch.tensor([-2.0])
    right = discriminator_loss(kind, real, made)
    assert right < discriminator_loss(kind, made, real)
    assert made < boundary(kind) < real


def test_the_penalty_is_the_squared_norm_of_the_gradient() -> None:
    weight = torch.randn(3 * 4 * 4, dtype=torch.float64, requires_grad=True)
    images = torch.randn(5, 3, 4, 4, dtype=torch.float64, requires_grad=True)
    penalty = gradient_penalty(images.flatten(1) @ weight, images)
    assert float(penalty.detach()) == pytest.approx(float(weight.detach().square().sum()))
    (gradient,) = torch.autograd.grad(penalty, weight)
    assert torch.allclose(gradient, 2 * weight.detach())
