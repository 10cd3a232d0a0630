"""The depth network as the runtime wants it: an image in, metres and their deviation out."""

from __future__ import annotations

import torch
from torch import nn

from followme_training.depth.network import DepthNetwork

#: Names of the outputs, both (1, H, W) float32.
OUTPUTS = ("depth", "log_depth_std")


class ExportedDepth(nn.Module):
    """Wraps normalisation, transposition, exponentials and calibration around a network.

    Parameters
    ----------
    network : DepthNetwork
        Trained.
    deviation_factor : float
        Of the deviation, from :mod:`followme_training.depth.calibration`.
    """

    def __init__(self, network: DepthNetwork, deviation_factor: float = 1.0) -> None:
        super().__init__()
        self.network = network
        self.deviation_factor = deviation_factor

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return depth in metres and the standard deviation of its natural logarithm."""
        prediction = self.network(image.permute(0, 3, 1, 2).float())
        depth = torch.exp(prediction.log_depth[:, 0])  # (1, H, W)
        log_std = torch.exp(prediction.log_std[:, 0]) * self.deviation_factor  # (1, H, W)
        return depth, log_std
