"""What a walk consists of: the room, the things in it, the camera and the way of the walker.

The frame of a scene has x along the corridor, y to the left, z up, and the floor at z = 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum

from followme.sources.source import SourceError
from followme.sources.walker_path import WalkerPath
from followme.values.camera import Attitude, Camera
from followme.values.obstacle import Kind

Vector = tuple[float, float, float]
Colour = tuple[int, int, int]

#: Classes of the label maps, by index.
CLASS_NAMES = (
    "unknown",
    "floor",
    "wall",
    "ceiling",
    "door",
    "person",
    "box",
    "chair",
    "table",
    "shelf",
    "pillar",
)


class Finish(str, Enum):
    """What a surface looks like."""

    PLAIN = "plain"
    TILES = "tiles"
    WALL = "wall"
    CEILING = "ceiling"
    LAMP = "lamp"
    DOOR = "door"
    WOOD = "wood"
    CARDBOARD = "cardboard"
    BOOKS = "books"
    STONE = "stone"


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
    """

    axis: int
    at_m: float
    low_m: tuple[float, float]
    high_m: tuple[float, float]
    label: str
    colour: Colour
    finish: Finish = Finish.PLAIN

    def __post_init__(self) -> None:
        _check_label("panel", self.label)
        if self.axis not in (0, 1, 2):
            raise SourceError(f"panel: axis {self.axis!r} must be 0, 1 or 2")
        if not all(low < high for low, high in zip(self.low_m, self.high_m, strict=True)):
            raise SourceError(f"panel: low {self.low_m} must be below high {self.high_m}")


@dataclass(frozen=True)
class Box:
    """A block, part of a thing.

    Parameters
    ----------
    centre_m : tuple of three floats
        From the origin of the thing, in its frame.
    size_m : tuple of three floats
        Along x, y and z before it is turned.
    yaw_rad : float
        How it is turned about its own vertical axis.
    colour : tuple of three ints or None
        Red, green, blue; None for the colour of the thing.
    finish : Finish
        What it looks like.
    """

    centre_m: Vector
    size_m: Vector
    yaw_rad: float = 0.0
    colour: Colour | None = None
    finish: Finish = Finish.PLAIN

    def __post_init__(self) -> None:
        if not all(math.isfinite(v) for v in (*self.centre_m, self.yaw_rad)):
            raise SourceError(f"box: centre {self.centre_m} and yaw must be finite numbers")
        if not all(0 < length < math.inf for length in self.size_m):
            raise SourceError(f"box: size {self.size_m} must be positive lengths in metres")


@dataclass(frozen=True)
class Capsule:
    """A rounded limb, part of a thing: all points within a radius of a line.

    Parameters
    ----------
    start_m, end_m : tuple of three floats
        Ends of the line in the frame of the thing; they differ.
    radius_m : float
        Around it.
    colour : tuple of three ints or None
        Red, green, blue; None for the colour of the thing.
    swing_m : tuple of two floats
        How far start and end swing forward and back while the thing walks.
    """

    start_m: Vector
    end_m: Vector
    radius_m: float
    colour: Colour | None = None
    swing_m: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if not 0 < self.radius_m < math.inf:
            raise SourceError(f"capsule: radius {self.radius_m!r} must be a positive length")
        if math.dist(self.start_m, self.end_m) < 1e-3:
            raise SourceError(f"capsule: start and end {self.start_m} must differ by 1 mm or more")


@dataclass(frozen=True)
class Thing:
    """One thing in the scene.

    Parameters
    ----------
    id : int
        1 to 255, its own in the scene.
    kind : Kind
        What sort of obstacle it is.
    label : str
        One of :data:`CLASS_NAMES`.
    colour : tuple of three ints
        Red, green, blue.
    parts : tuple of Box or Capsule
        What it is made of.
    at_m : tuple of two floats
        Where its origin stands on the floor at time 0.
    yaw_rad : float
        How it is turned.
    velocity_mps : tuple of two floats
        In the frame of the scene.
    moves_from_s : float
        It stands until then.
    """

    id: int
    kind: Kind
    label: str
    colour: Colour
    parts: tuple[Box | Capsule, ...]
    at_m: tuple[float, float]
    yaw_rad: float = 0.0
    velocity_mps: tuple[float, float] = (0.0, 0.0)
    moves_from_s: float = 0.0

    def __post_init__(self) -> None:
        _check_label(f"thing {self.id}", self.label)
        if not 1 <= self.id <= 255:
            raise SourceError(f"thing {self.label}: id {self.id} must be from 1 to 255")
        if not self.parts:
            raise SourceError(f"thing {self.label}: it has no parts, give at least one")

    def moved_at(self, time_s: float) -> Vector:
        """Return how far it has gone since time 0, metres in the frame of the scene."""
        moved_s = max(0.0, time_s - self.moves_from_s)
        return self.velocity_mps[0] * moved_s, self.velocity_mps[1] * moved_s, 0.0

    def position_at(self, time_s: float) -> tuple[float, float]:
        """Return where its origin stands on the floor, metres in the frame of the scene."""
        dx, dy, _ = self.moved_at(time_s)
        return self.at_m[0] + dx, self.at_m[1] + dy

    def moves_at(self, time_s: float) -> bool:
        """Return whether it is on its way."""
        return self.velocity_mps != (0.0, 0.0) and time_s > self.moves_from_s


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
    """

    panels: tuple[Panel, ...]
    things: tuple[Thing, ...]
    path: WalkerPath
    mount: Mount = field(default_factory=Mount)

    def __post_init__(self) -> None:
        ids = [thing.id for thing in self.things]
        if len(set(ids)) < len(ids):
            raise SourceError(f"scene: ids of things {ids} must differ")


def _check_label(what: str, label: str) -> None:
    if label not in CLASS_NAMES:
        raise SourceError(f"{what}: label {label!r} is none of {', '.join(CLASS_NAMES)}")
