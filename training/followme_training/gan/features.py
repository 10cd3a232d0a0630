"""What images are compared by: features of a published network, or plain colours without one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn

from followme_training.backbones.efficientnet_lite import (
    EfficientNetLite0,
    load_efficientnet_lite0,
)
from followme_training.common.progress import progress
from followme_training.gan.sources import Images

#: Side to which images are enlarged before the network sees them.
_NETWORK_SIDE = 64
_GRID = 8
_AT_ONCE = 64


class LiteFeatures(nn.Module):
    """The last stage of EfficientNet-Lite0, averaged over the image: 320 numbers.

    Figures by these features say which of two generators is closer to the data. They are not those
    of Inception's features, and must not be held against published FID or KID.

    Parameters
    ----------
    weights : Path
        Published ones, as safetensors.

    Raises
    ------
    WeightsError
        When they cannot be used.
    """

    words = "EfficientNet-Lite0, mean of the last stage at 64 pixels (not Inception)"

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self._network = EfficientNetLite0()
        load_efficientnet_lite0(self._network, weights)
        self.eval()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return features (B, 320) of images (B, 3, H, W), 0 to 255."""
        size = (_NETWORK_SIDE, _NETWORK_SIDE)
        x = F.interpolate(images, size, mode="bilinear", antialias=True)
        x = (x - self._network.mean[0]) / self._network.std[0]
        last: torch.Tensor = self._network(x)[-1]
        return last.mean((2, 3))


class ColourFeatures(nn.Module):
    """Mean colours of 8x8 fields, 0 to 1: 192 numbers, where no weights are at hand.

    They tell light, colour and coarse shape, and nothing of what a fine line is.
    """

    words = "mean colours of 8x8 fields (no network)"

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return features (B, 192) of images (B, 3, H, W), 0 to 255."""
        return F.adaptive_avg_pool2d(images, _GRID).flatten(1) / 255.0


def feature_network(weights: Path | None) -> LiteFeatures | ColourFeatures:
    """Return the network of weights, or plain colours without any."""
    return ColourFeatures() if weights is None else LiteFeatures(weights)


def features_of(images: Images, network: nn.Module) -> torch.Tensor:
    """Return features (N, F) of images (N, H, W, 3) uint8."""
    parts = [images[begin : begin + _AT_ONCE] for begin in range(0, len(images), _AT_ONCE)]
    with torch.no_grad():
        found = [
            network(torch.from_numpy(np.ascontiguousarray(part)).permute(0, 3, 1, 2).float())
            for part in progress(parts, "measuring")
        ]
    return torch.cat(found)
