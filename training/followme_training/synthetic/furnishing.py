"""What stands along and in an invented corridor, slot by slot, as entries of a scene file."""

from __future__ import annotations

from typing import Any

import numpy as np

Entry = dict[str, Any]

#: Length of a slot along a wall: a door with its frame, a bench, a window.
SLOT_M = 1.5
_COLOURS = ((150, 92, 66), (86, 116, 150), (96, 132, 104), (176, 156, 120), (206, 202, 194))
_CLOTHES = ((42, 116, 126), (168, 62, 58), (74, 80, 110), (190, 170, 96), (92, 60, 96))


def number(rng: np.random.Generator, low: float, high: float) -> float:
    """Return a number between two, in whole millimetres or thousandths of a degree."""
    return round(float(rng.uniform(low, high)), 3)


def chosen(rng: np.random.Generator, **weights: float) -> str:
    """Return one of the words, by their weights."""
    share = np.array(list(weights.values()))
    return str(rng.choice(list(weights), p=share / share.sum()))


def colour(rng: np.random.Generator, colours: tuple[tuple[int, int, int], ...]) -> list[int]:
    """Return one of some colours, a little off."""
    base = np.array(colours[int(rng.integers(len(colours)))])
    return [int(v) for v in np.clip(base + rng.normal(0, 9, 3), 5, 250)]


def in_wall(rng: np.random.Generator, side: int, from_m: float, height_m: float) -> list[Entry]:
    """Return a door or a window in a slot of a wall."""
    wall = "left" if side > 0 else "right"
    if rng.random() < 0.3:
        high = number(rng, 0.9, min(1.5, height_m - 1.0))
        size = {"width_m": SLOT_M - 0.3, "height_m": high, "bottom_m": 0.85}
        return [{"type": "window", "wall": wall, "from_m": from_m, **size}]
    state = chosen(rng, closed=5.0, ajar=2.0, open=1.5, away=2.0)
    angles = {"closed": (0, 0), "ajar": (5, 28), "open": (60, 95), "away": (-95, -60)}
    door: Entry = {
        "type": "door",
        "wall": wall,
        "from_m": round(from_m + 0.2, 3),
        "width_m": number(rng, 0.8, 1.0),
        "height_m": number(rng, 1.96, 2.12),
        "hinge": chosen(rng, near=1.0, far=1.0),
        "open_deg": number(rng, *angles[state]),
        "colour": colour(rng, _COLOURS),
    }
    return [door]


def at_wall(
    rng: np.random.Generator, side: int, x_m: float, half_m: float, height_m: float
) -> list[Entry]:
    """Return what stands at a wall around a place, or hangs there."""
    turned = -90.0 * side
    kind = chosen(
        rng, bench=2, cabinet=2, desk=2, bin=2, boxes=2, chair=2, pole=0.7, shelf=1.2, hanging=1.2,
        sign=1.0, person=2.0, pillar=0.6,
    )  # fmt: skip
    near = round(side * (half_m - 0.27), 3)
    spot = [round(x_m, 3), near]
    if kind == "bench":
        sits = {"type": "person", "at_m": [spot[0], round(near - 0.04 * side, 3)], "sits": True}
        sits |= {"heading_deg": turned, "height_m": number(rng, 1.55, 1.9)}
        sits["colour"] = colour(rng, _CLOTHES)
        bench = {"type": "bench", "at_m": spot, "turned_deg": turned}
        return [bench, sits] if rng.random() < 0.5 else [bench]
    if kind == "desk":
        size = [0.6, number(rng, 0.9, 1.3), number(rng, 0.7, 0.78)]
        desk_m = [spot[0], round(side * (half_m - 0.32), 3)]
        chair_m = [spot[0], round(side * (half_m - 0.85), 3)]
        return [
            {"type": "table", "at_m": desk_m, "size_m": size, "turned_deg": turned},
            {"type": "chair", "at_m": chair_m, "turned_deg": round(-turned + rng.normal(0, 15), 1)},
        ]
    if kind == "boxes":
        low, high = number(rng, 0.3, 0.5), number(rng, 0.2, 0.4)
        over = {"at_m": spot, "size_m": [high, high, high], "bottom_m": low}
        return [
            {"type": "box", "at_m": spot, "size_m": [low, low, low]},
            {"type": "box", "turned_deg": number(rng, -20, 20), **over},
        ]
    return [_single(rng, kind, side, spot, (half_m, height_m))]


