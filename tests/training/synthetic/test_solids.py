"""Meshes are the shapes that FollowMe's renderer draws."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from followme.sources.parts import Box, Capsule, Cylinder, Finish, Pit
from followme.sources.scene import Panel, Thing
from followme.values.obstacle import Kind
from followme_training.synthetic.solids import Look, Solid, capsule, panel_solid, solids_of

LOOK = Look((1, 2, 3), Finish.PLAIN, "box")


def a_thing(*parts: object) -> Thing:
    return Thing(1, Kind.OBJECT, "box", (1, 2, 3), parts, (0.0, 0.0))  # type: ignore[arg-type]


def volume(solids: list[Solid]) -> float:
    """Return what faces enclose; positive when they look outward (divergence theorem)."""
    total = 0.0
    for solid in solids:
        for face in solid.faces:
            a, *others = solid.vertices[list(face)]
            for b, c in pairwise(others):
                total += float(np.dot(a, np.cross(b, c))) / 6.0
    return total


def area(solid: Solid) -> float:
    total = 0.0
    for face in solid.faces:
        a, *others = solid.vertices[list(face)]
        for b, c in pairwise(others):
            total += float(np.linalg.norm(np.cross(b - a, c - a))) / 2.0
    return total


def test_a_box_has_its_volume_and_looks_outward() -> None:
    solids = solids_of(a_thing(Box((1.0, 2.0, 0.9), (0.4, 0.6, 1.0), yaw_rad=0.7)))
    assert volume(solids) == pytest.approx(0.4 * 0.6 * 1.0)


def test_a_cylinder_has_its_volume_and_looks_outward() -> None:
    solids = solids_of(a_thing(Cylinder((0.3, 0.0), 0.2, 0.1, 1.1)))
    corners = 32
    share = corners * math.sin(math.tau / corners) / math.tau  # of a circle that a polygon covers
    assert volume(solids) == pytest.approx(share * math.pi * 0.2**2 * 1.0, rel=1e-6)


def test_a_limb_is_no_farther_from_its_line_than_its_radius_and_looks_outward() -> None:
    solid = capsule(Capsule((0.0, 0.0, 1.0), (0.3, 0.1, 0.4), 0.1), LOOK)
    start, way = np.array([0.0, 0.0, 1.0]), np.array([0.3, 0.1, -0.6])
    share = np.clip((solid.vertices - start) @ way / (way @ way), 0.0, 1.0)
    away = np.linalg.norm(solid.vertices - start - share[:, None] * way, axis=1)
    np.testing.assert_allclose(away, 0.1, atol=1e-9)
    whole = math.pi * 0.1**2 * np.linalg.norm(way) + 4 / 3 * math.pi * 0.1**3
    assert volume([solid]) == pytest.approx(whole, rel=0.05)


def test_a_pit_is_open_at_the_floor() -> None:
    (solid,) = solids_of(a_thing(Pit((1.0, 0.0), (0.8, 0.6), 0.5)))
    assert area(solid) == pytest.approx(0.8 * 0.6 + 2 * (0.8 + 0.6) * 0.5)
    assert solid.vertices[:, 2].min() == -0.5
    assert solid.vertices[:, 2].max() == 0.0


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_panel_is_missing_where_it_has_openings(axis: int) -> None:
    openings = (((1.0, 0.0), (2.0, 2.0)), ((1.5, 1.0), (2.5, 2.5)))
    panel = Panel(axis, 3.0, (0.0, 0.0), (4.0, 3.0), "wall", (1, 2, 3), openings=openings)
    solid = panel_solid(panel, 3.25, extra=(((3.0, 2.5), (4.0, 9.0)),))
    assert solid is not None
    covered = 1.0 * 2.0 + 1.0 * 1.5 - 0.5 * 1.0 + 1.0 * 0.5
    assert area(solid) == pytest.approx(4.0 * 3.0 - covered)
    assert set(solid.vertices[:, axis]) == {3.25}


def test_a_panel_that_is_one_opening_leaves_nothing() -> None:
    whole = (((-1.0, -1.0), (9.0, 9.0)),)
    panel = Panel(1, 0.0, (0.0, 0.0), (1.0, 1.0), "wall", (1, 2, 3), openings=whole)
    assert panel_solid(panel, 0.0) is None
