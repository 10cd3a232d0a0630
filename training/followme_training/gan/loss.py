"""What both networks learn by: three losses and a penalty, written out."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name

Kind = Literal["non_saturating", "least_squares", "hinge"]


def discriminator_loss(kind: Kind, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """Return what the discriminator makes small.

    Parameters
    ----------
    kind : str
        ``non_saturating``: -ln of the probability of the truth (Goodfellow et al., NeurIPS 2014).
        ``least_squares``: real is to be 1, made 0 (Mao et al., ICCV 2017). ``hinge``: beyond 1 and
        -1 nothing is to be gained (Lim and Ye, 2017).
    real, fake : (B,) tensor
        Logits of real and of made images.
    """
    if kind == "non_saturating":
        # softplus(x) = ln(1 + exp x) = -ln sigmoid(-x), which no logit overflows
        return F.softplus(-real).mean() + F.softplus(fake).mean()
    if kind == "least_squares":
        return 0.5 * ((real - 1.0).square().mean() + fake.square().mean())
    return F.relu(1.0 - real).mean() + F.relu(1.0 + fake).mean()


def generator_loss(kind: Kind, fake: torch.Tensor) -> torch.Tensor:
    """Return what the generator makes small, from logits (B,) of what it made."""
    if kind == "non_saturating":
        return F.softplus(-fake).mean()
    if kind == "least_squares":
        return 0.5 * (fake - 1.0).square().mean()
    return -fake.mean()


def gradient_penalty(logits: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """Return R1 without its weight: the mean squared norm of the gradient on real images.

    Mescheder et al., "Which Training Methods for GANs do actually Converge?", ICML 2018.

    Parameters
    ----------
    logits : (B,) tensor
        Of the images.
    images : (B, C, H, W) tensor
        Real ones, of which a gradient is asked for.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().sum((1, 2, 3)).mean()


def boundary(kind: Kind) -> float:
    """Return the logit above which an image counts as taken for real."""
    return 0.5 if kind == "least_squares" else 0.0
