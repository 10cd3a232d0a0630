"""What a scene becomes for rendering: flat facets, limbs, and one picture of all their colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from followme.sources.course import AT_REST, Moment, Placement
from followme.sources.parts import Cylinder
from followme.sources.scene import Opening, Thing

#: Neighbouring facets overlap by this much, else rays slip through between them.
SEAM_M = 1e-4


@dataclass(frozen=True, eq=False)
class Facet:
    """A flat rectangle in a frame that may be turned about the vertical axis.

    Parameters
    ----------
    frame : (3, 3) float64
        Its axes in the scene, a row each.
    origin_m : (3,) float64
        Of its frame in the scene at rest.
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
    actor : int
        Whose it is: index into the actors; -1 for the room.
    pane : bool
        Whether it is of glass.
    openings : tuple of pairs of corners
        Where it is missing.
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
    actor: int = -1
    pane: bool = False
    openings: tuple[Opening, ...] = ()

    @property
    def edges(self) -> tuple[int, int]:
        """The other two axes."""
        u, v = (axis for axis in range(3) if axis != self.axis)
        return u, v

    def corners(self) -> NDArray[np.float64]:
        """Return its corners in the scene at rest, (4, 3)."""
        (u0, v0), (u1, v1) = self.low_m, self.high_m
        local = np.empty((4, 3))
        local[:, self.axis] = self.at_m
        local[:, self.edges] = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
        return np.asarray(local @ self.frame + self.origin_m)


@dataclass(frozen=True, eq=False)
class Sheet:
    """Figures of all facets at rest, an entry each.

    Parameters
    ----------
    actor : (F,) int
        Whose each is; -1 for the room.
    pane : (F,) bool
        Whether it is of glass.
    corners_m : (F, 4, 3) float64
        In the scene.
    normals : (F, 3) float64
        Toward the side that it is seen from, in the scene; zero where it is seen from both.
    axes : (F, 3, 3) float64
        Of its frame in the scene, a row each.
    origins_m : (F, 3) float64
        Of its frame in the scene.
    order : (F, 3) int
        Its axes in the order normal, first and second edge.
    from_m : (F, 3) float64
        Where it begins on these: its place, its low edges.
    longest_m : (F, 2) float32
        How long its edges are, with a seam.
    texture : (F, 4) float32
        As in :class:`Facet`.
    surface : (F,) uint8
        Index into the tables of :class:`Surfaces`.
    """

    actor: NDArray[np.intp]
    pane: NDArray[np.bool_]
    corners_m: NDArray[np.float64]
    normals: NDArray[np.float64]
    axes: NDArray[np.float64]
    origins_m: NDArray[np.float64]
    order: NDArray[np.intp]
    from_m: NDArray[np.float64]
    longest_m: NDArray[np.float32]
    texture: NDArray[np.float32]
    surface: NDArray[np.uint8]

    @classmethod
    def of(cls, facets: Sequence[Facet]) -> Sheet:
        """Lay out the figures of facets."""
        spans = [np.subtract(f.high_m, f.low_m) + SEAM_M for f in facets]
        return cls(
            np.array([f.actor for f in facets], np.intp),
            np.array([f.pane for f in facets], bool),
            np.array([f.corners() for f in facets]).reshape(-1, 4, 3),
            np.array([f.sign * f.frame[f.axis] for f in facets]).reshape(-1, 3),
            np.array([f.frame for f in facets]).reshape(-1, 3, 3),
            np.array([f.origin_m for f in facets]).reshape(-1, 3),
            np.array([[f.axis, *f.edges] for f in facets], np.intp).reshape(-1, 3),
            np.array([[f.at_m, *f.low_m] for f in facets]).reshape(-1, 3),
            np.array(spans, np.float32).reshape(-1, 2),
            np.array([f.texture for f in facets], np.float32).reshape(-1, 4),
            np.array([f.surface for f in facets], np.uint8),
        )


@dataclass(frozen=True, eq=False)
class Limbs:
    """All capsules of a scene, an entry each, those of one actor together.

    Parameters
    ----------
    ends_m : (L, 2, 3) float64
        In the frame of the thing, while it stands.
    swing_m : (L, 2) float64
        How far the ends swing along x.
    radius_m : (L,) float64
        Around the line.
    texture : (L, 4) float32
        First column, width, first row, height of the ramp in the atlas.
    surface : (L,) uint8
        Index into the tables of :class:`Surfaces`.
    whose : tuple of (int, slice)
        Actors and their entries.
    """

    ends_m: NDArray[np.float64]
    swing_m: NDArray[np.float64]
    radius_m: NDArray[np.float64]
    texture: NDArray[np.float32]
    surface: NDArray[np.uint8]
    whose: tuple[tuple[int, slice], ...]


