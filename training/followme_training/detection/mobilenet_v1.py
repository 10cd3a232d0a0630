"""MobileNetV1 at a quarter of its width, as RetinaFace's light detector has it.

Howard et al., "MobileNets", 2017, table 1; the activation, its place of the last strides and the
names of the paddings are those of the published face detector, so that its weights fit.
"""

from __future__ import annotations

import torch
from torch import nn

#: Slope of the activation for values below 0.
SLOPE = 0.1
# Channels and stride of the separable convolutions behind the stem of 8 channels and stride 2.
_LAYERS = (
    *((16, 1), (32, 2), (32, 1), (64, 2), (64, 1)),
    *((128, 2), (128, 1), (128, 1), (128, 1), (128, 1), (128, 1)),
    *((256, 2), (256, 1)),
)
# Number of the layer whose output is the last at stride 2, 4, 8, 16 and 32.
_TAPS = (0, 2, 4, 10, 12)
_STEM = 8


class MobileNetV1Quarter(nn.Module):
    """The network up to its last convolution, without classifier."""

    #: Input is (x - mean) / std of an RGB image with values 0 to 255; Caffe's mean image.
    mean, std = (123.0, 117.0, 104.0), (1.0,) * 3
    #: Channels of the features at strides 2, 4, 8, 16, 32.
    widths = tuple(_LAYERS[i][0] for i in _TAPS)

    def __init__(self) -> None:
        super().__init__()
        self.stem = _activated(nn.Conv2d(3, _STEM, 3, 2, padding=1, bias=False))
        layers: list[nn.Module] = []
        width = _STEM
        for out, stride in _LAYERS:
            depthwise = nn.Conv2d(width, width, 3, stride, padding=1, groups=width, bias=False)
            pointwise = nn.Conv2d(width, out, 1, bias=False)
            layers.append(nn.Sequential(*_activated(depthwise), *_activated(pointwise)))
            width = out
        self.layers = nn.ModuleList(layers)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the features (B, C, H/s, W/s) at strides s 2, 4, 8, 16, 32, rounded up."""
        x = self.stem(x)
        features = []
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i in _TAPS:
                features.append(x)
        return features

    def early(self, features: int) -> list[nn.Module]:
        """Return the layers up to the first so many features, one or more."""
        return [self.stem, *self.layers[: _TAPS[features - 1] + 1]]

    def cut(self, features: int) -> None:
        """Take away the layers behind the first so many features."""
        del self.layers[_TAPS[features - 1] + 1 :]


def _activated(conv: nn.Conv2d) -> nn.Sequential:
    return nn.Sequential(conv, nn.BatchNorm2d(conv.out_channels), nn.LeakyReLU(SLOPE))
