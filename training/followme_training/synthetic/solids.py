"""Parts and panels of a scene as meshes: the shapes of FollowMe's renderer, for Blender."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.sources.parts import Box, Capsule, Colour, Cylinder, Finish, Material, Pit
from followme.sources.scene import Opening, Panel, Thing

Points = NDArray[np.float64]

#: Sides of what is round.
_AROUND = 32
_RINGS = 6


@dataclass(frozen=True)
class Look:
    """What a surface looks like, and what it is.

    Parameters
    ----------
    colour : tuple of three ints
        Red, green, blue.
    finish : Finish
        What it looks like.
    label : str
        Its class.
    material : Material
        What it does to a depth sensor.
    """

    colour: Colour
    finish: Finish
    label: str
    material: Material = Material.MATT


@dataclass(frozen=True, eq=False)
class Solid:
    """A mesh of one look.

    Parameters
    ----------
    vertices : (V, 3) float64
        In the frame of its thing, metres.
    faces : tuple of tuples of int
        Each counter-clockwise as seen from outside.
    look : Look
        Of all its faces.
    smooth : bool
        Whether it is round.
    """

    vertices: Points
    faces: tuple[tuple[int, ...], ...]
    look: Look
    smooth: bool = False


def solids_of(thing: Thing) -> list[Solid]:
    """Return the meshes of a thing, without its limbs, in its own frame."""
    found: list[Solid] = []
    for part in thing.parts:
        if isinstance(part, Box):
            colour = part.colour or thing.colour
            look = Look(colour, part.finish, part.label or thing.label, part.material)
            found.append(_box(part, look))
        elif isinstance(part, Cylinder):
            look = Look(part.colour or thing.colour, Finish.PLAIN, thing.label)
            found += _cylinder(part, look)
        elif isinstance(part, Pit):
            found.append(_pit(part, Look(thing.colour, Finish.STONE, thing.label)))
    return found


def _box(part: Box, look: Look) -> Solid:
    half = np.array(part.size_m) / 2
    signs = np.array([(x, y, z) for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)], float)
    cos, sin = math.cos(part.yaw_rad), math.sin(part.yaw_rad)
    turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
    vertices = (signs * half) @ turn + part.centre_m
    faces = ((0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5))
    return Solid(vertices, faces, look)


def _cylinder(part: Cylinder, look: Look) -> list[Solid]:
    turn = np.arange(_AROUND) * (math.tau / _AROUND)
    ring = np.stack([np.cos(turn), np.sin(turn)], 1) * part.radius_m + part.centre_m
    low = np.column_stack([ring, np.full(_AROUND, part.bottom_m)])
    high = np.column_stack([ring, np.full(_AROUND, part.top_m)])
    after = [(i + 1) % _AROUND for i in range(_AROUND)]
    side = tuple((i, after[i], _AROUND + after[i], _AROUND + i) for i in range(_AROUND))
    ends = (tuple(range(_AROUND - 1, -1, -1)), tuple(range(_AROUND, 2 * _AROUND)))
    both = np.concatenate([low, high])
    # ends have vertices of their own, so that their edges stay sharp
    return [Solid(both, side, look, smooth=True), Solid(both, ends, look)]


def _pit(part: Pit, look: Look) -> Solid:
    length, width = part.size_m[0] / 2, part.size_m[1] / 2
    x, y = part.centre_m
    plan = [(x - length, y - width), (x + length, y - width), (x + length, y + width)]
    plan.append((x - length, y + width))
    vertices = [(*p, z) for z in (-part.depth_m, 0.0) for p in plan]
    faces = ((0, 1, 2, 3), (0, 4, 5, 1), (1, 5, 6, 2), (2, 6, 7, 3), (3, 7, 4, 0))
    return Solid(np.array(vertices), faces, look)


def capsule(part: Capsule, look: Look) -> Solid:
    """Return the mesh of a limb at rest."""
    start, end = np.array(part.start_m), np.array(part.end_m)
    along = (end - start) / np.linalg.norm(end - start)
    aside = np.cross(along, (1.0, 0.0, 0.0) if abs(along[0]) < 0.9 else (0.0, 1.0, 0.0))
    aside /= np.linalg.norm(aside)
    other = np.cross(along, aside)
    turn = np.arange(_AROUND) * (math.tau / _AROUND)
    circle = np.cos(turn)[:, None] * aside + np.sin(turn)[:, None] * other
    rings = []
    for middle, first, last in ((start, -math.pi / 2, 0.0), (end, 0.0, math.pi / 2)):
        angles = np.linspace(first, last, _RINGS + 1)
        angles = angles[1:] if first < 0 else angles[:-1]
        for angle in angles:
            ring = middle + part.radius_m * (math.cos(angle) * circle + math.sin(angle) * along)
            rings.append(ring)
    vertices = np.concatenate(rings)
    poles = np.stack([start - part.radius_m * along, end + part.radius_m * along])
    faces = _between_rings(len(rings), len(vertices))
    return Solid(np.concatenate([vertices, poles]), faces, look, smooth=True)


def _between_rings(count: int, pole: int) -> tuple[tuple[int, ...], ...]:
    """Return the faces of rings one after the other, closed by two poles."""
    faces: list[tuple[int, ...]] = []
    for i in range(_AROUND):
        j = (i + 1) % _AROUND
        faces.append((pole, j, i))
        for ring in range(count - 1):
            a, b = ring * _AROUND, (ring + 1) * _AROUND
            faces.append((a + i, a + j, b + j, b + i))
        last = (count - 1) * _AROUND
        faces.append((last + i, last + j, pole + 1))
    return tuple(faces)


def panel_solid(panel: Panel, at_m: float, extra: tuple[Opening, ...] = ()) -> Solid | None:
    """Return the mesh of a panel without its openings; None when nothing is left.

    Parameters
    ----------
    panel : Panel
        Of the room.
    at_m : float
        Where it stands on its axis; panels in one plane must not.
    extra : tuple of pairs of corners
        Where it is missing besides, such as over a pit.
    """
    holes = (*panel.openings, *extra)
    cuts = []
    for k in (0, 1):
        edges = {panel.low_m[k], panel.high_m[k]}
        edges |= {corner[k] for hole in holes for corner in hole}
        cuts.append(sorted(e for e in edges if panel.low_m[k] <= e <= panel.high_m[k]))
    vertices: list[tuple[float, float]] = []
    faces: list[tuple[int, ...]] = []
    for a0, a1 in zip(cuts[0], cuts[0][1:], strict=False):
        for b0, b1 in zip(cuts[1], cuts[1][1:], strict=False):
            a, b = (a0 + a1) / 2, (b0 + b1) / 2
            if any(lo[0] < a < hi[0] and lo[1] < b < hi[1] for lo, hi in holes):
                continue
            first = len(vertices)
            vertices += [(a0, b0), (a1, b0), (a1, b1), (a0, b1)]
            faces.append((first, first + 1, first + 2, first + 3))
    if not faces:
        return None
    flat = np.array(vertices)
    points = np.insert(flat, panel.axis, at_m, axis=1)
    return Solid(
        points, tuple(faces), Look(panel.colour, panel.finish, panel.label, panel.material)
    )
