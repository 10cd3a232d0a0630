"""The depth network as the runtime wants it: an image in, metres and their deviation out."""

from __future__ import annotations

import torch
from torch import nn

from followme_training.depth.network import DepthNetwork

#: Names of the outputs, both (1, H, W) float32.
OUTPUTS = ("depth", "log_depth_std")
#: Variances of ln depth by which the answer is nearer than its median. The network believes ln
#: depth to be normal with mean m and deviation s. Then exp(m) errs least in the logarithm, and
#: exp(m - s^2), the median of a belief that is weighted by 1 / depth, least in relation to the
#: distance. A quarter of the way the first loses nothing that can be measured and the second gains
#: nearly half of what there is, and what one is unsure of is told nearer.
NEARER = 0.25


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
        log_std = torch.exp(prediction.log_std[:, 0]) * self.deviation_factor  # (1, H, W)
        depth = torch.exp(prediction.log_depth[:, 0] - NEARER * log_std**2)  # (1, H, W)
        return depth, log_std
