"""Things found in one image: boxes with names, and five points on faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.values.check import check_array, freeze


@dataclass(frozen=True, eq=False)
class Detections:
    """Objects in one image; there may be none.

    Parameters
    ----------
    stamp_ns : int
        Of the image.
    size_wh : tuple of two ints
        Width and height of the image in pixels.
    xyxy : (N, 4) float32
        Left, top, right, bottom in pixels; x right, y down; the centre of the first pixel is 0.
    score : (N,) float32
        0 to 1.
    name : tuple of N str
        Class names.
    landmarks : (N, 5, 2) float32 or None
        Left eye, right eye, nose, left and right mouth corner as seen in the image; NaN unknown.
    """

    stamp_ns: int
    size_wh: tuple[int, int]
    xyxy: NDArray[np.float32]
    score: NDArray[np.float32]
    name: tuple[str, ...]
    landmarks: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        n = len(self.name)
        check_array("xyxy", self.xyxy, (n, 4), np.float32)
        check_array("score", self.score, (n,), np.float32)
        if self.landmarks is not None:
            check_array("landmarks", self.landmarks, (n, 5, 2), np.float32)
        freeze(self, "xyxy", "score", "landmarks")

    @classmethod
    def empty(cls, stamp_ns: int, size_wh: tuple[int, int]) -> Detections:
        """Say that nothing was found in this image, which differs from not having looked."""
        return cls(stamp_ns, size_wh, np.zeros((0, 4), np.float32), np.zeros(0, np.float32), ())

    def __len__(self) -> int:
        return len(self.name)
