from __future__ import annotations

import math
from dataclasses import replace

import pytest

from followme.geometry.pane_frame import with_frames
from followme.values.obstacle import Kind, Obstacle, Zone
from tests.geometry.scene import box_at, render
from tests.geometry.test_drops import walk
from tests.geometry.test_unclear import behind_a_pane


def thing(id: int, x_m: float, y_m: float = 0.0, **more) -> Obstacle:
    """Something 0.1 m wide."""
    made = Obstacle(
        track_id=id, kind=Kind.OBJECT, label="door", confidence=0.9,
        nearest_m=(x_m, y_m, 1.0), distance_m=math.hypot(x_m, y_m), distance_std_m=0.1,
        bearing_rad=math.atan2(y_m, x_m), angular_width_rad=0.1, bottom_m=0.0, top_m=2.0,
        y_min_m=y_m - 0.05, y_max_m=y_m + 0.05,
        velocity_mps=(-1.0, 0.0), zone=Zone.WARN, in_corridor=True,
    )  # fmt: skip
    return replace(made, **more)


def pane(x_m: float, y_m: float = 0.0, **more) -> Obstacle:
    span = {"y_min_m": y_m - 0.3, "y_max_m": y_m + 0.3}
    made = {"kind": Kind.UNKNOWN, "label": "glass", "zone": Zone.INFORM, **span, **more}
    return thing(9, x_m, y_m, **made)


def ids(obstacles):
    return [o.track_id for o in obstacles]


def test_nothing_stays_nothing():
    assert with_frames([], [], 0.0) == ([], [])


@pytest.mark.parametrize("post", [
    thing(1, 3.0, 0.5), thing(1, 3.0, -0.5), thing(1, 2.93, 0.4), thing(1, 3.0, 0.95),
    thing(1, 2.7), thing(1, 3.3), thing(1, 3.0, kind=Kind.OVERHANG, bottom_m=0.8),
])  # fmt: skip
def test_what_stands_at_a_pane_is_the_pane(post):
    things, ground = with_frames([post], [pane(3.0)], 0.0)
    assert things == [] and ids(ground) == [9]
    assert ground[0].zone is Zone.WARN


@pytest.mark.parametrize("other", [
    thing(1, 2.5), thing(1, 3.5), thing(1, 3.0, 1.5), thing(1, 3.0, -1.5),
    thing(1, 3.0, kind=Kind.PERSON, label="person"), thing(1, 3.0, kind=Kind.DROP_OFF, label=""),
])  # fmt: skip
def test_what_is_not_its_frame_keeps_its_own_words(other):
    assert with_frames([other], [pane(3.0)], 0.0) == ([other], [pane(3.0)])


@pytest.mark.parametrize("ground", [
    pane(3.0, label="floor"), pane(3.0, kind=Kind.DROP_OFF, label=""), pane(3.0, in_corridor=False),
])  # fmt: skip
def test_only_a_pane_in_the_way_has_a_frame(ground):
    post = thing(1, 3.0, 0.5)
    assert with_frames([post], [ground], 0.0) == ([post], [ground])


@pytest.mark.parametrize(
    ("zone", "inside", "expected"),
    [
        (Zone.STOP, True, Zone.STOP),
        (Zone.STOP, False, Zone.INFORM),  # beside the way nobody walks into it
        (Zone.CLEAR, True, Zone.INFORM),
    ],
)
def test_the_pane_is_as_urgent_as_its_frame_in_the_way(zone, inside, expected):
    _, (found,) = with_frames([thing(1, 3.0, 0.3, zone=zone, in_corridor=inside)], [pane(3.0)], 0.0)
    assert found.zone is expected


def test_distance_counts_along_the_way():
    heading_rad = math.radians(40.0)
    cos, sin = math.cos(heading_rad), math.sin(heading_rad)
    post = thing(1, 3.0 * cos - 0.8 * sin, 3.0 * sin + 0.8 * cos)
    glass = pane(3.0 * cos, 3.0 * sin)
    assert with_frames([post], [glass], heading_rad)[0] == []
    assert with_frames([post], [glass], -heading_rad)[0] == [post]


@pytest.mark.parametrize("half_m", [0.4, 0.6])
def test_posts_of_a_pane_are_neither_things_nor_a_gap(half_m):
    posts = tuple(
        box_at(3.0, side * half_m, width=0.08, deep=0.08, z=(0.0, 2.1)) for side in (1, -1)
    )
    depth_m = behind_a_pane(render(posts), half_m=half_m - 0.05)
    for obstacles in walk(lambda _: depth_m, speed_mps=0.0)[4:]:
        assert [o.label for o in obstacles] == ["glass"]


def test_without_a_pane_the_same_posts_are_a_gap():
    posts = tuple(box_at(3.0, y, width=0.08, deep=0.08, z=(0.0, 2.1)) for y in (0.4, -0.4))
    wall = box_at(6.0, width=8.0, z=(0.0, 3.0))
    labels = {o.label for o in walk(lambda _: render((*posts, wall)), speed_mps=0.0)[-1]}
    assert "glass" not in labels and "gap" in labels
