"""DeepLabV3 and DeepLabV3+ on any backbone.

V3 (Chen et al., "Rethinking Atrous Convolution", 2017): a backbone whose last strides are holes,
ASPP, a classifier; its logits have the resolution of the deepest features. V3+ (Chen et al.,
"Encoder-Decoder with Atrous Separable Convolution", ECCV 2018, section 3.1) sharpens them: what
ASPP found is enlarged, laid beside fine features of the backbone, and filtered once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import torch
from torch import nn
from torch.nn import functional

from followme_training.backbones import make_backbone
from followme_training.backbones.weights import read_safetensors
from followme_training.segmentation.aspp import Aspp
from followme_training.segmentation.convolutions import convolution, filter_of
from followme_training.segmentation.torchvision_weights import (
    is_torchvision_deeplab,
    load_torchvision,
)

#: Strides of the five features of a backbone, before holes replace some.
_STRIDES = (2, 4, 8, 16, 32)
# Of the auxiliary classifier: features after the backbone's last but one resolution.
_AUXILIARY = 3


class DeepLabV3Head(nn.Module):
    """ASPP and a classifier on the deepest features.

    Parameters
    ----------
    widths : sequence of int
        Channels of the backbone's features; the last ones are used.
    classes : int
        Channels of the result.
    width : int
        Channels of ASPP.
    rates, separable, dropout
        See :class:`followme_training.segmentation.aspp.Aspp`.
    """

    def __init__(
        self,
        widths: Sequence[int],
        classes: int,
        width: int = 256,
        rates: tuple[int, ...] = (6, 12, 18),
        separable: bool = False,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.aspp = Aspp(widths[-1], width, rates, separable, dropout)
        self.filter = filter_of(width, width, separable=separable)
        self.classifier = nn.Conv2d(width, classes, 1)

    def forward(self, features: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return logits (B, classes, h, w) of the size of the last features."""
        logits: torch.Tensor = self.classifier(self.filter(self.aspp(features[-1])))
        return logits


