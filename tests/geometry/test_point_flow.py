from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.geometry.blobs import BESIDE_THINNED, BlobFinder
from followme.geometry.cloud import cloud_of
from followme.geometry.corridor import Corridor
from followme.geometry.motion_step import MotionStep
from followme.geometry.point_flow import NO_SPOTS, own_approach, spots_of
from followme.geometry.points import split
from followme.settings import CorridorSettings, DistanceSettings, WalkerSettings
from tests.geometry.scene import Box, box_at, depth_map

CORRIDOR = Corridor(CorridorSettings(), WalkerSettings())
S = DistanceSettings()
DT_S = 1 / 15
FASTEST_MPS = 4.0
STILL = MotionStep(DT_S, known=True)


def look(*boxes):
    """Return the nearest thing of a scene, and its spots."""
    depth = depth_map(boxes)
    cloud = cloud_of(depth, CORRIDOR, S)
    points = split(cloud, CORRIDOR, 0.0, S.beside_m, BESIDE_THINNED)
    blobs = BlobFinder(CORRIDOR, S, 1.0).find(cloud, points)
    return depth, cloud, spots_of(cloud, dict(enumerate(blobs[:1], 1)), S)


def flow(before, after, step=STILL):
    _, _, spots = look(before)
    depth, cloud, _ = look(after)
    return own_approach(spots, depth, cloud, step, FASTEST_MPS)


def test_of_nothing_nothing_is_said():
    depth, cloud, spots = look()
    assert spots.track.size == 0
    assert own_approach(spots, depth, cloud, STILL, FASTEST_MPS) == {}
    assert own_approach(NO_SPOTS, depth, cloud, STILL, FASTEST_MPS) == {}


def test_without_time_there_is_no_speed():
    depth, cloud, spots = look(box_at(3.0))
    assert own_approach(spots, depth, cloud, MotionStep(0.0, known=True), FASTEST_MPS) == {}


@pytest.mark.parametrize(
    ("thing", "tells"),
    [
        (Box((3.0, 3.8), (-0.4, 0.4), (0.71, 0.74)), False),  # a pixel up is a decimetre on
        (Box((1.2, 2.0), (-0.4, 0.4), (0.71, 0.74)), True),  # a pixel up is two centimetres on
        (Box((3.0, 3.05), (-0.4, 0.4), (0.5, 0.74)), True),
        (Box((3.0, 3.8), (-0.4, 0.4), (0.0, 0.74)), True),
        (Box((3.0, 3.8), (-0.4, 0.4), (0.0, 2.0)), True),
    ],
)
def test_a_level_top_far_away_tells_no_speed(thing, tells):
    assert bool(look(thing)[2].track.size) is tells


@settings(max_examples=30, deadline=None)
@given(
    own_mps=st.floats(-1.5, 1.5),
    walker_mps=st.floats(0.0, 1.4),
    distance_m=st.floats(1.5, 5.0),
    y_m=st.floats(-0.3, 0.3),
)
def test_what_comes_or_goes_by_itself_is_told_from_what_stands(
    own_mps, walker_mps, distance_m, y_m
):
    box = box_at(distance_m, y_m)
    moved = box.moved(-(own_mps + walker_mps) * DT_S)
    step = MotionStep(DT_S, forward_mps=walker_mps, known=True)
    assert flow(box, moved, step)[1] == pytest.approx(own_mps, abs=0.15)


def test_a_walker_who_is_taken_to_stand_would_see_all_things_come():
    box = box_at(3.0)
    assert flow(box, box.moved(-DT_S))[1] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("turn_deg", [-4.0, 4.0])
def test_a_wall_that_one_turns_to_stands(turn_deg):
    """Its nearest point comes by decimetres a frame; its points stay where they are."""
    before = depth_map((Box((2.5, 2.6), (-4.0, 4.0), (0.0, 2.5)),))
    cloud = cloud_of(before, CORRIDOR, S)
    points = split(cloud, CORRIDOR, 0.0, S.beside_m, BESIDE_THINNED)
    blobs = BlobFinder(CORRIDOR, S, 1.0).find(cloud, points)
    spots = spots_of(cloud, {1: blobs[0]}, S)
    turn = math.radians(turn_deg)
    step = MotionStep(DT_S, yaw_rad=turn, known=True)
    # the same wall in the turned frame, pixel by pixel
    rays = before.camera.rays() @ before.status.attitude.rotation().T.astype(np.float32)
    ahead = math.cos(turn) * rays[..., 0] - math.sin(turn) * rays[..., 1]
    after = replace(before, depth_m=np.where(ahead > 0, 2.5 / ahead, np.nan).astype(np.float32))
    there = cloud_of(after, CORRIDOR, S)
    assert own_approach(spots, after, there, step, FASTEST_MPS)[1] == pytest.approx(0.0, abs=0.1)
    wrong = own_approach(spots, after, there, replace(step, yaw_rad=0.0), FASTEST_MPS)
    assert wrong == pytest.approx({1: 0.0}, abs=0.2)  # square on, a turn hardly matters


@pytest.mark.parametrize(
    "after",
    [box_at(4.5), box_at(1.5, width=2.0), Box((3.0, 3.4), (1.0, 1.4), (0.0, 1.0))],
    ids=["far behind", "far before", "beside"],
)
def test_another_surface_is_no_motion(after):
    assert flow(box_at(3.0), after) == {}


def test_what_lies_out_of_the_image_is_left_out():
    assert flow(box_at(3.0), box_at(3.0), replace(STILL, yaw_rad=math.radians(60.0))) == {}


def test_what_the_far_limit_cuts_is_left_out():
    _, _, spots = look(box_at(S.max_m - 0.2, width=0.7, z=(0.0, 1.9)))
    assert spots.track.size == 0


def test_a_surface_seen_edge_on_tells_nothing():
    """There the next pixel is half a metre farther, and any turn looks like motion."""
    _, _, spots = look(Box((2.5, 7.0), (0.20, 0.24), (0.0, 1.9)))
    assert spots.track.size == 0 or np.ptp(spots.xyz_m[:, 0]) < 0.3
