"""The discriminator: convolutions that halve an image until one number says how real it looks."""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn

from followme_training.gan.blocks import convolution, initialise, norm, normalise_spectra
from followme_training.gan.layout import BASE, Layout, Norm, halvings

#: Slope of LeakyReLU below zero (Radford et al., ICLR 2016).
_LEAK = 0.2


class PlainDown(nn.Sequential):
    """Half the size: strided convolution, norm, LeakyReLU."""

    def __init__(self, inside: int, outside: int, kind: Norm, first: bool) -> None:
        # the first has no norm, as in the paper: it would hide how light or coloured an image is
        super().__init__(
            convolution(inside, outside, 4, 2),
            norm("none" if first else kind, outside),
            nn.LeakyReLU(_LEAK),
        )


class ResidualDown(nn.Module):
    """Half the size, beside a short cut.

    As in Miyato et al., ICLR 2018, figure 8a, but the first convolution halves, not a mean at the
    end: a third of the products.
    """

    def __init__(self, inside: int, outside: int, kind: Norm, first: bool) -> None:
        super().__init__()
        before = [] if first else [norm(kind, inside), nn.LeakyReLU(_LEAK)]
        self.long = nn.Sequential(
            *before,
            convolution(inside, outside, 4, 2),
            norm("none" if first else kind, outside),
            nn.LeakyReLU(_LEAK),
            convolution(outside, outside),
        )
        self.short = convolution(inside, outside, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        total: torch.Tensor = self.long(x) + self.short(F.avg_pool2d(x, 2))
        return total


class Discriminator(nn.Module):
    """From images (B, 3, side, side), -1 to 1, to logits (B,): large for what looks real.

    Parameters
    ----------
    layout : Layout
        Widths, norms, blocks, weights at the beginning.
    side : int
        Of the images in pixels: a power of two.

    Raises
    ------
    LayoutError
        On another side.
    """

    def __init__(self, layout: Layout, side: int) -> None:
        super().__init__()
        widths = [
            3,
            *(
                min(layout.discriminator_width << n, layout.largest_width)
                for n in range(halvings(side))
            ),
        ]
        residual = layout.has("residual", "discriminator")
        block = ResidualDown if residual else PlainDown
        kind = layout.discriminator_norm
        blocks = [block(a, b, kind, number == 0) for number, (a, b) in enumerate(pairwise(widths))]
        end = [nn.LeakyReLU(_LEAK)] if residual else []
        self.layers = nn.Sequential(*blocks, *end)
        self.judge = nn.Linear(widths[-1] * BASE * BASE, 1)
        initialise(self, layout.init)
        if layout.has("spectral", "discriminator"):
            normalise_spectra(self)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.judge(self.layers(images).flatten(1))[:, 0]
        return logits
