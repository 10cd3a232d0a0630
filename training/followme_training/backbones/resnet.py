"""torchvision's ResNets as feature extractors.

He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.
"""

from __future__ import annotations

import torch
from torch import nn
from torchvision import models

_BUILDERS = {"resnet18": models.resnet18, "resnet34": models.resnet34, "resnet50": models.resnet50}


class ResNet(nn.Module):
    """A ResNet up to its last stage.

    Parameters
    ----------
    name : str
        resnet18, resnet34 or resnet50.
    """

    #: Input is (x - mean) / std of an RGB image with values 0 to 255; ImageNet's.
    mean, std = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.net = _BUILDERS[name](weights=None)
        del self.net.fc, self.net.avgpool
        #: Channels of the features at strides 2, 4, 8, 16, 32.
        first = 64 if name != "resnet50" else 256
        self.widths = (64, first, 2 * first, 4 * first, 8 * first)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the features (B, C, H/s, W/s) at strides s 2, 4, 8, 16, 32, rounded up."""
        net = self.net
        x = net.relu(net.bn1(net.conv1(x)))
        features = [x]
        x = net.maxpool(x)
        for stage in (net.layer1, net.layer2, net.layer3, net.layer4):
            x = stage(x)
            features.append(x)
        return features

    def cut(self, features: int) -> None:
        """Take away the stages behind the first so many features; what is left is given again."""
        for stage in range(features, 5):
            setattr(self.net, f"layer{stage}", nn.Identity())
