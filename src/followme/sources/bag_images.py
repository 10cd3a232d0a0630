"""Messages of a bag as values: colour, depth, calibration, stamp."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followme.imaging import (
    COLOUR_ENCODINGS,
    DEPTH_ENCODINGS,
    decode_colour,
    decode_compressed_colour,
    decode_compressed_depth,
    decode_depth,
)
from followme.sources.calibration import camera_from_matrix, report_distortion
from followme.values.camera import Camera

IMAGE = "sensor_msgs/msg/Image"
COMPRESSED = "sensor_msgs/msg/CompressedImage"
INFO = "sensor_msgs/msg/CameraInfo"

_STAMP_AT = 4


def encoding_of(message: Any) -> str:
    """Return the encoding of an Image or the format of a CompressedImage."""
    return str(message.encoding if hasattr(message, "encoding") else message.format)


def is_colour(message: Any) -> bool:
    """Return whether an Image or CompressedImage holds colour or grey that can be decoded."""
    encoding = encoding_of(message)
    if hasattr(message, "encoding"):
        return encoding in COLOUR_ENCODINGS
    return not encoding.startswith(("16UC1", "32FC1")) and any(
        name in encoding.lower() for name in ("jpeg", "jpg", "png")
    )


def is_depth(message: Any) -> bool:
    """Return whether an Image or CompressedImage holds depth that can be decoded."""
    encoding = encoding_of(message)
    if hasattr(message, "encoding"):
        return encoding in DEPTH_ENCODINGS
    return encoding.startswith("16UC1")


def colour_of(message: Any) -> NDArray[np.uint8]:
    """Return the pixels (H, W, 3) of an Image or CompressedImage: blue, green, red.

    Raises
    ------
    ImageCodecError
        When it cannot be decoded.
    """
    if not hasattr(message, "encoding"):
        return decode_compressed_colour(message.data, message.format)
    return decode_colour(message.data, *_layout(message))


def depth_of(message: Any) -> NDArray[np.float32]:
    """Return the metres (H, W) of an Image or CompressedImage, NaN unknown.

    Raises
    ------
    ImageCodecError
        When it cannot be decoded.
    """
    if not hasattr(message, "encoding"):
        return decode_compressed_depth(message.data, message.format)
    return decode_depth(message.data, *_layout(message))


def camera_of(topic: str, message: Any, report: Callable[[str], None]) -> Camera | None:
    """Return the calibration in a CameraInfo; None, with a report, where it is not calibrated.

    Raises
    ------
    SourceError
        When its matrix is none of a camera.
    """
    # ROS 1 wrote them large
    matrix = message.k if hasattr(message, "k") else message.K
    distortion = message.d if hasattr(message, "d") else message.D
    if not any(matrix):
        report(f"{topic}: the camera is not calibrated, so its calibration is unknown")
        return None
    report_distortion(topic, distortion, report)
    # by this FollowMe itself says that a calibration is a guess
    nominal = message.distortion_model == ""
    return camera_from_matrix(topic, list(matrix), message.width, message.height, nominal)


def stamp_of(message: Any) -> int:
    """Return the stamp of a header in nanoseconds; 0 where nobody set it."""
    stamp = message.header.stamp
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)


def stamp_of_serialized(data: bytes) -> int:
    """Return the stamp of a serialized message that begins with a header, nanoseconds.

    Parameters
    ----------
    data : bytes
        CDR (OMG DDSI-RTPS 10.2): four bytes that tell the order of bytes, then the fields.
    """
    sec, nanosec = _stamp_layout(data).unpack_from(data, _STAMP_AT)
    return int(sec) * 1_000_000_000 + int(nanosec)


def with_stamp(data: bytes, stamp_ns: int) -> bytes:
    """Return a serialized message with another stamp in its header."""
    changed = bytearray(data)
    stamp = divmod(stamp_ns, 1_000_000_000)
    _stamp_layout(data).pack_into(changed, _STAMP_AT, *stamp)
    return bytes(changed)


def _stamp_layout(data: bytes) -> struct.Struct:
    return struct.Struct("<iI" if data[1] & 1 else ">iI")


def _layout(message: Any) -> tuple[str, int, int, int, bool]:
    return (
        message.encoding,
        message.height,
        message.width,
        message.step,
        bool(message.is_bigendian),
    )
