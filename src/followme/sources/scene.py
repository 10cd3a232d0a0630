"""What a walk consists of: the room, the things in it, the camera and the way of the walker.

The frame of a scene has x along the corridor, y to the left, z up, and the floor at z = 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from followme.sources.course import (
    AT_ONCE,
    AT_REST,
    STANDS,
    Course,
    Moment,
    Placement,
    Start,
)
from followme.sources.parts import Capsule, Colour, Finish, Material, Part, Pit, check_label
from followme.sources.source import SourceError
from followme.sources.walker_path import WalkerPath
from followme.values.camera import Attitude, Camera
from followme.values.obstacle import Kind

#: Low and high corner of a rectangle in a panel, on its two axes.
Opening = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """A flat rectangle of the room, square to the axes: floor, ceiling, wall, door, lamp.

    Of two panels in one plane the later one is seen, so a door is drawn on its wall.

    Parameters
    ----------
    axis : int
        Of its normal: 0, 1 or 2 for x, y or z.
    at_m : float
        Where it stands on that axis.
    low_m, high_m : tuple of two floats
        Its edges on the other two axes, in their order.
    label : str
        One of :data:`CLASS_NAMES`.
    colour : tuple of three ints
        Red, green, blue.
    finish : Finish
        What it looks like.
    material : Material
        What it does to a depth sensor.
    openings : tuple of pairs of corners
        Where it is missing.
    """

    axis: int
    at_m: float
    low_m: tuple[float, float]
    high_m: tuple[float, float]
    label: str
    colour: Colour
    finish: Finish = Finish.PLAIN
    material: Material = Material.MATT
    openings: tuple[Opening, ...] = ()

    def __post_init__(self) -> None:
        check_label("panel", self.label)
        if self.axis not in (0, 1, 2):
            raise SourceError(f"panel: axis {self.axis!r} must be 0, 1 or 2")
        if not all(low < high for low, high in zip(self.low_m, self.high_m, strict=True)):
            raise SourceError(f"panel: low {self.low_m} must be below high {self.high_m}")


@dataclass(frozen=True)
class Thing:
    """One thing in the scene.

    Parameters
    ----------
    id : int
        1 to 255, its own in the scene; 0 for a fixture of the room.
    kind : Kind
        What sort of obstacle it is.
    label : str
        One of :data:`followme.sources.parts.CLASS_NAMES`.
    colour : tuple of three ints
        Red, green, blue.
    parts : tuple of Box, Capsule, Cylinder or Pit
        What it is made of.
    at_m : tuple of two floats
        Where its origin stands on the floor at rest.
    yaw_rad : float
        How it is turned at rest.
    course : Course
        How it moves.
    start : Start
        When it begins to.
    appears : bool
        Whether it is not there before that.
    stays_s : float
        How long it is there after that.
    """

    id: int
    kind: Kind
    label: str
    colour: Colour
    parts: tuple[Part, ...]
    at_m: tuple[float, float]
    yaw_rad: float = 0.0
    course: Course = STANDS
    start: Start = AT_ONCE
    appears: bool = False
    stays_s: float = math.inf

    def __post_init__(self) -> None:
        check_label(f"thing {self.id}", self.label)
        if not 0 <= self.id <= 255:
            raise SourceError(f"thing {self.label}: id {self.id} must be from 1 to 255")
        if not self.parts:
            raise SourceError(f"thing {self.label}: it has no parts, give at least one")
        moves = self.course != STANDS or self.yaw_rad != 0.0
        if moves and any(isinstance(part, Pit) for part in self.parts):
            raise SourceError(f"thing {self.label}: a pit neither moves nor turns")

    @cached_property
    def capsules(self) -> tuple[Capsule, ...]:
        """Its parts that are limbs."""
        return tuple(part for part in self.parts if isinstance(part, Capsule))

    @cached_property
    def limb_ends_m(self) -> NDArray[np.float64]:
        """Ends of its limbs in its frame while it stands, (K, 2, 3)."""
        return np.array([(c.start_m, c.end_m) for c in self.capsules]).reshape(-1, 2, 3)

    @cached_property
    def limb_swing_m(self) -> NDArray[np.float64]:
        """How far these swing, (K, 2)."""
        return np.array([c.swing_m for c in self.capsules]).reshape(-1, 2)

    @cached_property
    def reach_m(self) -> float:
        """How far no part of it is from its origin, on the floor plan."""
        return max(part.reach_m for part in self.parts)

    def placed_at(self, moment: Moment) -> Placement | None:
        """Return where it is, None while it is not there."""
        since_s = moment.since(self.id, self.start)
        if since_s > self.stays_s or (self.appears and since_s < 0.0):
            return None
        return self.course.placed_at(since_s)

    def position(self, place: Placement = AT_REST) -> tuple[float, float]:
        """Return where its origin stands on the floor, metres in the frame of the scene."""
        return self.at_m[0] + place.shift_m[0], self.at_m[1] + place.shift_m[1]


@dataclass(frozen=True)
class Mount:
    """How the walker wears the camera (assistive specification A: chest, 65 degrees or more).

    Parameters
    ----------
    height_m : float
        Above the floor.
    pitch_rad : float
        Down is positive.
    vertical_field_rad : float
        The horizontal one follows from the shape of the image.
    """

    height_m: float = 1.30
    pitch_rad: float = math.radians(10.0)
    vertical_field_rad: float = math.radians(66.0)

    def attitude(self) -> Attitude:
        """Return how the camera stands over the floor."""
        return Attitude(self.height_m, self.pitch_rad)

    def camera(self, width: int, height: int) -> Camera:
        """Return the calibrated camera for an image size, with square pixels."""
        focal_px = 0.5 * height / math.tan(0.5 * self.vertical_field_rad)
        return Camera(
            width, height, focal_px, focal_px, 0.5 * (width - 1), 0.5 * (height - 1), nominal=False
        )


@dataclass(frozen=True, eq=False)
class Scene:
    """A walk.

    Equal to itself only, so that what was prepared for one scene can be kept with it.

    Parameters
    ----------
    panels : tuple of Panel
        The room.
    things : tuple of Thing
        What stands and moves in it; ids differ.
    path : WalkerPath
        Way of the walker.
    mount : Mount
        How the camera is worn.
    fixtures : tuple of Thing
        What belongs to the room and is no thing of its own: door frames, mouldings; their id is 0.
    """

    panels: tuple[Panel, ...]
    things: tuple[Thing, ...]
    path: WalkerPath
    mount: Mount = field(default_factory=Mount)
    fixtures: tuple[Thing, ...] = ()

    def __post_init__(self) -> None:
        ids = [thing.id for thing in self.things]
        if len(set(ids)) < len(ids):
            raise SourceError(f"scene: ids of things {ids} must differ")
        if 0 in ids:
            raise SourceError("scene: id 0 is for fixtures, give things ids from 1 to 255")
        if any(fixture.id for fixture in self.fixtures):
            raise SourceError("scene: fixtures have the id 0")
