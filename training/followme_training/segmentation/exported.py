"""The segmentation network as the runtime wants it: an image in, classes and their sureness out."""

from __future__ import annotations

import torch
from torch import nn

#: Names of the outputs, both (1, H, W) uint8.
OUTPUTS = ("labels", "confidence")
#: Of a network that was trained with ``keep_aspect_ratio``, where the runtime sees it.
STRETCHED = (
    "Trained with the aspect of its images kept; the runtime stretches them to its input, and so "
    "were those that its figures are of."
)


class ExportedSegmentation(nn.Module):
    """Wraps normalisation, transposition, arg max and probability around a network.

    Parameters
    ----------
    network : Module
        From RGB (1, 3, H, W) of 0 to 255 to logits (1, C, H, W).
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the class of each pixel and its probability, 0 to 255 for 0 to 1."""
        logits = self.network(image.permute(0, 3, 1, 2).float())  # (1, C, H, W)
        labels = logits.argmax(1)  # (1, H, W)
        highest = logits.amax(1, keepdim=True)
        # softmax at its largest entry: exp(0) over the sum; the other entries nobody needs
        confidence = torch.exp(logits - highest).sum(1).reciprocal()  # (1, H, W)
        return labels.to(torch.uint8), torch.round(255.0 * confidence).to(torch.uint8)
