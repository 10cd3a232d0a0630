"""Both networks in all their forms, and what cannot be built."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from followme_training.gan.discriminator import Discriminator
from followme_training.gan.generator import Generator
from followme_training.gan.layout import Layout, LayoutError, halvings

SMALL = {"latent": 6, "generator_width": 4, "discriminator_width": 4, "largest_width": 16}

NORMS = ["batch", "instance", "none"]


def layout(**changed: object) -> Layout:
    return Layout(**{**SMALL, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize("side", [8, 32, 64, 128])
@pytest.mark.parametrize("residual", ["none", "generator", "both"])
def test_vectors_become_images_and_images_a_number(side: int, residual: str) -> None:
    form = layout(residual=residual)
    images = Generator(form, side)(torch.randn(2, 6))
    assert images.shape == (2, 3, side, side)
    assert images.abs().max() <= 1
    assert Discriminator(form, side)(images).shape == (2,)


@pytest.mark.parametrize(
    ("norm", "spectral", "residual"),
    list(itertools.product(NORMS, ["none", "discriminator", "both"], ["none", "both"])),
)
def test_every_form_passes_a_gradient_to_every_weight(norm, spectral, residual) -> None:
    form = layout(
        generator_norm=norm, discriminator_norm=norm, spectral=spectral, residual=residual
    )
    made, judge = Generator(form, 16), Discriminator(form, 16)
    judge(made(torch.randn(4, 6))).sum().backward()
    for net in (made, judge):
        for name, weight in net.named_parameters():
            assert weight.grad is not None, name
            assert weight.grad.isfinite().all(), name


def test_norms_are_where_they_are_asked_for() -> None:
    def kinds(net: torch.nn.Module) -> set[str]:
        return {type(part).__name__ for part in net.modules()}

    form = layout(generator_norm="instance", discriminator_norm="batch")
    assert "InstanceNorm2d" in kinds(Generator(form, 16))
    assert "BatchNorm2d" not in kinds(Generator(form, 16))
    assert "BatchNorm2d" in kinds(Discriminator(form, 16))
    # the first block has none
    assert "BatchNorm2d" not in kinds(Discriminator(form, 8))


@pytest.mark.parametrize(("spectral", "bounded"), [("none", False), ("discriminator", True)])
def test_spectral_norm_makes_the_largest_singular_value_1(spectral: str, bounded: bool) -> None:
    torch.manual_seed(0)
    judge = Discriminator(layout(spectral=spectral, init="orthogonal"), 16)
    with torch.no_grad():
        for weight in judge.parameters():
            weight.mul_(7.0)
    # power iteration needs some steps
    for _ in range(30):
        judge(torch.randn(2, 3, 16, 16))
    layers = [p for p in judge.modules() if isinstance(p, torch.nn.Conv2d | torch.nn.Linear)]
    for layer in layers:
        largest = float(torch.linalg.svdvals(layer.weight.flatten(1).detach())[0])
        assert (abs(largest - 1.0) < 0.05) is bounded, largest


def test_weights_begin_as_published() -> None:
    torch.manual_seed(0)
    form = layout(spectral="none", generator_width=64, largest_width=512)
    weight = Generator(form, 16).project.weight
    assert float(weight.std()) == pytest.approx(0.02, rel=0.03)
    assert float(weight.mean()) == pytest.approx(0.0, abs=1e-3)
    orthogonal = Generator(layout(init="orthogonal", spectral="none"), 16).project.weight
    assert torch.allclose(orthogonal.T @ orthogonal, torch.eye(6), atol=1e-5)
    xavier = Generator(layout(init="xavier", spectral="none"), 16).project.weight
    bound = math.sqrt(6.0 / (xavier.shape[0] + xavier.shape[1]))
    assert 0.9 * bound < float(xavier.abs().max()) <= bound


def test_widths_double_up_to_the_largest() -> None:
    judge = Discriminator(Layout(discriminator_width=8, largest_width=20), 64)
    widths = [p.out_channels for p in judge.modules() if isinstance(p, torch.nn.Conv2d)]
    assert widths == [8, 16, 20, 20]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"latent": 0}, "model.layout.latent is 0; give 1 or more"),
        ({"generator_width": -1}, "generator_width is -1"),
        ({"residual": "discriminator"}, "give none, generator or both"),
    ],
)
def test_what_cannot_be_built_is_said(changed: dict[str, object], words: str) -> None:
    with pytest.raises(LayoutError, match=words):
        layout(**changed)


@pytest.mark.parametrize("side", [0, 4, 33, 48, 512])
def test_a_side_is_a_power_of_two(side: int) -> None:
    with pytest.raises(LayoutError, match=f"data.side is {side}; give a power of two"):
        halvings(side)
