"""The detector as the runtime wants it: an image in, boxes in its pixels out."""

from __future__ import annotations

import torch
from torch import nn

from followme_training.detection.coding import decode_boxes, decode_points
from followme_training.detection.network import DetectionNetwork

#: Names of the outputs, float32: (N, 4), then (N,) or (N, C), then (N, 5, 2).
FACE_OUTPUTS = ("boxes", "scores", "landmarks")
OBJECT_OUTPUTS = ("boxes", "scores")


class ExportedDetector(nn.Module):
    """Wraps normalisation, transposition and decoding around a network; suppression follows.

    Parameters
    ----------
    network : DetectionNetwork
        Trained; with landmarks it has one class, and scores (N,), as a face detector's.
    anchors : (N, 4) tensor
        Centre x, centre y, width, height, for the size of the input.
    """

    anchors: torch.Tensor

    def __init__(self, network: DetectionNetwork, anchors: torch.Tensor) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("anchors", anchors.clone())

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs."""
        return FACE_OUTPUTS if self.network.landmarks else OBJECT_OUTPUTS

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return boxes in pixels of the image (1, H, W, 3) uint8, scores 0 to 1, landmarks."""
        raw = self.network(image.permute(0, 3, 1, 2).float())
        boxes = decode_boxes(raw.boxes[0], self.anchors)
        scores = torch.sigmoid(raw.logits[0])
        if raw.points is None:
            return boxes, scores
        return boxes, scores[:, 0], decode_points(raw.points[0], self.anchors)
