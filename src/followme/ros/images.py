"""Images, depth and calibration as sensor_msgs, without a copy where none is needed."""

from __future__ import annotations

import array
import importlib.util
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo as CameraInfoMsg
from sensor_msgs.msg import CompressedImage, Image

from followme.imaging.codec import (
    COLOUR_ENCODINGS,
    ImageCodecError,
    decode_colour,
    decode_depth,
    decode_grey,
)
from followme.imaging.compressed import (
    decode_compressed_colour,
    decode_compressed_depth,
    encode_jpeg,
)
from followme.ros.stamps import header, stamp_ns
from followme.values.camera import Camera
from followme.values.check import frozen
from followme.values.frame import CameraInfo, ColourImage, DepthImage, GreyImage


def colour_to_msg(image: ColourImage, frame_id: str) -> Image:
    """Return a bgr8 image."""
    height, width = image.bgr.shape[:2]
    return Image(
        header=header(image.stamp_ns, frame_id),
        height=height,
        width=width,
        encoding="bgr8",
        is_bigendian=0,
        step=3 * width,
        data=_bytes(image.bgr),
    )


def colour_from_msg(msg: Image) -> ColourImage:
    """Return the colour image in a message of any encoding that the codec or cv_bridge knows.

    Raises
    ------
    ImageCodecError
        For an unknown encoding or a size that does not fit the data.
    """
    if msg.encoding not in COLOUR_ENCODINGS and importlib.util.find_spec("cv_bridge"):
        return ColourImage(stamp_ns(msg.header), _by_cv_bridge(msg))
    bgr = decode_colour(
        msg.data, msg.encoding, msg.height, msg.width, msg.step, bool(msg.is_bigendian)
    )
    return ColourImage(stamp_ns(msg.header), bgr)


def colour_from_compressed(msg: CompressedImage) -> ColourImage:
    """Return the colour image in a JPEG or PNG.

    Raises
    ------
    ImageCodecError
        For another format, or bytes that are empty, cut or no image.
    """
    return ColourImage(stamp_ns(msg.header), decode_compressed_colour(msg.data, msg.format))


def colour_to_compressed(image: ColourImage, frame_id: str) -> CompressedImage:
    """Return a JPEG, in the format that image_transport's plugin writes."""
    data = array.array("B", encode_jpeg(image.bgr))
    return CompressedImage(
        header=header(image.stamp_ns, frame_id), format="bgr8; jpeg compressed bgr8", data=data
    )


def _by_cv_bridge(msg: Image) -> NDArray[np.uint8]:
    """Decode what our codec does not know, where a robot's ROS 2 brings cv_bridge."""
    length = msg.height * msg.step
    if not length or msg.step < msg.width or len(msg.data) != length:
        raise ImageCodecError(
            f"{msg.encoding} image of {msg.width}x{msg.height} with a step of {msg.step} bytes: "
            f"expected {length} bytes in all and no row shorter than its pixels, "
            f"got {len(msg.data)}"
        )
    try:
        import cv_bridge

        bgr = cv_bridge.CvBridge().imgmsg_to_cv2(msg, desired_encoding="bgr8")
    except Exception as error:
        # its own, OpenCV's, numpy's, the loader's: none may end a node
        raise ImageCodecError(
            f"image encoding {msg.encoding!r} is no colour encoding, also for cv_bridge ({error}); "
            f"use one of {', '.join(COLOUR_ENCODINGS)}"
        ) from error
    return np.asarray(bgr, np.uint8)


def depth_to_msg(depth: DepthImage, frame_id: str) -> Image:
    """Return a 32FC1 image in metres (REP-118)."""
    height, width = depth.depth_m.shape
    return Image(
        header=header(depth.stamp_ns, frame_id),
        height=height,
        width=width,
        encoding="32FC1",
        is_bigendian=0,
        step=4 * width,
        data=_bytes(depth.depth_m),
    )


def depth_from_msg(msg: Image) -> DepthImage:
    """Return the metres in a 16UC1 (millimetres) or 32FC1 (metres) message.

    Raises
    ------
    ImageCodecError
        For an unknown encoding or a size that does not fit the data.
    """
    metres = decode_depth(
        msg.data, msg.encoding, msg.height, msg.width, msg.step, bool(msg.is_bigendian)
    )
    return DepthImage(stamp_ns(msg.header), metres, counted=msg.encoding != "32FC1")


def depth_from_compressed(msg: CompressedImage) -> DepthImage:
    """Return the metres in a PNG of 16 bits.

    Raises
    ------
    ImageCodecError
        For another format (32FC1 and rvl among them), or bytes that are no such PNG.
    """
    metres = decode_compressed_depth(msg.data, msg.format)
    return DepthImage(stamp_ns(msg.header), metres, counted=True)


def grey_to_msg(image: GreyImage, frame_id: str) -> Image:
    """Return a mono8 image."""
    height, width = image.pixels.shape
    return Image(
        header=header(image.stamp_ns, frame_id),
        height=height,
        width=width,
        encoding="mono8",
        is_bigendian=0,
        step=width,
        data=_bytes(image.pixels),
    )


def grey_from_msg(msg: Image) -> GreyImage:
    """Return the numbers in a mono8 message.

    Raises
    ------
    ImageCodecError
        For another encoding or a size that does not fit the data.
    """
    grey = decode_grey(msg.data, msg.encoding, msg.height, msg.width, msg.step)
    return GreyImage(stamp_ns(msg.header), grey)


def info_to_msg(info: CameraInfo, frame_id: str) -> CameraInfoMsg:
    """Return a calibration; a nominal one says so by its empty distortion model."""
    c = info.camera
    return CameraInfoMsg(
        header=header(info.stamp_ns, frame_id),
        height=c.height,
        width=c.width,
        distortion_model="" if c.nominal else "plumb_bob",
        d=[] if c.nominal else [0.0] * 5,
        k=[c.fx, 0.0, c.cx, 0.0, c.fy, c.cy, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[c.fx, 0.0, c.cx, 0.0, 0.0, c.fy, c.cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    )


def info_from_msg(msg: CameraInfoMsg) -> CameraInfo:
    """Return the calibration in a message.

    Raises
    ------
    ValueError
        When it is not calibrated (K is zero, as sensor_msgs has it).
    """
    k = msg.k
    if not k[0] > 0:
        raise ValueError(
            "camera_info: K[0] is 0, the camera is not calibrated; calibrate it or give a file"
        )
    nominal = msg.distortion_model == ""
    camera = Camera(
        int(msg.width),
        int(msg.height),
        float(k[0]),
        float(k[4]),
        float(k[2]),
        float(k[5]),
        nominal=nominal,
    )
    return CameraInfo(stamp_ns(msg.header), camera)


def _bytes(pixels: NDArray[Any]) -> array.array[int]:
    # an array.array is the one type that rclpy takes without looking at each byte (0.1 ms for
    # 640x480; a numpy array or a memoryview takes 80 to 150 ms)
    data = array.array("B")
    data.frombytes(np.ascontiguousarray(pixels).data.cast("B"))
    return data


def float_image(values: NDArray[np.float32], stamp: int) -> DepthImage:
    """Return a per-pixel float map (depth or its deviation) as the value of its topic."""
    return DepthImage(stamp, np.asarray(frozen(values), np.float32))
