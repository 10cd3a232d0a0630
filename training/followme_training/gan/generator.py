"""The generator: a vector becomes a small map, which is enlarged and convolved in turn."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from followme_training.gan.blocks import convolution, initialise, norm, normalise_spectra
from followme_training.gan.layout import BASE, Layout, Norm, halvings


class PlainUp(nn.Sequential):
    """Twice the size: nearest neighbour, convolution, norm, ReLU.

    Enlarging before a convolution leaves no chequered pattern, as a transposed convolution does
    (Odena et al., "Deconvolution and Checkerboard Artifacts", 2016).
    """

    def __init__(self, inside: int, outside: int, kind: Norm) -> None:
        super().__init__(
            nn.Upsample(scale_factor=2.0),
            convolution(inside, outside),
            norm(kind, outside),
            nn.ReLU(),
        )


class ResidualUp(nn.Module):
    """Twice the size, beside a short cut (Miyato et al., ICLR 2018, figure 8b)."""

    def __init__(self, inside: int, outside: int, kind: Norm) -> None:
        super().__init__()
        self.long = nn.Sequential(
            norm(kind, inside),
            nn.ReLU(),
            nn.Upsample(scale_factor=2.0),
            convolution(inside, outside),
            norm(kind, outside),
            nn.ReLU(),
            convolution(outside, outside),
        )
        # a convolution of one pixel before or after enlarging is the same, and a quarter as dear
        self.short = nn.Sequential(convolution(inside, outside, 1), nn.Upsample(scale_factor=2.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        total: torch.Tensor = self.long(x) + self.short(x)
        return total


class Generator(nn.Module):
    """From vectors (B, latent) to images (B, 3, side, side), -1 to 1.

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
            min(layout.generator_width << n, layout.largest_width)
            for n in range(halvings(side), -1, -1)
        ]
        self.side = side
        self.latent = layout.latent
        self._first = widths[0]
        kind, residual = layout.generator_norm, layout.has("residual", "generator")
        block = ResidualUp if residual else PlainUp
        self.project = nn.Linear(layout.latent, widths[0] * BASE * BASE)
        beginning = [nn.Identity()] if residual else [norm(kind, widths[0]), nn.ReLU()]
        end = [norm(kind, widths[-1]), nn.ReLU()] if residual else []
        pairs = pairwise(widths)
        self.layers = nn.Sequential(
            *beginning, *(block(a, b, kind) for a, b in pairs), *end, convolution(widths[-1], 3)
        )
        initialise(self, layout.init)
        if layout.has("spectral", "generator"):
            normalise_spectra(self)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        x = self.project(z).reshape(-1, self._first, BASE, BASE)
        return torch.tanh(self.layers(x))
