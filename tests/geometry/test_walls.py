from __future__ import annotations

import pytest

from followme.geometry.walls import Span, wall_pieces


def pieces(*spans):
    return wall_pieces([Span(*s) for s in spans], 2.0, 0.15)


def test_no_things_hold_no_walls():
    assert pieces() == []


@pytest.mark.parametrize(
    ("span", "is_wall"),
    [
        ((0.9, 1.0, 1.0, 3.1), True),
        ((0.9, 1.0, 1.0, 2.9), False),
        ((-2.4, -0.3, 4.0, 4.1), True),  # across
        ((0.8, 1.2, 2.0, 2.4), False),
    ],
)
def test_what_is_long_is_a_wall(span, is_wall):
    assert pieces(span) == [is_wall]


def test_pieces_in_one_line_are_a_wall_together():
    assert pieces((0.9, 0.95, 1.2, 1.6), (0.9, 1.0, 4.0, 4.6), (0.88, 0.95, 5.5, 5.9)) == [True] * 3


def test_a_piece_in_the_line_of_a_wall_is_wall_and_a_thing_before_it_is_not():
    wall, piece, box = (0.9, 1.0, 2.0, 5.0), (0.9, 0.95, 1.2, 1.4), (0.5, 0.95, 3.0, 3.4)
    assert pieces(wall, piece, box) == [True, True, False]


def test_the_rest_of_a_wall_is_wall_though_its_beginning_holds_a_pillar():
    pillar_and_wall, far = (0.44, 0.81, 0.85, 2.15), (0.76, 0.80, 5.1, 5.9)
    assert pieces(pillar_and_wall, far) == [False, True]


def test_two_poles_in_a_row_and_two_deep_things_are_no_wall():
    assert pieces((0.9, 0.95, 1.2, 1.25), (0.9, 0.95, 4.0, 4.05)) == [False, False]
    assert pieces((0.6, 1.1, 1.2, 1.7), (0.6, 1.1, 3.2, 3.7)) == [False, False]


def test_pieces_on_both_sides_are_not_one_line():
    assert pieces((0.9, 0.95, 1.2, 1.9), (-0.95, -0.9, 3.0, 3.9)) == [False, False]
