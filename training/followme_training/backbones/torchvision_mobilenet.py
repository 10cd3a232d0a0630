"""torchvision's MobileNetV2 and V3 as feature extractors.

Sandler et al., "MobileNetV2", CVPR 2018; Howard et al., "Searching for MobileNetV3", ICCV 2019.
Their weights are others than those of :mod:`followme_training.backbones.mobilenet_v2`, whose
padding is TensorFlow's.
"""

from __future__ import annotations

import torch
from torch import nn
from torchvision import models

from followme_training.backbones.atrous import Strides

_BUILDERS = {
    "mobilenet_v2_torchvision": models.mobilenet_v2,
    "mobilenet_v3_small": models.mobilenet_v3_small,
    "mobilenet_v3_large": models.mobilenet_v3_large,
}
NAMES = tuple(_BUILDERS)


class TorchvisionMobileNet(nn.Module):
    """A MobileNet up to its last block, without the 1x1 convolution of its classifier.

    Parameters
    ----------
    name : str
        One of :data:`NAMES`.
    output_stride : int
        Of the last features: 8, 16 or 32.
    """

    #: Input is (x - mean) / std of an RGB image with values 0 to 255; ImageNet's.
    mean, std = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)

    def __init__(self, name: str, output_stride: int = 32) -> None:
        super().__init__()
        blocks = list(_BUILDERS[name](weights=None).features)[:-1]
        strides = Strides(output_stride, reached=1)
        self._taps = []
        for i, block in enumerate(blocks):
            # a resolution ends before the block that would halve it, and with the last block
            if _dilate(block, strides) > 1 and i:
                self._taps.append(i - 1)
        self._taps.append(len(blocks) - 1)
        self.features = nn.Sequential(*blocks)
        #: Channels of the five features.
        self.widths = tuple(_width_of(blocks[i]) for i in self._taps)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the features (B, C, H/s, W/s), s 2, 4, 8, 16, 32 up to the output stride.

        Sides are rounded up.
        """
        found = []
        for i, block in enumerate(self.features):
            x = block(x)
            if i in self._taps:
                found.append(x)
        return found

    def early(self, features: int) -> list[nn.Module]:
        """Return the layers up to the first so many features, one or more."""
        return [self.features[i] for i in range(self._taps[features - 1] + 1)]

    def cut(self, features: int) -> None:
        """Take away the blocks behind the first so many features."""
        del self.features[self._taps[features - 1] + 1 :]


def _dilate(block: nn.Module, strides: Strides) -> int:
    """Give the filters of a block their strides and dilations; return its published stride."""
    published = 1
    for layer in block.modules():
        if isinstance(layer, nn.Conv2d) and layer.kernel_size[0] > 1:
            published *= layer.stride[0]
            stride, dilation = strides.next(layer.stride[0])
            layer.stride, layer.dilation = (stride, stride), (dilation, dilation)
            around = dilation * (layer.kernel_size[0] // 2)
            layer.padding = (around, around)
    return published


def _width_of(block: nn.Module) -> int:
    norms = [layer for layer in block.modules() if isinstance(layer, nn.BatchNorm2d)]
    return int(norms[-1].num_features)
