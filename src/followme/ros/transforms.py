"""Where the walker stands as the camera sees it, for RViz and whoever else knows tf."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from geometry_msgs.msg import Point, Quaternion, Transform, TransformStamped, Vector3
from numpy.typing import NDArray
from rclpy.qos import QoSProfile

from followme.graph import WALKER_FRAME
from followme.ros.stamps import header
from followme.values.camera import Attitude


def walker_transform(attitude: Attitude, stamp_ns: int, camera_frame: str) -> TransformStamped:
    """Return the walker frame as a child of the camera's optical frame.

    The camera is the parent, because on a robot it has a parent of its own already, and a frame
    has one only.
    """
    x, y, z = attitude.to_optical(np.zeros(3))
    return TransformStamped(
        header=header(stamp_ns, camera_frame),
        child_frame_id=WALKER_FRAME,
        transform=Transform(
            translation=Vector3(x=float(x), y=float(y), z=float(z)),
            rotation=optical_from_walker(attitude),
        ),
    )


def optical_from_walker(attitude: Attitude) -> Quaternion:
    """Return the rotation that turns walker-frame vectors into optical-frame ones."""
    return quaternion(attitude.rotation().T)


def optical_point(attitude: Attitude, point: Point) -> Point:
    """Return a point of the walker frame in the optical frame."""
    x, y, z = attitude.to_optical(np.array([point.x, point.y, point.z]))
    return Point(x=float(x), y=float(y), z=float(z))


def quaternion(rotation: NDArray[np.floating]) -> Quaternion:
    """Return a rotation matrix (3, 3) as a unit quaternion with w >= 0.

    The largest of the four is computed first (Shepperd, 1978), so that none is a small difference
    of large numbers.
    """
    r = np.asarray(rotation, np.float64)
    trace = float(np.trace(r))
    squares = np.array([*(1.0 - trace + 2.0 * np.diag(r)), 1.0 + trace])  # 4 x^2, y^2, z^2, w^2
    # 4 x (products of two), rows and columns x, y, z, w
    products = np.array(
        [
            [squares[0], r[0, 1] + r[1, 0], r[0, 2] + r[2, 0], r[2, 1] - r[1, 2]],
            [r[0, 1] + r[1, 0], squares[1], r[1, 2] + r[2, 1], r[0, 2] - r[2, 0]],
            [r[0, 2] + r[2, 0], r[1, 2] + r[2, 1], squares[2], r[1, 0] - r[0, 1]],
            [r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], squares[3]],
        ]
    )
    row = products[int(np.argmax(squares))]
    x, y, z, w = row / np.linalg.norm(row) * (-1.0 if row[3] < 0 else 1.0)
    return Quaternion(x=float(x), y=float(y), z=float(z), w=float(w))


class WalkerBroadcast:
    """Publish the walker frame on ``/tf``, where tf2_msgs is installed.

    Parameters
    ----------
    node : Node
        Who publishes.
    """

    def __init__(self, node: Any) -> None:
        self._publisher = None
        try:
            self._type = importlib.import_module("tf2_msgs.msg").TFMessage
        except ImportError:
            # the wheels have none; parameter markers_frame shows markers without tf
            return
        # as tf2_ros's own broadcaster offers it
        self._publisher = node.create_publisher(self._type, "/tf", QoSProfile(depth=100))

    @property
    def available(self) -> bool:
        """Whether there is somewhere to publish."""
        return self._publisher is not None

    def send(self, attitude: Attitude, stamp_ns: int, camera_frame: str) -> None:
        """Publish how the walker stands below the camera at one instant."""
        if self._publisher is not None:
            transform = walker_transform(attitude, stamp_ns, camera_frame)
            self._publisher.publish(self._type(transforms=[transform]))
