"""EfficientNet-Lite0: EfficientNet-B0 without squeeze-excite, with ReLU6.

Tan and Le, "EfficientNet", ICML 2019, table 1; the Lite variant is Google's (tensorflow/tpu,
efficientnet/lite): fixed stem and head, so that it runs well on small processors.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from followme_training.backbones.inverted_residual import ConvNorm
from followme_training.backbones.same_padding import SameConv2d
from followme_training.backbones.staged_encoder import NORM_EPS, TAPS, Stage, StagedEncoder
from followme_training.backbones.weights import WeightsError, read_safetensors

STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
_HEAD = 1280


class EfficientNetLite0(StagedEncoder):
    """The network up to its last stage; with a classifier where ``classes`` are asked for.

    Parameters
    ----------
    drop_path : float
        Probability of the last block to be left out in training; grows linearly from 0 at the
        first, as in the paper.
    classes : int
        Of the classifier; 0 for none.
    output_stride : int
        Of the last features: 8, 16 or 32.
    """

    #: Input is (x - mean) / std of an RGB image with values 0 to 255.
    mean, std = (127.0,) * 3, (128.0,) * 3
    #: Channels of the five features.
    widths = tuple(STAGES[i].width for i in TAPS)

    def __init__(self, drop_path: float = 0.0, classes: int = 0, output_stride: int = 32) -> None:
        super().__init__(STAGES, drop_path, output_stride)
        if classes:
            self.head = ConvNorm(SameConv2d(STAGES[-1].width, _HEAD, 1), NORM_EPS)
            self.classifier = nn.Linear(_HEAD, classes)

    def classify(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits (B, classes) of the classifier."""
        pooled = self.head(self(x)[-1]).mean((2, 3))
        logits: torch.Tensor = self.classifier(pooled)
        return logits


def load_efficientnet_lite0(net: EfficientNetLite0, file: Path) -> None:
    """Fill a network with published weights.

    Parameters
    ----------
    net : EfficientNetLite0
        With or without a classifier; without one, those weights are not used.
    file : Path
        A safetensors file with keys ``stem``, ``blocks.I.expand|dw|project``, ``head``,
        ``classifier``.

    Raises
    ------
    WeightsError
        When the file cannot be read or does not fit.
    """
    tensors = {k: v.float() for k, v in read_safetensors(file).items()}
    own = net.state_dict()
    counters = {k for k in own if k.endswith("num_batches_tracked")}
    for key in own.keys() - counters:
        if key not in tensors or tensors[key].shape != own[key].shape:
            raise WeightsError(
                f"{file.name}: tensor {key!r} is missing or not {tuple(own[key].shape)}; give the "
                "weights of EfficientNet-Lite0"
            )
    net.load_state_dict({k: tensors.get(k, v) for k, v in own.items()})
