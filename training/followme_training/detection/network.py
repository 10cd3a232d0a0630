"""The detector: backbone, pyramid, context, and for each anchor classes, a box, five landmarks.

Deng et al., "RetinaFace: Single-shot Multi-level Face Localisation in the Wild", CVPR 2020, without
its mesh decoder; with many classes, and with separable convolutions for small processors.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn

from followme_training.backbones.weights import read_safetensors
from followme_training.detection.anchors import AnchorGrid
from followme_training.detection.convolutions import Context, Kind
from followme_training.detection.point_refinement import (
    PointRefiner,
    Refinement,
    RefinementError,
)
from followme_training.detection.pyramid import Pyramid, Trunk
from followme_training.detection.retinaface_keys import is_retinaface, load_retinaface

#: Left eye, right eye, nose, left and right mouth corner, as seen in the image.
POINTS = 5
# What an anchor is taken for before anything is learned: of hundreds, few show a thing. Lin et al.,
# "Focal Loss for Dense Object Detection", ICCV 2017, section 4.1.
_FIRST_SCORE = 0.01


class WidthError(ValueError):
    """A width that cannot be divided as the context module does."""


class Raw(NamedTuple):
    """What the network says of N anchors, in the order of the anchors.

    Parameters
    ----------
    logits : (B, N, C) tensor
        Log-odds of each class on its own.
    boxes : (B, N, 4) tensor
        Encoded, see :mod:`followme_training.detection.coding`.
    points : (B, N, 5, 2) tensor or None
        Encoded landmarks; None when the network has none.
    """

    logits: torch.Tensor
    boxes: torch.Tensor
    points: torch.Tensor | None


class Head(nn.Module):
    """1x1 convolutions from one level's features to what is said of its anchors.

    Parameters
    ----------
    width, anchors, classes : int
        Channels; anchors at each place; classes.
    landmarks : bool
        Whether there are five points.
    """

    def __init__(self, width: int, anchors: int, classes: int, landmarks: bool) -> None:
        super().__init__()
        self.classes = nn.Conv2d(width, anchors * classes, 1)
        self.boxes = nn.Conv2d(width, anchors * 4, 1)
        self.points = nn.Conv2d(width, anchors * 2 * POINTS, 1) if landmarks else None
        assert self.classes.bias is not None
        nn.init.normal_(self.classes.weight, std=0.01)
        nn.init.constant_(self.classes.bias, -math.log((1 - _FIRST_SCORE) / _FIRST_SCORE))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return maps (B, anchors * K, H, W) of classes, boxes and, where there are, points."""
        maps = (self.classes(x), self.boxes(x))
        return maps if self.points is None else (*maps, self.points(x))


class DetectionNetwork(nn.Module):
    """Colour in, classes, boxes and landmarks of all anchors out.

    Parameters
    ----------
    classes : int
        How many.
    landmarks : bool
        Whether each box has five points.
    grid : AnchorGrid
        The anchors.
    backbone : str
        See :data:`followme_training.detection.pyramid.BACKBONES`.
    weights : Path, optional
        Published weights of the backbone, or of a whole RetinaFace; see
        :mod:`followme_training.detection.retinaface_keys`.
    width : int
        Channels of pyramid and context; a multiple of 4.
    last_stride : int
        Up to which the backbone is used; see :class:`~followme_training.detection.pyramid.Trunk`.
    kind : Kind
        Of the convolutions of pyramid, context and what is coarser than the backbone.
    pyramid, context : bool
        Whether levels learn from coarser ones, and whether there are context modules.
    drop_path : float
        Stochastic depth of the backbone.
    frozen_stride : int
        Up to which the backbone is not trained; see the same.
    refinement : Refinement, optional
        A second look at the landmarks of the faces found, which is not part of what anchors say.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(
        self,
        classes: int = 1,
        landmarks: bool = True,
        grid: AnchorGrid = AnchorGrid(),  # noqa: B008 - frozen
        backbone: str = "resnet50",
        weights: Path | None = None,
        width: int = 256,
        last_stride: int = 32,
        kind: Kind = Kind(),  # noqa: B008 - frozen
        pyramid: bool = True,
        context: bool = True,
        drop_path: float = 0.0,
        frozen_stride: int = 0,
        refinement: Refinement | None = None,
    ) -> None:
        super().__init__()
        if width < 4 or width % 4:
            raise WidthError(f"model.width is {width}; give a multiple of 4")
        self.class_count = classes
        self.landmarks = landmarks
        published = {} if weights is None else read_safetensors(weights)
        is_whole = is_retinaface(published)
        of_trunk = None if is_whole else weights
        self.encoder = Trunk(backbone, of_trunk, last_stride, width, kind, drop_path, frozen_stride)
        self.pyramid = Pyramid(self.encoder.widths, width, kind, pyramid)
        levels = grid.per_place
        self.context = nn.ModuleList(
            Context(width, width, kind) if context else nn.Identity() for _ in levels
        )
        self.heads = nn.ModuleList(Head(width, k, classes, landmarks) for k in levels)
        if refinement is not None and not landmarks:
            raise RefinementError(
                "model.refinement looks again at landmarks, and model.landmarks is false; give true"
            )
        self.refiner = None if refinement is None else PointRefiner(refinement)
        source = self.encoder.backbone
        self.register_buffer("mean", torch.tensor(source.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(source.std).view(1, 3, 1, 1))
        if is_whole and weights is not None:
            load_retinaface(self, published, weights, backbone, kind)

    def forward(self, rgb: torch.Tensor) -> Raw:
        """Look at images (B, 3, H, W), red, green, blue, 0 to 255."""
        levels = self.pyramid(self.encoder((rgb - self.mean) / self.std))
        said = [
            head(context(level))
            for level, context, head in zip(levels, self.context, self.heads, strict=True)
        ]
        values = (self.class_count, 4, 2 * POINTS)
        kinds = zip(*said, strict=True)
        joined = [
            torch.cat([_by_anchor(m, k) for m in maps], 1)
            for maps, k in zip(kinds, values, strict=False)  # without landmarks the last is unused
        ]
        points = joined[2].reshape(*joined[2].shape[:2], POINTS, 2) if len(joined) == 3 else None
        return Raw(joined[0], joined[1], points)


def _by_anchor(maps: torch.Tensor, values: int) -> torch.Tensor:
    """Return (B, H * W * anchors, values) of maps (B, anchors * values, H, W)."""
    return maps.permute(0, 2, 3, 1).reshape(maps.shape[0], -1, values)
