"""How the walker moved, from two poses of the camera."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.settings import WalkerSettings
from followme.values.camera import Attitude
from followme.values.motion import Motion

#: How far the camera is taken to look down while nobody measured it.
ASSUMED_PITCH_RAD = math.radians(WalkerSettings().assumed_pitch_deg)
#: Poses farther apart say too little about the speed between them.
_LONGEST_GAP_NS = 1_000_000_000
_ROTATION_TOLERANCE = 0.02


@dataclass(frozen=True)
class Pose:
    """Where the camera was, in a world whose axes need not be level.

    Parameters
    ----------
    time_ns : int
        In the time of the recording.
    rotation : (3, 3) float64
        Turns optical-frame vectors into world ones.
    position_m : (3,) float64
        Of the optical centre in the world.
    """

    time_ns: int
    rotation: NDArray[np.float64]
    position_m: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not (np.isfinite(self.rotation).all() and np.isfinite(self.position_m).all()):
            raise ValueError("pose: it is not finite, the recording lost its way there")
        error = np.abs(self.rotation @ self.rotation.T - np.eye(3)).max()
        if error > _ROTATION_TOLERANCE or np.linalg.det(self.rotation) < 0:
            raise ValueError("pose: its upper left 3x3 is no rotation")

    @classmethod
    def from_quaternion(
        cls, time_ns: int, position_m: NDArray[np.float64], xyzw: NDArray[np.float64]
    ) -> Pose:
        """Make a pose of a position (3,) and a quaternion (4,) x, y, z, w of any length but 0."""
        length = float(np.linalg.norm(xyzw))
        if not length > 1e-6:
            raise ValueError("pose: its quaternion is zero")
        x, y, z, w = xyzw / length
        rotation = np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
            ]
        )
        return cls(time_ns, rotation, position_m)


def motion_between(
    before: Pose | None, now: Pose | None, stamp_ns: int, pitch_rad: float = ASSUMED_PITCH_RAD
) -> Motion | None:
    """Return the walker's motion, as the camera's displacement since the pose before tells it.

    Nothing says which way is up in the world of a recording. The camera is taken to look down by
    ``pitch_rad`` and not to roll; that makes its forward and left level. With a true pitch that
    differs by d the speed comes out too small by 1 - cos d (2 % at 10 degrees), and a share
    sin d of a rise or fall is taken for a step.

    Parameters
    ----------
    before, now : Pose or None
        None where the recording has none.
    stamp_ns : int
        Of the frame at which the camera is at ``now``.
    pitch_rad : float
        Positive when the camera looks down.

    Returns
    -------
    Motion or None
        None without two poses at most 1 s apart.
    """
    if before is None or now is None or not 0 < now.time_ns - before.time_ns <= _LONGEST_GAP_NS:
        return None
    seconds = (now.time_ns - before.time_ns) * 1e-9
    level = Attitude(0.0, pitch_rad).rotation()
    step_m = level @ now.rotation.T @ (now.position_m - before.position_m)
    turn_rad = level @ cv2.Rodrigues(before.rotation.T @ now.rotation)[0][:, 0]
    return Motion(
        stamp_ns,
        forward_mps=float(step_m[0] / seconds),
        left_mps=float(step_m[1] / seconds),
        yaw_rate_radps=float(turn_rad[2] / seconds),
    )
