"""A page of frames: colour, depth, classes and things side by side."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.common.samples import spread
from followme_training.datasets.errors import DataError
from followme_training.datasets.images import read_image
from followme_training.synthetic.recording import write_picture

_WIDTH = 320
_FAR_MM = 8000.0
_ENDINGS = ("depth.png", "measured.png", "labels.png", "things.png")


def write_sheet(folder: Path, file: Path, rows: int = 8) -> int:
    """Draw frames of a recording, evenly spread, and return how many.

    Raises
    ------
    DataError
        When the folder holds no frames, or a file of one is missing or damaged.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: is no folder; give one that 'followme-train synthetic' wrote")
    frames = sorted(folder.glob("frame-*.color.jpg"))
    if not frames:
        raise DataError(
            f"{folder}: holds no frames; give a folder that 'followme-train synthetic' wrote"
        )
    chosen = spread(frames, rows)
    write_picture(file, np.vstack([_row(frame) for frame in chosen]))
    return len(chosen)


def _row(frame: Path) -> NDArray[np.uint8]:
    stem = frame.name.removesuffix("color.jpg")
    colour = read_image(frame, cv2.IMREAD_COLOR)
    exact, measured, labels, things = (
        read_image(frame.with_name(stem + ending), cv2.IMREAD_UNCHANGED) for ending in _ENDINGS
    )
    pictures = [colour, _depth(exact), _depth(measured), _numbers(labels), _numbers(things)]
    size = _WIDTH, round(_WIDTH * colour.shape[0] / colour.shape[1])
    small = [cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in pictures]
    return np.asarray(np.hstack(small), np.uint8)


def _depth(millimetres: NDArray[np.generic]) -> NDArray[np.uint8]:
    counts = np.asarray(millimetres, np.float64)
    near = 255.0 * (1.0 - np.clip(counts / _FAR_MM, 0.0, 1.0))
    picture = cv2.applyColorMap(near.astype(np.uint8), cv2.COLORMAP_TURBO)
    picture[counts == 0] = 0
    return np.asarray(picture, np.uint8)


def _numbers(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return each number in a colour of its own; 0 is black."""
    hues = (np.asarray(values, np.int64) * 47 % 180).astype(np.uint8)
    full = np.where(np.asarray(values) > 0, np.uint8(220), np.uint8(0))
    hsv = np.dstack([hues, np.full_like(hues, 170), full])
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR), np.uint8)
