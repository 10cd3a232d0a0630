"""Average precision as WIDER FACE counts it: easy, medium and hard.

Yang et al., "WIDER FACE", CVPR 2016, section 5.1, by the rules of its evaluation code. What they
have of their own: each level asks for some of an image's faces, and a thing that finds one of the
others counts neither way; scores are stretched to 0 to 1 over the whole set; precision and recall
are read at 1000 thresholds; sides of boxes are one pixel longer in overlaps; an image without any
face says nothing about what was found in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from followme_training.common.progress import progress

Numbers = NDArray[np.float64]

#: The parts of the protocol; each asks for more and smaller faces than the one before.
LEVELS = ("easy", "medium", "hard")
THRESHOLDS = 1000
_IOU = 0.5


class WiderImage(NamedTuple):
    """What is known of one image.

    Parameters
    ----------
    event, name : str
        Folder, and name without ending.
    boxes : (G, 4) float64
        Left, top, width, height of all faces.
    counted : mapping of str to (G,) bool
        For each level which faces it asks for.
    """

    event: str
    name: str
    boxes: Numbers
    counted: Mapping[str, NDArray[np.bool_]]


class LevelResult(NamedTuple):
    """What came out at one level.

    Parameters
    ----------
    faces : int
        That were asked for.
    recall, precision : (1000,) float64
        At falling thresholds; precision 0 where nothing is found yet.
    average_precision : float
        NaN where no face was asked for.
    """

    faces: int
    recall: Numbers
    precision: Numbers
    average_precision: float


def wider_results(images: Sequence[WiderImage], found: Sequence[Numbers]) -> dict[str, LevelResult]:
    """Return what came out, by level.

    Parameters
    ----------
    images : sequence of WiderImage
        The truth.
    found : sequence of (M, 5) float64
        For each image left, top, width, height and score of what was found, in any order.
    """
    found = normalised([f[np.argsort(-f[:, 4], kind="stable")] for f in found])
    counts = {level: np.zeros((THRESHOLDS, 2), np.int64) for level in LEVELS}
    faces = dict.fromkeys(LEVELS, 0)
    for image, mine in progress(list(zip(images, found, strict=True)), "counting"):
        overlaps = _overlaps(mine, image.boxes)
        for level in LEVELS:
            faces[level] += int(image.counted[level].sum())
            if len(mine) and len(image.boxes):
                counts[level] += counts_of(overlaps, mine[:, 4], image.counted[level])
    return {level: _result(counts[level], faces[level]) for level in LEVELS}


def normalised(found: Sequence[Numbers]) -> list[Numbers]:
    """Return what was found with scores stretched to 0 to 1 over all images; all 1 if alike."""
    scores = np.concatenate([f[:, 4] for f in found] or [np.zeros(0)])
    if not len(scores):
        return list(found)
    low, span = scores.min(), np.ptp(scores)
    stretched = [(f[:, 4] - low) / span if span > 0 else np.ones(len(f)) for f in found]
    return [np.column_stack((f[:, :4], s)) for f, s in zip(found, stretched, strict=True)]


def counts_of(overlaps: Numbers, scores: Numbers, counted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return what one image has at each threshold.

    Parameters
    ----------
    overlaps : (M, G) float64
        Of things found, the surest first, with faces; both at least 1.
    scores : (M,) float64
        Falling.
    counted : (G,) bool
        Which faces are asked for.

    Returns
    -------
    (1000, 2) int64
        How many things count, and how many faces are found, of at least each threshold's score.
    """
    nearest = overlaps.argmax(1)
    meets = overlaps.max(1) >= _IOU
    # what finds a face that is not asked for counts neither way, however often
    counts = np.cumsum(~meets | counted[nearest])
    hits = np.flatnonzero(meets & counted[nearest])
    first = np.zeros(len(scores), np.int64)
    first[hits[np.unique(nearest[hits], return_index=True)[1]]] = 1
    both = np.column_stack((counts, np.cumsum(first)))
    limits = 1 - np.arange(1, THRESHOLDS + 1) / THRESHOLDS
    sure = np.searchsorted(-scores, -limits, side="right")
    return np.where(sure[:, None] > 0, both[np.maximum(sure - 1, 0)], 0)


def average_precision(recall: Numbers, precision: Numbers) -> float:
    """Return the area under the best precision at each recall or above, as PASCAL VOC has it."""
    steps = np.diff(np.concatenate(([0.0], recall)))
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((steps * best).sum())


def _result(counts: NDArray[np.int64], faces: int) -> LevelResult:
    precision = counts[:, 1] / np.maximum(counts[:, 0], 1)
    if not faces:
        return LevelResult(0, np.zeros(THRESHOLDS), precision, float("nan"))
    recall = counts[:, 1] / faces
    return LevelResult(faces, recall, precision, average_precision(recall, precision))


def _overlaps(found: Numbers, faces: Numbers) -> Numbers:
    """Return intersection over union (M, G); sides count one pixel more, as in the protocol."""
    low = np.maximum(found[:, None, :2], faces[None, :, :2])
    ends = np.minimum((found[:, :2] + found[:, 2:4])[:, None], (faces[:, :2] + faces[:, 2:4])[None])
    shared = np.maximum(ends - low + 1, 0).prod(2)
    areas = [(boxes[:, 2:4] + 1).prod(1) for boxes in (found, faces)]
    return np.asarray(shared / (areas[0][:, None] + areas[1][None] - shared), np.float64)
