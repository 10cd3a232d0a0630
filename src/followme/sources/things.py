"""Things to put into a scene, each made of blocks or limbs; x of a thing is its front."""

from __future__ import annotations

import math

from followme.sources.course import STANDS, Straight
from followme.sources.parts import Box, Colour, Finish, Vector
from followme.sources.people import standing_parts
from followme.sources.scene import Thing
from followme.values.obstacle import Kind

_CARDBOARD = (176, 132, 84)
_WOOD = (150, 104, 62)
_STEEL = (70, 74, 80)
_STONE = (168, 164, 156)


def a_box(
    id: int,
    at_m: tuple[float, float],
    size_m: Vector = (0.4, 0.4, 0.4),
    yaw_rad: float = 0.0,
    colour: Colour = _CARDBOARD,
) -> Thing:
    """Return a cardboard box on the floor."""
    part = Box((0.0, 0.0, size_m[2] / 2), size_m, finish=Finish.CARDBOARD)
    return Thing(id, Kind.OBJECT, "box", colour, (part,), at_m, yaw_rad)


def a_chair(
    id: int, at_m: tuple[float, float], yaw_rad: float = 0.0, colour: Colour = (164, 74, 52)
) -> Thing:
    """Return a chair, 0.44 m wide and deep, seat at 0.46 m, back to 0.90 m."""
    half, leg = 0.22, 0.036
    inner = half - leg / 2
    legs = [
        Box((x, y, 0.22), (leg, leg, 0.44), colour=_STEEL)
        for x, y in ((inner, inner), (inner, -inner))
    ]
    posts = [Box((-inner, y, 0.45), (leg, leg, 0.90), colour=_STEEL) for y in (inner, -inner)]
    seat = Box((0.0, 0.0, 0.455), (2 * half, 2 * half, 0.04), finish=Finish.WOOD)
    slats = [
        Box((-inner, 0.0, z), (0.02, 2 * inner, height), finish=Finish.WOOD)
        for z, height in ((0.82, 0.14), (0.64, 0.08))
    ]
    rails = [Box((0.0, y, 0.20), (2 * inner, 0.02, 0.025), colour=_STEEL) for y in (inner, -inner)]
    parts = (*legs, *posts, seat, *slats, *rails)
    return Thing(id, Kind.OBJECT, "chair", colour, parts, at_m, yaw_rad)


def an_office_chair(
    id: int, at_m: tuple[float, float], yaw_rad: float = 0.0, colour: Colour = (52, 54, 58)
) -> Thing:
    """Return a chair that turns: a column on a star of five feet, arms, a back to 1.05 m."""
    spokes = [
        Box(
            (0.16 * math.cos(turn), 0.16 * math.sin(turn), 0.07),
            (0.32, 0.05, 0.05),
            turn,
            colour=_STEEL,
        )
        for turn in (n * math.tau / 5 for n in range(5))
    ]
    column = Box((0.0, 0.0, 0.26), (0.06, 0.06, 0.34), colour=_STEEL)
    seat = Box((0.0, 0.0, 0.465), (0.48, 0.48, 0.08))
    spine = Box((-0.25, 0.0, 0.55), (0.03, 0.08, 0.24), colour=_STEEL)
    back = Box((-0.23, 0.0, 0.83), (0.06, 0.44, 0.44))
    arms = [
        part
        for y in (0.27, -0.27)
        for part in (
            Box((-0.06, y, 0.57), (0.04, 0.03, 0.22), colour=_STEEL),
            Box((0.02, y, 0.69), (0.26, 0.06, 0.03), colour=_STEEL),
        )
    ]
    parts = (*spokes, column, seat, spine, back, *arms)
    return Thing(id, Kind.OBJECT, "chair", colour, parts, at_m, yaw_rad)


