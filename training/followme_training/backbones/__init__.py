"""Feature extractors that begin from published weights, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import torch

from followme_training.backbones.efficientnet_lite import (
    EfficientNetLite0,
    load_efficientnet_lite0,
)
from followme_training.backbones.mobilenet_v1 import MobileNetV1Quarter
from followme_training.backbones.mobilenet_v2 import MobileNetV2, load_int8_mobilenet_v2
from followme_training.backbones.resnet import ResNet
from followme_training.backbones.weights import WeightsError, read_safetensors

#: Names that :func:`make_backbone` knows.
NAMES = (
    "efficientnet_lite0",
    "mobilenet_v1_quarter",
    "mobilenet_v2",
    "resnet18",
    "resnet34",
    "resnet50",
)


class Backbone(Protocol):
    """What all of them have beside being a module: see the classes."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    widths: tuple[int, ...]

    def __call__(self, x: torch.Tensor) -> list[torch.Tensor]: ...

    def cut(self, features: int) -> None: ...


def make_backbone(
    name: str, weights: Path | None = None, drop_path: float = 0.0
) -> EfficientNetLite0 | MobileNetV1Quarter | MobileNetV2 | ResNet:
    """Build a backbone.

    Parameters
    ----------
    name : str
        One of :data:`NAMES`.
    weights : Path, optional
        A safetensors file; random weights without it.
    drop_path : float
        Stochastic depth; ResNets and MobileNetV1 here have none.

    Raises
    ------
    WeightsError
        When the name is unknown or the file does not fit.
    """
    if name == "efficientnet_lite0":
        lite = EfficientNetLite0(drop_path)
        if weights is not None:
            load_efficientnet_lite0(lite, weights)
        return lite
    if name == "mobilenet_v1_quarter":
        if weights is not None:
            raise WeightsError(f"{weights}: there are no published weights of {name} alone")
        return MobileNetV1Quarter()
    if name == "mobilenet_v2":
        mobile = MobileNetV2(drop_path)
        if weights is not None:
            load_int8_mobilenet_v2(mobile, weights)
        return mobile
    if name not in NAMES:
        raise WeightsError(f"backbone {name!r} is unknown; give one of {', '.join(NAMES)}")
    residual = ResNet(name)
    if weights is not None:
        _load_resnet(residual, weights)
    return residual


def _load_resnet(net: ResNet, file: Path) -> None:
    """Fill a ResNet with torchvision's weights, saved as safetensors; its classifier is unused."""
    tensors = {k: v for k, v in read_safetensors(file).items() if not k.startswith("fc.")}
    try:
        net.net.load_state_dict(tensors)
    except RuntimeError as error:
        first = str(error).strip().splitlines()[-1].strip()
        raise WeightsError(f"{file.name}: does not fit this ResNet ({first})") from error
