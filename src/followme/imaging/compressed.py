"""Compressed images: JPEG and PNG of messages, and image files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.imaging.codec import ImageCodecError, buffer_of, metres_from_counts
from followme.imaging.completeness import is_cut
from followme.settings import did_you_mean

if TYPE_CHECKING:
    from followme.imaging.codec import BytesLike

_FORMATS = ("jpeg", "jpg", "png")
# For people who look: words in the picture stay sharp.
_JPEG_QUALITY = 80
#: compressed_depth_image_transport puts an int32 and two float32 before the PNG.
_DEPTH_HEADER_BYTES = 12


def decode_compressed_colour(data: BytesLike, format: str) -> NDArray[np.uint8]:
    """Decode the colour image of a sensor_msgs/CompressedImage.

    Parameters
    ----------
    data : bytes-like
        A whole JPEG or PNG file.
    format : str
        As the message says it: "jpeg", "png", or "rgb8; jpeg compressed bgr8", where the last
        word is the order of the channels inside the file.

    Returns
    -------
    (H, W, 3) uint8
        Blue, green, red; read-only.

    Raises
    ------
    ImageCodecError
        For another format, or bytes that are empty, cut or no image.
    """
    words = re.findall(r"\w+", format)
    if "compressedDepth" in words:
        raise ImageCodecError(f"compressed image: its format {format!r} is depth, not colour")
    if not any(word.lower() in _FORMATS for word in words):
        raise ImageCodecError(
            f"compressed image: its format {format!r} is none of "
            f"{', '.join(_FORMATS)}{did_you_mean(format, _FORMATS)}"
        )
    # the camera's own pixels: a message has no business with the orientation of a photograph
    bgr = decode_image(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if "compressed rgb" in format:
        bgr = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_RGB2BGR), np.uint8)
        bgr.flags.writeable = False
    return bgr


def decode_compressed_depth(data: BytesLike, format: str) -> NDArray[np.float32]:
    """Decode the depth image of a sensor_msgs/CompressedImage: a PNG of 16 bits.

    Parameters
    ----------
    data : bytes-like
        A PNG file in millimetres, after 12 bytes of header where the format says compressedDepth.
    format : str
        As the message says it: "16UC1; compressedDepth png" or "16UC1; png compressed".

    Returns
    -------
    (H, W) float32
        Metres, NaN unknown; read-only.

    Raises
    ------
    ImageCodecError
        For another format (32FC1 and rvl among them), or bytes that are no such PNG.
    """
    words = re.findall(r"\w+", format)
    if words[:1] != ["16UC1"] or words[-1] in ("rvl", "jpeg"):
        raise ImageCodecError(
            f"compressed depth: its format {format!r} cannot be read, "
            "give '16UC1; compressedDepth png'"
        )
    packed = bytes(buffer_of(data)[_DEPTH_HEADER_BYTES if "compressedDepth" in words else 0 :])
    return metres_from_counts(decode_png16(packed))


def encode_jpeg(bgr: NDArray[np.uint8], quality: int = _JPEG_QUALITY) -> bytes:
    """Return an image (H, W, 3), blue, green, red, as a JPEG file of a quality from 1 to 100.

    Raises
    ------
    ImageCodecError
        When OpenCV cannot write it.
    """
    try:
        done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    except cv2.error as error:
        raise ImageCodecError(f"JPEG: OpenCV refuses {bgr.shape} ({error.err})") from error
    if not done:
        raise ImageCodecError("JPEG: OpenCV cannot write it; install it again")
    return data.tobytes()


def decode_png16(data: BytesLike) -> NDArray[np.uint16]:
    """Return the values (H, W) uint16, read-only, of a PNG with one channel of 16 bits.

    Raises
    ------
    ImageCodecError
        When the bytes are empty, cut, no image, or have not one channel of 16 bits.
    """
    pixels = _decode(data, cv2.IMREAD_UNCHANGED)
    if pixels.ndim != 2 or pixels.dtype != np.uint16:
        channels = 1 if pixels.ndim == 2 else pixels.shape[2]
        raise ImageCodecError(
            "depth image: expected one channel of 16 bits, "
            f"got {channels} of {pixels.dtype.itemsize * 8} bits"
        )
    values = np.asarray(pixels, np.uint16)
    values.flags.writeable = False
    return values


def decode_image(data: BytesLike, flags: int = cv2.IMREAD_COLOR) -> NDArray[np.uint8]:
    """Decode an image file (JPEG, PNG, BMP, WebP) to blue, green, red.

    Parameters
    ----------
    data : bytes-like
        The whole file.
    flags : int
        Of ``cv2.imdecode``.

    Returns
    -------
    (H, W, 3) uint8
        Upright as the file's orientation says; read-only.

    Raises
    ------
    ImageCodecError
        When the bytes are empty, cut or no image.
    """
    bgr = np.asarray(_decode(data, flags), np.uint8)
    bgr.flags.writeable = False
    return bgr


def _decode(data: BytesLike, flags: int) -> NDArray[np.generic]:
    view = buffer_of(data)
    if view.size == 0:
        raise ImageCodecError("image file: it is empty")
    if is_cut(view.tobytes()):
        raise ImageCodecError(f"image file: its end is missing after {view.size} bytes")
    try:
        pixels = cv2.imdecode(view, flags)
    except cv2.error as error:
        raise ImageCodecError(f"image file: OpenCV refuses it ({error.err})") from error
    if pixels is None or pixels.size == 0:
        raise ImageCodecError(f"image file: its {view.size} bytes are no image that can be read")
    return np.asarray(pixels)
