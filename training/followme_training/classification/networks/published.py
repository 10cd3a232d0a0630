"""A published feature extractor as a trunk, for fine-tuning."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from followme_training.backbones import make_backbone
from followme_training.classification.networks.classifier import Standardised


class Published(nn.Module):
    """The last features of a backbone, averaged over all places.

    Parameters
    ----------
    name : str
        See :data:`followme_training.backbones.NAMES`.
    weights : Path, optional
        Published weights.
    channels : int
        Of the image; grey is given to all three.
    input_px : int
        To which images are enlarged first, as backbones halve their input five times; 0 for not.
    drop_path : float
        Stochastic depth.
    """

    def __init__(
        self, name: str, weights: Path | None, channels: int, input_px: int, drop_path: float
    ) -> None:
        super().__init__()
        self.backbone = make_backbone(name, weights, drop_path)
        self.width = self.backbone.widths[-1]
        self.standardised = Standardised(3, self.backbone.mean, self.backbone.std)
        self._channels = channels
        self._input_px = input_px

    def forward(self, x: Tensor) -> Tensor:
        """Return features (B, width) of images (B, C, H, W), 0 to 255."""
        if self._channels == 1:
            x = x.expand(-1, 3, -1, -1)
        if self._input_px:
            size = (self._input_px, self._input_px)
            x = functional.interpolate(x, size, mode="bilinear", align_corners=False)
        x = self.standardised(x).contiguous(memory_format=torch.channels_last)
        return torch.flatten(self.backbone(x)[-1].mean((2, 3)), 1)
