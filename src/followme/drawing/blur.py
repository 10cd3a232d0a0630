"""Faces made unrecognisable in what is written (assistive specification B10)."""

from __future__ import annotations

import cv2
import numpy as np

from followme.drawing.palette import Picture
from followme.values.detections import Detections

#: Room around a face, as a share of its box: hair, chin and ears tell who it is too.
MARGIN = 0.35
#: A face is left with this many patches along its longer side; from about 8 on, people and
#: networks begin to recognise it again.
PATCHES = 5


def blur_faces(bgr: Picture, faces: Detections) -> Picture:
    """Return a copy in which nobody can be recognised.

    Parameters
    ----------
    bgr : (H, W, 3) uint8
        A picture; it is not changed.
    faces : Detections
        Boxes in pixels of ``faces.size_wh``; they are scaled when the picture has another size. A
        box with an unknown side (NaN) is reckoned to reach to the edge of the picture.

    Returns
    -------
    (H, W, 3) uint8
        Each box and a margin around it are averaged into a few patches, then smoothed. Averages
        cannot be undone, unlike a light blur.
    """
    blurred = bgr.copy()
    height, width = bgr.shape[:2]
    ratio = np.array([width, height] * 2) / np.array([*faces.size_wh] * 2)
    for box in faces.xyxy.astype(np.float64) * ratio:
        _blur_box(blurred, _widened(box, width, height))
    return blurred


def _widened(box: np.ndarray, width: int, height: int) -> tuple[int, int, int, int]:
    unknown = np.array([0.0, 0.0, width, height])
    box = np.clip(
        np.where(np.isnan(box), unknown, box), -4 * width - 4 * height, 4 * width + 4 * height
    )
    low, high = np.minimum(box[:2], box[2:]), np.maximum(box[:2], box[2:])
    margin = MARGIN * (high - low) + 2
    left, top = np.clip(np.floor(low - margin), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(high + margin), 0, (width, height)).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _blur_box(bgr: Picture, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    part = bgr[top:bottom, left:right]
    if not part.size:
        return
    tall, wide = part.shape[:2]
    patch = max(tall, wide) / PATCHES
    few = (max(1, round(wide / patch)), max(1, round(tall / patch)))
    coarse = cv2.resize(part, few, interpolation=cv2.INTER_AREA)
    part[:] = cv2.resize(coarse, (wide, tall), interpolation=cv2.INTER_LINEAR)
