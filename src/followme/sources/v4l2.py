"""Video4Linux devices: from what a user typed to an open device, and why that failed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Protocol

import cv2

from followme.settings import did_you_mean
from followme.sources.source import SourceError

_PREFIX = "webcam:"
# OpenCV waits 10 s for a device that has stopped; nobody could close the source in that time
_SELECT_TIMEOUT = ("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")


class Capture(Protocol):
    """What is used of ``cv2.VideoCapture``; one thread owns it."""

    def isOpened(self) -> bool:
        """Whether there is a device that may give images."""
        ...

    def grab(self) -> bool:
        """Wait for the next image and keep it; False when none came."""
        ...

    def retrieve(self) -> tuple[bool, Any]:
        """Decode the image that was kept: success, pixels."""
        ...

    def get(self, prop: int, /) -> float:
        """Return a property; 0 where the device has none."""
        ...

    def set(self, prop: int, value: float, /) -> bool:
        """Ask for a property; a device may take another value."""
        ...

    def release(self) -> None:
        """Give the device back."""
        ...


def is_webcam(text: str) -> bool:
    """Return whether a user's text means a webcam."""
    return text.startswith(_PREFIX) or text == "webcam"


def device_of(text: str) -> str:
    """Return the device file that "webcam:N" or "webcam:/dev/videoN" names.

    Raises
    ------
    SourceError
        When it is neither a number nor a file under /dev.
    """
    name = text.removeprefix(_PREFIX)
    if re.fullmatch(r"[0-9]{1,3}", name):
        return f"/dev/video{int(name)}"
    if name.startswith("/dev/") and "\0" not in name:
        return name
    known = [f"{_PREFIX}{name}" for name in (0, *_devices())]
    raise SourceError(
        f"source {text!r} names no webcam; give webcam:0 or webcam:/dev/video0"
        f"{did_you_mean(text, known)}"
    )


def open_v4l2(device: str) -> Capture:
    """Open a device; ask ``isOpened()`` whether that went well."""
    # without a file OpenCV would only complain on the terminal, again at each attempt
    if not Path(device).exists():
        return cv2.VideoCapture()
    os.environ.setdefault(*_SELECT_TIMEOUT)
    return cv2.VideoCapture(device, cv2.CAP_V4L2)


def why_not(device: str) -> str:
    """Return in one sentence why a device could not be opened, and the mend."""
    others = [d for d in _devices() if d != device]
    other = f", or name another one: {', '.join(others)}" if others else ""
    if not Path(device).exists():
        return f"webcam {device}: there is no such device; plug it in{other}"
    if not os.access(device, os.R_OK | os.W_OK):
        return (
            f"webcam {device}: you may not open it; add yourself to its group "
            "(sudo usermod -aG video $USER) and log in again"
        )
    return (
        f"webcam {device}: is busy or gives no video; close the program that uses it, or plug it "
        f"in again{other}"
    )


def _devices() -> list[str]:
    return sorted(str(path) for path in Path("/dev").glob("video*"))
