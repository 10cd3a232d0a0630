"""The classifier as a file has it: images in, logits out."""

from __future__ import annotations

import torch
from torch import nn

from followme_training.classification.networks import Classifier

#: Name of the output, (N, K) float32.
OUTPUTS = ("logits",)


class ExportedClassifier(nn.Module):
    """Wraps transposition and normalisation around a network.

    Parameters
    ----------
    network : Classifier
        Trained.
    """

    def __init__(self, network: Classifier) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        """Return the logits (N, K) of images (N, H, W, C) uint8."""
        return (self.network(image.permute(0, 3, 1, 2).float()),)
