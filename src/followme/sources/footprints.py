"""What a thing covers on the floor, where its shadow falls."""

from __future__ import annotations

import numpy as np

from followme.sources.parts import Box, Capsule, Cylinder, Pit
from followme.sources.scene import Thing
from followme.sources.surfaces import Footprint, turned

# parts that begin higher cast no shadow on the floor that a viewer would miss
_SHADOW_BELOW_M = 0.6


def footprint_of(actor: int, thing: Thing) -> Footprint | None:
    """Return the rectangle that the lower parts of a thing cover, None where there is none."""
    corners: list[tuple[float, float]] = []
    for part in thing.parts:
        # a wall with a doorway would darken what lies in the doorway
        if isinstance(part, Pit) or thing.label == "wall":
            return None
        corners += _covered(part)
    if not corners:
        return None
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    half_m = (high - low) / 2
    return Footprint(
        np.array([*(low + high) / 2, 0.0]), (float(half_m[0]), float(half_m[1])), actor
    )


def _covered(part: Box | Capsule | Cylinder) -> list[tuple[float, float]]:
    if isinstance(part, Box):
        if part.centre_m[2] - part.size_m[2] / 2 >= _SHADOW_BELOW_M:
            return []
        half = np.array([[sx, sy, 0.0] for sx in (-0.5, 0.5) for sy in (-0.5, 0.5)])
        turned_half = (half * part.size_m) @ turned(part.yaw_rad)
        return [(c[0] + part.centre_m[0], c[1] + part.centre_m[1]) for c in turned_half]
    if isinstance(part, Cylinder):
        if part.bottom_m >= _SHADOW_BELOW_M:
            return []
        (x, y), r = part.centre_m, part.radius_m
        return [(x - r, y - r), (x + r, y + r)]
    if min(part.start_m[2], part.end_m[2]) >= _SHADOW_BELOW_M:
        return []
    return [part.start_m[:2], part.end_m[:2]]
