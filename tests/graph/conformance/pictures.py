"""Images that the suite shows: noise with a red spot, at any size, their rows padded."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage

from followme.imaging import encode_depth_mm
from followme.ros.images import colour_from_msg, colour_to_msg, depth_from_msg
from followme.values.frame import ColourImage

from .subject import Size


def spot(size: Size) -> tuple[int, int]:
    """Return where the middle of the red spot of an image is, as column and row."""
    return size[0] * 5 // 8, size[1] * 2 // 5


def spotted(stamp: int, frame: str, size: Size) -> Any:
    """Return an image with a red spot; each row is followed by five bytes that mean nothing."""
    width, height = size
    bgr = np.random.default_rng(stamp % 997).integers(80, 120, (height, width, 3), np.uint8)
    x, y = spot(size)
    bgr[y - 2 : y + 3, x - 2 : x + 3] = (0, 0, 255)
    message = colour_to_msg(ColourImage(stamp, bgr), frame)
    rows = np.zeros((height, 3 * width + 5), np.uint8)
    rows[:, : 3 * width] = bgr.reshape(height, -1)
    message.step, message.data = rows.shape[1], rows.tobytes()
    return message


def packed_image(image: Any, ending: str = ".png") -> Any:
    """Return an image as a driver packs it for image_transport: ending .png or .jpg."""
    data = cv2.imencode(ending, colour_from_msg(image).bgr)[1].tobytes()
    word = ending.removeprefix(".").replace("jpg", "jpeg")
    return CompressedImage(header=image.header, format=f"bgr8; {word} compressed bgr8", data=data)


def packed_depth(depth: Any) -> Any:
    """Return depth as compressed_depth_image_transport packs it."""
    counts = encode_depth_mm(depth_from_msg(depth).depth_m)
    data = bytes(12) + cv2.imencode(".png", counts)[1].tobytes()
    return CompressedImage(header=depth.header, format="16UC1; compressedDepth png", data=data)
