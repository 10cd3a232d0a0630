"""Believed distances against true ones as a picture (SVG)."""

from __future__ import annotations

from collections.abc import Iterator

from followme.evaluation.encounters import encounters
from followme.evaluation.scoring import BANDS_M
from followme.evaluation.timeline import FONT, ZONE_COLOUR
from followme.evaluation.walk_record import WalkRecord
from followme.values.obstacle import Zone

_WIDTH, _HEIGHT, _LEFT, _TOP, _SIDE = 420, 400, 52, 16, 330
_FAR_M = 5.0
_MOST_POINTS = 600
_TARGETS_M = (0.10, 0.12, 0.20, 0.40)


def distance_plot_svg(record: WalkRecord) -> str:
    """Return what was believed of each thing in the way, over how far it really was.

    Grey is where the error stays within the mean that is aimed at in its band.
    """
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {_HEIGHT}' "
        f"width='{_WIDTH}' height='{_HEIGHT}' role='img' {FONT}>",
        "<title>Believed distance over true distance, metres</title>",
        f"<rect width='{_WIDTH}' height='{_HEIGHT}' fill='#ffffff'/>",
        *_bands(),
        *_axes(),
        *_points(record),
        "</svg>",
    ]
    return "\n".join(parts)


def _x(metres: float) -> float:
    return round(_LEFT + metres / _FAR_M * _SIDE, 1)


def _y(metres: float) -> float:
    return round(_TOP + (1.0 - metres / _FAR_M) * _SIDE, 1)


def _bands() -> Iterator[str]:
    for (low, high), target in zip(BANDS_M, _TARGETS_M, strict=True):
        corners = ((low, low - target), (high, high - target), (high, high + target))
        edge = " ".join(
            f"{_x(a)},{_y(min(max(b, 0.0), _FAR_M))}" for a, b in (*corners, (low, low + target))
        )
        yield f"<polygon points='{edge}' fill='#dcdcdc'/>"
    yield (
        f"<line x1='{_x(0)}' y1='{_y(0)}' x2='{_x(_FAR_M)}' y2='{_y(_FAR_M)}' stroke='#8a8a8a'/>"
    )


def _axes() -> Iterator[str]:
    left, bottom = _x(0), _y(0)
    yield f"<path d='M{left} {_y(_FAR_M)}V{bottom}H{_x(_FAR_M)}' stroke='#333' fill='none'/>"
    for metre in range(int(_FAR_M) + 1):
        yield f"<text x='{_x(metre)}' y='{bottom + 16}' text-anchor='middle'>{metre} m</text>"
        yield f"<text x='{left - 6}' y='{_y(metre) + 4}' text-anchor='end'>{metre} m</text>"
    middle = _x(_FAR_M / 2)
    yield f"<text x='{middle}' y='{bottom + 34}' text-anchor='middle'>really</text>"
    yield f"<text x='{left + 8}' y='{_TOP + 10}'>believed</text>"


def _points(record: WalkRecord) -> Iterator[str]:
    pairs = [
        (s.thing.distance_m, s.seen.distance_m, s.seen.zone)
        for met in encounters(record, walls=False)
        for s in met.sightings
        if s.seen is not None and s.moment.distances_known and s.thing.distance_m <= _FAR_M
    ]
    for true_m, believed_m, zone in pairs[:: max(1, len(pairs) // _MOST_POINTS)]:
        colour = ZONE_COLOUR.get(zone, ZONE_COLOUR[Zone.INFORM])
        y = _y(min(believed_m, _FAR_M))
        yield f"<circle cx='{_x(true_m)}' cy='{y}' r='2.2' fill='{colour}' fill-opacity='0.7'/>"
