"""Raw images as messages carry them: rows of bytes with an encoding, a step and a byte order.

The encodings are those of sensor_msgs/Image; depth keeps REP-117 and REP-118.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.settings import did_you_mean

if TYPE_CHECKING:
    from typing_extensions import Buffer

    # numpy's types name arrays a buffer only from Python 3.12 on
    BytesLike = Buffer | NDArray[Any]

#: Colour encodings that can be decoded, and the bytes of one pixel of each.
COLOUR_ENCODINGS = {
    "bgr8": 3,
    "rgb8": 3,
    "bgra8": 4,
    "rgba8": 4,
    "mono8": 1,
    "yuv422_yuy2": 2,
    "yuyv": 2,
    "yuv422": 2,
    "uyvy": 2,
}
#: Depth encodings that can be decoded, and the bytes of one pixel of each.
DEPTH_ENCODINGS = {"16UC1": 2, "mono16": 2, "32FC1": 4}

_TO_BGR = {
    "rgb8": cv2.COLOR_RGB2BGR,
    "bgra8": cv2.COLOR_BGRA2BGR,
    "rgba8": cv2.COLOR_RGBA2BGR,
    "mono8": cv2.COLOR_GRAY2BGR,
    "yuv422_yuy2": cv2.COLOR_YUV2BGR_YUY2,
    "yuyv": cv2.COLOR_YUV2BGR_YUY2,
    "yuv422": cv2.COLOR_YUV2BGR_UYVY,
    "uyvy": cv2.COLOR_YUV2BGR_UYVY,
}
_FROM_BGR = {
    "rgb8": cv2.COLOR_BGR2RGB,
    "bgra8": cv2.COLOR_BGR2BGRA,
    "rgba8": cv2.COLOR_BGR2RGBA,
    "mono8": cv2.COLOR_BGR2GRAY,
}
_MAX_SIDE_PX = 1 << 16


class ImageCodecError(ValueError):
    """Image bytes that cannot be used; one sentence with what was expected and what came."""


def decode_colour(
    data: BytesLike, encoding: str, height: int, width: int, step: int, big_endian: bool = False
) -> NDArray[np.uint8]:
    """Turn the bytes of a colour image into blue, green, red.

    Parameters
    ----------
    data : bytes-like
        ``height * step`` bytes.
    encoding : str
        One of :data:`COLOUR_ENCODINGS`; yuv422 is uyvy, as in sensor_msgs.
    height, width : int
        Pixels; the width of a yuv422 image is even.
    step : int
        Bytes from one row to the next, padding included.
    big_endian : bool
        Byte order of the pixels; without effect, as all colours have 8 bits.

    Returns
    -------
    (height, width, 3) uint8
        Read-only; for bgr8 without padding a view on ``data``.

    Raises
    ------
    ImageCodecError
        For an unknown encoding, a wrong length, a step under the length of a row, no pixels.
    """
    del big_endian
    pixel_bytes = _pixel_bytes(encoding, COLOUR_ENCODINGS, "colour")
    if pixel_bytes == 2 and width % 2:
        raise ImageCodecError(
            f"{encoding} image: its width is {width}, two pixels share their colour, "
            "so it has to be even"
        )
    rows = _rows(data, encoding, height, width * pixel_bytes, step)
    pixels = rows if pixel_bytes == 1 else rows.reshape(height, width, pixel_bytes)
    if encoding == "bgr8":
        bgr = np.ascontiguousarray(pixels)
    else:
        bgr = np.asarray(cv2.cvtColor(pixels, _TO_BGR[encoding]), np.uint8)
    bgr.flags.writeable = False
    return bgr


def decode_depth(
    data: BytesLike, encoding: str, height: int, width: int, step: int, big_endian: bool = False
) -> NDArray[np.float32]:
    """Turn the bytes of a depth image into metres.

    Parameters
    ----------
    data : bytes-like
        ``height * step`` bytes.
    encoding : str
        One of :data:`DEPTH_ENCODINGS`: 16UC1 (mono16) in millimetres where 0 is unknown, 32FC1 in
        metres where all that is not finite and above 0 is unknown (REP-117, REP-118).
    height, width : int
        Pixels.
    step : int
        Bytes from one row to the next, padding included.
    big_endian : bool
        Whether the most significant byte of a pixel comes first.

    Returns
    -------
    (height, width) float32
        Metres, NaN unknown; read-only.

    Raises
    ------
    ImageCodecError
        For an unknown encoding, a wrong length, a step under the length of a row, no pixels.
    """
    pixel_bytes = _pixel_bytes(encoding, DEPTH_ENCODINGS, "depth")
    rows = _rows(data, encoding, height, width * pixel_bytes, step)
    kind = "f4" if encoding == "32FC1" else "u2"
    pixels = rows.view((">" if big_endian else "<") + kind)
    if kind == "u2":
        return metres_from_counts(pixels)
    metres = pixels.astype(np.float32)
    # NaN fails both comparisons
    metres[~((metres > 0.0) & (metres < np.inf))] = np.nan
    metres.flags.writeable = False
    return metres


def decode_grey(
    data: BytesLike, encoding: str, height: int, width: int, step: int
) -> NDArray[np.uint8]:
    """Turn the bytes of a mono8 (8UC1) image into numbers (height, width) uint8, read-only.

    Raises
    ------
    ImageCodecError
        For another encoding, a wrong length, a step under the length of a row, no pixels.
    """
    _pixel_bytes(encoding, {"mono8": 1, "8UC1": 1}, "grey")
    grey = np.ascontiguousarray(_rows(data, encoding, height, width, step))
    grey.flags.writeable = False
    return grey


def metres_from_counts(
    counts: NDArray[np.uint16], counts_per_m: float = 1000.0
) -> NDArray[np.float32]:
    """Return metres (H, W) float32, NaN unknown, read-only, of (H, W) uint16 where 0 is unknown."""
    # divided, so that whole metres come out whole
    metres = np.divide(counts, np.float32(counts_per_m), dtype=np.float32)
    np.copyto(metres, np.float32(np.nan), where=counts == 0)
    metres.flags.writeable = False
    return metres


def encode_colour(bgr: NDArray[np.uint8], encoding: str = "bgr8") -> memoryview:
    """Turn blue, green, red into the bytes of a message, rows without padding.

    Parameters
    ----------
    bgr : (H, W, 3) uint8
        Colour.
    encoding : str
        bgr8, rgb8, bgra8, rgba8 (alpha 255) or mono8.

    Returns
    -------
    memoryview
        Of single bytes; for bgr8 on the memory of ``bgr`` where that has no gaps.

    Raises
    ------
    ImageCodecError
        For an encoding that cannot be written or an array that is no colour image.
    """
    writable = {"bgr8": 3, **_FROM_BGR}
    _pixel_bytes(encoding, writable, "written colour")
    if bgr.ndim != 3 or bgr.shape[2] != 3 or bgr.dtype != np.uint8 or bgr.size == 0:
        raise ImageCodecError(
            f"colour image: expected (height, width, 3) uint8 with pixels, "
            f"got {bgr.shape} {bgr.dtype.name}"
        )
    pixels = bgr if encoding == "bgr8" else cv2.cvtColor(bgr, _FROM_BGR[encoding])
    return np.ascontiguousarray(pixels, np.uint8).data.cast("B")


def encode_depth_mm(depth_m: NDArray[np.floating]) -> NDArray[np.uint16]:
    """Turn metres into millimetres as 16UC1 has them.

    Parameters
    ----------
    depth_m : (H, W) float
        Metres.

    Returns
    -------
    (H, W) uint16
        Millimetres, rounded; 0 for NaN and for what 16 bits cannot hold (below 0.5 mm, above
        65.535 m): far is then unknown, never near.
    """
    # float32 holds all whole numbers of 16 bits exactly
    millimetres = np.rint(np.multiply(depth_m, np.float32(1e3), dtype=np.float32))
    # NaN fails both comparisons
    millimetres[~((millimetres >= 0.0) & (millimetres <= 65535.0))] = 0.0
    return np.asarray(millimetres, np.uint16)


def _pixel_bytes(encoding: str, known: dict[str, int], what: str) -> int:
    if encoding not in known:
        raise ImageCodecError(
            f"image encoding {encoding!r} is no {what} encoding, expected one of "
            f"{', '.join(known)}{did_you_mean(encoding, known)}"
        )
    return known[encoding]


def _rows(
    data: BytesLike, encoding: str, height: int, row_bytes: int, step: int
) -> NDArray[np.uint8]:
    """Return the rows (height, row_bytes) without their padding, a view on ``data``."""
    if not (0 < height <= _MAX_SIDE_PX and row_bytes > 0):
        raise ImageCodecError(
            f"{encoding} image: it has {height} rows of {row_bytes} bytes, "
            "expected at least one pixel"
        )
    if step < row_bytes:
        raise ImageCodecError(
            f"{encoding} image: its step is {step} bytes, a row alone has {row_bytes}"
        )
    view = buffer_of(data)
    if view.size != height * step:
        raise ImageCodecError(
            f"{encoding} image: expected {height * step} bytes "
            f"({height} rows with a step of {step}), got {view.size}"
        )
    return view.reshape(height, step)[:, :row_bytes]


def buffer_of(data: BytesLike) -> NDArray[np.uint8]:
    """Return the bytes of a buffer, (N,) uint8, read-only, without a copy."""
    try:
        view = memoryview(cast("Buffer", data))
    except TypeError:
        raise ImageCodecError(f"image data: expected bytes, got {type(data).__name__}") from None
    if view.nbytes == 0:
        return np.zeros(0, np.uint8)
    if not view.c_contiguous:
        raise ImageCodecError("image data: expected bytes without gaps, got a strided view")
    return np.frombuffer(view.toreadonly(), np.uint8)
