"""Features of three resolutions, each with what the coarser ones know."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from followme_training.backbones import NAMES, make_backbone
from followme_training.backbones.weights import WeightsError
from followme_training.detection.convolutions import Kind
from followme_training.detection.mobilenet_v1 import MobileNetV1Quarter

#: Backbones of detectors; those of all tasks, and the one that only RetinaFace has.
BACKBONES = (*NAMES, "mobilenet_v1_quarter")
# Number of the backbone's features at stride 8, 16 and 32.
_AT_STRIDE = {8: 2, 16: 3, 32: 4}
# How many of its features end with that stride.
_FROZEN = {0: 0, 2: 1, 4: 2}


class StrideError(ValueError):
    """A stride at which no backbone has features, or that is frozen and not there."""


class Trunk(nn.Module):
    """A backbone's features at strides 8, 16 and 32.

    Parameters
    ----------
    backbone : str
        One of :data:`BACKBONES`.
    weights : Path, optional
        Its published weights.
    last_stride : int
        Up to which the backbone is used, 8, 16 or 32. What is coarser is then made by two
        convolutions a level: the deep stages of a backbone are made for a thousand classes, and
        take more than half of its time.
    width : int
        Channels of such levels.
    kind : Kind
        Of their convolutions.
    drop_path : float
        Stochastic depth of the backbone.
    frozen_stride : int
        Up to which the backbone keeps its weights and the statistics of its norms, 2 or 4; 0
        trains all of it. Edges and colours are the same for all tasks, and most of a step's time
        goes back through these large maps (``FREEZE_AT`` of Detectron2, Wu et al., 2019).
    """

    def __init__(
        self,
        backbone: str,
        weights: Path | None,
        last_stride: int,
        width: int,
        kind: Kind,
        drop_path: float = 0.0,
        frozen_stride: int = 0,
    ) -> None:
        super().__init__()
        if last_stride not in _AT_STRIDE:
            raise StrideError(f"model.last_stride is {last_stride}; give 8, 16 or 32")
        if frozen_stride not in _FROZEN:
            raise StrideError(f"model.frozen_stride is {frozen_stride}; give 0, 2 or 4")
        if backbone == "mobilenet_v1_quarter" and weights is not None:
            raise WeightsError(
                f"{weights}: there are no published weights of {backbone} alone; give those of a "
                "whole RetinaFace"
            )
        quarter = backbone == "mobilenet_v1_quarter"
        self.backbone = (
            MobileNetV1Quarter() if quarter else make_backbone(backbone, weights, drop_path)
        )
        self._last = _AT_STRIDE[last_stride]
        own = tuple(self.backbone.widths[2 : self._last + 1])
        self.backbone.cut(self._last + 1)
        steps = []
        before = own[-1]
        for _ in range(3 - len(own)):
            steps.append(
                nn.Sequential(kind.conv(before, width, 3, stride=2), kind.conv(width, width, 3))
            )
            before = width
        self.coarser = nn.ModuleList(steps)
        self.widths = (*own, *[width] * len(steps))
        features = _FROZEN[frozen_stride]
        self._frozen = self.backbone.early(features) if features else []
        for layer in self._frozen:
            layer.requires_grad_(False)

    def train(self, mode: bool = True) -> Trunk:
        """Begin or end training; the norms of what is frozen stay as they are."""
        super().train(mode)
        for layer in self._frozen:
            layer.eval()
        return self

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return three maps (B, C, H/s, W/s), the finest first; sides are rounded up."""
        maps: list[torch.Tensor] = list(self.backbone(x)[2 : self._last + 1])
        for step in self.coarser:
            maps.append(step(maps[-1]))
        return maps


class Pyramid(nn.Module):
    """Lets finer features know what coarser ones see.

    Lin et al., "Feature Pyramid Networks", CVPR 2017, section 3: widths are made alike, each level
    is added to the finer one by nearest neighbours, and a 3x3 convolution mends the edges.

    Parameters
    ----------
    widths_in : three ints
        Channels, the finest level first.
    width : int
        Channels of the result.
    kind : Kind
        Of the convolutions.
    joined : bool
        False leaves out all but the first step, for comparison.
    """

    def __init__(
        self, widths_in: tuple[int, ...], width: int, kind: Kind, joined: bool = True
    ) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(kind.conv(w, width, 1) for w in widths_in)
        merges = [kind.conv(width, width, 3) for _ in widths_in[1:]] if joined else []
        self.merges = nn.ModuleList(merges)

    def forward(self, maps: list[torch.Tensor]) -> list[torch.Tensor]:
        levels = [lateral(m) for lateral, m in zip(self.laterals, maps, strict=True)]
        for i in reversed(range(len(self.merges))):
            # by size, not by factor: sides that are no multiple of 32 were rounded up
            above = nn.functional.interpolate(levels[i + 1], levels[i].shape[2:], mode="nearest")
            levels[i] = self.merges[i](levels[i] + above)
        return levels
