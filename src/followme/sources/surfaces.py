"""What a scene becomes for rendering: flat facets, limbs, and one picture of all their colours."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.sources.scene import Capsule, Thing, Vector

_STEP_HZ = 0.9


@dataclass(frozen=True, eq=False)
class Facet:
    """A flat rectangle in a frame that may be turned about the vertical axis.

    Parameters
    ----------
    frame : (3, 3) float64
        Its axes in the scene, a row each.
    origin_m : (3,) float64
        Of its frame in the scene at time 0.
    axis : int
        Of its normal in its frame.
    sign : int
        1 or -1 when it is seen from that side only, 0 from both.
    at_m : float
        Where it stands on that axis.
    low_m, high_m : tuple of two floats
        Its edges on the other two axes.
    texture : tuple of four floats
        Pixels of the atlas per metre on both axes, and those of its lower left corner.
    surface : int
        Index into the tables of :class:`Surfaces`.
    thing : Thing or None
        Whose it is.
    """

    frame: NDArray[np.float64]
    origin_m: NDArray[np.float64]
    axis: int
    sign: int
    at_m: float
    low_m: tuple[float, float]
    high_m: tuple[float, float]
    texture: tuple[float, float, float, float]
    surface: int
    thing: Thing | None

    def moved_at(self, time_s: float) -> Vector:
        """Return how far it has gone since time 0."""
        return (0.0, 0.0, 0.0) if self.thing is None else self.thing.moved_at(time_s)

    def corners(self) -> NDArray[np.float64]:
        """Return its corners in the scene at time 0, (4, 3)."""
        (u0, v0), (u1, v1) = self.low_m, self.high_m
        local = np.empty((4, 3))
        local[:, self.axis] = self.at_m
        local[:, [a for a in range(3) if a != self.axis]] = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
        return np.asarray(local @ self.frame + self.origin_m)


@dataclass(frozen=True, eq=False)
class Limb:
    """A capsule of a thing, with its ramp from dark to bright in the atlas.

    Parameters
    ----------
    capsule : Capsule
        In the frame of the thing.
    thing : Thing
        Whose it is.
    texture : tuple of four floats
        First column, width, first row, height of the ramp in the atlas.
    surface : int
        Index into the tables of :class:`Surfaces`.
    """

    capsule: Capsule
    thing: Thing
    texture: tuple[float, float, float, float]
    surface: int

    def ends_at(self, time_s: float) -> NDArray[np.float64]:
        """Return both ends in the scene, (2, 3)."""
        return limb_ends(self.capsule, self.thing, time_s)


@dataclass(frozen=True, eq=False)
class Footprint:
    """Where a thing stands on the floor, for its shadow.

    Parameters
    ----------
    frame : (3, 3) float64
        Axes of the thing in the scene, a row each.
    centre_m : (3,) float64
        In the scene at time 0.
    half_m : tuple of two floats
        Half its length and width in its frame.
    thing : Thing
        Whose it is.
    """

    frame: NDArray[np.float64]
    centre_m: NDArray[np.float64]
    half_m: tuple[float, float]
    thing: Thing

    def centre_at(self, time_s: float) -> NDArray[np.float64]:
        """Return its centre in the scene, (3,)."""
        return np.asarray(self.centre_m + self.thing.moved_at(time_s))


@dataclass(frozen=True, eq=False)
class Surfaces:
    """All that a renderer needs of a scene.

    Parameters
    ----------
    facets : tuple of Facet
        Panels first, in their order.
    corners_m : (F, 4, 3) float64
        Of the facets at time 0.
    normals : (F, 3) float64
        Toward the side that a facet is seen from, in the scene; zero where it is seen from both.
    limbs : tuple of Limb
        Of people.
    footprints : tuple of Footprint
        Of things that reach down to the floor.
    atlas : (H, W, 3) uint8
        Colours, blue green red.
    labels, ids : (256,) uint8
        Class and thing of each surface; surface 0 is nothing.
    light : (3,) float64
        Direction toward the light, in the scene.
    """

    facets: tuple[Facet, ...]
    corners_m: NDArray[np.float64]
    normals: NDArray[np.float64]
    limbs: tuple[Limb, ...]
    footprints: tuple[Footprint, ...]
    atlas: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    ids: NDArray[np.uint8]
    light: NDArray[np.float64]


def turned(yaw_rad: float) -> NDArray[np.float64]:
    """Return the (3, 3) matrix M for which ``row_vector @ M`` is turned to the left by yaw."""
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])


def limb_ends(capsule: Capsule, thing: Thing, time_s: float) -> NDArray[np.float64]:
    """Return both ends of a thing's limb in the scene, (2, 3); limbs swing while it walks."""
    ends = np.array([capsule.start_m, capsule.end_m])
    if thing.moves_at(time_s):
        phase = 2.0 * math.pi * _STEP_HZ * (time_s - thing.moves_from_s)
        ends[:, 0] += np.array(capsule.swing_m) * math.sin(phase)
    return np.asarray(ends @ turned(thing.yaw_rad) + (*thing.position_at(time_s), 0.0))
