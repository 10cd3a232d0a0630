"""Atrous spatial pyramid pooling: one map seen at several scales at once.

Chen et al., "Rethinking Atrous Convolution for Semantic Image Segmentation", 2017, section 3.3.
Five views of the same features lie side by side: the pixel itself, its surroundings at three
distances (3x3 convolutions with holes), and the whole image; a 1x1 convolution mixes them.
"""

from __future__ import annotations

import torch
from torch import nn

from followme_training.segmentation.convolutions import convolution, filter_of


class Aspp(nn.Module):
    """Features (B, C, h, w) become features (B, D, h, w) that know their surroundings.

    Parameters
    ----------
    width_in, width : int
        Channels C and D.
    rates : three ints
        Dilations, in pixels of the features. The paper's 6, 12, 18 are for an image of 513 pixels
        at output stride 16, a map of 33x33. On a smaller map most of their nine taps would lie
        outside, and the 3x3 convolution would shrink to its centre (the paper's figure 4): scale
        them with the map.
    separable : bool
        Whether the 3x3 convolutions are separable.
    dropout : float
        Share of values left out of the result in training.
    """

    def __init__(
        self,
        width_in: int,
        width: int,
        rates: tuple[int, ...] = (6, 12, 18),
        separable: bool = False,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.point = convolution(width_in, width)
        self.atrous = nn.ModuleList(filter_of(width_in, width, rate, separable) for rate in rates)
        self.pooled = convolution(width_in, width)
        self.project = nn.Sequential(
            *convolution((2 + len(rates)) * width, width), nn.Dropout(dropout)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        views = [self.point(x), *(atrous(x) for atrous in self.atrous)]
        whole = self.pooled(x.mean((2, 3), keepdim=True))  # (B, D, 1, 1)
        views.append(whole.expand(-1, -1, *x.shape[2:]))
        mixed: torch.Tensor = self.project(torch.cat(views, dim=1))
        return mixed
