"""Images of a room whose surfaces are painted with squares, seen from where a walker stands."""

from __future__ import annotations

import math

import cv2
import numpy as np

from followme.values.camera import Attitude
from tests.geometry.guesses import WALLS
from tests.geometry.scene import CAMERA, Box, render

#: As in a hallway: the camera looks down a little.
WORN = Attitude(1.30, math.radians(12.0), math.radians(-2.0))
#: A cupboard at the height of a head, which no cane finds.
HUNG = Box((2.6, 3.0), (-0.5, 0.5), (1.25, 1.75))
SQUARE_M = 0.35


def seen(things=(), ahead_m: float = 0.0, attitude: Attitude = WORN, camera=CAMERA) -> np.ndarray:
    """Depth of a room after the walker went ahead, (h, w) float32 metres."""
    boxes = [b.moved(-ahead_m) for b in (*WALLS, *things)]
    return render(boxes, camera=camera, attitude=attitude)


def painted(things=(), ahead_m: float = 0.0, attitude: Attitude = WORN) -> np.ndarray:
    """The image of it, (h, w) uint8: each square of the room has its own grey."""
    fine = CAMERA.scaled(2 * CAMERA.width, 2 * CAMERA.height)
    depth_m = seen(things, ahead_m, attitude, fine)
    spots = attitude.to_walker(fine.rays() * depth_m[..., None])
    spots += np.array([ahead_m + 0.11, 0.13, 0.07])
    x, y, z = np.moveaxis(np.floor(spots / SQUARE_M).astype(int), -1, 0)
    grey = ((x * 73 + y * 151 + z * 199) % 211 + 22).astype(np.uint8)
    small = cv2.resize(grey, (CAMERA.width, CAMERA.height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def bgr(grey: np.ndarray) -> np.ndarray:
    """The same image in colour."""
    return np.repeat(grey[..., None], 3, axis=2)