@dataclass(frozen=True, eq=False)
class Round:
    """An upright cylinder, with its ramp from dark to bright in the atlas.

    Parameters
    ----------
    cylinder : Cylinder
        In the frame of the thing.
    actor : int
        Whose it is.
    texture : tuple of four floats
        First column, width, first row, height of the ramp in the atlas.
    surface : int
        Index into the tables of :class:`Surfaces`.
    """

    cylinder: Cylinder
    actor: int
    texture: tuple[float, float, float, float]
    surface: int


@dataclass(frozen=True, eq=False)
class Footprint:
    """Where a thing stands on the floor, for its shadow.

    Parameters
    ----------
    centre_m : (3,) float64
        In the frame of the thing.
    half_m : tuple of two floats
        Half its length and width in its frame.
    actor : int
        Whose it is.
    """

    centre_m: NDArray[np.float64]
    half_m: tuple[float, float]
    actor: int


@dataclass(frozen=True, eq=False)
class Surfaces:
    """All that a renderer needs of a scene.

    Parameters
    ----------
    actors : tuple of Thing
        Things and fixtures.
    facets : tuple of Facet
        Panels first, in their order.
    sheet : Sheet
        Their figures.
    limbs : Limbs
        Of people.
    rounds : tuple of Round
        Poles, bins.
    footprints : tuple of Footprint
        Of things that reach down to the floor.
    atlas : (H, W, 3) uint8
        Colours, blue green red.
    labels, ids, materials : (256,) uint8
        Class, thing and material of each surface; surface 0 is nothing.
    light : (3,) float64
        Direction toward the light, in the scene.
    """

    actors: tuple[Thing, ...]
    facets: tuple[Facet, ...]
    sheet: Sheet
    limbs: Limbs
    rounds: tuple[Round, ...]
    footprints: tuple[Footprint, ...]
    atlas: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    ids: NDArray[np.uint8]
    materials: NDArray[np.uint8]
    light: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Where all actors are at one moment.

    Parameters
    ----------
    actors : tuple of Thing
        As in :class:`Surfaces`.
    places : tuple of Placement or None
        Of each actor; None while it is not there.
    """

    actors: tuple[Thing, ...]
    places: tuple[Placement | None, ...]
    shifts_m: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        shifts = [(*(place or AT_REST).shift_m, 0.0) for place in self.places]
        # the last entry is that of the room, whose index is -1
        object.__setattr__(self, "shifts_m", np.array([*shifts, (0.0, 0.0, 0.0)]))

    @classmethod
    def at(cls, actors: Sequence[Thing], moment: Moment) -> Arrangement:
        """Place all actors."""
        return cls(tuple(actors), tuple(actor.placed_at(moment) for actor in actors))

    def turning(self) -> tuple[tuple[int, float], ...]:
        """Return the actors that are turned from how they rest, and how far."""
        return tuple(
            (i, place.turn_rad) for i, place in enumerate(self.places) if place and place.turn_rad
        )

    def absent(self) -> tuple[int, ...]:
        """Return the actors that are not there."""
        return tuple(i for i, place in enumerate(self.places) if place is None)

    def frame_of(self, actor: int) -> NDArray[np.float64]:
        """Return the axes of an actor in the scene, a row each."""
        place = self.places[actor] or AT_REST
        return turned(self.actors[actor].yaw_rad + place.turn_rad)

    def origin_of(self, actor: int) -> tuple[float, float, float]:
        """Return where the origin of an actor is."""
        return (*self.actors[actor].position(self.places[actor] or AT_REST), 0.0)


def turned(yaw_rad: float) -> NDArray[np.float64]:
    """Return the (3, 3) matrix M for which ``row_vector @ M`` is turned to the left by yaw."""
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])


def limbs_at(
    thing: Thing, place: Placement = AT_REST
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends (K, 2, 3) of a thing's limbs in the scene, and their radii (K,).

    Limbs swing while it walks.
    """
    ends = thing.limb_ends_m.copy()
    ends[:, :, 0] += thing.limb_swing_m * math.sin(place.stride_rad)
    frame = turned(thing.yaw_rad + place.turn_rad)
    radius_m = np.array([capsule.radius_m for capsule in thing.capsules])
    return np.asarray(ends @ frame + (*thing.position(place), 0.0)), radius_m
