"""Cutting convex shapes and finding their nearest points, against brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.evaluation.floor_plan import Part, cut, nearest, parts_of
from followme.sources.outlines import Outline
from followme.values.obstacle import Kind


def box(x_min, x_max, y_half):
    return ((1.0, 0.0, -x_min), (-1.0, 0.0, x_max), (0.0, 1.0, y_half), (0.0, -1.0, y_half))


SQUARE = [(1.0, -1.0), (3.0, -1.0), (3.0, 1.0), (1.0, 1.0)]


def test_nothing_is_left_of_nothing():
    assert cut([], box(0.0, 1.0, 1.0)) == []


def test_a_shape_inside_stays_and_one_outside_goes():
    assert cut(SQUARE, box(0.0, 5.0, 2.0)) == SQUARE
    assert cut(SQUARE, box(4.0, 5.0, 2.0)) == []


def test_a_wall_is_cut_as_the_line_that_it_is():
    wall = [(2.0, -5.0), (2.0, 5.0)]
    assert sorted(cut(wall, box(0.0, 5.0, 0.3))) == [
        (2.0, pytest.approx(-0.3)),
        (2.0, pytest.approx(0.3)),
    ]
    assert cut(wall, box(3.0, 5.0, 0.3)) == []


@pytest.mark.parametrize(
    ("to", "point"),
    [((0.0, 0.0), (1.0, 0.0)), ((0.0, 2.0), (1.0, 1.0)), ((2.0, 0.5), (2.0, 0.5))],
)
def test_the_nearest_point_of_a_square(to, point):
    assert nearest(SQUARE, to) == pytest.approx(point)


def test_the_nearest_point_of_a_line_and_of_a_point():
    assert nearest([(2.0, -1.0), (2.0, 3.0)]) == pytest.approx((2.0, 0.0))
    assert nearest([(2.0, 1.0)]) == (2.0, 1.0)


@given(
    st.floats(-3.0, 3.0),
    st.floats(-3.0, 3.0),
    st.floats(0.2, 2.0),
    st.floats(0.0, 6.28),
    st.floats(0.1, 1.0),
)
def test_a_cut_holds_the_points_that_both_hold(x, y, radius, turn, half):
    around = turn + np.arange(6) * math.tau / 6
    shape = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in around]
    kept = cut(shape, box(-1.0, 2.0, half))
    inside = [
        p
        for p in np.random.default_rng(0).uniform(-1, 1, (300, 2)) * (3.0, half) + (0.5, 0.0)
        if -1.0 < p[0] < 2.0 and math.dist(nearest(shape, tuple(p)), p) < 1e-12
    ]
    for p in inside:
        assert kept and math.dist(nearest(kept, tuple(p)), p) < 1e-6
    assert all(-1.0 - 1e-9 <= px <= 2.0 + 1e-9 and abs(py) <= half + 1e-9 for px, py in kept)


def a_part(points) -> Part:
    return Part.of(Outline(1, Kind.OBJECT, "box", np.array(points), 0.0, 1.0))


def test_a_part_is_cut_to_a_rectangle_as_its_points_are():
    part = a_part(SQUARE)
    assert part.in_box(0.0, 5.0, -0.3, 0.3) == cut(SQUARE, box(0.0, 5.0, 0.3))
    assert part.in_box(4.0, 5.0, -0.3, 0.3) == []
    assert part.in_box(0.0, 5.0, 1.1, 1.3) == []


def test_no_outlines_are_no_parts():
    assert parts_of(()) == []


def test_many_parts_have_the_bounds_that_each_has_alone():
    shapes = ([(0.0, 0.0), (1.0, 0.5), (0.3, 1.0)], [(2.0, -5.0), (2.0, 5.0)], SQUARE)
    outlines = [Outline(1, Kind.OBJECT, "box", np.array(s), 0.0, 1.0) for s in shapes]
    for part, shape in zip(parts_of(outlines), shapes, strict=True):
        assert part.points == shape
        assert part.x_m == (min(x for x, _ in shape), max(x for x, _ in shape))
        assert part.y_m == (min(y for _, y in shape), max(y for _, y in shape))


@given(st.floats(-4.0, 4.0), st.floats(-4.0, 4.0))
def test_a_part_is_never_nearer_than_its_bound(x, y):
    part = a_part([(0.0, 0.0), (1.0, 0.5), (0.3, 1.0)])
    assert part.least_m((x, y)) <= math.dist(nearest(part.points, (x, y)), (x, y)) + 1e-9
