"""What people are made of: limbs, standing or sitting; they look along x."""

from __future__ import annotations

from dataclasses import replace

from followme.sources.parts import Capsule, Vector

#: Of the people that are not scaled.
HEIGHT_M = 1.74
#: Of the seat that sitting people sit on.
SEAT_M = 0.46

#: Colours of what people are made of and wear.
SKIN = (222, 172, 140)
HAIR = (62, 42, 30)
TROUSERS = (48, 58, 84)
SHOES = (38, 34, 34)
# how far the hips come down, and the trunk leans back, when a person sits
_SIT_DOWN_M = 0.93 - SEAT_M - 0.10


def standing_parts(height_m: float = HEIGHT_M) -> tuple[Capsule, ...]:
    """Return the limbs of a person who stands or walks."""
    return _scaled((*_legs(), *_trunk(), *_arms(), *_head()), height_m)


def sitting_parts(height_m: float = HEIGHT_M) -> tuple[Capsule, ...]:
    """Return the limbs of a person who sits on a chair whose middle is the origin.

    Parameters
    ----------
    height_m : float
        When standing.
    """
    upper = [_lowered(part) for part in (*_trunk(), *_arms(), *_head())]
    return _scaled((*_bent_legs(), *upper), height_m)


def _bent_legs() -> list[Capsule]:
    limbs = []
    for y in (0.11, -0.11):
        knee = (0.43, y, 0.50)
        limbs += [
            Capsule((0.0, y, 0.54), knee, 0.085, TROUSERS),
            Capsule(knee, (0.42, y, 0.11), 0.06, TROUSERS),
            Capsule((0.39, y, 0.05), (0.55, y, 0.045), 0.045, SHOES),
        ]
    return limbs


def _lowered(part: Capsule) -> Capsule:
    (x0, y0, z0), (x1, y1, z1) = part.start_m, part.end_m
    start, end = (x0, y0, z0 - _SIT_DOWN_M), (x1, y1, z1 - _SIT_DOWN_M)
    return replace(part, start_m=start, end_m=end, swing_m=(0.0, 0.0))


def _scaled(parts: tuple[Capsule, ...], height_m: float) -> tuple[Capsule, ...]:
    if height_m == HEIGHT_M:
        return parts
    by = height_m / HEIGHT_M

    def larger(point: Vector) -> Vector:
        return point[0] * by, point[1] * by, point[2] * by

    return tuple(
        Capsule(
            larger(part.start_m),
            larger(part.end_m),
            part.radius_m * by,
            part.colour,
            (part.swing_m[0] * by, part.swing_m[1] * by),
        )
        for part in parts
    )


def _legs() -> list[Capsule]:
    limbs = []
    for side, swing in ((1, 0.22), (-1, -0.22)):
        y, half = 0.095 * side, swing / 2
        limbs += [
            Capsule((0.0, y, 0.88), (0.02, y, 0.50), 0.085, TROUSERS, (0.0, half)),
            Capsule((0.02, y, 0.50), (0.0, y, 0.11), 0.06, TROUSERS, (half, swing)),
            Capsule((-0.03, y, 0.05), (0.13, y, 0.045), 0.045, SHOES, (swing, swing)),
        ]
    return limbs


def _trunk() -> list[Capsule]:
    columns = [
        Capsule((0.0, y, 1.02), (0.0, 1.25 * y, 1.34), 0.108)
        for y in (-0.09, -0.05, 0.0, 0.05, 0.09)
    ]
    return [
        Capsule((0.0, -0.07, 0.93), (0.0, 0.07, 0.93), 0.105, TROUSERS),
        *columns,
        Capsule((0.0, -0.165, 1.41), (0.0, 0.165, 1.41), 0.068),
    ]


def _arms() -> list[Capsule]:
    limbs = []
    for side, swing in ((1, -0.18), (-1, 0.18)):
        y, half = 0.215 * side, swing / 2
        limbs += [
            Capsule((0.0, y * 0.97, 1.40), (-0.01, y, 1.13), 0.052, None, (0.0, half)),
            Capsule((-0.01, y, 1.13), (0.05, y, 0.90), 0.042, None, (half, swing)),
            Capsule((0.05, y, 0.86), (0.06, y, 0.81), 0.043, SKIN, (swing, swing)),
        ]
    return limbs


def _head() -> list[Capsule]:
    eyes = [
        Capsule((0.088, y, 1.618), (0.088, y, 1.622), 0.014, (40, 34, 32)) for y in (0.036, -0.036)
    ]
    return [
        Capsule((-0.01, 0.0, 1.42), (0.0, 0.0, 1.54), 0.052, SKIN),
        Capsule((0.0, 0.0, 1.575), (0.0, 0.0, 1.635), 0.092, SKIN),
        Capsule((-0.028, 0.0, 1.60), (-0.018, 0.0, 1.655), 0.098, HAIR),
        Capsule((0.09, 0.0, 1.60), (0.102, 0.0, 1.575), 0.013, SKIN),
        Capsule((0.080, -0.024, 1.545), (0.080, 0.024, 1.545), 0.010, (168, 84, 84)),
        *eyes,
    ]
