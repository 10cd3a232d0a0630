"""Feature extractors that begin from published weights, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import torch
from torch import nn

from followme_training.backbones.efficientnet_lite import (
    EfficientNetLite0,
    load_efficientnet_lite0,
)
from followme_training.backbones.mobilenet_v2 import MobileNetV2, load_int8_mobilenet_v2
from followme_training.backbones.resnet import ResNet
from followme_training.backbones.torchvision_mobilenet import NAMES as MOBILENETS
from followme_training.backbones.torchvision_mobilenet import TorchvisionMobileNet
from followme_training.backbones.weights import WeightsError, read_safetensors

#: Names that :func:`make_backbone` knows.
NAMES = (
    "efficientnet_lite0",
    "mobilenet_v2",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    *MOBILENETS,
)


class Backbone(Protocol):
    """What all of them have beside being a module: see the classes."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    widths: tuple[int, ...]

    def __call__(self, x: torch.Tensor) -> list[torch.Tensor]: ...


def make_backbone(
    name: str,
    weights: Path | None = None,
    drop_path: float = 0.0,
    output_stride: int = 32,
) -> EfficientNetLite0 | MobileNetV2 | ResNet | TorchvisionMobileNet:
    """Build a backbone.

    Parameters
    ----------
    name : str
        One of :data:`NAMES`.
    weights : Path, optional
        A safetensors file; random weights without it.
    drop_path : float
        Stochastic depth; torchvision's networks here have none.
    output_stride : int
        Of the last features: 32 as published, 16 or 8 with holes in place of strides.

    Raises
    ------
    WeightsError
        When the name or the output stride is unknown, or the file does not fit.
    """
    if name == "efficientnet_lite0":
        lite = EfficientNetLite0(drop_path, output_stride=output_stride)
        if weights is not None:
            load_efficientnet_lite0(lite, weights)
        return lite
    if name == "mobilenet_v2":
        mobile = MobileNetV2(drop_path, output_stride)
        if weights is not None:
            load_int8_mobilenet_v2(mobile, weights)
        return mobile
    if name not in NAMES:
        raise WeightsError(f"backbone {name!r} is unknown; give one of {', '.join(NAMES)}")
    if name in MOBILENETS:
        mobilenet = TorchvisionMobileNet(name, output_stride)
        if weights is not None:
            # the last convolution belongs to the classifier
            last = f"features.{len(mobilenet.features)}."
            _load_torchvision(mobilenet, weights, unused=("classifier.", last))
        return mobilenet
    residual = ResNet(name, output_stride)
    if weights is not None:
        _load_torchvision(residual.net, weights, unused=("fc.",))
    return residual


def _load_torchvision(net: nn.Module, file: Path, unused: tuple[str, ...]) -> None:
    """Fill a network with torchvision's weights, saved as safetensors, but for its classifier."""
    tensors = {k: v for k, v in read_safetensors(file).items() if not k.startswith(unused)}
    try:
        net.load_state_dict(tensors)
    except RuntimeError as error:
        first = str(error).strip().splitlines()[-1].strip()
        raise WeightsError(f"{file.name}: does not fit this network ({first})") from error
