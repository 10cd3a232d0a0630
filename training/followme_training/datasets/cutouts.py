"""Things cut out of NYUv2 along their pixels, to be shown elsewhere.

Dwibedi, Misra and Hebert, "Cut, Paste and Learn: Surprisingly Easy Synthesis for Instance
Detection", ICCV 2017; Ghiasi et al., "Simple Copy-Paste is a Strong Data Augmentation Method for
Instance Segmentation", CVPR 2021. NYUv2's labels tell kinds and not things, so that a thing is a
connected piece of its kind; what hides a part of it is seen from its nearer depth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.common.progress import progress
from followme_training.datasets.errors import DataError
from followme_training.datasets.nyuv2 import Floats, NyuZip, crop_mask, split_scenes

#: A thing with a shorter side than this, in pixels of the photograph, is too coarse to be shown.
LEAST_PX = 24
# A piece that fills less of its box is what is left of something, or several things in a row.
_LEAST_FILLED = 0.25
# Beside a thing something that is nearer by so much stands before it ...
_NEARER = 0.06
# ... and along so much of its outline it hides too much.
_HIDDEN_SHARE = 0.15
_NEIGHBOURS = np.ones((5, 5), np.uint8)


@dataclass(frozen=True, eq=False)
class Cutout:
    """A thing without what is around it.

    Parameters
    ----------
    name : str
        Of its class.
    rgb : (H, W, 3) uint8
        Red, green, blue of its box in the photograph.
    mask : (H, W) bool
        Where it is the thing.
    """

    name: str
    rgb: NDArray[np.uint8]
    mask: NDArray[np.bool_]


def read_cutouts(
    path: Path, kinds: Mapping[str, Sequence[int]], every: int
) -> dict[str, list[Cutout]]:
    """Return, for each of some classes, its whole things in those scenes that are trained on.

    Parameters
    ----------
    path : Path
        Of the zip file of NYUv2.
    kinds : mapping of str to sequence of int
        For each class the numbers of its labels, of 1 to 40.
    every : int
        Each so manieth scene is held out, as
        :func:`followme_training.datasets.nyuv2.split_scenes` does it.

    Raises
    ------
    DataError
        When the file cannot be used, a number is no label or a class has nothing to be cut out.
    """
    for name, numbers in kinds.items():
        if not numbers or not all(1 <= n <= 40 for n in numbers):
            raise DataError(f"cutouts: {name!r} has the labels {list(numbers)}; give some of 1..40")
    photographs = NyuZip(path)
    training, _ = split_scenes(photographs.info.ids, every)
    found: dict[str, list[Cutout]] = {name: [] for name in kinds}
    for number in progress(training, "cutting things out"):
        labels = photographs.label40(number)
        labels[~crop_mask(labels.shape, photographs.info.valid_xyxy)] = 0
        if not any(np.isin(labels, numbers).any() for numbers in kinds.values()):
            continue
        rgb, depth_m = photographs.rgb(number), photographs.depth_m(number)
        for name, numbers in kinds.items():
            found[name] += cut(name, rgb, np.isin(labels, numbers), depth_m)
    for name, things in found.items():
        if not things:
            raise DataError(
                f"cutouts: {path} has no whole {name!r} with the labels {list(kinds[name])}; "
                "leave it out"
            )
    return found


def cut(
    name: str, rgb: NDArray[np.uint8], kind: NDArray[np.bool_], depth_m: Floats
) -> Iterator[Cutout]:
    """Yield the things of one kind that are seen whole and large enough.

    Parameters
    ----------
    name : str
        Of the class.
    rgb : (H, W, 3) uint8
        Red, green, blue.
    kind : (H, W) bool
        Where the pixels are of the class; those at the edge of the known part count as cut off.
    depth_m : (H, W) float32
        Along the optical axis in metres; NaN outside of the known part.
    """
    known = ~np.isnan(depth_m)
    inside = cv2.erode(known.astype(np.uint8), _NEIGHBOURS, borderValue=0) > 0
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(kind.astype(np.uint8))
    for piece in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[piece])
        if min(w, h) < LEAST_PX or area < _LEAST_FILLED * w * h:
            continue
        mask = pieces == piece
        if (mask & ~inside).any() or _hidden_share(mask, depth_m) > _HIDDEN_SHARE:
            continue
        box = np.s_[y : y + h, x : x + w]
        yield Cutout(name, rgb[box].copy(), mask[box].copy())


def _hidden_share(mask: NDArray[np.bool_], depth_m: Floats) -> float:
    """Return along how much of a thing's outline something nearer begins."""
    own = np.where(mask, depth_m, np.float32(np.inf))
    around = np.where(mask | np.isnan(depth_m), np.float32(np.inf), depth_m)
    # the nearest of each within two pixels: an outline is seldom labelled to the pixel
    nearest_own = cv2.erode(own, _NEIGHBOURS, borderValue=np.inf)
    nearest_around = cv2.erode(around, _NEIGHBOURS, borderValue=np.inf)
    edge = mask & ~(cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    hidden = nearest_around[edge] < (1.0 - _NEARER) * nearest_own[edge]
    return float(hidden.mean()) if hidden.size else 0.0
