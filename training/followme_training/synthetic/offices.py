"""Offices beside an invented corridor, open to it or behind glass, as entries of a scene file."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from followme_training.synthetic.furnishing import Entry, chosen, colour, number

# between offices, to the start, and to the end of the corridor, where its floor may fall
_APART_M, _FROM_M, _END_M = 0.8, 1.5, 5.5
_DARK = ((38, 40, 44), (58, 60, 66), (70, 62, 54), (34, 46, 70))
_LIGHT = ((214, 210, 202), (196, 170, 132), (150, 104, 62), (120, 124, 128))
_CLOTHES = ((42, 116, 126), (168, 62, 58), (74, 80, 110), (60, 62, 66))
_BOARDS = ((150, 104, 62), (112, 84, 66), (176, 140, 100), (96, 88, 84))
_WHITE = ((226, 224, 220), (210, 210, 208), (232, 230, 224))
_NOTICES = ((190, 40, 40), (40, 120, 80), (40, 70, 150), (210, 190, 80), (60, 60, 60))
_ROW_M = 2.0
# from the middle of a desk to who sits at it
_SEAT_M = 0.62


class Offices(NamedTuple):
    """Rooms and what stands in them.

    Parameters
    ----------
    branches : list of mapping
        The rooms, as branches of the corridor.
    things : list of mapping
        Their glass fronts, and their furniture.
    """

    branches: list[Entry]
    things: list[Entry]


def offices_beside(
    rng: np.random.Generator, width_m: float, length_m: float, height_m: float
) -> Offices:
    """Return offices along a corridor, at least one, in both walls.

    Parameters
    ----------
    rng : numpy.random.Generator
        Decides.
    width_m, length_m, height_m : float
        Of the corridor, which is long enough for one.
    """
    found = Offices([], [])
    half = width_m / 2
    first = int(rng.choice([-1, 1]))
    for side in (first, -first):
        x = number(rng, _FROM_M, 4.0)
        while True:
            wide = number(rng, 2.6, 6.0)
            if x + wide > length_m - _END_M:
                break
            if rng.random() < 0.8 or not found.branches:
                branch = {"from_m": x, "width_m": wide, "length_m": number(rng, 3.5, 7.0)}
                found.branches.append({"wall": "left" if side > 0 else "right", **branch})
                found.things.extend(_front(rng, found.branches[-1], height_m))
                found.things.extend(_furniture(rng, branch, side, half))
                found.things.extend(_panelling(rng, branch, side, half, height_m))
            x = round(x + wide + number(rng, _APART_M, 4.0), 3)
        found.things.extend(_on_wall(rng, found.branches, side, half, length_m))
    return found


def _front(rng: np.random.Generator, branch: Entry, height_m: float) -> list[Entry]:
    """Return the glass before an office; none before some, and before others its door is open."""
    kind = chosen(rng, none=2, shut=2, open=3)
    if kind == "none" or height_m < 2.3:
        return []
    place = {name: branch[name] for name in ("wall", "from_m", "width_m")}
    door = {"door_m": number(rng, 0.9, 1.4), "open": kind == "open"}
    return [{"type": "glass_door", **place, **door, "colour": colour(rng, _DARK)}]


def _panelling(
    rng: np.random.Generator, branch: Entry, side: int, half_m: float, height_m: float
) -> list[Entry]:
    """Return boards on the wall across, as meeting rooms have them; it stays a wall."""
    if rng.random() > 0.35:
        return []
    size = [branch["width_m"], 0.02, height_m]
    middle = branch["from_m"] + branch["width_m"] / 2
    at_m = [round(middle, 3), round(side * (half_m + branch["length_m"] - 0.01), 3)]
    return [_part_of_wall({"at_m": at_m, "size_m": size}, "wood", colour(rng, _BOARDS))]


def _on_wall(
    rng: np.random.Generator, rooms: list[Entry], side: int, half_m: float, length_m: float
) -> list[Entry]:
    """Return flush doors of what is built into a wall, and notices; both are the wall to a walker.

    Networks of rooms take a white wall with a seam and a notice in it for a cupboard.
    """
    wall = "left" if side > 0 else "right"
    found: list[Entry] = []
    x = number(rng, 1.0, 4.0)
    while x < length_m - 1.0:
        wide = number(rng, 0.5, 1.1)
        beside = all(
            r["wall"] != wall or x + wide < r["from_m"] or r["from_m"] + r["width_m"] < x - wide
            for r in rooms
        )
        if beside and rng.random() < 0.5:
            size = [wide, 0.012, number(rng, 0.6, 1.9)]
            place: Entry = {"at_m": [x, round(side * (half_m - 0.006), 3)]}
            place |= {"size_m": size, "bottom_m": number(rng, 0.1, 0.4)}
            found.append(_part_of_wall(place, "plain", colour(rng, _WHITE)))
        if beside and rng.random() < 0.6:
            size = [number(rng, 0.2, 0.5), 0.01, number(rng, 0.2, 0.5)]
            # before a flush door, where there is one
            place = {"at_m": [x, round(side * (half_m - 0.018), 3)]}
            place |= {"size_m": size, "bottom_m": number(rng, 0.8, 1.5)}
            found.append(_part_of_wall(place, "sign", colour(rng, _NOTICES)))
        x = round(x + number(rng, 1.2, 4.0), 3)
    return found


def _part_of_wall(place: Entry, finish: str, rgb: list[int]) -> Entry:
    """Return a flat box that belongs to a wall."""
    return {"type": "box", **place, "finish": finish, "colour": rgb, "label": "wall"}


def _furniture(rng: np.random.Generator, branch: Entry, side: int, half_m: float) -> list[Entry]:
    """Return rows of desks along the corridor, and cabinets at the wall across."""
    low, high = branch["from_m"] + 0.3, branch["from_m"] + branch["width_m"] - 0.3
    end_m = half_m + branch["length_m"]
    looks = {"desk": colour(rng, _LIGHT), "seat": colour(rng, _DARK)}
    found: list[Entry] = []
    y = half_m + number(rng, 1.1, 1.8)
    while y < end_m - 1.2:
        x = low + number(rng, 0.0, 0.6)
        wide = number(rng, 1.1, 1.6)
        while x + wide < high:
            if rng.random() < 0.85:
                found += _workplace(rng, (x + wide / 2, y), wide, side, looks)
            x += wide + float(rng.choice([0.02, 0.02, 0.7]))
        y += _ROW_M + number(rng, 0.0, 0.6)
    size = [0.4, number(rng, 0.8, 1.2), number(rng, 0.8, 2.0)]
    x = low + size[1] / 2
    while x + size[1] / 2 < high:
        if rng.random() < 0.4:
            at_m = [round(x, 3), round(side * (end_m - 0.22), 3)]
            looks_at = {"turned_deg": -90.0 * side, "colour": looks["desk"]}
            found.append({"type": "cabinet", "at_m": at_m, "size_m": size, **looks_at})
        x += size[1] + 0.02
    return found


def _workplace(
    rng: np.random.Generator,
    middle_m: tuple[float, float],
    wide_m: float,
    side: int,
    looks: dict[str, list[int]],
) -> list[Entry]:
    """Return a desk along the corridor, with what stands on it and before it."""
    x, y = middle_m
    high = number(rng, 0.71, 0.76)
    size = [round(wide_m, 3), number(rng, 0.6, 0.8), high]
    at_m = [round(x, 3), round(side * y, 3)]
    found: list[Entry] = [{"type": "table", "at_m": at_m, "size_m": size, "colour": looks["desk"]}]
    # who sits there looks away from the corridor or toward it
    away = float(rng.choice([-1.0, 1.0]))
    aside = number(rng, -0.25, 0.25)
    if rng.random() < 0.75:
        on_m = [round(x + aside, 3), round(side * (y + away * 0.15), 3)]
        screen = {"size_m": [number(rng, 0.45, 0.6), 0.04, number(rng, 0.28, 0.38)]}
        over = {"bottom_m": round(high + 0.1, 3), "colour": [24, 26, 30], "finish": "plain"}
        found.append({"type": "box", "label": "screen", "at_m": on_m, **screen, **over})
    seat_m = [
        round(x + aside, 3),
        round(side * (y - away * (_SEAT_M + abs(float(rng.normal(0, 0.15))))), 3),
    ]
    turned = 90.0 * side * away + float(rng.normal(0, 35))
    if rng.random() < 0.9:
        base = chosen(rng, star=4, legs=1)
        chair = {"base": base, "turned_deg": round(turned, 1), "colour": looks["seat"]}
        found.append({"type": "chair", "at_m": seat_m, **chair})
        if rng.random() < 0.12:
            sits = {"sits": True, "heading_deg": round(turned, 1), "colour": colour(rng, _CLOTHES)}
            sits["height_m"] = number(rng, 1.55, 1.9)
            found.append({"type": "person", "at_m": seat_m, **sits})
    return found
