"""Bags of scripted walks, with the truth topics, as the sample walk has them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from followme.evaluation.truth import Truth
from followme.sources.outlines import Outline
from followme.sources.scene_file import load_walk
from followme.sources.walk_source import WalkSource
from followme.values.frame import Frame

MESSAGES = Path(__file__).resolve().parents[2] / "src" / "followme_msgs" / "msg"
#: Bags begin here on the clock of the recorder.
BEGIN_NS = 1_700_000_000_000_000_000
_TRUTH_TO_M = 6.0
_HALF_FIELD_RAD = math.radians(33.0)

COLOUR = "/camera/image_raw/compressed"
DEPTH = "/camera/depth/image_raw"
TRUTH = ("/truth/obstacles", "/truth/depth_status")


@cache
def store() -> Any:
    """Return the types of ROS and of FollowMe."""
    made = get_typestore(Stores.ROS2_JAZZY)
    types: dict[str, Any] = {}
    for file in MESSAGES.glob("*.msg"):
        types |= get_types_from_msg(file.read_text(), f"followme_msgs/msg/{file.stem}")
    made.register(types)
    return made


def write_walk_bag(
    folder: Path,
    walk: Path,
    *,
    width: int = 160,
    height: int = 120,
    without: Sequence[str] = (),
    seconds: float = math.inf,
    truth_late_ns: int = 0,
) -> Path:
    """Write what a camera with a depth sensor gives of a walk, and what really stood there.

    Topics in ``without`` are left out; truth is stamped so much later than its images.
    """
    source = WalkSource(load_walk(walk), width, height)
    with Writer(folder, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connections: dict[str, Any] = {}
        for time_s in source.times_s:
            if time_s >= seconds or (frame := source.frame_at(time_s)) is None:
                continue
            stamp_ns = BEGIN_NS + round(time_s * 1e9)
            for topic, message in _messages(source, frame, time_s, stamp_ns, truth_late_ns):
                if topic in without:
                    continue
                kind = message.__msgtype__
                if topic not in connections:
                    connections[topic] = writer.add_connection(topic, kind, typestore=store())
                data = store().serialize_cdr(message, kind)
                writer.write(connections[topic], stamp_ns + 2_000_000, data)
    source.close()
    return folder


def _messages(
    source: WalkSource, frame: Frame, time_s: float, stamp_ns: int, truth_late_ns: int
) -> Iterator[tuple[str, Any]]:
    jpeg = cv2.imencode(".jpg", np.asarray(frame.bgr), [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    assert frame.camera is not None and frame.motion is not None and frame.depth_m is not None
    yield "/camera/camera_info", _info(frame, stamp_ns)
    millimetres = np.nan_to_num(np.asarray(frame.depth_m) * 1e3).round().astype("<u2")
    high, wide = millimetres.shape
    yield (
        DEPTH,
        _of("sensor_msgs", "Image")(
            _header(stamp_ns, "camera_optical_frame"),
            *(high, wide, "16UC1", 0, 2 * wide),
            millimetres.reshape(-1).view(np.uint8),
        ),
    )
    yield "/ego_motion", _twist(frame, stamp_ns)
    yield "/truth/obstacles", _truth(source, time_s, stamp_ns + truth_late_ns)
    yield "/truth/depth_status", _status(source, stamp_ns + truth_late_ns)
    yield (
        COLOUR,
        _of("sensor_msgs", "CompressedImage")(
            _header(stamp_ns, "camera_optical_frame"), "jpeg", jpeg.reshape(-1)
        ),
    )


def _truth(source: WalkSource, time_s: float, stamp_ns: int) -> Any:
    pose = source.walk.scene.path.pose_at(time_s)
    outlines = source.outlines_at(time_s, within_m=_TRUTH_TO_M + 2.0)
    true = Truth().snapshot(time_s, pose, outlines)
    seen = [
        _obstacle(thing, [o for o in outlines if o.id == thing.id])
        for thing in true.things.values()
        # of the room only what is in the way: who warns of a wall is right
        if (thing.id > 0 or thing.in_corridor)
        and thing.distance_m <= _TRUTH_TO_M
        and thing.nearest_m[0] > 0.0
        and abs(thing.bearing_rad) <= _HALF_FIELD_RAD
    ]
    empty = math.nan
    return _of("followme_msgs", "ObstacleArray")(
        *(_header(stamp_ns, "walker"), seen, [], 0, "", True, 1.0, empty),
        *(empty,) * 5,
    )


def _obstacle(thing: Any, parts: Sequence[Outline]) -> Any:
    x, y, z = thing.nearest_m
    low, high = thing.span_m
    numbers = {
        "confidence": 1.0,
        "nearest": _of("geometry_msgs", "Point")(x, y, z),
        "distance_m": thing.distance_m,
        "distance_std_m": 0.0,
        "bearing_rad": thing.bearing_rad,
        "angular_width_rad": 0.0,
        "bottom_m": min((p.bottom_m for p in parts), default=0.0),
        "top_m": max((p.top_m for p in parts), default=2.5),
        "y_min_m": float(low),
        "y_max_m": float(high),
    }
    nowhere = _of("geometry_msgs", "Vector3")(0.0, 0.0, 0.0)
    return _of("followme_msgs", "Obstacle")(
        *(thing.id, int(thing.kind), thing.label),
        *numbers.values(),
        *(nowhere, math.inf, 0, 1, thing.in_corridor, 0),
    )


def _status(source: WalkSource, stamp_ns: int) -> Any:
    mount = source.walk.scene.mount
    up = (0.0, -math.cos(mount.pitch_rad), -math.sin(mount.pitch_rad))
    return _of("followme_msgs", "DepthStatus")(
        *(_header(stamp_ns, "camera_optical_frame"), 1, 1.0, True, 0.0, True),
        _of("geometry_msgs", "Vector3")(*up),
        *(mount.height_m, 1.0, mount.height_m, mount.pitch_rad, 0.0, True, 1.0, 0),
        *(math.nan,) * 3,
        "",
    )


def _info(frame: Frame, stamp_ns: int) -> Any:
    camera = frame.camera
    assert camera is not None
    k = np.array([camera.fx, 0, camera.cx, 0, camera.fy, camera.cy, 0, 0, 1], float)
    return _of("sensor_msgs", "CameraInfo")(
        _header(stamp_ns, "camera_optical_frame"),
        *(camera.height, camera.width, "plumb_bob", np.zeros(5), k, np.eye(3).reshape(-1)),
        np.zeros(12),
        *(0, 0, _of("sensor_msgs", "RegionOfInterest")(0, 0, 0, 0, False)),
    )


def _twist(frame: Frame, stamp_ns: int) -> Any:
    motion = frame.motion
    assert motion is not None
    vector = _of("geometry_msgs", "Vector3")
    twist = _of("geometry_msgs", "Twist")(
        vector(motion.forward_mps, motion.left_mps, 0.0), vector(0.0, 0.0, motion.yaw_rate_radps)
    )
    covered = _of("geometry_msgs", "TwistWithCovariance")(twist, np.zeros(36))
    return _of("geometry_msgs", "TwistWithCovarianceStamped")(_header(stamp_ns, "walker"), covered)


def _header(stamp_ns: int, frame_id: str) -> Any:
    stamp = _of("builtin_interfaces", "Time")(*divmod(stamp_ns, 1_000_000_000))
    return _of("std_msgs", "Header")(stamp, frame_id)


def _of(package: str, name: str) -> Any:
    return store().types[f"{package}/msg/{name}"]
