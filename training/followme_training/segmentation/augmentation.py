"""Changes of an image that keep its labels true.

Scale, crop and mirror as in DeepLab (Chen et al., 2017, section 4.1: scales 0.5 to 2), a roll as of
a camera on a person who walks, and the colours. Where a view reaches beyond the image it is grey,
or of the mean colour where the aspect is kept, and its labels are ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.common.recolouring import Recolouring, recoloured
from followme_training.common.resampling import low_passed
from followme_training.datasets.errors import DataError
from followme_training.segmentation.classes import IGNORE
from followme_training.segmentation.sample import SegmentationSample
from followme_training.segmentation.whole_view import MEAN_RGB, fitting_factor

# Beyond the image: what the backbones see as nothing in particular.
_GREY = (127, 127, 127)


@dataclass(frozen=True)
class Augmentation(Recolouring):
    """How much is changed, of the colours too.

    Parameters
    ----------
    smallest, largest : float
        Of the scale at which an image is shown; with 1 it fills the view or, where its aspect is
        kept, has its own size or fits into the input. Drawn evenly in its logarithm.
    roll_deg : float
        Largest roll to either side, in degrees.
    mirror : float
        Share of images that are mirrored left to right.
    stretch : float
        Largest factor by which one side is stretched against the other, 1 or more: the runtime
        fills the input with an image of any shape.
    """

    smallest: float = 0.5
    largest: float = 2.0
    roll_deg: float = 4.0
    mirror: float = 0.5
    stretch: float = 1.0

    def __post_init__(self) -> None:
        if not 1.0 <= self.stretch <= 4.0:
            raise DataError(f"data.augmentation.stretch is {self.stretch:g}; give 1 to 4")


def augmented(
    sample: SegmentationSample,
    size_hw: tuple[int, int],
    a: Augmentation,
    random: np.random.Generator,
    within_hw: tuple[int, int] | None = None,
    furnish: Callable[[SegmentationSample, np.random.Generator], SegmentationSample] | None = None,
) -> SegmentationSample:
    """Return another view of a sample, of a given size.

    Parameters
    ----------
    sample : SegmentationSample
        Any size.
    size_hw : tuple of two ints
        Height and width of the result.
    a : Augmentation
        How much is changed.
    random : Generator
        All randomness comes from here.
    within_hw : tuple of two ints, optional
        See :func:`viewed`.
    furnish : callable, optional
        Puts more into the view, before its colours are changed.
    """
    scale = float(np.exp(random.uniform(np.log(a.smallest), np.log(a.largest))))
    stretch = 1.0
    if a.stretch > 1.0:  # where it is not asked for, a seed draws what it drew before there was it
        stretch = float(np.exp(random.uniform(-1.0, 1.0) * np.log(a.stretch)))
    # a large image is cropped, a small one laid anywhere into the view
    shown_hw = _shown_hw(sample, size_hw, within_hw)
    rooms = [
        shown * by - side
        for shown, by, side in zip(shown_hw, _by_side(scale, stretch), size_hw, strict=True)
    ]
    top, left = (float(random.uniform(min(room, 0.0), max(room, 0.0))) for room in rooms)
    roll_rad = float(np.radians(random.uniform(-a.roll_deg, a.roll_deg)))
    view = viewed(sample, size_hw, scale, (left, top), roll_rad, within_hw, stretch)
    if random.random() < a.mirror:
        view = mirrored(view)
    if furnish is not None:
        view = furnish(view, random)
    return SegmentationSample(view.name, recoloured(view.rgb, a, random), view.labels)


def viewed(
    sample: SegmentationSample,
    size_hw: tuple[int, int],
    scale: float = 1.0,
    left_top: tuple[float, float] = (0.0, 0.0),
    roll_rad: float = 0.0,
    within_hw: tuple[int, int] | None = None,
    stretch: float = 1.0,
) -> SegmentationSample:
    """Return a view of an image that was scaled, rolled about the view's middle and cut.

    Parameters
    ----------
    sample : SegmentationSample
        Any size.
    size_hw : tuple of two ints
        Height and width of the view.
    scale : float
        Of the image; see ``within_hw``.
    left_top : tuple of two floats
        Where the view begins, in pixels of the scaled image; negative before its beginning.
    roll_rad : float
        Clockwise.
    within_hw : tuple of two ints, optional
        The aspect is kept: at scale 1 the image has its own size, or where it is larger the size at
        which it fits into this one. None: at scale 1 it fills the view, each side stretched on its
        own, as the runtime does it.
    stretch : float
        How much wider than high it becomes against that, the area being the same.
    """
    height, width = size_hw
    shown_h, shown_w = _shown_hw(sample, size_hw, within_hw)
    by_y, by_x = _by_side(scale, stretch)
    factor_x = shown_w / sample.rgb.shape[1] * by_x
    factor_y = shown_h / sample.rgb.shape[0] * by_y
    border = _GREY if within_hw is None else MEAN_RGB
    matrix = _matrix((factor_x, factor_y), left_top, roll_rad, ((width - 1) / 2, (height - 1) / 2))
    source = sample.rgb
    if min(factor_x, factor_y) < 1.0:
        # linear interpolation would skip pixels
        source = low_passed(source, 1.0 / min(factor_x, 1.0), 1.0 / min(factor_y, 1.0))
    rgb = cv2.warpAffine(source, matrix, (width, height), borderValue=border)
    labels = cv2.warpAffine(
        sample.labels, matrix, (width, height), flags=cv2.INTER_NEAREST, borderValue=IGNORE
    )
    return SegmentationSample(sample.name, np.asarray(rgb, np.uint8), np.asarray(labels, np.uint8))


def mirrored(sample: SegmentationSample) -> SegmentationSample:
    """Return a sample with left and right exchanged."""
    return SegmentationSample(
        sample.name,
        np.ascontiguousarray(sample.rgb[:, ::-1]),
        np.ascontiguousarray(sample.labels[:, ::-1]),
    )


def _by_side(scale: float, stretch: float) -> tuple[float, float]:
    """Return the scales of height and width."""
    return scale / np.sqrt(stretch), scale * np.sqrt(stretch)


def _shown_hw(
    sample: SegmentationSample, size_hw: tuple[int, int], within_hw: tuple[int, int] | None
) -> tuple[float, float]:
    """Return the height and width of an image in a view of it at scale 1."""
    if within_hw is None:
        return size_hw
    height, width = sample.labels.shape
    factor = fitting_factor((height, width), within_hw)
    return factor * height, factor * width


def _matrix(
    factors: tuple[float, float],
    left_top: tuple[float, float],
    roll_rad: float,
    middle: tuple[float, float],
) -> NDArray[np.float64]:
    """Return (2, 3), from pixels of the image to those of the view."""
    # the centre of the first pixel is 0, its corner -0.5: that is what keeps its place
    shift = [0.5 * f - 0.5 - before for f, before in zip(factors, left_top, strict=True)]
    scaled = np.array([[factors[0], 0.0, shift[0]], [0.0, factors[1], shift[1]], [0.0, 0.0, 1.0]])
    cos, sin = np.cos(roll_rad), np.sin(roll_rad)
    turn = np.array([[cos, -sin], [sin, cos]])
    centre = np.array(middle)
    rolled = np.column_stack([turn, centre - turn @ centre])
    return np.asarray(rolled @ scaled)
