"""The detector as the runtime wants it: an image in, boxes in its pixels out."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from followme_training.detection.coding import decode_boxes, decode_points
from followme_training.detection.network import DetectionNetwork, Raw
from followme_training.detection.point_refinement import looked_at_again

#: Names of the outputs, float32: (N, 4), then (N,) or (N, C), then (N, 5, 2).
FACE_OUTPUTS = ("boxes", "scores", "landmarks")
OBJECT_OUTPUTS = ("boxes", "scores")


class Decoded(NamedTuple):
    """What a network says of N anchors in an image, in its pixels.

    Parameters
    ----------
    boxes : (N, 4) tensor
        Left, top, right, bottom.
    scores : (N, C) tensor
        0 to 1.
    points : (N, 5, 2) tensor or None
        Landmarks, where the network has them.
    """

    boxes: torch.Tensor
    scores: torch.Tensor
    points: torch.Tensor | None


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
        rgb = image.permute(0, 3, 1, 2).float()
        ((boxes, scores, points),) = decoded(self.network, rgb, self.network(rgb), self.anchors)
        return (boxes, scores) if points is None else (boxes, scores[:, 0], points)


def decoded(
    network: DetectionNetwork, rgb: torch.Tensor, raw: Raw, anchors: torch.Tensor
) -> list[Decoded]:
    """Return what a network says of each image, in pixels, before suppression.

    Parameters
    ----------
    network : DetectionNetwork
        Whose second look at landmarks, where it has one, is taken too.
    rgb : (B, 3, H, W) tensor
        The images, 0 to 255.
    raw : Raw
        What it says of them.
    anchors : (N, 4) tensor
        Centre x, centre y, width, height.
    """
    boxes, scores = decode_boxes(raw.boxes, anchors), torch.sigmoid(raw.logits)
    if raw.points is None:
        return [Decoded(box, score, None) for box, score in zip(boxes, scores, strict=True)]
    points = decode_points(raw.points, anchors)
    if network.refiner is not None:
        looks = zip(torch.split(rgb, 1), boxes, scores[..., 0], points, strict=True)
        points = torch.stack([looked_at_again(network.refiner, *look) for look in looks])
    return [Decoded(*said) for said in zip(boxes, scores, points, strict=True)]
