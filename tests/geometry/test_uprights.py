"""Which way is up, by what stands plumb."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from followme.geometry.uprights import Plumb, straight_edges, upright
from followme.settings import FloorSettings
from followme.values.camera import Attitude
from tests.geometry.painted_room import WORN, painted
from tests.geometry.scene import CAMERA

TAKEN_FOR_GRANTED = Attitude(1.3, math.radians(10.0))
S = 1_000_000_000


def off_deg(up: np.ndarray, attitude: Attitude) -> float:
    return math.degrees(math.acos(min(1.0, float(up @ attitude.floor_normal()))))


@pytest.mark.parametrize("pitch_deg", [-5.0, 5.0, 12.0, 20.0, 30.0])
@pytest.mark.parametrize("roll_deg", [-8.0, 0.0, 5.0])
def test_upright_edges_tell_pitch_and_roll(pitch_deg, roll_deg):
    worn = Attitude(1.3, math.radians(pitch_deg), math.radians(roll_deg))
    up = upright(
        straight_edges(painted(attitude=worn)), CAMERA, TAKEN_FOR_GRANTED.floor_normal(), 30.0
    )
    assert up is not None
    assert off_deg(up, worn) < 1.5


@pytest.mark.parametrize(
    "grey",
    [
        np.full((240, 320), 90, np.uint8),
        np.random.default_rng(1).integers(0, 256, (240, 320), dtype=np.uint8),
        np.repeat((np.arange(240) // 20 % 2 * 200).astype(np.uint8)[:, None], 320, axis=1),
    ],
    ids=["blank", "noise", "level edges alone"],
)
def test_an_image_without_upright_edges_tells_nothing(grey):
    edges = straight_edges(grey)
    assert upright(edges, CAMERA, TAKEN_FOR_GRANTED.floor_normal(), 30.0) is None


def test_a_few_edges_are_too_few():
    edges = straight_edges(painted())
    expected = WORN.floor_normal()
    assert upright(edges, CAMERA, expected, 30.0) is not None
    plumb = np.abs(edges[:, 2] - edges[:, 0]) < 0.3 * np.abs(edges[:, 3] - edges[:, 1])
    assert upright(edges[plumb][:4], CAMERA, expected, 30.0) is None
    assert upright(np.zeros((0, 4)), CAMERA, expected, 30.0) is None


def test_what_was_told_is_carried_for_a_while_and_forgotten_then():
    s = replace(FloorSettings(), plumb_keep_s=2.0)
    plumb = Plumb(s, TAKEN_FOR_GRANTED)
    blank = np.zeros((0, 4))
    assert plumb.up(0, blank, CAMERA) is None
    told = plumb.up(S, straight_edges(painted()), CAMERA)
    assert told is not None
    assert off_deg(told, WORN) < 1.0
    carried = plumb.up(2 * S, blank, CAMERA)
    assert np.array_equal(carried, told)
    assert plumb.up(3 * S + 1, blank, CAMERA) is None


def test_it_follows_a_camera_that_is_tilted_slowly():
    plumb = Plumb(FloorSettings(), TAKEN_FOR_GRANTED)
    for n in range(12):
        worn = Attitude(1.3, math.radians(8.0 + 1.5 * n))
        up = plumb.up(n * S // 5, straight_edges(painted(attitude=worn)), CAMERA)
    assert up is not None
    assert off_deg(up, worn) < 2.5


def test_it_forgets_all_when_time_jumps():
    plumb = Plumb(FloorSettings(), TAKEN_FOR_GRANTED)
    assert plumb.up(0, straight_edges(painted()), CAMERA) is not None
    plumb.reset()
    assert plumb.up(1, np.zeros((0, 4)), CAMERA) is None
