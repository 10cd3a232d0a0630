"""What the pictures of surfaces share: blotches, wood grain, rims, the light of lamps."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]

#: Distance between lamps along a corridor, and where the first one hangs.
LAMP_EVERY_M, LAMP_FROM_M = 3.0, 1.5


def clouds(
    shape: tuple[int, ...], rng: np.random.Generator, across: int, strength: float
) -> Picture:
    """Return soft blotches around 1, (H, W, 1)."""
    height, width = shape[:2]
    coarse = (max(2, across), max(2, min(400, round(across * width / height))))
    spots = rng.normal(1.0, strength, coarse).astype(np.float32)
    soft = cv2.resize(spots, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(soft[..., None], np.float32)


def grain(shape: tuple[int, ...], rng: np.random.Generator) -> Picture:
    """Return wood grain along the longer side, around 1, (H, W, 1)."""
    height, width = shape[:2]
    lengthwise = width >= height
    coarse = (max(2, height // 2), max(2, width // 24)) if lengthwise else None
    spots_shape = coarse or (max(2, height // 24), max(2, width // 2))
    spots = rng.normal(1.0, 0.07, spots_shape).astype(np.float32)
    soft = cv2.resize(spots, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(soft[..., None], np.float32)


def near_lamps(x: Picture, spread_m: float) -> Picture:
    """Return how near each place along the corridor is to a lamp, 0 to 1."""
    off = (x - LAMP_FROM_M) / LAMP_EVERY_M
    gap_m = (off - np.round(off)) * LAMP_EVERY_M
    return np.asarray(np.exp(-((gap_m / spread_m) ** 2)), np.float32)


def outline(
    picture: Picture, corners: tuple[int, int, int, int], factor: float, thick: int
) -> None:
    """Darken the edge of a rectangle, given as left, low, right, high."""
    left, low, right, high = corners
    for rows, columns in (
        (slice(low, low + thick), slice(left, right + 1)),
        (slice(high - thick + 1, high + 1), slice(left, right + 1)),
        (slice(low, high + 1), slice(left, left + thick)),
        (slice(low, high + 1), slice(right - thick + 1, right + 1)),
    ):
        picture[rows, columns] *= factor


def bevel(picture: Picture, corners: tuple[int, int, int, int], thick: int) -> None:
    """Draw a sunk panel's rim: dark above and left, bright below and right."""
    left, low, right, high = corners
    picture[high - thick : high, left:right] *= 0.6
    picture[low:high, left : left + thick] *= 0.72
    picture[low : low + thick, left:right] *= 1.25
    picture[low:high, right - thick : right] *= 1.15
