"""torchvision's ResNets as feature extractors.

He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.
"""

from __future__ import annotations

import torch
from torch import nn
from torchvision import models

from followme_training.backbones.atrous import Strides

_BUILDERS = {
    "resnet18": models.resnet18,
    "resnet34": models.resnet34,
    "resnet50": models.resnet50,
    "resnet101": models.resnet101,
}


class ResNet(nn.Module):
    """A ResNet up to its last stage.

    Parameters
    ----------
    name : str
        resnet18, resnet34, resnet50 or resnet101.
    output_stride : int
        Of the last features: 8, 16 or 32.
    """

    #: Input is (x - mean) / std of an RGB image with values 0 to 255; ImageNet's.
    mean, std = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)

    def __init__(self, name: str, output_stride: int = 32) -> None:
        super().__init__()
        self.net = _BUILDERS[name](weights=None)
        del self.net.fc, self.net.avgpool
        strides = Strides(output_stride, reached=4)
        for stage in (self.net.layer1, self.net.layer2, self.net.layer3, self.net.layer4):
            _dilate(stage, strides)
        #: Channels of the five features.
        first = 64 if name in ("resnet18", "resnet34") else 256
        self.widths = (64, first, 2 * first, 4 * first, 8 * first)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the features (B, C, H/s, W/s), s 2, 4, 8, 16, 32 up to the output stride.

        Sides are rounded up.
        """
        net = self.net
        x = net.relu(net.bn1(net.conv1(x)))
        features = [x]
        x = net.maxpool(x)
        for stage in (net.layer1, net.layer2, net.layer3, net.layer4):
            x = stage(x)
            features.append(x)
        return features

    def early(self, features: int) -> list[nn.Module]:
        """Return the layers up to the first so many features, one or more."""
        net = self.net
        return [net.conv1, net.bn1, net.layer1, net.layer2, net.layer3, net.layer4][: features + 1]

    def cut(self, features: int) -> None:
        """Take away the stages behind the first so many features; what is left is given again."""
        for stage in range(features, 5):
            setattr(self.net, f"layer{stage}", nn.Identity())


def _dilate(stage: nn.Sequential, strides: Strides) -> None:
    """Give the 3x3 convolutions of a stage their strides and dilations."""
    for block in stage:
        total = 1
        for layer in block.modules():
            if isinstance(layer, nn.Conv2d) and layer.kernel_size == (3, 3):
                stride, dilation = strides.next(layer.stride[0])
                layer.stride = (stride, stride)
                # zeros all around, so that only the stride changes the size
                layer.dilation = layer.padding = (dilation, dilation)
                total *= stride
        around = block.downsample
        if isinstance(around, nn.Sequential) and isinstance(around[0], nn.Conv2d):
            # the way around the block keeps step with it
            around[0].stride = (total, total)
