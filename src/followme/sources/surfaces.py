"""What a scene becomes for rendering: facets, limbs, one picture of all their colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from followme.sources.course import AT_REST, Moment, Placement
from followme.sources.facets import Facet, Sheet
from followme.sources.parts import Cylinder
from followme.sources.scene import Thing


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
    atlas : (H, W, 4) uint8
        Colours, blue green red and an empty channel.
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
