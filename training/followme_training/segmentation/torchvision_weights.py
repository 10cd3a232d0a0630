"""torchvision's DeepLabV3 in our names: the same layers, so its weights give the same outputs.

A checkpoint of torchvision is a state dict; it is taken as a safetensors file, which runs no code:
``safetensors.torch.save_file(torch.load("d.pth", weights_only=True), "d.safetensors")``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from followme_training.backbones.weights import WeightsError

# Beginnings of names: torchvision's, and ours. The holes of ASPP, its pooling, its projection, the
# last filter and the classifier are numbered there.
_NAMES = {
    "backbone.": "encoder.net.",
    "classifier.0.convs.0.": "head.aspp.point.",
    "classifier.0.convs.1.": "head.aspp.atrous.0.",
    "classifier.0.convs.2.": "head.aspp.atrous.1.",
    "classifier.0.convs.3.": "head.aspp.atrous.2.",
    "classifier.0.convs.4.1.": "head.aspp.pooled.0.",
    "classifier.0.convs.4.2.": "head.aspp.pooled.1.",
    "classifier.0.project.": "head.aspp.project.",
    "classifier.1.": "head.filter.0.",
    "classifier.2.": "head.filter.1.",
    "classifier.4.": "head.classifier.",
    "aux_classifier.0.": "auxiliary.filter.0.",
    "aux_classifier.1.": "auxiliary.filter.1.",
    "aux_classifier.4.": "auxiliary.classifier.",
}
#: Of ASPP in torchvision's network, whose output stride is 8.
RATES = (12, 24, 36)
_LAST = "classifier.4.weight"


def is_torchvision_deeplab(tensors: Mapping[str, torch.Tensor]) -> bool:
    """Return whether tensors are those of a whole DeepLabV3, not of a backbone alone."""
    return _LAST in tensors


def renamed(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return torchvision's tensors under our names.

    Raises
    ------
    WeightsError
        On a name that no DeepLabV3 of torchvision has.
    """
    found = {}
    for key, value in tensors.items():
        begin = next((b for b in _NAMES if key.startswith(b)), None)
        if begin is None:
            raise WeightsError(
                f"tensor {key!r} is of no DeepLabV3-ResNet of torchvision; give the state dict of "
                "one"
            )
        found[_NAMES[begin] + key[len(begin) :]] = value
    return found


def load_torchvision(net: nn.Module, tensors: Mapping[str, torch.Tensor], file: Path) -> None:
    """Fill a DeepLabV3 on a ResNet at output stride 8 with torchvision's weights.

    The normalisation stays ours, which is torchvision's; an auxiliary classifier is filled where
    both have one.

    Parameters
    ----------
    net : DeepLab
        With head ``v3``.
    tensors : mapping of str to tensor
        Of torchvision's network.
    file : Path
        Where they come from, for the message.

    Raises
    ------
    WeightsError
        When they do not fit: other classes, another backbone, another head.
    """
    own = net.state_dict()
    found = {k: v for k, v in renamed(tensors).items() if _wanted(k, own)}
    last = "head.classifier.weight"
    if last in own and own[last].shape[1:] == found[last].shape[1:]:
        ours, theirs = len(own[last]), len(found[last])
        if ours != theirs:
            raise WeightsError(
                f"{file.name}: is of {theirs} classes, the list has {ours}; choose the list that "
                "it was trained with"
            )
    kept = {k: v for k, v in own.items() if k in ("mean", "std")}
    try:
        net.load_state_dict({**found, **kept})
    except RuntimeError as error:
        first = str(error).strip().splitlines()[-1].strip()
        raise WeightsError(
            f"{file.name}: does not fit this network ({first}); it needs head v3, width 256, "
            "whole convolutions and the backbone it was trained with"
        ) from error


def _wanted(key: str, own: Mapping[str, torch.Tensor]) -> bool:
    return not key.startswith("auxiliary.") or key in own
