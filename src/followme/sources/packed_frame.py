"""A frame kept small in memory until it is wanted."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PackedFrame:
    """Colour, depth and classes of one image in about 1.1 MB at 640x480.

    Parameters
    ----------
    yuv : (3/2 h, w) uint8
        Colour as most cameras send it: brightness for each pixel, hue for every four (I420);
        h and w are the image's size, made even.
    depth_mm : (H, W) uint16
        Millimetres, 0 unknown.
    labels : bytes
        Classes, deflated.
    """

    yuv: NDArray[np.uint8]
    depth_mm: NDArray[np.uint16]
    labels: bytes

    @property
    def size_bytes(self) -> int:
        """Memory it takes."""
        return self.yuv.nbytes + self.depth_mm.nbytes + len(self.labels)

    def bgr(self) -> NDArray[np.uint8]:
        """Return colour, (H, W, 3)."""
        height, width = self.depth_mm.shape
        whole = cv2.cvtColor(self.yuv, cv2.COLOR_YUV2BGR_I420)
        return np.ascontiguousarray(whole[:height, :width], np.uint8)

    def depth_m(self) -> NDArray[np.float32]:
        """Return depth in metres, NaN unknown."""
        metres = self.depth_mm * np.float32(1e-3)
        metres[self.depth_mm == 0] = np.nan
        return metres

    def label_indices(self) -> NDArray[np.uint8]:
        """Return classes, (H, W)."""
        flat = np.frombuffer(zlib.decompress(self.labels), np.uint8)
        return flat.reshape(self.depth_mm.shape)


def yuv_of(bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return colour as I420; an odd last row or column is repeated."""
    height, width = bgr.shape[:2]
    even = bgr
    if height % 2 or width % 2:
        even = np.pad(bgr, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.asarray(cv2.cvtColor(even, cv2.COLOR_BGR2YUV_I420), np.uint8)


def deflated(labels: NDArray[np.uint8]) -> bytes:
    """Return classes in few bytes."""
    return zlib.compress(labels.tobytes(), 1)
