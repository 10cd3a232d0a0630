"""More things to put into a scene: poles, bins, benches, signs, steps and holes in the floor."""

from __future__ import annotations

from dataclasses import replace

from followme.sources.parts import Box, Colour, Cylinder, Finish, Part, Pit
from followme.sources.scene import Thing
from followme.values.obstacle import Kind

_STEEL = (70, 74, 80)
_WOOD = (150, 104, 62)
_STONE = (168, 164, 156)
_NOSING = (206, 190, 92)
_NOSING_M, _NOSING_HIGH_M = 0.05, 0.006
# upright slices that lean together as a slanted plate
_SLICES = 16


def a_cylinder(
    id: int,
    at_m: tuple[float, float],
    radius_m: float,
    height_m: float,
    bottom_m: float = 0.0,
    label: str = "pole",
    colour: Colour = _STEEL,
) -> Thing:
    """Return an upright cylinder, such as a pole or a bin."""
    part = Cylinder((0.0, 0.0), radius_m, bottom_m, bottom_m + height_m)
    return Thing(id, Kind.OBJECT, label, colour, (part,), at_m)


def a_bench(
    id: int,
    at_m: tuple[float, float],
    size_m: tuple[float, float, float] = (0.42, 1.4, 0.46),
    yaw_rad: float = 0.0,
    colour: Colour = _WOOD,
) -> Thing:
    """Return a bench without a back: three boards on two stands."""
    length, width, height = size_m
    board = (length - 0.04) / 3
    boards = [
        Box((x, 0.0, height - 0.02), (board, width, 0.04), finish=Finish.WOOD)
        for x in (-board - 0.02, 0.0, board + 0.02)
    ]
    stands = [
        Box((0.0, y, (height - 0.04) / 2), (length * 0.8, 0.06, height - 0.04), colour=_STEEL)
        for y in (0.38 * width, -0.38 * width)
    ]
    return Thing(id, Kind.OBJECT, "bench", colour, (*boards, *stands), at_m, yaw_rad)


def a_sign(
    id: int,
    at_m: tuple[float, float],
    size_m: tuple[float, float] = (0.6, 0.4),
    bottom_m: float = 1.6,
    yaw_rad: float = 0.0,
    colour: Colour = (34, 92, 150),
) -> Thing:
    """Return a flat sign in the air, or on the floor where its bottom is 0; its front is x.

    Parameters
    ----------
    size_m : tuple of two floats
        Width and height.
    """
    width, height = size_m
    plate = Box((0.0, 0.0, bottom_m + height / 2), (0.03, width, height), finish=Finish.SIGN)
    return Thing(id, Kind.OBJECT, "sign", colour, (plate,), at_m, yaw_rad)


def a_wet_floor_sign(
    id: int, at_m: tuple[float, float], yaw_rad: float = 0.0, colour: Colour = (236, 196, 40)
) -> Thing:
    """Return a folding sign on the floor, 0.62 m high: two plates that lean against each other."""
    slice_m, high_m, wide_m, plate_m = 0.62 / _SLICES, 0.62, 0.28, 0.012
    parts: list[Part] = []
    for n in range(_SLICES):
        z = (n + 0.5) * slice_m
        # plates stand 0.15 m from the middle at the floor and meet at the top
        off = 0.15 * (1.0 - z / high_m) + plate_m / 2
        for side in (1, -1):
            parts.append(Box((side * off, 0.0, z), (plate_m, wide_m, slice_m)))
    return Thing(id, Kind.OBJECT, "sign", colour, tuple(parts), at_m, yaw_rad)


def a_cabinet(
    id: int,
    at_m: tuple[float, float],
    size_m: tuple[float, float, float] = (0.45, 0.9, 1.8),
    bottom_m: float = 0.0,
    yaw_rad: float = 0.0,
    colour: Colour = _WOOD,
) -> Thing:
    """Return a cabinet with two doors on its front, on the floor or on a wall."""
    length, width, height = size_m
    body = Box((-0.01, 0.0, bottom_m + height / 2), (length - 0.02, width, height))
    parts: list[Part] = [replace(body, finish=Finish.WOOD)]
    for side in (1, -1):
        leaf = (0.02, width / 2 - 0.008, height - 0.02)
        centre = (length / 2 - 0.01, side * width / 4, bottom_m + height / 2)
        parts.append(Box(centre, leaf, finish=Finish.WOOD))
        handle = (length / 2 + 0.012, side * 0.04, bottom_m + height / 2)
        parts.append(Box(handle, (0.02, 0.015, min(0.14, 0.4 * height)), colour=_STEEL))
    return Thing(id, Kind.OBJECT, "cupboard", colour, tuple(parts), at_m, yaw_rad)


def a_hole(
    id: int,
    at_m: tuple[float, float],
    size_m: tuple[float, float],
    depth_m: float,
    colour: Colour = _STONE,
) -> Thing:
    """Return a hole in the floor, square to the axes, around a point."""
    pit = Pit((0.0, 0.0), size_m, depth_m)
    return Thing(id, Kind.DROP_OFF, "hole", colour, (pit,), at_m)


def stairs_down(
    id: int,
    at_m: tuple[float, float],
    width_m: float,
    steps: int = 10,
    rise_m: float = 0.17,
    tread_m: float = 0.28,
    landing_m: float = 1.5,
    colour: Colour = _STONE,
) -> Thing:
    """Return stairs that lead down along x from the middle of their upper edge."""
    depth = steps * rise_m
    length = (steps - 1) * tread_m + landing_m
    parts: list[Part] = [Pit((length / 2, 0.0), (length, width_m), depth)]
    for step in range(1, steps):
        top, x = -step * rise_m, (step - 1) * tread_m
        parts += _step(x, x + tread_m, width_m, -depth, top, edge_m=x + tread_m - _NOSING_M / 2)
    return Thing(id, Kind.DROP_OFF, "stairs", colour, tuple(parts), at_m)


def stairs_up(
    id: int,
    at_m: tuple[float, float],
    width_m: float,
    steps: int = 10,
    rise_m: float = 0.17,
    tread_m: float = 0.28,
    landing_m: float = 1.5,
    colour: Colour = _STONE,
) -> Thing:
    """Return stairs that lead up along x from the middle of their lower edge."""
    length = (steps - 1) * tread_m + landing_m
    parts: list[Part] = []
    for step in range(1, steps + 1):
        x = (step - 1) * tread_m
        to_m = x + tread_m if step < steps else length
        parts += _step(x, to_m, width_m, 0.0, step * rise_m, edge_m=x + _NOSING_M / 2)
    return Thing(id, Kind.OBJECT, "stairs", colour, tuple(parts), at_m)


def _step(
    from_m: float, to_m: float, width_m: float, low_m: float, high_m: float, *, edge_m: float
) -> list[Box]:
    """Return a step, with a strip on its edge as good stairs have it."""
    middle = ((from_m + to_m) / 2, 0.0, (low_m + high_m) / 2)
    block = Box(middle, (to_m - from_m, width_m, high_m - low_m), finish=Finish.STONE)
    strip = Box(
        (edge_m, 0.0, high_m),
        (_NOSING_M, width_m, _NOSING_HIGH_M),
        colour=_NOSING,
    )
    return [block, strip]
