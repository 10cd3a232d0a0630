"""Builders of tiny recordings: images, RGB-D folders, bags."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

STORE = get_typestore(Stores.ROS2_JAZZY)
MS = 1_000_000


def an_image(height: int = 6, width: int = 8, blue: int = 10) -> np.ndarray:
    """Return a colour image of one colour that lossless files keep exactly."""
    bgr = np.full((height, width, 3), 50, np.uint8)
    bgr[..., 0] = blue
    return bgr


def write_image(path: Path, bgr: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), bgr)
    return path


def write_camera_info(path: Path, width: int = 8, height: int = 6, **changes: Any) -> Path:
    """Write what camera_calibration writes; a change of None leaves a key out."""
    raw = {
        "image_width": width,
        "image_height": height,
        "camera_name": "a camera",
        "camera_matrix": {"rows": 3, "cols": 3, "data": [7.0, 0, 3.5, 0, 7.5, 2.5, 0, 0, 1]},
        "distortion_model": "plumb_bob",
        "distortion_coefficients": {"rows": 1, "cols": 5, "data": [0.0] * 5},
        **changes,
    }
    path.write_text(yaml.safe_dump({k: v for k, v in raw.items() if v is not None}))
    return path


def seven_scenes(
    folder: Path, numbers: Iterable[int], poses: Callable[[int], np.ndarray] | None = None
) -> Path:
    """Write frames of 8x6 whose blue and whose depth (metres) tell their place in the row."""
    folder.mkdir(exist_ok=True)
    for place, number in enumerate(numbers):
        name = f"frame-{number:06d}"
        write_image(folder / f"{name}.color.png", an_image(blue=place))
        depth_mm = np.full((6, 8), 1000 * (place + 1), np.uint16)
        depth_mm[0, :2] = 0, 65535
        write_image(folder / f"{name}.depth.png", depth_mm)
        if poses is not None:
            np.savetxt(folder / f"{name}.pose.txt", poses(number))
    np.savetxt(folder / "camera-intrinsics.txt", [[7.0, 0, 3.5], [0, 7.5, 2.5], [0, 0, 1]])
    return folder


def tum(
    folder: Path,
    colour_ms: Iterable[int],
    depth_ms: Iterable[int] = (),
    poses: Iterable[tuple[int, str]] = (),
) -> Path:
    """Write frames of 8x6 at 1305031102 s plus milliseconds; depth is its time, as metres."""
    folder.mkdir(exist_ok=True)
    lists: dict[str, list[str]] = {"rgb.txt": [], "depth.txt": [], "groundtruth.txt": []}
    for place, ms in enumerate(colour_ms):
        write_image(folder / "rgb" / f"{ms}.png", an_image(blue=place))
        lists["rgb.txt"].append(f"1305031102.{ms:03d} rgb/{ms}.png")
    for ms in depth_ms:
        write_image(folder / "depth" / f"{ms}.png", np.full((6, 8), 5 * ms, np.uint16))
        lists["depth.txt"].append(f"1305031102.{ms:03d} depth/{ms}.png")
    for ms, pose in poses:
        lists["groundtruth.txt"].append(f"1305031102.{ms:03d} {pose}")
    for name, lines in lists.items():
        if lines:
            (folder / name).write_text("# time and what is there\n" + "\n".join(lines) + "\n")
    return folder


def header(stamp_ns: int) -> Any:
    stamp = STORE.types["builtin_interfaces/msg/Time"](*divmod(stamp_ns, 1_000_000_000))
    return STORE.types["std_msgs/msg/Header"](stamp, "camera_optical_frame")


def colour_msg(stamp_ns: int, bgr: np.ndarray | None = None, encoding: str = "bgr8") -> Any:
    bgr = an_image() if bgr is None else bgr
    height, width = bgr.shape[:2]
    data = np.ascontiguousarray(bgr).reshape(-1)
    step = data.size // height
    return STORE.types["sensor_msgs/msg/Image"](
        header(stamp_ns), height, width, encoding, 0, step, data
    )


def depth_msg(stamp_ns: int, depth_mm: int = 1000) -> Any:
    pixels = np.full((6, 8), depth_mm, "<u2")
    return STORE.types["sensor_msgs/msg/Image"](
        header(stamp_ns), 6, 8, "16UC1", 0, 16, pixels.reshape(-1).view(np.uint8)
    )


def float_depth_msg(stamp_ns: int, depth_m: float = 1.0) -> Any:
    pixels = np.full((6, 8), depth_m, "<f4")
    return STORE.types["sensor_msgs/msg/Image"](
        header(stamp_ns), 6, 8, "32FC1", 0, 32, pixels.reshape(-1).view(np.uint8)
    )


def packed_msg(stamp_ns: int, format: str = "png", data: bytes | None = None) -> Any:
    if data is None:
        data = cv2.imencode(".png", an_image())[1].tobytes()
    return STORE.types["sensor_msgs/msg/CompressedImage"](
        header(stamp_ns), format, np.frombuffer(data, np.uint8)
    )


def info_msg(
    stamp_ns: int, width: int = 8, height: int = 6, fx: float = 7.0, d: float = 0.0
) -> Any:
    matrix = np.array([fx, 0, 3.5, 0, fx, 2.5, 0, 0, 1 if fx else 0], np.float64)
    if not fx:
        matrix[:] = 0
    types = STORE.types
    roi = types["sensor_msgs/msg/RegionOfInterest"](0, 0, 0, 0, False)
    return types["sensor_msgs/msg/CameraInfo"](
        header(stamp_ns),
        height,
        width,
        "plumb_bob",
        np.array([d, 0, 0, 0, 0], np.float64),
        matrix,
        np.eye(3).reshape(-1),
        np.zeros(12),
        0,
        0,
        roi,
    )


def write_bag(
    folder: Path,
    messages: Iterable[tuple[str, int, Any]],
    storage: StoragePlugin = StoragePlugin.MCAP,
) -> Path:
    """Write topic, time of recording and message of each line to a new ROS 2 bag."""
    with Writer(folder, version=9, storage_plugin=storage) as writer:
        connections: dict[str, Any] = {}
        for topic, recorded_ns, message in messages:
            kind = message.__msgtype__
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=STORE)
            writer.write(connections[topic], recorded_ns, STORE.serialize_cdr(message, kind))
    return folder
