"""An encoder of inverted residuals in stages: what MobileNetV2 and EfficientNet-Lite share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn

from followme_training.backbones.atrous import Strides
from followme_training.backbones.inverted_residual import ConvNorm, InvertedResidual
from followme_training.backbones.same_padding import SameConv2d

#: Of batch norm, in both.
NORM_EPS = 1e-3
#: Stages that end a resolution: their output is what a decoder takes.
TAPS = (0, 1, 2, 4, 6)
_STEM = 32


class Stage(NamedTuple):
    """Blocks alike; the first of them changes width and resolution.

    Parameters
    ----------
    repeats, kernel, stride, expand, width : int
        How many; size and step of the depthwise convolution; factor of the hidden width; channels.
    """

    repeats: int
    kernel: int
    stride: int
    expand: int
    width: int


class StagedEncoder(nn.Module):
    """A stem and seven stages.

    An output stride below 32 keeps the resolution from there on: a convolution that would halve it
    no longer does, and those behind it step over the pixels that its halving would have left out
    (atrous convolution; Chen et al., "Rethinking Atrous Convolution", 2017, section 3.1). So
    published weights see what they were trained to see, at more places.

    Parameters
    ----------
    stages : sequence of Stage
        In their order.
    drop_path : float
        Probability of the last block to be left out in training; grows linearly from 0.
    output_stride : int
        Of the last features: 8, 16 or 32.
    """

    def __init__(self, stages: Sequence[Stage], drop_path: float, output_stride: int = 32) -> None:
        super().__init__()
        self.stem = ConvNorm(SameConv2d(3, _STEM, 3, 2), NORM_EPS)
        blocks: list[nn.Module] = []
        ends = []
        width = _STEM
        count = sum(stage.repeats for stage in stages)
        strides = Strides(output_stride, reached=2)
        for s in stages:
            for i in range(s.repeats):
                drop = drop_path * len(blocks) / (count - 1)
                step, dilation = strides.next(s.stride if i == 0 else 1)
                blocks.append(
                    InvertedResidual(
                        width, s.width, s.kernel, step, s.expand, NORM_EPS, drop, dilation
                    )
                )
                width = s.width
            ends.append(len(blocks) - 1)
        self.blocks = nn.ModuleList(blocks)
        self._taps = frozenset(ends[i] for i in TAPS)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the features (B, C, H/s, W/s), s 2, 4, 8, 16, 32 up to the output stride.

        Sides are rounded up.
        """
        x = self.stem(x)
        features = []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in self._taps:
                features.append(x)
        return features

    def early(self, features: int) -> list[nn.Module]:
        """Return the layers up to the first so many features, one or more."""
        return [self.stem, *self.blocks[: sorted(self._taps)[features - 1] + 1]]

    def cut(self, features: int) -> None:
        """Take away the blocks behind the first so many features."""
        del self.blocks[sorted(self._taps)[features - 1] + 1 :]