def _single(
    rng: np.random.Generator, kind: str, side: int, spot: list[float], room_m: tuple[float, float]
) -> Entry:
    """Return one thing at a wall."""
    turned, (half_m, height_m) = -90.0 * side, room_m
    wood = {"colour": colour(rng, _COLOURS)}
    if kind == "cabinet":
        size = [0.45, number(rng, 0.7, 1.2), number(rng, 0.8, min(2.0, height_m))]
        return {"type": "cabinet", "at_m": spot, "size_m": size, "turned_deg": turned, **wood}
    if kind == "hanging":
        size = [number(rng, 0.3, 0.5), number(rng, 0.6, 1.1), number(rng, 0.4, 0.7)]
        bottom = number(rng, 1.2, 1.7)
        at_m = [spot[0], round(side * (half_m - size[0] / 2), 3)]
        turn = {"turned_deg": turned, "bottom_m": bottom}
        return {"type": "cabinet", "at_m": at_m, "size_m": size, **turn, **wood}
    if kind == "shelf":
        bottom = number(rng, 0.9, 1.6)
        return {"type": "shelf", "at_m": spot, "bottom_m": bottom, "top_m": round(bottom + 0.4, 3),
                "turned_deg": turned}  # fmt: skip
    if kind == "sign":
        return {"type": "sign", "at_m": spot, "bottom_m": number(rng, 1.5, 2.0),
                "turned_deg": number(rng, 150, 210)}  # fmt: skip
    if kind == "person":
        return {"type": "person", "at_m": spot, "heading_deg": number(rng, -180, 180),
                "height_m": number(rng, 1.5, 1.95), "colour": colour(rng, _CLOTHES)}  # fmt: skip
    if kind == "chair":
        return {"type": "chair", "at_m": spot, "turned_deg": number(rng, -180, 180), **wood}
    if kind == "pillar":
        return {"type": "pillar", "at_m": spot, "size_m": [0.35, 0.4]}
    if kind == "pole":
        return {"type": "pole", "at_m": spot, "radius_m": number(rng, 0.02, 0.06),
                "height_m": number(rng, 0.9, 2.2)}  # fmt: skip
    return {"type": "bin", "at_m": spot, "radius_m": number(rng, 0.14, 0.22),
            "height_m": number(rng, 0.4, 0.75), **wood}  # fmt: skip


def in_the_way(rng: np.random.Generator, x_m: float, y_m: float) -> Entry:
    """Return what stands, walks or hangs where one would walk."""
    at_m = [round(x_m, 3), round(y_m, 3)]
    kind = chosen(rng, chair=2, box=2, sign=1.5, bin=1, person=2, walks=2, overhang=2, pole=0.6)
    turned = {"turned_deg": number(rng, -180, 180)}
    if kind in ("person", "walks"):
        person: Entry = {"type": "person", "at_m": at_m, "height_m": number(rng, 1.5, 1.95)}
        person |= {"heading_deg": number(rng, -180, 180), "colour": colour(rng, _CLOTHES)}
        if kind == "walks":
            to_m = [round(x_m - number(rng, 1.5, 4.0), 3), round(y_m + rng.normal(0, 0.2), 3)]
            person["moves"] = {"way_m": [to_m], "speed_mps": number(rng, 0.4, 1.3)}
        return person
    if kind == "overhang":
        size = [number(rng, 0.2, 0.6), number(rng, 0.4, 0.9), number(rng, 0.15, 0.5)]
        return {"type": "box", "at_m": at_m, "size_m": size, "bottom_m": number(rng, 1.2, 1.75),
                "finish": chosen(rng, wood=1, plain=1, cardboard=1), **turned}  # fmt: skip
    if kind == "box":
        size = [number(rng, 0.2, 0.6) for _ in range(3)]
        return {"type": "box", "at_m": at_m, "size_m": size, **turned}
    if kind == "sign":
        return {"type": "wet_floor_sign", "at_m": at_m, **turned}
    if kind == "bin":
        return {"type": "bin", "at_m": at_m, "colour": colour(rng, _CLOTHES)}
    if kind == "pole":
        return {"type": "pole", "at_m": at_m, "height_m": number(rng, 0.9, 2.2)}
    return {"type": "chair", "at_m": at_m, "colour": colour(rng, _COLOURS), **turned}