def a_table(
    id: int,
    at_m: tuple[float, float],
    size_m: Vector = (0.8, 1.2, 0.74),
    yaw_rad: float = 0.0,
    colour: Colour = _WOOD,
) -> Thing:
    """Return a table with four legs at its corners."""
    length, width, height = size_m
    x, y = length / 2 - 0.04, width / 2 - 0.04
    top = Box((0.0, 0.0, height - 0.015), (length, width, 0.03), finish=Finish.WOOD)
    legs = [
        Box((sx * x, sy * y, height / 2 - 0.015), (0.05, 0.05, height - 0.03), colour=_STEEL)
        for sx in (1, -1)
        for sy in (1, -1)
    ]
    return Thing(id, Kind.OBJECT, "table", colour, (top, *legs), at_m, yaw_rad)


def a_shelf(
    id: int,
    at_m: tuple[float, float],
    size_m: tuple[float, float] = (0.45, 0.9),
    bottom_m: float = 1.5,
    top_m: float = 1.9,
    yaw_rad: float = 0.0,
    colour: Colour = _WOOD,
) -> Thing:
    """Return a shelf in the air with books in it, free space below.

    Parameters
    ----------
    size_m : tuple of two floats
        Along x and y; the books show on the sides across x.
    """
    length, width = size_m
    board, height = 0.03, top_m - bottom_m
    boards = [
        Box((0.0, 0.0, z), (length, width, board), finish=Finish.WOOD)
        for z in (bottom_m + board / 2, top_m - board / 2)
    ]
    ends = [
        Box(
            (0.0, y, bottom_m + height / 2),
            (length, board, height - 2 * board),
            finish=Finish.WOOD,
        )
        for y in (width / 2 - board / 2, board / 2 - width / 2)
    ]
    books = Box(
        (0.0, 0.0, bottom_m + board + 0.4 * height),
        (length - 0.06, width - 2 * board, 0.8 * height),
        finish=Finish.BOOKS,
    )
    return Thing(id, Kind.OVERHANG, "shelf", colour, (*boards, *ends, books), at_m, yaw_rad)


def a_pillar(
    id: int,
    at_m: tuple[float, float],
    size_m: tuple[float, float] = (0.3, 0.3),
    height_m: float = 2.5,
    colour: Colour = _STONE,
) -> Thing:
    """Return a stone pillar from floor to ceiling."""
    part = Box((0.0, 0.0, height_m / 2), (*size_m, height_m), finish=Finish.STONE)
    return Thing(id, Kind.OBJECT, "pillar", colour, (part,), at_m)


def a_door_frame(
    id: int,
    at_m: tuple[float, float],
    clear_m: float = 0.82,
    height_m: float = 2.05,
    span_m: float = 2.4,
    yaw_rad: float = 0.0,
    colour: Colour = (206, 200, 188),
) -> Thing:
    """Return a doorway across the corridor: a wall of ``span_m`` with an opening in its middle."""
    side = (span_m - clear_m) / 2
    middle = clear_m / 2 + side / 2
    ceiling_m = 2.5
    sides = [
        Box((0.0, y, ceiling_m / 2), (0.12, side, ceiling_m), finish=Finish.PLAIN)
        for y in (middle, -middle)
    ]
    lintel_m = ceiling_m - height_m
    lintel = Box((0.0, 0.0, ceiling_m - lintel_m / 2), (0.12, clear_m, lintel_m))
    return Thing(id, Kind.OBJECT, "door", colour, (*sides, lintel), at_m, yaw_rad)


def a_person(
    id: int,
    at_m: tuple[float, float],
    yaw_rad: float = math.pi,
    velocity_mps: tuple[float, float] = (0.0, 0.0),
    moves_from_s: float = 0.0,
    colour: Colour = (42, 116, 126),
) -> Thing:
    """Return a person of 1.74 m, 0.54 m wide, who by default looks toward the walker."""
    parts = standing_parts()
    course = Straight(velocity_mps, moves_from_s) if any(velocity_mps) else STANDS
    return Thing(id, Kind.PERSON, "person", colour, parts, at_m, yaw_rad, course)
