"""A webcam (Video4Linux): a thread keeps its newest image and opens it again when it is gone."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.health.latest import LatestSlot
from followme.sources.folder import check_rate
from followme.sources.rate_limit import RateLimit
from followme.sources.source import SourceError
from followme.sources.v4l2 import Capture, open_v4l2, why_not
from followme.values.frame import Frame

# More pixels than this do not pass USB 2 uncompressed at 30 images a second.
_MOST_RAW_PIXELS = 640 * 480
# A driver's time of capture is on the monotonic clock; an older one is on another clock.
_OLDEST_NS = 1_000_000_000
_RETRY_S = 0.02
_TURN_S = 0.5
_JOIN_S = 2.5


@dataclass(frozen=True)
class Patience:
    """How long a webcam may give nothing, and how soon it is tried again.

    Parameters
    ----------
    first_s : float
        From opening to the first image; cameras warm up.
    silent_s : float
        Between images; then the device is opened again.
    back_off_s, most_back_off_s : float
        Pause before it is opened again, doubled each time up to the most.
    """

    first_s: float = 5.0
    silent_s: float = 1.0
    back_off_s: float = 0.25
    most_back_off_s: float = 4.0


class WebcamSource:
    """Frames of a webcam, stamped when they were captured.

    A thread grabs every image, so that none is old, decodes at most ``rate_hz`` of them a second,
    and keeps the newest. The stamp is the driver's time of capture where it has one on the
    monotonic clock, else the moment at which grabbing returned; either is put on ``now_ns``. A
    step of that clock is a step of the stamps. The device is opened again, with growing pauses,
    when it vanishes or gives nothing; meanwhile :attr:`fault` says so. Frames have no calibration.

    Parameters
    ----------
    device : str
        Such as "/dev/video0".
    rate_hz : float
        Frames a second at most.
    width, height : int
        Pixels that are asked for; the device may give others, which is reported.
    now_ns : callable
        The clock of the stamps.
    report : callable
        Told in one sentence what a user should know.
    open_device : callable
        Opens a device; what it returns is used by the thread only.
    patience : Patience
        Deadlines and pauses.

    Raises
    ------
    SourceError
        When there is no such device, it may not be opened, it is busy or it gives no image.
    """

    def __init__(
        self,
        device: str,
        rate_hz: float,
        width: int,
        height: int,
        now_ns: Callable[[], int],
        report: Callable[[str], None],
        open_device: Callable[[str], Capture] = open_v4l2,
        patience: Patience = Patience(),
    ) -> None:
        self._device = device
        self._rate_hz = check_rate(rate_hz)
        self._asked_wh = (width, height)
        self._now_ns = now_ns
        self._report = report
        self._open_device = open_device
        self._patience = patience
        self._fault = ""
        self._told_wh = self._asked_wh
        self._slot: LatestSlot[Frame] = LatestSlot()
        self._closing = threading.Event()
        self._began = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"webcam {device}", daemon=True)
        self._thread.start()
        if not self._began.wait(patience.first_s + _JOIN_S):
            self._fault = f"webcam {device}: does not answer; plug it in again"
        if self._fault:
            self.close()
            raise SourceError(self._fault)

    @property
    def rate_hz(self) -> float:
        return self._rate_hz

    @property
    def length(self) -> int | None:
        return None

    @property
    def fault(self) -> str:
        return self._fault

    @property
    def dropped(self) -> int:
        return self._slot.dropped

    def newest(self, timeout_s: float) -> Frame | None:
        return self._slot.take(timeout_s)

    def frames(self) -> Iterator[Frame]:
        """Yield the newest frame, again and again, until the source is closed."""
        while not self._closing.is_set():
            frame = self.newest(_TURN_S)
            if frame is not None:
                yield frame

    def close(self) -> None:
        """Give the device back; a driver that hangs is left to its thread."""
        self._closing.set()
        self._slot.close()
        self._thread.join(_JOIN_S)

    def _run(self) -> None:
        try:
            self._keep_open()
        except Exception as error:
            self._fault = f"webcam {self._device}: {error!r}; start FollowMe again"
            raise
        finally:
            self._began.set()

    def _keep_open(self) -> None:
        pause_s = self._patience.back_off_s
        while not self._closing.is_set():
            if self._session():
                pause_s = self._patience.back_off_s
            self._began.set()
            if self._closing.wait(pause_s):
                return
            pause_s = min(2.0 * pause_s, self._patience.most_back_off_s)

    def _session(self) -> bool:
        """Open the device and read until it gives nothing; return whether it gave anything."""
        capture = self._open_device(self._device)
        try:
            if not capture.isOpened():
                self._fault = why_not(self._device)
                return False
            self._ask(capture)
            return self._read(capture)
        finally:
            capture.release()

    def _ask(self, capture: Capture) -> None:
        width, height = self._asked_wh
        if width * height > _MOST_RAW_PIXELS:
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)

    def _read(self, capture: Capture) -> bool:
        limit = RateLimit(self._rate_hz)
        patience_s, gave, owing = self._patience.first_s, False, False
        alive_s, captured_ns = time.monotonic(), 0
        while not self._closing.is_set():
            if time.monotonic() - alive_s > patience_s:
                self._fault = (
                    f"webcam {self._device}: gives no image; plug it in again if that lasts, or "
                    "close other programs that use it"
                )
                break
            if not _grabbed(capture):
                self._closing.wait(_RETRY_S)
                continue
            captured_ns = _time_of_capture_ns(capture, captured_ns)
            # an image that could not be decoded is made up for by the next one
            if limit.passes(captured_ns) or owing:
                bgr = _image(capture)
                owing = bgr is None
                if bgr is not None:
                    self._give(bgr, captured_ns)
                    patience_s, gave = self._patience.silent_s, True
            if not owing:
                alive_s = time.monotonic()
        return gave

    def _give(self, bgr: NDArray[np.uint8], captured_ns: int) -> None:
        self._tell_size((bgr.shape[1], bgr.shape[0]))
        stamp_ns = self._now_ns() - (time.monotonic_ns() - captured_ns)
        self._slot.put(Frame(stamp_ns, bgr))
        self._fault = ""
        self._began.set()

    def _tell_size(self, size_wh: tuple[int, int]) -> None:
        if size_wh != self._told_wh:
            self._told_wh = size_wh
            self._report(
                f"webcam {self._device}: asked for {self._asked_wh[0]}x{self._asked_wh[1]}, it "
                f"gives {size_wh[0]}x{size_wh[1]}"
            )


def _grabbed(capture: Capture) -> bool:
    try:
        return capture.grab()
    except cv2.error:  # the device is going away; silence counts, whatever its reason
        return False


def _image(capture: Capture) -> NDArray[np.uint8] | None:
    """Decode the image that was grabbed, (H, W, 3) uint8; None when it is damaged or empty."""
    try:
        good, bgr = capture.retrieve()
    except cv2.error:  # half a JPEG, as a loose plug sends it
        return None
    if not good or not isinstance(bgr, np.ndarray) or bgr.dtype != np.uint8:
        return None
    return bgr if bgr.ndim == 3 and bgr.shape[2] == 3 and bgr.size else None


def _time_of_capture_ns(capture: Capture, last_ns: int) -> int:
    """Return when the image was captured, on the monotonic clock."""
    now_ns = time.monotonic_ns()
    ms = capture.get(cv2.CAP_PROP_POS_MSEC)
    if not math.isfinite(ms):
        return now_ns
    driver_ns = round(ms * 1e6)
    return driver_ns if driver_ns > last_ns and 0 <= now_ns - driver_ns <= _OLDEST_NS else now_ns
