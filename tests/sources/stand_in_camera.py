"""A stand-in for a webcam: the test pulls the trigger, and unplugs it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np

from followme.sources.webcam import Patience, WebcamSource
from followme.values.frame import Frame

DEADLINE_S = 10.0
QUICK = Patience(first_s=0.3, silent_s=0.3, back_off_s=0.005, most_back_off_s=0.02)
NO_TIME_OF_ITS_OWN = 0.0
# a device is never faster than the highest rate that a source may be asked for
PERIOD_S = 0.0015


class Camera:
    """A stand-in for a device and for what OpenCV makes of it; the test pulls the trigger."""

    def __init__(self) -> None:
        self.there = True
        self.openings: list[float] = []
        self.asked: dict[int, float] = {}
        self.decoded = 0
        self.released = 0
        self._shots: queue.Queue[tuple[Any, float]] = queue.Queue()
        self._shot: tuple[Any, float] = (None, NO_TIME_OF_ITS_OWN)
        self._owner: int | None = None

    def shoot(self, image: Any, driver_ms: float = NO_TIME_OF_ITS_OWN) -> None:
        """Let an image be captured; an exception is raised where it would be decoded."""
        self._shots.put((image, driver_ms))

    def open(self, device: str) -> Camera:
        self._owner = threading.get_ident()
        self.openings.append(time.monotonic())
        return self

    def isOpened(self) -> bool:
        return self.there

    def grab(self) -> bool:
        assert threading.get_ident() == self._owner, "one thread owns the device"
        if not self.there:
            return False
        try:
            self._shot = self._shots.get(timeout=0.005)
        except queue.Empty:
            return False
        time.sleep(PERIOD_S)
        if isinstance(self._shot[0], OSError):
            raise cv2.error("the device went away")
        return True

    def retrieve(self) -> tuple[bool, Any]:
        self.decoded += 1
        image = self._shot[0]
        if isinstance(image, Exception):
            raise cv2.error("no JPEG")
        return image is not None, image

    def get(self, prop: int, /) -> float:
        assert prop == cv2.CAP_PROP_POS_MSEC
        return self._shot[1]

    def set(self, prop: int, value: float, /) -> bool:
        self.asked[prop] = value
        return True

    def release(self) -> None:
        self.released += 1


def picture(seed: int = 0, width: int = 64, height: int = 48) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def silent(text: str) -> None:
    raise AssertionError(f"nothing should have been reported: {text}")


@contextmanager
def opened(
    camera: Camera,
    *,
    device: str = "/dev/null",
    rate_hz: float = 1000.0,
    size_wh: tuple[int, int] = (64, 48),
    now_ns: Callable[[], int] = time.monotonic_ns,
    report: Callable[[str], None] = silent,
) -> Iterator[WebcamSource]:
    """Open a webcam, whose first image was captured 0.9 s ago, and take that image."""
    camera.shoot(picture(99, *size_wh), time.monotonic() * 1e3 - 900.0)
    source = WebcamSource(device, rate_hz, *size_wh, now_ns, report, camera.open, QUICK)
    try:
        taken(source)
        yield source
    finally:
        source.close()


def taken(source: WebcamSource) -> Frame:
    frame = source.newest(DEADLINE_S)
    assert frame is not None, "no frame came"
    return frame


def eventually(what: Callable[[], Any], why: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not what():
        assert time.monotonic() < deadline, f"not within {DEADLINE_S:g} s: {why}"
        time.sleep(0.002)