class DeepLabV3PlusHead(nn.Module):
    """ASPP, and a decoder that adds fine features.

    Parameters
    ----------
    widths : sequence of int
        Channels of the backbone's features at strides 2, 4, 8, 16, 32 (or less).
    classes : int
        Channels of the result.
    width : int
        Channels of ASPP and decoder.
    fine_strides : sequence of int
        Strides of the fine features, coarsest first: 4 as in the paper; 8 and 4 as in
        Panoptic-DeepLab (Cheng et al., CVPR 2020); 16, 8, 4 where the output stride is 32.
    fine_width : int
        Channels to which fine features are reduced, so that they do not outweigh the rest.
    rates, separable, dropout
        See :class:`followme_training.segmentation.aspp.Aspp`.
    """

    def __init__(
        self,
        widths: Sequence[int],
        classes: int,
        width: int = 256,
        fine_strides: tuple[int, ...] = (4,),
        fine_width: int = 48,
        rates: tuple[int, ...] = (6, 12, 18),
        separable: bool = False,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self._fine = [_STRIDES.index(stride) for stride in fine_strides]
        self.aspp = Aspp(widths[-1], width, rates, separable, dropout)
        self.steps = nn.ModuleList(
            DecoderStep(width, widths[i], fine_width, separable) for i in self._fine
        )
        self.classifier = nn.Conv2d(width, classes, 1)

    def forward(self, features: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return logits (B, classes, h, w) of the size of the finest features used."""
        x = self.aspp(features[-1])
        for step, i in zip(self.steps, self._fine, strict=True):
            x = step(x, features[i])
        logits: torch.Tensor = self.classifier(x)
        return logits


class DecoderStep(nn.Module):
    """Coarse features are enlarged, fine ones laid beside them, both filtered.

    Parameters
    ----------
    width : int
        Channels of the coarse features and of the result.
    width_in, fine_width : int
        Channels of the fine features, and to how many they are reduced.
    separable : bool
        Whether the two 3x3 convolutions are separable.
    """

    def __init__(self, width: int, width_in: int, fine_width: int, separable: bool) -> None:
        super().__init__()
        self.reduce = convolution(width_in, fine_width)
        self.filter = nn.Sequential(
            filter_of(width + fine_width, width, separable=separable),
            filter_of(width, width, separable=separable),
        )

    def forward(self, coarse: torch.Tensor, fine: torch.Tensor) -> torch.Tensor:
        # by size, not by factor: sides were rounded up on the way down
        enlarged = resized(coarse, (fine.shape[2], fine.shape[3]))
        x: torch.Tensor = self.filter(torch.cat([enlarged, self.reduce(fine)], dim=1))
        return x


class AuxiliaryHead(nn.Module):
    """A small classifier on the last but one resolution; used in training only.

    It shortens the way of the gradient to the middle of the backbone (Zhao et al., "Pyramid Scene
    Parsing Network", CVPR 2017, section 3.3).

    Parameters
    ----------
    width_in, classes : int
        Channels of the features and of the result.
    dropout : float
        Share of values left out in training.
    """

    def __init__(self, width_in: int, classes: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.filter = convolution(width_in, width_in // 4, 3)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Conv2d(width_in // 4, classes, 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits (B, classes, h, w)."""
        logits: torch.Tensor = self.classifier(self.dropout(self.filter(features)))
        return logits


class DeepLab(nn.Module):
    """Colour in, logits of the classes out, at the size of the image.

    Parameters
    ----------
    backbone : str
        See :data:`followme_training.backbones.NAMES`.
    weights : Path, optional
        Published weights of the backbone, or of a whole DeepLabV3 of torchvision.
    classes : int
        How many.
    head : str
        ``v3`` or ``v3plus``.
    output_stride : int
        Of the deepest features: 8, 16 or 32.
    width : int
        Channels of ASPP and decoder.
    rates : three ints
        Dilations of ASPP at this output stride.
    fine_strides, fine_width
        Of V3+; see :class:`DeepLabV3PlusHead`.
    separable : bool
        Whether the heads' 3x3 convolutions are separable.
    drop_path, dropout : float
        Stochastic depth in the backbone, and the share of values left out of ASPP's result.
    auxiliary : bool
        Whether there is a second classifier, for training.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(
        self,
        backbone: str,
        classes: int,
        weights: Path | None = None,
        head: Literal["v3", "v3plus"] = "v3plus",
        output_stride: int = 16,
        width: int = 256,
        rates: tuple[int, ...] = (6, 12, 18),
        fine_strides: tuple[int, ...] = (4,),
        fine_width: int = 48,
        separable: bool = False,
        drop_path: float = 0.0,
        dropout: float = 0.5,
        auxiliary: bool = False,
    ) -> None:
        super().__init__()
        published = {} if weights is None else read_safetensors(weights)
        is_whole = is_torchvision_deeplab(published)
        of_backbone = None if is_whole else weights
        self.encoder = make_backbone(backbone, of_backbone, drop_path, output_stride)
        widths = self.encoder.widths
        self.head: nn.Module
        if head == "v3":
            self.head = DeepLabV3Head(widths, classes, width, rates, separable, dropout)
        else:
            self.head = DeepLabV3PlusHead(
                widths, classes, width, fine_strides, fine_width, rates, separable, dropout
            )
        self.auxiliary = AuxiliaryHead(widths[_AUXILIARY], classes) if auxiliary else None
        self.register_buffer("mean", torch.tensor(self.encoder.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(self.encoder.std).view(1, 3, 1, 1))
        if is_whole and weights is not None:
            load_torchvision(self, published, weights)

    def forward(self, rgb: torch.Tensor) -> torch.Tensor:
        """Return logits (B, classes, H, W).

        Parameters
        ----------
        rgb : (B, 3, H, W) float tensor
            Red, green, blue, 0 to 255.
        """
        return resized(self.head(self.features(rgb)), (rgb.shape[2], rgb.shape[3]))

    def with_auxiliary(self, rgb: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return the logits, and those of the second classifier where there is one."""
        size = (rgb.shape[2], rgb.shape[3])
        features = self.features(rgb)
        second = None
        if self.auxiliary is not None:
            second = resized(self.auxiliary(features[_AUXILIARY]), size)
        return resized(self.head(features), size), second

    def features(self, rgb: torch.Tensor) -> list[torch.Tensor]:
        """Return the backbone's features of an image, 0 to 255."""
        found: list[torch.Tensor] = self.encoder((rgb - self.mean) / self.std)
        return found


def resized(maps: torch.Tensor, size_hw: tuple[int, int]) -> torch.Tensor:
    """Return maps (B, C, H, W) at another size, interpolated linearly."""
    if (maps.shape[2], maps.shape[3]) == size_hw:
        return maps
    return functional.interpolate(maps, size_hw, mode="bilinear", align_corners=False)
