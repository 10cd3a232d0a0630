"""What things are made of: blocks, limbs, upright cylinders and pits, and how surfaces look."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, IntEnum

from followme.sources.source import SourceError

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
    "pole",
    "bin",
    "bench",
    "sign",
    "stairs",
    "hole",
    "glass",
    "window",
    "bag",
    "bed",
    "sofa",
    "cupboard",
    "plant",
    "cart",
    "bicycle",
    "screen",
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
    CARPET = "carpet"
    GLOSS = "gloss"
    WINDOW = "window"
    SIGN = "sign"


class Material(IntEnum):
    """What a surface does to the light of a depth sensor; the sensor model says how often."""

    MATT = 0
    GLASS = 1
    SHINY = 2
    DARK = 3


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
    label : str or None
        One of :data:`CLASS_NAMES`; None for the label of the thing.
    material : Material
        A block of glass is seen through.
    """

    centre_m: Vector
    size_m: Vector
    yaw_rad: float = 0.0
    colour: Colour | None = None
    finish: Finish = Finish.PLAIN
    label: str | None = None
    material: Material = Material.MATT

    def __post_init__(self) -> None:
        if not all(math.isfinite(v) for v in (*self.centre_m, self.yaw_rad)):
            raise SourceError(f"box: centre {self.centre_m} and yaw must be finite numbers")
        if not all(0 < length < math.inf for length in self.size_m):
            raise SourceError(f"box: size {self.size_m} must be positive lengths in metres")
        if self.label is not None:
            check_label("box", self.label)

    @property
    def reach_m(self) -> float:
        """How far no point of it is from the origin, on the floor plan."""
        return math.hypot(*self.centre_m[:2]) + 0.5 * math.hypot(*self.size_m[:2])


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

    @property
    def reach_m(self) -> float:
        """How far no point of it is from the origin, on the floor plan, while it swings too."""
        ends = zip((self.start_m, self.end_m), self.swing_m, strict=True)
        return max(math.hypot(*end[:2]) + abs(swing) for end, swing in ends) + self.radius_m


@dataclass(frozen=True)
class Cylinder:
    """An upright cylinder with flat ends, part of a thing: a pole, a bin.

    Parameters
    ----------
    centre_m : tuple of two floats
        Of its axis, in the frame of the thing.
    radius_m : float
        Around it.
    bottom_m, top_m : float
        Above the floor.
    colour : tuple of three ints or None
        Red, green, blue; None for the colour of the thing.
    """

    centre_m: tuple[float, float]
    radius_m: float
    bottom_m: float
    top_m: float
    colour: Colour | None = None

    def __post_init__(self) -> None:
        if not all(math.isfinite(v) for v in self.centre_m):
            raise SourceError(f"cylinder: centre {self.centre_m} must be finite numbers")
        if not 0 < self.radius_m < math.inf:
            raise SourceError(f"cylinder: radius {self.radius_m!r} must be a positive length")
        if not -math.inf < self.bottom_m < self.top_m < math.inf:
            raise SourceError(
                f"cylinder: bottom {self.bottom_m!r} must be below its top {self.top_m!r}"
            )

    @property
    def reach_m(self) -> float:
        """How far no point of it is from the origin, on the floor plan."""
        return math.hypot(*self.centre_m) + self.radius_m


@dataclass(frozen=True)
class Pit:
    """A hole in the floor with upright sides, square to the axes; part of a thing that stands.

    Parameters
    ----------
    centre_m : tuple of two floats
        In the frame of the thing.
    size_m : tuple of two floats
        Along x and y.
    depth_m : float
        Of its bottom below the floor.
    """

    centre_m: tuple[float, float]
    size_m: tuple[float, float]
    depth_m: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(v) for v in self.centre_m):
            raise SourceError(f"pit: centre {self.centre_m} must be finite numbers")
        if not all(0 < length < math.inf for length in (*self.size_m, self.depth_m)):
            raise SourceError(
                f"pit: size {self.size_m} and depth {self.depth_m!r} must be positive lengths"
            )

    @property
    def reach_m(self) -> float:
        """How far no point of it is from the origin, on the floor plan."""
        return math.hypot(*self.centre_m) + 0.5 * math.hypot(*self.size_m)


Part = Box | Capsule | Cylinder | Pit


def check_label(what: str, label: str) -> None:
    """Raise SourceError unless a label is one of :data:`CLASS_NAMES`."""
    if label not in CLASS_NAMES:
        raise SourceError(f"{what}: label {label!r} is none of {', '.join(CLASS_NAMES)}")
