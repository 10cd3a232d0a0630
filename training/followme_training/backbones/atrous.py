"""Holes instead of strides: how a classifier becomes a dense feature extractor.

Chen et al., "Rethinking Atrous Convolution for Semantic Image Segmentation", 2017, section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from followme_training.backbones.weights import WeightsError

#: Output strides that the encoders can be given.
OUTPUT_STRIDES = (8, 16, 32)


@dataclass
class Strides:
    """Turns the strides of successive convolutions into strides and dilations.

    Parameters
    ----------
    output_stride : int
        At which the resolution stays.
    reached : int
        Stride of what the first of the convolutions gets.

    Raises
    ------
    WeightsError
        When the output stride is none of :data:`OUTPUT_STRIDES`.
    """

    output_stride: int
    reached: int
    _dilation: int = 1

    def __post_init__(self) -> None:
        if self.output_stride not in OUTPUT_STRIDES:
            known = ", ".join(map(str, OUTPUT_STRIDES))
            raise WeightsError(
                f"output stride {self.output_stride} is unknown; give one of {known}"
            )

    def next(self, stride: int) -> tuple[int, int]:
        """Return stride and dilation of the next convolution, whose published stride is given.

        The one that loses its stride still sees neighbours; only those behind it step over pixels.
        """
        if self.reached * stride <= self.output_stride:
            self.reached *= stride
            return stride, self._dilation
        before, self._dilation = self._dilation, self._dilation * stride
        return 1, before
