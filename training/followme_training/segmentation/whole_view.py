"""How a whole image lies in the network's input: stretched to it, or with its aspect kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from followme_training.common.resampling import resized_rgb

#: Mean red, green, blue of ImageNet, with which DeepLab pads; its labels are ignored.
MEAN_RGB = (124, 116, 104)


class WholeView(NamedTuple):
    """A whole image as the network sees it.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
        The input.
    shown_hw : tuple of two ints
        Height and width of what shows the image, from the upper left corner on; the rest is
        padding.
    """

    rgb: NDArray[np.uint8]
    shown_hw: tuple[int, int]


def fitting_factor(image_hw: tuple[int, int], within_hw: tuple[int, int]) -> float:
    """Return by what an image is shrunk until both sides fit; a small one is left as it is."""
    return min(1.0, *(most / side for most, side in zip(within_hw, image_hw, strict=True)))


def whole_view(
    rgb: NDArray[np.uint8],
    size_hw: tuple[int, int],
    keep_aspect_ratio: bool = False,
    scale: float = 1.0,
) -> WholeView:
    """Return an image as a whole input of the network.

    Parameters
    ----------
    rgb : (h, w, 3) uint8
        Any size.
    size_hw : tuple of two ints
        Of the input at scale 1.
    keep_aspect_ratio : bool
        Whether the image is padded with :data:`MEAN_RGB` at its right and lower edge, as DeepLab
        measures (Chen et al., 2017, section 4.1); else each side is stretched on its own, as the
        runtime does it.
    scale : float
        Of input and image.
    """
    height, width = (round(side * scale) for side in size_hw)
    if not keep_aspect_ratio:
        return WholeView(resized_rgb(rgb, (height, width)), (height, width))
    factor = scale * fitting_factor((rgb.shape[0], rgb.shape[1]), size_hw)
    # a very long image still has a row
    h = min(height, max(1, round(factor * rgb.shape[0])))
    w = min(width, max(1, round(factor * rgb.shape[1])))
    view = np.full((height, width, 3), MEAN_RGB, np.uint8)
    view[:h, :w] = resized_rgb(rgb, (h, w))
    return WholeView(view, (h, w))
