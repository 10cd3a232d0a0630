"""What an image says about the camera: dark, bright, covered, frozen or blurred (B4)."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.settings import ImageHealthSettings
from followme.values.depth_map import ImageHealth, ImageState

# Side of the image that brightness and sharpness are judged on: the blur that hides obstacles
# is many pixels wide, and averaging takes out sensor noise, which a covered lens still has.
_GREY_WIDTH = 320
# Every how many rows a first look tells two images apart; noise makes any row differ.
_ROW_STEP = 24


class ImageJudge:
    """Judge each image of one camera.

    Parameters
    ----------
    s : ImageHealthSettings
        Limits.
    """

    def __init__(self, s: ImageHealthSettings) -> None:
        self._s = s
        self._last: NDArray[np.uint8] | None = None
        self._same_since_ns = 0
        self._sharpness: deque[tuple[int, float]] = deque()

    def judge(self, bgr: NDArray[np.uint8], stamp_ns: int) -> ImageHealth:
        """Return what is wrong with an image, the first of dark, bright, covered, frozen, blurred.

        Parameters
        ----------
        bgr : (H, W, 3) uint8
            Any size, also another one than before.
        stamp_ns : int
            When it was captured.
        """
        grey = _reduced_grey(bgr)
        mean, deviation = cv2.meanStdDev(grey)
        luma, contrast = float(mean[0, 0]), float(deviation[0, 0])
        _, edges = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))
        sharpness = float(edges[0, 0]) ** 2
        frozen = self._frozen(bgr, stamp_ns)
        flat = contrast < self._s.covered_contrast
        # a scene keeps its relative contrast while light fades, so its contrast goes first
        if luma < self._s.dark_luma or (flat and luma < self._s.dim_luma):
            state = ImageState.DARK
        elif luma > self._s.bright_luma:
            state = ImageState.BRIGHT
        elif flat:
            state = ImageState.COVERED
        elif frozen:
            state = ImageState.FROZEN
        elif self._blurred(sharpness, stamp_ns):
            state = ImageState.BLURRED
        else:
            state = ImageState.OK
        return ImageHealth(state, luma, contrast, sharpness)

    def reset(self) -> None:
        """Forget earlier images: time jumped, or another camera follows."""
        self._last = None
        self._same_since_ns = 0
        self._sharpness.clear()

    def _frozen(self, bgr: NDArray[np.uint8], stamp_ns: int) -> bool:
        """Whether the image has been the same, bit for bit, for too long."""
        last = self._last
        if last is not None and last.shape == bgr.shape and _identical(last, bgr):
            if stamp_ns < self._same_since_ns:  # time went back: count anew
                self._same_since_ns = stamp_ns
            return stamp_ns - self._same_since_ns >= self._s.frozen_s * 1e9
        # a copy, because a source may write its next image into the same memory
        if last is not None and last.shape == bgr.shape:
            np.copyto(last, bgr)
        else:
            self._last = bgr.copy()
            self._sharpness.clear()  # it depends on the size, and on the camera
        self._same_since_ns = stamp_ns
        return False

    def _blurred(self, sharpness: float, stamp_ns: int) -> bool:
        """Whether an image is much less sharp than those of the last seconds were."""
        seen = self._sharpness
        if seen and stamp_ns < seen[-1][0]:
            seen.clear()
        seen.append((stamp_ns, sharpness))
        window_ns = int(self._s.blurred_window_s * 1e9)
        while stamp_ns - seen[0][0] > window_ns:
            seen.popleft()
        # a median of less than a tenth of the window is no measure of what is usual
        if stamp_ns - seen[0][0] < window_ns // 10:
            return False
        usual = float(np.median([value for _, value in seen]))
        return sharpness < self._s.blurred_share * usual


def _reduced_grey(bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return brightness (h, w) uint8, averaged down to about the judged width."""
    factor = max(1, bgr.shape[1] // _GREY_WIDTH)
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    if factor > 1:
        size = (max(1, bgr.shape[1] // factor), max(1, bgr.shape[0] // factor))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


def _identical(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> bool:
    """Compare two images of one shape; a few rows decide nearly always."""
    return np.array_equal(a[::_ROW_STEP], b[::_ROW_STEP]) and np.array_equal(a, b)
