"""Rules B1 and B3 as a picture: the way of the body from above and from the side (SVG)."""

from __future__ import annotations

from collections.abc import Iterator

from followme.evaluation.timeline import ZONE_COLOUR
from followme.geometry.corridor import Corridor
from followme.settings import CorridorSettings, WalkerSettings, ZoneSettings
from followme.values.obstacle import Zone

#: Speeds whose zones are drawn, m/s.
SPEEDS_MPS = (0.5, 1.0, 1.4)
_PER_M, _LEFT, _LANE, _TOP = 105.0, 96.0, 140.0, 26.0
_FAR_M = 6.2
# A zone shorter than this has its name beside it.
_ROOM_M = 0.8
_SIDE_HEIGHT = 225.0
_INK = "#333333"


def zones_at(speed_mps: float, s: ZoneSettings, reach_m: float) -> list[tuple[Zone, float]]:
    """Return how far from the walker each zone begins for a thing that stands, metres."""
    closing = max(speed_mps, s.least_closing_mps)
    return [
        (Zone.INFORM, s.inform_m),
        (Zone.WARN, max(s.warn_m, s.warn_s * closing + reach_m)),
        (Zone.STOP, max(s.stop_m, s.stop_s * closing + reach_m)),
    ]


def top_view_svg() -> str:
    """Return the way of the body and its zones at three speeds, and the bands of height."""
    corridor = Corridor(CorridorSettings(), WalkerSettings())
    width = _LEFT + _FAR_M * _PER_M + 30
    height = _TOP + len(SPEEDS_MPS) * _LANE + _SIDE_HEIGHT
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:g} {height:g}' "
        f"width='{width:g}' height='{height:g}' role='img' font-family='sans-serif' "
        "font-size='12'>",
        "<title>Corridor and zones from above at three speeds; bands of height from the side"
        "</title>",
        f"<rect width='{width:g}' height='{height:g}' fill='#ffffff'/>",
        f"<text x='{_LEFT:g}' y='18' fill='{_INK}'>From above: where a thing that stands is in "
        "INFORM, WARN and STOP</text>",
    ]
    for lane, speed_mps in enumerate(SPEEDS_MPS):
        parts += _lane(corridor, speed_mps, _TOP + (lane + 0.5) * _LANE)
    parts += _side(corridor, _TOP + len(SPEEDS_MPS) * _LANE)
    return "\n".join([*parts, "</svg>"])


def _x(metres: float) -> float:
    return round(_LEFT + metres * _PER_M, 1)


def _lane(corridor: Corridor, speed_mps: float, middle: float) -> Iterator[str]:
    s, walker = ZoneSettings(), WalkerSettings()
    near_m = 0.0
    for zone, far_m in reversed(zones_at(speed_mps, s, walker.reach_m)):
        yield _strip(corridor, near_m, far_m, middle, ZONE_COLOUR[zone])
        outside = far_m - near_m < _ROOM_M
        at, anchor = (_x(far_m) + 6, "start") if outside else (_x(far_m) - 6, "end")
        yield (
            f"<text x='{at}' y='{middle + 4:g}' text-anchor='{anchor}' "
            f"fill='{_INK}'>{zone.name} {far_m:.1f} m</text>"
        )
        near_m = far_m
    yield (
        f"<path d='M{_x(0) + 12} {middle}l-20 -10v20z' fill='{_INK}'/>"
        f"<text x='{_LEFT - 14}' y='{middle + 4:g}' text-anchor='end' fill='{_INK}'>"
        f"{speed_mps:g} m/s</text>"
    )
    for metre in range(1, int(_FAR_M)):
        yield (
            f"<path d='M{_x(metre)} {middle + 50:g}v5' stroke='{_INK}'/>"
            f"<text x='{_x(metre)}' y='{middle + 68:g}' text-anchor='middle' fill='{_INK}'>"
            f"{metre} m</text>"
        )


def _strip(corridor: Corridor, near_m: float, far_m: float, middle: float, colour: str) -> str:
    """Return the way between two distances; it widens beyond its straight piece."""
    stations = sorted({near_m, min(max(corridor.s.straight_m, near_m), far_m), far_m})
    upper = [(_x(m), middle - corridor.half_width_at(m) * _PER_M) for m in stations]
    lower = [(x, 2 * middle - y) for x, y in reversed(upper)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*upper, *lower))
    return f"<polygon points='{points}' fill='{colour}' fill-opacity='0.55' stroke='{colour}'/>"


def _side(corridor: Corridor, top: float) -> Iterator[str]:
    s = corridor.s
    floor, per_m = top + _SIDE_HEIGHT - 24, 78.0
    title = "From the side: bands of height"
    yield f"<text x='{_LEFT:g}' y='{top + 18:g}' fill='{_INK}'>{title}</text>"
    bands = (
        ("foot: a cane finds it", s.foot_low_m, s.cane_high_m, "#cfe3f5"),
        ("torso: a cane passes below", s.cane_high_m, s.torso_high_m, "#f7d9a8"),
        ("head", s.torso_high_m, corridor.head_high_m, "#f3b6b0"),
    )
    for name, low_m, high_m, colour in bands:
        y, height = floor - high_m * per_m, (high_m - low_m) * per_m
        yield (
            f"<rect x='{_LEFT:g}' y='{y:.1f}' width='{_FAR_M * _PER_M:g}' height='{height:.1f}' "
            f"fill='{colour}'/><text x='{_LEFT + 8:g}' y='{y + height / 2 + 4:.1f}' "
            f"fill='{_INK}'>{name}</text><text x='{_LEFT - 8:g}' y='{y + 5:.1f}' "
            f"text-anchor='end' fill='{_INK}'>{high_m:g} m</text>"
        )
    yield (
        f"<path d='M{_LEFT:g} {floor:.1f}h{_FAR_M * _PER_M:g}' stroke='{_INK}' stroke-width='2'/>"
        f"<text x='{_LEFT - 8:g}' y='{floor + 5:.1f}' text-anchor='end' fill='{_INK}'>floor</text>"
    )
