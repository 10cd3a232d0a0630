"""Video files: mp4, avi, mkv, webm and others that OpenCV can decode."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from followme.sources.calibration import camera_beside
from followme.sources.folder import check_rate
from followme.sources.rate_limit import RateLimit
from followme.sources.source import SourceError
from followme.values.camera import Camera
from followme.values.frame import Frame

VIDEO_SUFFIXES = (
    ".mp4",
    ".m4v",
    ".mov",
    ".avi",
    ".mkv",
    ".webm",
    ".mpg",
    ".mpeg",
    ".ogv",
    ".wmv",
    ".3gp",
    ".ts",
)

# A container that was cut tells how many frames there were; some only estimate it.
_WHOLE_SHARE = 0.9


class VideoSource:
    """Frames of a video file.

    Stamps are the times of the container; where it has none, or they do not grow, those of its
    rate. Where it has more than ``rate_hz`` frames a second, some are left out; it is never played
    faster than recorded. Calibration lies beside the file: NAME.yaml, else ``camera_info.yaml``.

    Parameters
    ----------
    path : Path
        The file.
    rate_hz : float
        Frames a second at most.
    report : callable
        Told in one sentence what a user should know; warns by default.

    Raises
    ------
    SourceError
        When it is no video, no frame of it can be decoded, or its calibration cannot be used.
    """

    def __init__(
        self, path: Path, rate_hz: float, *, report: Callable[[str], None] = warnings.warn
    ) -> None:
        self._path = path
        self._limit_hz = check_rate(rate_hz)
        self._report = report
        with _opened(path) as video:
            recorded_hz = video.get(cv2.CAP_PROP_FPS)
            self._told = video.get(cv2.CAP_PROP_FRAME_COUNT)
        # a container without a rate has 0, or the ticks of its clock
        known = math.isfinite(recorded_hz) and 0.0 < recorded_hz <= 1000.0
        self._recorded_hz = recorded_hz if known else rate_hz
        self._camera: Camera | None = None
        first = next(self.frames(), None)
        if first is None:
            raise SourceError(
                f"{path}: holds no frame that can be decoded; record or convert it again"
            )
        height, width = first.bgr.shape[:2]
        self._camera = camera_beside(path, (width, height), report)

    @property
    def rate_hz(self) -> float:
        return min(self._limit_hz, self._recorded_hz)

    @property
    def length(self) -> int | None:
        """Unknown: containers estimate it, and some frames are left out."""
        return None

    @property
    def camera(self) -> Camera | None:
        """Calibration of every frame; None unknown."""
        return self._camera

    def frames(self) -> Iterator[Frame]:
        limit = RateLimit(self._limit_hz)
        period_ns = round(1e9 / self._recorded_hz)
        stamp_ns, count = -period_ns, 0
        with _opened(self._path) as video:
            while video.grab():
                count += 1
                stamp_ns = _stamp_ns(video.get(cv2.CAP_PROP_POS_MSEC), stamp_ns, period_ns)
                if not limit.passes(stamp_ns):
                    continue
                good, bgr = video.retrieve()
                if good and bgr.size:
                    yield Frame(stamp_ns, np.asarray(bgr, np.uint8), self._camera)
        if 0 < count < _WHOLE_SHARE * self._told:
            self._report(
                f"{self._path}: ends after {count} of {self._told:.0f} frames; it was cut, copy it "
                "again"
            )

    def close(self) -> None:
        """Nothing stays open once its frames are read or let go."""


def _stamp_ns(container_ms: float, last_ns: int, period_ns: int) -> int:
    """Return the time of a frame in the container, or one period after the last frame."""
    if math.isfinite(container_ms):
        stamp_ns = round(container_ms * 1e6)
        if stamp_ns > last_ns and stamp_ns >= 0:
            return stamp_ns
    return last_ns + period_ns


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[cv2.VideoCapture]:
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        if not video.isOpened():
            raise SourceError(
                f"{path}: is no video that can be decoded, or is damaged; convert it to .mp4"
            )
        yield video
    finally:
        video.release()
