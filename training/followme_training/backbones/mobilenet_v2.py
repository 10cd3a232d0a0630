"""MobileNetV2 from weights that were quantised to 8 bits.

Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018, table 2.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from followme_training.backbones.inverted_residual import ConvNorm, InvertedResidual
from followme_training.backbones.same_padding import SameConv2d
from followme_training.backbones.weights import WeightsError, read_safetensors

#: Expansion, repeats, width, stride of the first.
STAGES = (
    (1, 1, 16, 1),
    (6, 2, 24, 2),
    (6, 3, 32, 2),
    (6, 4, 64, 2),
    (6, 3, 96, 1),
    (6, 3, 160, 2),
    (6, 1, 320, 1),
)
_TAPS = (0, 1, 2, 4, 6)
_STEM = 32
_NORM_EPS = 1e-3


class MobileNetV2(nn.Module):
    """The network up to its last block, without head and classifier.

    Parameters
    ----------
    drop_path : float
        Probability of the last block to be left out in training; grows linearly from 0.
    """

    #: Input is (x - mean) / std of an RGB image with values 0 to 255.
    mean, std = (127.5,) * 3, (127.5,) * 3
    #: Channels of the features at strides 2, 4, 8, 16, 32.
    widths = tuple(STAGES[i][2] for i in _TAPS)

    def __init__(self, drop_path: float = 0.0) -> None:
        super().__init__()
        self.stem = ConvNorm(SameConv2d(3, _STEM, 3, 2), _NORM_EPS)
        blocks: list[nn.Module] = []
        ends = []
        width = _STEM
        count = sum(stage[1] for stage in STAGES)
        for expand, repeats, out, stride in STAGES:
            for i in range(repeats):
                drop = drop_path * len(blocks) / (count - 1)
                step = stride if i == 0 else 1
                blocks.append(InvertedResidual(width, out, 3, step, expand, _NORM_EPS, drop))
                width = out
            ends.append(len(blocks) - 1)
        self.blocks = nn.ModuleList(blocks)
        self._taps = frozenset(ends[i] for i in _TAPS)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the features (B, C, H/s, W/s) at strides s 2, 4, 8, 16, 32, rounded up."""
        x = self.stem(x)
        features = []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in self._taps:
                features.append(x)
        return features


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
            layer.bn.weight.fill_((1.0 + _NORM_EPS) ** 0.5)


def _shape(layer: ConvNorm) -> torch.Size:
    return layer.conv.weight.shape
