"""Weights of the well-known PyTorch RetinaFace (ResNet-50, MobileNet-0.25) for our network.

Its state dict (Pytorch_Retinaface of biubug6, MIT licence) has these names; ours stand beside them.

======================================  ==========================================
theirs                                  ours
======================================  ==========================================
``body.conv1|bn1|layerN...``            ``encoder.backbone.net.`` the same
``body.stageN.I.J``                     ``encoder.backbone.stem|layers.K.J``
``fpn.output1..3``                      ``pyramid.laterals.0..2``
``fpn.merge1..2``                       ``pyramid.merges.0..1``
``ssh1..3.conv3X3``                     ``context.0..2.three``
``ssh1..3.conv5X5_1``, ``conv5X5_2``    ``context.0..2.reduce``, ``five``
``ssh1..3.conv7X7_2``, ``conv7x7_3``    ``context.0..2.seven_first``, ``seven``
``ClassHead.I.conv1x1``                 ``heads.I.classes``
``BboxHead.I.conv1x1``                  ``heads.I.boxes``
``LandmarkHead.I.conv1x1``              ``heads.I.points``
======================================  ==========================================

Two things differ beside names. Theirs takes blue, green, red: the first convolution's inputs are
turned round, and ``mean`` and ``std`` become theirs. Theirs weighs background against face; the
log-odds of a face are the difference of the two, so that is what our one output learns to be.
Coding is ours too, and so are the anchors where ``model.anchors`` is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from followme_training.backbones.weights import WeightsError
from followme_training.detection.convolutions import Kind
from followme_training.detection.mobilenet_v1 import SLOPE

#: For each backbone that theirs comes with the channels and the kind of pyramid and context.
SETTINGS = {"resnet50": (256, Kind()), "mobilenet_v1_quarter": (64, Kind(slope=SLOPE))}
# Of red, green, blue; they take away no deviation.
_MEAN = (123.0, 117.0, 104.0)
_CONTEXT = {
    "conv3X3": "three",
    "conv5X5_1": "reduce",
    "conv5X5_2": "five",
    "conv7X7_2": "seven_first",
    "conv7x7_3": "seven",
}
_HEADS = {"ClassHead": "classes", "BboxHead": "boxes", "LandmarkHead": "points"}
# Their stages of MobileNetV1 count layers anew; the first of all is the stem.
_STAGE_BEGINS = {"1": -1, "2": 5, "3": 11}


def is_retinaface(tensors: Mapping[str, Tensor]) -> bool:
    """Return whether tensors are those of a whole RetinaFace, not of a backbone alone."""
    return any(key.removeprefix("module.").startswith("ClassHead.") for key in tensors)


def our_key(key: str) -> str | None:
    """Return our name of one of their tensors, None where it is of no use here."""
    key = key.removeprefix("module.")
    part, _, rest = key.partition(".")
    if part == "body":
        stage, _, within = rest.partition(".")
        if not stage.startswith("stage"):
            return None if stage == "fc" else f"encoder.backbone.net.{rest}"
        layer, _, inner = within.partition(".")
        number = int(layer) + _STAGE_BEGINS[stage.removeprefix("stage")]
        return f"encoder.backbone.{'stem' if number < 0 else f'layers.{number}'}.{inner}"
    if part == "fpn":
        found = re.fullmatch(r"(output|merge)(\d)\.(.+)", rest)
        if found:
            name = "laterals" if found[1] == "output" else "merges"
            return f"pyramid.{name}.{int(found[2]) - 1}.{found[3]}"
    if part in ("ssh1", "ssh2", "ssh3"):
        conv, _, inner = rest.partition(".")
        if conv in _CONTEXT:
            return f"context.{int(part[-1]) - 1}.{_CONTEXT[conv]}.{inner}"
    if part in _HEADS:
        found = re.fullmatch(r"(\d)\.conv1x1\.(weight|bias)", rest)
        if found:
            return f"heads.{found[1]}.{_HEADS[part]}.{found[2]}"
    return None


def converted(theirs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return our state dict of theirs.

    Raises
    ------
    WeightsError
        When a tensor is unknown, as then it is another network.
    """
    ours: dict[str, Tensor] = {}
    for key, tensor in theirs.items():
        name = our_key(key)
        if name is None:
            if key.removeprefix("module.").startswith("body.fc."):
                continue
            raise WeightsError(f"tensor {key!r} is none of RetinaFace's; give its own weights")
        if ".classes." in name:
            tensor = tensor[1::2] - tensor[0::2]  # background, face of each anchor in turn
        if name.endswith(("backbone.stem.0.weight", "backbone.net.conv1.weight")):
            tensor = tensor.flip(1)
        ours[name] = tensor
    ours["mean"] = torch.tensor(_MEAN).view(1, 3, 1, 1)
    ours["std"] = torch.ones(1, 3, 1, 1)
    return ours


def load_retinaface(
    net: nn.Module, theirs: Mapping[str, Tensor], file: Path, backbone: str, kind: Kind
) -> None:
    """Fill a network with their weights.

    Parameters
    ----------
    net : DetectionNetwork
        With the settings of :data:`SETTINGS`, one class and landmarks.
    theirs : mapping of str to tensor
        Of a whole RetinaFace.
    file : Path
        Where they come from, for the message.
    backbone : str
        Of the network.
    kind : Kind
        Of its convolutions; the slope is in no tensor, so that a wrong one would not be noticed.

    Raises
    ------
    WeightsError
        When they do not fit, with the settings that they need.
    """
    width, needed = SETTINGS.get(backbone, (0, Kind()))
    if not width:
        raise WeightsError(
            f"{file.name}: is a RetinaFace, and comes with no backbone {backbone!r}; set "
            f"model.backbone to one of {', '.join(SETTINGS)}"
        )
    mend = (
        f"with backbone {backbone} set model.width {width}, model.kind.separable false, "
        f"model.kind.slope {needed.slope:g}, model.landmarks true, two anchors a place and the one "
        "class face"
    )
    if kind != needed:
        raise WeightsError(f"{file.name}: does not fit model.kind {kind}; {mend}")
    try:
        net.load_state_dict(converted(theirs))
    except RuntimeError as error:
        first = str(error).strip().splitlines()[-1].strip().rstrip(".")
        raise WeightsError(f"{file.name}: does not fit this network ({first}); {mend}") from error
