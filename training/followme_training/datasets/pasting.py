"""Where and how a thing that was cut out is shown in another picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.common.wording import did_you_mean
from followme_training.datasets.cutouts import Cutout
from followme_training.datasets.errors import DataError

# Heights of the horizon, of the picture's, and of the lens over the floor, of the thing's: from a
# low robot's to that of a person who looks down on a low table.
_HORIZONS = (0.3, 0.55)
_EYES = (0.3, 1.8)
# Heights of a thing in the picture at most: of the picture's, and of its own in the photograph.
_LARGEST, _ENLARGED = 0.7, 1.5
# How far its two sides are stretched against each other: wide images are squeezed into the input.
_WIDER = (0.7, 1.1)
# Gains of its light, and how much of the picture's own light may lie over it, as a pane does it.
_GAINS = (0.4, 1.25)
_PANE_SHARE, _PANE = 0.3, 0.4
# Deviation of the seam in pixels: a sharp one would be learned instead of the thing.
_SEAM_PX = 0.7


@dataclass(frozen=True)
class Pasting:
    """How many things are pasted into pictures of training.

    Parameters
    ----------
    images : Path
        The zip file of NYUv2 that they are cut out of.
    kinds : dict of str to list of int
        For each class that is pasted the numbers of its labels, of NYUv2's 40.
    share : float
        Share of pictures into which things are pasted.
    most : int
        Most things a picture; at least one.
    least_px : float
        Least height of one, at the input size.
    """

    images: Path
    kinds: dict[str, list[int]]
    share: float = 0.5
    most: int = 3
    least_px: float = 20.0

    def __post_init__(self) -> None:
        if not self.kinds:
            raise DataError("data.pasting.kinds is empty; give a class with its labels")
        if not 0.0 <= self.share <= 1.0:
            raise DataError(f"data.pasting.share is {self.share:g}; give 0 to 1")
        if self.most < 1:
            raise DataError(f"data.pasting.most is {self.most}; give 1 or more")
        if not self.least_px >= 4.0:
            raise DataError(f"data.pasting.least_px is {self.least_px:g}; give 4 or more")

    def check(self, classes: Sequence[str]) -> None:
        """Refuse to paste what is none of the classes that are learnt.

        Raises
        ------
        DataError
            Naming the class.
        """
        for name in self.kinds:
            if name not in classes:
                near = did_you_mean(name, classes)
                raise DataError(f"data.pasting.kinds: {name!r} is none of the classes{near}")


class Pasted(NamedTuple):
    """A picture with one more thing in it.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
        The picture.
    mask : (H, W) bool
        Where it shows the thing.
    xyxy : four floats
        Left, top, right, bottom of the thing, also beyond the picture.
    """

    rgb: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    xyxy: tuple[float, float, float, float]


def drawn_things(
    cutouts: Mapping[str, Sequence[Cutout]], p: Pasting, random: np.random.Generator
) -> list[Cutout]:
    """Return the things for one picture, none for some: each class is as likely as any other.

    Parameters
    ----------
    cutouts : mapping of str to sequence of Cutout
        The things of each class, at least one of each.
    p : Pasting
        How many.
    random : Generator
        Draws first whether there are any, then how many, then of each its class and which it is.
    """
    if random.random() >= p.share:
        return []
    # in an order of their own: a seed gives the same whatever order the settings name them in
    names = sorted(cutouts)
    things = []
    for _ in range(int(random.integers(1, p.most + 1))):
        alike = cutouts[names[int(random.integers(len(names)))]]
        things.append(alike[int(random.integers(len(alike)))])
    return things


def paste(
    rgb: NDArray[np.uint8], thing: Cutout, least_px: float, random: np.random.Generator
) -> Pasted:
    """Return a picture (H, W, 3) with a thing in it, as it might stand on a floor there."""
    height, width = rgb.shape[:2]
    own_h, own_w = thing.mask.shape
    most = max(least_px, min(_LARGEST * height, _ENLARGED * own_h))
    high = float(np.exp(random.uniform(np.log(least_px), np.log(most))))
    wide = min(high * own_w / own_h * random.uniform(*_WIDER), float(width))
    # what stands on the floor is cut by the horizon at the height of the lens
    bottom = height * random.uniform(*_HORIZONS) + high * random.uniform(*_EYES)
    bottom = min(bottom, height + 0.3 * high)
    left = random.uniform(-0.3 * wide, width - 0.7 * wide)
    box = (left, bottom - high, left + wide, bottom)
    alpha, shown = _warped(thing, box, (height, width), mirror=bool(random.random() < 0.5))
    shown *= np.float32(np.exp(random.uniform(*np.log(_GAINS))))
    if random.random() < _PANE_SHARE:
        light = rgb.reshape(-1, 3).mean(axis=0, dtype=np.float32)
        shown += (light - shown) * np.float32(random.uniform(0.0, _PANE))
    mixed = rgb + (shown - rgb) * alpha[..., None]
    mask = alpha > 0.5
    return Pasted(np.clip(mixed + 0.5, 0, 255).astype(np.uint8), mask, box)


def _warped(
    thing: Cutout, box: tuple[float, float, float, float], size_hw: tuple[int, int], mirror: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how much of each pixel is a thing (H, W), and the thing's colours (H, W, 3)."""
    mask, rgb = thing.mask.astype(np.float32), thing.rgb.astype(np.float32)
    if mirror:
        mask, rgb = mask[:, ::-1], rgb[:, ::-1]
    left, top, right, bottom = box
    side = (max(1, round(right - left)), max(1, round(bottom - top)))
    how = cv2.INTER_AREA if side[1] < len(mask) else cv2.INTER_LINEAR
    # colours times mask: what was around the thing does not shine in at its edges
    small = cv2.resize(mask, side, interpolation=how)
    colours = cv2.resize(rgb * mask[..., None], side, interpolation=how)
    shift = np.array([[1.0, 0.0, round(left)], [0.0, 1.0, round(top)]])
    height, width = size_hw
    alpha, lit = (cv2.warpAffine(x, shift, (width, height)) for x in (small, colours))
    alpha, lit = (cv2.GaussianBlur(x, (0, 0), _SEAM_PX) for x in (alpha, lit))
    return np.asarray(alpha), np.asarray(lit / np.maximum(alpha, 1e-3)[..., None])
