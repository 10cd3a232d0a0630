"""What both networks are built from: convolutions, norms, weights at the beginning."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from followme_training.gan.layout import Norm, Start

_DEVIATION = 0.02


def convolution(inside: int, outside: int, kernel: int = 3, stride: int = 1) -> nn.Conv2d:
    """Return a convolution that keeps the size, or halves it (kernel 4, stride 2)."""
    return nn.Conv2d(inside, outside, kernel, stride, (kernel - 1) // 2)


def norm(kind: Norm, channels: int) -> nn.Module:
    """Return a norm; both that are one learn a gain and an offset."""
    if kind == "batch":
        return nn.BatchNorm2d(channels)
    if kind == "instance":
        return nn.InstanceNorm2d(channels, affine=True)
    return nn.Identity()


def initialise(net: nn.Module, start: Start) -> None:
    """Fill all weights as published; offsets are zero, gains of norms about 1."""
    fill: dict[Start, Callable[[torch.Tensor], object]] = {
        "dcgan": lambda w: nn.init.normal_(w, 0.0, _DEVIATION),
        "orthogonal": nn.init.orthogonal_,
        "xavier": nn.init.xavier_uniform_,
    }
    for part in net.modules():
        if isinstance(part, nn.Conv2d | nn.Linear):
            fill[start](part.weight)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
        elif isinstance(part, nn.BatchNorm2d | nn.InstanceNorm2d):
            # the paper's own code draws gains, too
            nn.init.normal_(part.weight, 1.0, _DEVIATION if start == "dcgan" else 0.0)
            nn.init.zeros_(part.bias)


def normalise_spectra(net: nn.Module) -> None:
    """Divide each weight of a network by its largest singular value from now on.

    Weights have to be filled before: what is learnt lies below the division.
    """
    for part in list(net.modules()):
        if isinstance(part, nn.Conv2d | nn.Linear):
            spectral_norm(part)
