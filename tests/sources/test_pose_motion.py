from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.sources.pose_motion import Pose, motion_between
from followme.values.camera import Attitude

SECOND = 1_000_000_000
PITCH_RAD = math.radians(15.0)
angles = st.floats(-math.pi, math.pi)
speeds = st.floats(-2.0, 2.0)


def rotation(about: tuple[float, float, float]) -> np.ndarray:
    return np.asarray(cv2.Rodrigues(np.array(about, np.float64))[0])


def poses_of_walk(
    forward_mps: float,
    left_mps: float,
    yaw_rate_radps: float,
    seconds: float,
    world: np.ndarray | None = None,
    pitch_rad: float = PITCH_RAD,
) -> tuple[Pose, Pose]:
    """Return the poses before and after a step of a walker whose body frame ends level and at 0.

    ``world`` is how the axes of the recording lie to a level world.
    """
    world = np.eye(3) if world is None else world
    camera = Attitude(0.0, pitch_rad).rotation()  # optical to walker
    turned = rotation((0.0, 0.0, -yaw_rate_radps * seconds))
    walked = np.array([forward_mps, left_mps, 0.0]) * seconds
    before = Pose(0, world @ turned @ camera, world @ -walked)
    now = Pose(round(seconds * SECOND), world @ camera, np.zeros(3))
    return before, now


@pytest.mark.parametrize("missing", ["before", "now", "both"])
def test_without_two_poses_motion_is_unknown(missing: str) -> None:
    before, now = poses_of_walk(1.0, 0.0, 0.0, 0.2)
    given_before = None if missing in ("before", "both") else before
    given_now = None if missing in ("now", "both") else now
    assert motion_between(given_before, given_now, 0) is None


@pytest.mark.parametrize("seconds", [0.0, -0.1, 1.01])
def test_poses_at_once_backward_or_far_apart_tell_nothing(seconds: float) -> None:
    _, now = poses_of_walk(1.0, 0.0, 0.0, 0.2)
    later = Pose(now.time_ns + round(seconds * SECOND), now.rotation, now.position_m)
    assert motion_between(now, later, 0) is None


@given(
    forward=speeds,
    left=speeds,
    yaw=st.floats(-2.0, 2.0),
    seconds=st.floats(0.03, 1.0),
    world=st.tuples(angles, angles, angles),
)
def test_motion_is_found_whatever_the_axes_of_the_world(
    forward: float, left: float, yaw: float, seconds: float, world: tuple[float, float, float]
) -> None:
    before, now = poses_of_walk(forward, left, yaw, seconds, rotation(world))
    motion = motion_between(before, now, 77, PITCH_RAD)
    assert motion is not None
    assert motion.stamp_ns == 77
    assert motion.forward_mps == pytest.approx(forward, abs=1e-5)
    assert motion.left_mps == pytest.approx(left, abs=1e-5)
    assert motion.yaw_rate_radps == pytest.approx(yaw, abs=1e-5)


def test_signs_are_those_of_the_walker() -> None:
    """Written down by hand: identity is a level camera that looks along z, x right, y down."""
    before = Pose(0, np.eye(3), np.zeros(3))

    def moved(x: float, y: float, z: float, turn: float = 0.0) -> tuple[float, float, float]:
        now = Pose(SECOND // 2, rotation((0.0, turn, 0.0)), np.array([x, y, z]))
        motion = motion_between(before, now, 0, 0.0)
        assert motion is not None
        return motion.forward_mps, motion.left_mps, motion.yaw_rate_radps

    assert moved(0, 0, 0.5) == pytest.approx((1.0, 0.0, 0.0))
    assert moved(0.5, 0, 0) == pytest.approx((0.0, -1.0, 0.0))
    assert moved(0, 0.5, 0) == pytest.approx((0.0, 0.0, 0.0))
    # y points down, so a turn about it goes to the right
    assert moved(0, 0, 0, 0.25) == pytest.approx((0.0, 0.0, -0.5))


def test_wrong_pitch_costs_what_the_docstring_says() -> None:
    before, now = poses_of_walk(1.0, 0.0, 0.0, 0.2, pitch_rad=PITCH_RAD)
    motion = motion_between(before, now, 0, PITCH_RAD - math.radians(10.0))
    assert motion is not None
    assert motion.forward_mps == pytest.approx(math.cos(math.radians(10.0)))


@pytest.mark.parametrize(
    ("matrix", "position"),
    [
        (np.zeros((3, 3)), np.zeros(3)),
        (np.diag([1.0, 1.0, -1.0]), np.zeros(3)),
        (2.0 * np.eye(3), np.zeros(3)),
        (np.full((3, 3), np.nan), np.zeros(3)),
        (np.eye(3), np.array([0.0, np.inf, 0.0])),
    ],
)
def test_what_is_no_pose_is_refused(matrix: np.ndarray, position: np.ndarray) -> None:
    with pytest.raises(ValueError, match="pose"):
        Pose(0, matrix, position)


@given(about=st.tuples(angles, angles, angles), length=st.floats(0.01, 100.0))
def test_quaternion_gives_its_rotation(about: tuple[float, float, float], length: float) -> None:
    angle = float(np.linalg.norm(about))
    axis = np.array(about) / angle if angle > 1e-9 else np.array([1.0, 0.0, 0.0])
    xyzw = length * np.array([*(axis * math.sin(angle / 2)), math.cos(angle / 2)])
    pose = Pose.from_quaternion(0, np.zeros(3), xyzw)
    np.testing.assert_allclose(pose.rotation, rotation(about), atol=1e-9)


@pytest.mark.parametrize("xyzw", [[0, 0, 0, 0], [np.nan, 0, 0, 1]])
def test_quaternion_of_no_length_is_refused(xyzw: list[float]) -> None:
    with pytest.raises(ValueError, match="quaternion is zero"):
        Pose.from_quaternion(0, np.zeros(3), np.array(xyzw, np.float64))
