from __future__ import annotations

import math
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import Point, Quaternion
from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message

from followme.ros.transforms import (
    TransformStamped,
    WalkerBroadcast,
    optical_from_walker,
    optical_point,
    quaternion,
    walker_transform,
)
from followme.values.camera import Attitude

STAMP_NS = 3_000_000_001
ANGLE = st.floats(-1.4, 1.4)
ATTITUDES = st.builds(Attitude, st.floats(0.0, 2.5), ANGLE, st.floats(-3.1, 3.1))


def turned(q: Quaternion, v: np.ndarray) -> np.ndarray:
    """Turn a vector by a quaternion, as tf2 does."""
    axis = np.array([q.x, q.y, q.z])
    t = 2.0 * np.cross(axis, v)
    return v + q.w * t + np.cross(axis, t)


def applied(t: TransformStamped, point: np.ndarray) -> np.ndarray:
    """Return a point of the child frame in the parent frame, as tf2 does."""
    shift = t.transform.translation
    return turned(t.transform.rotation, point) + np.array([shift.x, shift.y, shift.z])


def test_the_camera_is_the_parent_so_that_it_keeps_the_one_it_has_on_a_robot():
    t = walker_transform(Attitude(1.3, 0.2), STAMP_NS, "chest_optical_frame")
    assert (t.header.frame_id, t.child_frame_id) == ("chest_optical_frame", "walker")
    assert (t.header.stamp.sec, t.header.stamp.nanosec) == (3, 1)


@pytest.mark.parametrize(
    ("walker", "optical"),
    [
        ((2.0, 0.0, 1.3), (0.0, 0.0, 2.0)),  # ahead at the height of the camera
        ((2.0, 0.5, 1.3), (-0.5, 0.0, 2.0)),  # on the left
        ((2.0, 0.0, 0.0), (0.0, 1.3, 2.0)),  # on the floor
        ((0.0, 0.0, 1.3), (0.0, 0.0, 0.0)),  # the camera itself
    ],
)
def test_a_level_camera_sees_left_on_the_left_and_the_floor_below(walker, optical):
    t = walker_transform(Attitude(1.3, 0.0), STAMP_NS, "camera")
    assert applied(t, np.array(walker)) == pytest.approx(optical, abs=1e-9)


def test_a_camera_that_looks_down_sees_the_floor_ahead_in_its_middle():
    t = walker_transform(Attitude(1.0, math.radians(45)), STAMP_NS, "camera")
    assert applied(t, np.array([1.0, 0.0, 0.0])) == pytest.approx([0, 0, math.sqrt(2)], abs=1e-9)


@given(ATTITUDES, st.tuples(*[st.floats(-5, 5)] * 3))
def test_a_point_goes_where_the_camera_sees_it(attitude, point):
    t = walker_transform(attitude, STAMP_NS, "camera")
    wanted = attitude.to_optical(np.array(point))
    assert applied(t, np.array(point)) == pytest.approx(wanted, abs=1e-6)
    x, y, z = point
    moved = optical_point(attitude, Point(x=x, y=y, z=z))
    assert (moved.x, moved.y, moved.z) == pytest.approx(wanted, abs=1e-6)


@given(ATTITUDES)
def test_a_rotation_is_a_unit_quaternion_of_the_upper_half(attitude):
    q = optical_from_walker(attitude)
    assert math.hypot(q.x, q.y, q.z, q.w) == pytest.approx(1.0)
    assert q.w >= 0.0


@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.6, 0.0, 0.8)])
@pytest.mark.parametrize("angle", [0.0, 1e-9, 0.3, math.pi / 2, math.pi - 1e-9, math.pi])
def test_half_a_turn_is_as_exact_as_none(axis, angle):
    axis = np.array(axis, float)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    rotation = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    for v in np.eye(3):
        assert turned(quaternion(rotation), v) == pytest.approx(rotation @ v, abs=1e-7)


def test_it_can_be_sent():
    t = walker_transform(Attitude(1.3, 0.2, 0.1), STAMP_NS, "camera")
    assert deserialize_message(serialize_message(t), TransformStamped) == t


class Recorder:
    """A node that notes what it is asked to publish."""

    def __init__(self) -> None:
        self.topics: list[tuple[Any, str]] = []
        self.sent: list[Any] = []

    def create_publisher(self, kind: Any, topic: str, _qos: Any) -> Any:
        self.topics.append((kind, topic))
        return SimpleNamespace(publish=self.sent.append)


class TFMessage:
    """The message of tf2_msgs, as far as it is used: a list of transforms."""

    def __init__(self, transforms: list[TransformStamped]) -> None:
        self.transforms = transforms


def test_where_tf2_msgs_is_installed_the_walker_is_on_tf(monkeypatch):
    package, module = ModuleType("tf2_msgs"), ModuleType("tf2_msgs.msg")
    module.TFMessage = TFMessage  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tf2_msgs", package)
    monkeypatch.setitem(sys.modules, "tf2_msgs.msg", module)
    node = Recorder()
    broadcast = WalkerBroadcast(node)
    assert broadcast.available and node.topics == [(TFMessage, "/tf")]
    for pitch in (0.1, 0.2):
        broadcast.send(Attitude(1.3, pitch), STAMP_NS, "camera")
    first, second = (m.transforms[0] for m in node.sent)
    assert first.transform.rotation != second.transform.rotation, "pitch changes with each frame"


def test_without_tf2_msgs_nothing_is_published_and_nothing_breaks(monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2_msgs", None)
    monkeypatch.delitem(sys.modules, "tf2_msgs.msg", raising=False)
    node = Recorder()
    broadcast = WalkerBroadcast(node)
    broadcast.send(Attitude(1.3, 0.1), STAMP_NS, "camera")
    assert not broadcast.available and node.topics == []


def test_the_real_tf2_msgs_takes_it():
    messages = pytest.importorskip("tf2_msgs.msg", reason="tf2_msgs is not among the wheels")
    t = walker_transform(Attitude(1.3, 0.2), STAMP_NS, "camera")
    assert serialize_message(messages.TFMessage(transforms=[t]))


def test_a_real_buffer_of_tf2_leads_from_the_walker_to_the_camera():
    tf2_ros = pytest.importorskip("tf2_ros", reason="tf2_ros is not among the wheels")
    from rclpy.time import Time

    attitude = Attitude(1.3, 0.2, 0.1)
    buffer = tf2_ros.Buffer()
    buffer.set_transform(walker_transform(attitude, STAMP_NS, "camera"), "followme")
    found = buffer.lookup_transform("camera", "walker", Time(nanoseconds=STAMP_NS)).transform
    x, y, z = attitude.to_optical(np.zeros(3))
    assert (found.translation.x, found.translation.y, found.translation.z) == pytest.approx(
        (x, y, z)
    )
