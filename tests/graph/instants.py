"""What the suite shows to nodes of FollowMe: the messages that belong to one instant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import cv2
import numpy as np

from followme.ros.images import float_image
from followme.ros.wire import WIRES
from followme.values.depth_map import DepthMap
from followme.values.frame import CameraInfo, DepthImage
from followme.values.obstacle import Obstacles, Sight, Zone
from tests.geometry.scene import CAMERA, box_at, depth_map, render
from tests.ros.test_messages import a_thing

from .conformance.pictures import packed_depth, packed_image, spotted
from .conformance.subject import Messages, Size

BOX_M = 2.0
IMAGE, INFO, DEPTH = "camera/image_raw", "camera/camera_info", "camera/depth/image_raw"


def packed(topic: str, value: Any, frame: str) -> Any:
    """Return the message of a value."""
    return WIRES[topic].pack(value, frame)


def image_instant(stamp: int, frame: str, size: Size) -> Messages:
    """Return an image alone."""
    return {IMAGE: spotted(stamp, frame, size)}


def rgbd_instant(stamp: int, frame: str, size: Size) -> Messages:
    """Return a calibrated image with the depth of a box, as metres."""
    camera = CAMERA.scaled(*size)
    depth_m = cv2.resize(box_m(), size, interpolation=cv2.INTER_NEAREST)
    # a sensor is never the same twice
    depth_m = depth_m + np.float32(1e-4) * np.random.default_rng(stamp % 997).random(
        depth_m.shape, np.float32
    )
    return {
        INFO: packed(INFO, CameraInfo(stamp, camera), frame),
        DEPTH: packed(DEPTH, DepthImage(stamp, depth_m), frame),
        IMAGE: spotted(stamp, frame, size),
    }


@cache
def box_m() -> np.ndarray:
    """Return depth in metres of a camera that looks at a box BOX_M ahead."""
    return render([box_at(BOX_M)])


@cache
def _box_map() -> DepthMap:
    return depth_map([box_at(BOX_M)])


def by_radio_instant(name: str, instant: Any) -> Callable[[int, str, Size], Messages]:
    """Return an instant whose images are packed: as PNG for who looks at pixels, else as JPEG."""
    ending = ".jpg" if name == "depth_estimator" else ".png"

    def packed_instant(stamp: int, frame: str, size: Size) -> Messages:
        found = instant(stamp, frame, size)
        return {
            {IMAGE: f"{IMAGE}/compressed", DEPTH: f"{DEPTH}/compressedDepth"}.get(t, t): (
                packed_image(m, ending) if t == IMAGE else packed_depth(m) if t == DEPTH else m
            )
            for t, m in found.items()
        }

    return packed_instant


def depth_instant(stamp: int, frame: str, _size: Size) -> Messages:
    """Return what the depth estimator gives, of a box."""
    seen = _box_map()
    values = {
        INFO: CameraInfo(stamp, seen.camera),
        "depth/image": float_image(seen.depth_m, stamp),
        "depth/sigma": float_image(seen.sigma_m, stamp),
        "depth/camera_info": CameraInfo(stamp, seen.camera),
        "depth/status": replace(seen.status, stamp_ns=stamp),
    }
    return {topic: packed(topic, value, frame) for topic, value in values.items()}


def obstacles_instant(stamp: int, _frame: str, _size: Size) -> Messages:
    """Return obstacles with something new that is close ahead."""
    thing = replace(
        a_thing(0.0),
        track_id=stamp % 1_000_000_007,
        nearest_m=(1.0, 0.0, 0.5),
        distance_m=1.0,
        bearing_rad=0.0,
        zone=Zone.STOP,
        time_to_contact_s=0.5,
    )
    seen = Obstacles(stamp, (thing,), Sight.SEEING, distances_known=True, observed_free=0.9)
    return {"obstacles": packed("obstacles", seen, "")}
