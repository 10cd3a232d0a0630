"""How a camera on the chest moves while its wearer walks (assistive specification A)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from followme.values.motion import Motion

Range = tuple[float, float]

# a walker slower than this sways less, one who stands not at all
_FULL_FROM_MPS = 0.5


@dataclass(frozen=True)
class Sway:
    """Within what bounds a walker sways; a seed chooses.

    Parameters
    ----------
    pitch_rad, yaw_rad, roll_rad : tuple of two floats
        Least and largest amplitude.
    bob_m : tuple of two floats
        ... of the height.
    rate_hz : tuple of two floats
        Steps a second.
    """

    pitch_rad: Range = (0.0, 0.0)
    yaw_rad: Range = (0.0, 0.0)
    roll_rad: Range = (0.0, 0.0)
    bob_m: Range = (0.0, 0.0)
    rate_hz: Range = (1.8, 1.8)

    def chosen(self, seed: int) -> Swaying:
        """Return the sway of one walker."""
        rng = np.random.default_rng([seed, 7])
        ranges = (self.pitch_rad, self.yaw_rad, self.roll_rad, self.bob_m, self.rate_hz)
        pitch, yaw, roll, bob, rate = (float(rng.uniform(*between)) for between in ranges)
        phases = tuple(float(v) for v in rng.uniform(0.0, math.tau, 4))
        return Swaying(pitch, yaw, roll, bob, rate, phases)


NO_SWAY = Sway()
#: As the specification has it.
FULL_SWAY = Sway(
    pitch_rad=(math.radians(2.0), math.radians(4.0)),
    yaw_rad=(math.radians(3.0), math.radians(6.0)),
    roll_rad=(math.radians(3.0), math.radians(3.0)),
    bob_m=(0.02, 0.03),
    rate_hz=(1.6, 2.0),
)


@dataclass(frozen=True)
class Lean:
    """How the camera stands off from how it is worn: radians and metres, yaw to the left."""

    pitch_rad: float = 0.0
    yaw_rad: float = 0.0
    roll_rad: float = 0.0
    up_m: float = 0.0


@dataclass(frozen=True)
class Swaying:
    """The sway of one walker: amplitudes, steps a second, and a phase each."""

    pitch_rad: float
    yaw_rad: float
    roll_rad: float
    bob_m: float
    rate_hz: float
    phases: tuple[float, ...]

    def at(self, time_s: float, speed_mps: float) -> Lean:
        """Return the lean at a time of who walks at a speed."""
        share = min(1.0, abs(speed_mps) / _FULL_FROM_MPS)
        turn = math.tau * self.rate_hz * time_s
        pitch, yaw, roll, bob = (share * math.sin(turn + phase) for phase in self.phases)
        return Lean(
            self.pitch_rad * pitch, self.yaw_rad * yaw, self.roll_rad * roll, self.bob_m * bob
        )


def motion_of_sight(going: Motion, lean: Lean, before: Lean, over_s: float) -> Motion:
    """Return the motion of the body as a camera that sways has it, in the frame that it looks.

    Parameters
    ----------
    going : Motion
        Of the body.
    lean, before : Lean
        Of the camera now, and a moment ago.
    over_s : float
        How long ago.
    """
    cos, sin = math.cos(lean.yaw_rad), math.sin(lean.yaw_rad)
    return Motion(
        going.stamp_ns,
        cos * going.forward_mps + sin * going.left_mps,
        cos * going.left_mps - sin * going.forward_mps,
        going.yaw_rate_radps + (lean.yaw_rad - before.yaw_rad) / over_s,
    )
