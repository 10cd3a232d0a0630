"""Boxes: held inside the image, and one for each thing instead of many."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# So many of the surest boxes compete; a corridor never holds as many things.
_MOST = 400


def clip_boxes(xyxy: NDArray[np.floating], width: int, height: int) -> NDArray[np.float32]:
    """Return boxes (N, 4) held inside an image, from the outer edge of its first pixel on.

    Parameters
    ----------
    xyxy : (N, 4) float
        Left, top, right, bottom in pixels; the centre of the first pixel is 0.
    width, height : int
        Of the image.
    """
    high = np.array([width, height, width, height], np.float32) - np.float32(0.5)
    return np.asarray(np.clip(xyxy, np.float32(-0.5), high), np.float32)


def has_area(xyxy: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which boxes (N, 4) are finite and have an area, (N,)."""
    finite = np.isfinite(xyxy).all(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(finite & (xyxy[:, 2] > xyxy[:, 0]) & (xyxy[:, 3] > xyxy[:, 1]))


def surest(
    xyxy: NDArray[np.float32],
    score: NDArray[np.float32],
    group: NDArray[np.intp],
    iou: float,
) -> NDArray[np.intp]:
    """Return which boxes remain, the surest first, when those of one thing become one.

    Greedy non-maximum suppression, each class on its own (OpenCV's ``NMSBoxesBatched``).

    Parameters
    ----------
    xyxy : (N, 4) float32
        Finite, inside the image.
    score : (N,) float32
        Above 0.
    group : (N,) int
        Class of each box; boxes of different classes do not compete.
    iou : float
        Overlap (intersection over union) above which two boxes are one thing, 0 to 1.

    Returns
    -------
    (M,) int
        Indices in falling order of score.
    """
    if not len(score):
        return np.zeros(0, np.intp)
    first = np.argsort(-score, kind="stable")[:_MOST]
    # OpenCV moves the classes apart by the largest coordinate, which needs boxes that begin at 0
    boxes = xyxy[first].astype(np.float64) + 0.5
    boxes[:, 2:] -= boxes[:, :2]
    kept = cv2.dnn.NMSBoxesBatched(
        boxes.tolist(),
        score[first].astype(np.float64).tolist(),
        group[first].tolist(),
        0.0,
        iou,
    )
    remain = first[np.asarray(kept, np.intp).ravel()]
    return np.asarray(remain[np.argsort(-score[remain], kind="stable")], np.intp)
