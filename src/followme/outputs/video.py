"""A film of pictures that keeps the time at which they were taken."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.outputs.files import OutputError, output_error, part_path

_FILL_S = 30.0  # a longer gap is a jump in time, such as a bag that begins again


class VideoWriter:
    """An mp4 file (MPEG-4 part 2, which every OpenCV can write) of constant rate.

    The file is called ``NAME.part.mp4`` until it is complete.

    Parameters
    ----------
    path : Path
        The file, ending in .mp4.
    rate_hz : float
        Pictures a second.
    size : tuple of two ints
        Width and height; pictures of another size are resized.

    Raises
    ------
    OutputError
        When the codec is missing or the file cannot be made.
    """

    def __init__(self, path: Path, rate_hz: float, size: tuple[int, int]) -> None:
        if not 0.1 <= rate_hz <= 1000.0:
            raise OutputError(f"video: expected a rate from 0.1 to 1000 Hz, got {rate_hz!r}")
        self._path, self._rate_hz = path, rate_hz
        # the codec stores colour for two by two pixels
        self._size = max(2, size[0] - size[0] % 2), max(2, size[1] - size[1] % 2)
        self._first_ns: int | None = None
        self._slot = -1
        self._base = 0
        self._last: NDArray[np.uint8] | None = None
        part = part_path(path)
        try:
            part.write_bytes(b"")  # a folder that refuses says why; the codec would not
        except OSError as error:
            raise output_error(path, error) from error
        self._video = cv2.VideoWriter(
            str(part), cv2.VideoWriter.fourcc(*"mp4v"), rate_hz, self._size
        )
        if not self._video.isOpened():
            part.unlink()
            raise OutputError(
                f"video {path.name}: this OpenCV ({cv2.__version__}) has no mp4v encoder, "
                "install opencv-python-headless from PyPI"
            )

    def wants(self, stamp_ns: int) -> bool:
        """Whether a picture of this time would be shown: not when its place is already taken."""
        return self._place(stamp_ns)[0] > self._slot

    def write(self, bgr: NDArray[np.uint8], stamp_ns: int) -> None:
        """Append a picture at its time; where none came in between, the last one stays on.

        Parameters
        ----------
        bgr : (H, W, 3) uint8
            The picture.
        stamp_ns : int
            Its time. A jump back, or forward by more than half a minute, leaves no gap.
        """
        slot, jumped = self._place(stamp_ns)
        if slot <= self._slot:
            return
        if jumped or self._first_ns is None:
            self._first_ns, self._base = stamp_ns, slot
        if (bgr.shape[1], bgr.shape[0]) != self._size:
            bgr = cv2.resize(bgr, self._size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        for _ in range(slot - self._slot - 1):
            self._video.write(bgr if self._last is None else self._last)
        self._video.write(bgr)
        self._slot, self._last = slot, bgr

    def close(self) -> None:
        """Complete the file and give it its name; a second time does nothing."""
        if not self._video.isOpened():
            return
        self._video.release()
        try:
            part_path(self._path).replace(self._path)
        except OSError as error:
            raise output_error(self._path, error) from error

    def _place(self, stamp_ns: int) -> tuple[int, bool]:
        """Return the number of the picture that belongs to a time, and whether time jumped."""
        if self._first_ns is None:
            return 0, False
        after_s = (stamp_ns - self._first_ns) * 1e-9
        slot = self._base + round(after_s * self._rate_hz)
        gap_s = (slot - self._slot) / self._rate_hz
        jumped = gap_s > _FILL_S or gap_s < -1.0
        return (self._slot + 1, True) if jumped else (slot, False)
