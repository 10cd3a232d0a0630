"""The depth network: an encoder with published weights, a light decoder, metres and their sureness.

The network knows one camera only. Seen through a lens of focal length f, a thing of size S at
depth z covers f S / z pixels; so what an image can tell is z / f, and the network answers for a
canonical focal length (Yin et al., "Metric3D", ICCV 2023, section 3.1).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from followme_training.backbones import make_backbone
from followme_training.depth.decoder import Decoder

#: Channels of the decoder at strides 2, 4, 8, 16, 32.
DECODER_WIDTHS = (32, 48, 80, 128, 192)
# A room's usual depth of 2.5 m: where learning starts.
_FIRST_LOG_DEPTH = 0.9
_FIRST_LOG_STD = -1.5
# Standard deviations of log depth outside of 1.8 % and a factor of two say nothing.
_LOG_STD_RANGE = (-4.0, 0.7)


class Prediction(NamedTuple):
    """What the network says of each pixel.

    Parameters
    ----------
    log_depth : (B, 1, H, W) tensor
        Natural logarithm of metres along the optical axis, for the canonical focal length.
    log_std : (B, 1, H, W) tensor
        Natural logarithm of the standard deviation of ``log_depth``.
    """

    log_depth: torch.Tensor
    log_std: torch.Tensor


class DepthNetwork(nn.Module):
    """Colour in, logarithm of metres and of their standard deviation out.

    Parameters
    ----------
    backbone : str
        See :data:`followme_training.backbones.NAMES`.
    weights : Path, optional
        Published weights of the backbone.
    decoder_widths : list of five ints
        Channels of the decoder at strides 2, 4, 8, 16, 32.
    drop_path, dropout : float
        Stochastic depth in the encoder, and the share of its deepest channels left out.
    mirrored_view : bool
        Whether, outside of training, both maps are the mean over an image and its mirror image, at
        twice the cost: what a network errs by differently in the two is halved.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(
        self,
        backbone: str = "efficientnet_lite0",
        weights: Path | None = None,
        decoder_widths: tuple[int, ...] = DECODER_WIDTHS,
        drop_path: float = 0.0,
        dropout: float = 0.0,
        mirrored_view: bool = False,
    ) -> None:
        super().__init__()
        self.mirrored_view = mirrored_view
        self.encoder = make_backbone(backbone, weights, drop_path)
        self.decoder = Decoder(tuple(self.encoder.widths), tuple(decoder_widths), 2, dropout)
        self.register_buffer("mean", torch.tensor(self.encoder.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(self.encoder.std).view(1, 3, 1, 1))
        bias = self.decoder.last.bias
        assert bias is not None
        with torch.no_grad():
            bias.copy_(torch.tensor([_FIRST_LOG_DEPTH, _FIRST_LOG_STD]))

    def forward(self, rgb: torch.Tensor) -> Prediction:
        """Predict.

        Parameters
        ----------
        rgb : (B, 3, H, W) float tensor
            Red, green, blue, 0 to 255.
        """
        maps = self._half_size_maps(rgb)
        maps = functional.interpolate(maps, rgb.shape[2:], mode="bilinear", align_corners=False)
        return Prediction(maps[:, :1], maps[:, 1:].clamp(*_LOG_STD_RANGE))

    def _half_size_maps(self, rgb: torch.Tensor) -> torch.Tensor:
        """Return both logarithms (B, 2, H/2, W/2) of images."""
        twice = self.mirrored_view and not self.training
        colour = torch.cat((rgb, rgb.flip(3))) if twice else rgb
        maps: torch.Tensor = self.decoder(self.encoder((colour - self.mean) / self.std))
        if twice:
            plain, mirrored = maps.chunk(2)
            maps = 0.5 * (plain + mirrored.flip(3))
        return maps
