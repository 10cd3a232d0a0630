"""MobileNetV2 from weights that were quantised to 8 bits.

Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018, table 2.
"""

from __future__ import annotations

from pathlib import Path

import torch

from followme_training.backbones.inverted_residual import ConvNorm
from followme_training.backbones.staged_encoder import NORM_EPS, TAPS, Stage, StagedEncoder
from followme_training.backbones.weights import WeightsError, read_safetensors

STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(3, 3, 2, 6, 32),
    Stage(4, 3, 2, 6, 64),
    Stage(3, 3, 1, 6, 96),
    Stage(3, 3, 2, 6, 160),
    Stage(1, 3, 1, 6, 320),
)


class MobileNetV2(StagedEncoder):
    """The network up to its last block, without head and classifier.

    Parameters
    ----------
    drop_path : float
        Probability of the last block to be left out in training; grows linearly from 0.
    output_stride : int
        Of the last features: 8, 16 or 32.
    """

    #: Input is (x - mean) / std of an RGB image with values 0 to 255.
    mean, std = (127.5,) * 3, (127.5,) * 3
    #: Channels of the five features.
    widths = tuple(STAGES[i].width for i in TAPS)

    def __init__(self, drop_path: float = 0.0, output_stride: int = 32) -> None:
        super().__init__(STAGES, drop_path, output_stride)


def load_int8_mobilenet_v2(net: MobileNetV2, file: Path) -> None:
    """Fill a network with weights whose batch norm was folded and which were rounded to int8.

    A layer X has ``X.weight`` int8, ``X.scale`` and ``X.bias`` float32; the real weight is
    weight times scale per output channel. Norms become the identity plus the bias, so that they
    can go on learning.

    Raises
    ------
    WeightsError
        When the file cannot be read or does not fit.
    """
    tensors = read_safetensors(file)
    for name, layer in net.named_modules():
        if not isinstance(layer, ConvNorm):
            continue
        weight, scale, bias = (tensors.get(f"{name}.{p}") for p in ("weight", "scale", "bias"))
        if weight is None or scale is None or bias is None or weight.shape != _shape(layer):
            raise WeightsError(
                f"{file.name}: layer {name!r} is missing or not {tuple(_shape(layer))}; give the "
                "int8 features of MobileNetV2"
            )
        with torch.no_grad():
            layer.conv.weight.copy_(weight.float() * scale.float().view(-1, 1, 1, 1))
            layer.bn.bias.copy_(bias)
            # the running variance is 1, and eps is added to it
            layer.bn.weight.fill_((1.0 + NORM_EPS) ** 0.5)


def _shape(layer: ConvNorm) -> torch.Size:
    return layer.conv.weight.shape
