"""The step of the camera between two images, and how far away what moved by it is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.values.camera import Camera

#: A depth that is less sure than this share of it is none.
WORST_SHARE = 0.15
_FARTHEST_M = 6.0
_TOLERANCE_PX = 0.8
_OFF_LINE_PX = 1.2  # a corner that leaves the line that the step leads it along moves by itself
_NOISE_PX = 0.5
_LEAST, _LEAST_SHARE = 20, 0.5  # corners that must agree on one step
_LEAST_TOLD, _MOST_SPREAD = 10, 0.25  # corners that tell its length, and how well they agree
_STEEPEST = 0.3  # a chest that bobs climbs a seventh of its way
_CONFIDENCE = 0.999


@dataclass(frozen=True)
class Step:
    """What the camera did from an image to an earlier one: ``then = turn @ now + shift``.

    Parameters
    ----------
    turn : (3, 3) float64
    shift : (3,) float64
        Metres, optical frame.
    """

    turn: NDArray[np.float64]
    shift: NDArray[np.float64]

    @property
    def length_m(self) -> float:
        """How far apart the two places are."""
        return float(np.linalg.norm(self.shift))

    def is_level(self, up: NDArray[np.float64]) -> bool:
        """Whether it leads along the floor; ``up`` (3,) is that of now."""
        return abs(float(self.shift @ self.turn @ up)) <= _STEEPEST * self.length_m


def triangulated(
    now: NDArray[np.float64],
    then: NDArray[np.float64],
    step: Step,
    camera: Camera,
    across: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return depth, its deviation as a share, and which corners moved as standing things do.

    Parameters
    ----------
    now, then : (N, 2) float64
        Pixels.
    step : Step
    camera : Camera
    across : (N, 2) float64, optional
        Unit vectors across edges, along which alone a movement is seen.
    """
    rays, there = _rays(now, camera), _rays(then, camera)
    turned = rays @ step.turn.T
    moved = there[:, :2] * turned[:, 2:] - turned[:, :2]  # what the turn leaves
    along = step.shift[:2] - there[:, :2] * step.shift[2]
    length = np.maximum(np.linalg.norm(along, axis=1), 1e-9)
    off = np.abs(moved[:, 0] * along[:, 1] - moved[:, 1] * along[:, 0]) / length
    axis = along / length[:, None] if across is None else across
    seen, asked = np.sum(moved * axis, axis=1), np.sum(along * axis, axis=1)
    share = _NOISE_PX / np.maximum(np.abs(seen) * camera.fx, 1e-9)
    found_m = asked / np.where(np.abs(seen) < 1e-9, np.nan, seen)
    fits = np.isfinite(found_m) & (found_m > 0.0)
    return found_m, share, fits & (off * camera.fx < _OFF_LINE_PX)


def _rays(pixel: NDArray[np.float64], camera: Camera) -> NDArray[np.float64]:
    tangents = (pixel - (camera.cx, camera.cy)) / (camera.fx, camera.fy)
    return np.column_stack([tangents, np.ones(len(pixel))])


def step_between(
    now: NDArray[np.float64],
    then: NDArray[np.float64],
    believed_m: NDArray[np.float64],
    camera: Camera,
) -> Step | None:
    """Return the step that most corners agree on; its length is what makes most depths right.

    Turn and direction come from the image alone (Nister, "An efficient solution to the five-point
    relative pose problem", TPAMI 2004), so that what is wrong in the depth cannot bend them.
    """
    if len(now) < _LEAST:
        return None
    matrix = np.array([[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1.0]])
    essential, agree = cv2.findEssentialMat(
        now, then, matrix, method=cv2.USAC_ACCURATE, prob=_CONFIDENCE, threshold=_TOLERANCE_PX
    )
    if essential is None or essential.shape != (3, 3):
        return None
    _, turn, shift, _ = cv2.recoverPose(essential, now, then, matrix, mask=agree.copy())
    step = Step(np.asarray(turn, np.float64), np.asarray(shift[:, 0], np.float64))
    on = agree[:, 0] > 0
    if np.count_nonzero(on) < max(_LEAST, _LEAST_SHARE * len(now)):
        return None
    found, share, fits = triangulated(now, then, step, camera)
    told = on & fits & (share < WORST_SHARE) & (found > 0.0) & (believed_m < _FARTHEST_M)
    if np.count_nonzero(told) < _LEAST_TOLD:
        return None
    lengths = believed_m[told] / found[told]
    length_m = float(np.median(lengths))
    if float(np.median(np.abs(lengths / length_m - 1.0))) > _MOST_SPREAD:
        return None
    return Step(step.turn, step.shift * length_m)
