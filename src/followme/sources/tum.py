"""RGB-D folders in the style of the TUM benchmark: lists of files with their times."""

from __future__ import annotations

import warnings
from bisect import bisect_left
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from followme.imaging import ImageCodecError, metres_from_counts
from followme.sources.calibration import check_size, find_camera
from followme.sources.folder import check_rate, first_size
from followme.sources.image_file import read_colour, read_counts
from followme.sources.pose_motion import ASSUMED_PITCH_RAD, Pose, motion_between
from followme.sources.rate_limit import RateLimit
from followme.sources.source import SourceError
from followme.values.camera import Camera
from followme.values.frame import Frame

COLOUR_LIST = "rgb.txt"
#: What the benchmark gives for cameras that it did not calibrate, at 640x480.
_NOMINAL = Camera(640, 480, 525.0, 525.0, 319.5, 239.5, nominal=True)
_COUNTS_PER_M = 5000.0
#: Files whose times differ more do not belong together.
_SLOP_NS = 20_000_000


class TumFolder:
    """Lists ``rgb.txt``, ``depth.txt`` (time, file) and ``groundtruth.txt`` (time, pose).

    A line of ``groundtruth.txt`` is time tx ty tz qx qy qz qw, camera to world. Depth has 16 bits
    and 5000 counts a metre. Depth and pose of a colour image are the nearest in time within
    20 ms; both lists may be missing. Without ``camera_info.yaml`` or ``camera-intrinsics.txt``
    the camera is the benchmark's nominal one.

    Stamps are those of ``rgb.txt``, and motion is in the same time. Where the recording has more
    than ``rate_hz`` frames a second, some are left out; it is never played faster than it was.
    A colour or depth file that cannot be read is left out and reported.

    Parameters
    ----------
    path : Path
        The folder.
    rate_hz : float
        Frames a second at most.
    pitch_rad : float
        How far the camera is taken to look down, for the motion.
    report : callable
        Told in one sentence what a user should know; warns by default.

    Raises
    ------
    SourceError
        When a list cannot be read, no frame can be read, or the calibration cannot be used.
    """

    def __init__(
        self,
        path: Path,
        rate_hz: float,
        *,
        pitch_rad: float = ASSUMED_PITCH_RAD,
        report: Callable[[str], None] = warnings.warn,
    ) -> None:
        limit = RateLimit(check_rate(rate_hz))
        self._pitch_rad = pitch_rad
        self._report = report
        listed = [(time, path / words[0]) for time, words in _read_list(path / COLOUR_LIST, 1)]
        self._colour = [(time, file) for time, file in listed if limit.passes(time)]
        if not self._colour:
            raise SourceError(f"{path / COLOUR_LIST}: names no image; give another folder")
        self._depth = _Timed(_optional_list(path / "depth.txt", 1))
        self._poses = _Timed(_optional_list(path / "groundtruth.txt", 7))
        self._path = path
        size_wh = first_size(path, [file for _, file in self._colour])
        self._camera = find_camera(path, size_wh, report) or _NOMINAL.scaled(*size_wh)
        self._rate_hz = _median_rate_hz([time for time, _ in self._colour], rate_hz)

    @property
    def rate_hz(self) -> float:
        return self._rate_hz

    @property
    def length(self) -> int | None:
        return len(self._colour)

    @property
    def camera(self) -> Camera:
        """Calibration of every image, or the nominal one."""
        return self._camera

    def frames(self) -> Iterator[Frame]:
        before: Pose | None = None
        for stamp, file in self._colour:
            try:
                bgr = read_colour(file)
            except ImageCodecError as error:
                self._report(f"{error}; the frame is left out")
                continue
            check_size(str(file), self._camera, (bgr.shape[1], bgr.shape[0]))
            now = self._pose_at(stamp)
            motion = motion_between(before, now, stamp, self._pitch_rad)
            before = now or before
            yield Frame(stamp, bgr, self._camera, self._depth_at(stamp), motion)

    def close(self) -> None:
        """Nothing stays open between two frames."""

    def _depth_at(self, stamp: int) -> NDArray[np.float32] | None:
        found = self._depth.nearest(stamp)
        if found is None:
            return None
        try:
            return metres_from_counts(read_counts(self._path / found[1][0]), _COUNTS_PER_M)
        except ImageCodecError as error:
            self._report(f"{error}; the depth is left out")
            return None

    def _pose_at(self, stamp: int) -> Pose | None:
        found = self._poses.nearest(stamp)
        if found is None:
            return None
        try:
            numbers = np.array(found[1], np.float64)
            return Pose.from_quaternion(found[0], numbers[:3], numbers[3:])
        except ValueError as error:
            self._report(f"{self._path / 'groundtruth.txt'}: {error}; the pose is left out")
            return None


class _Timed:
    """Lines of a list, found by their time."""

    def __init__(self, lines: list[tuple[int, list[str]]]) -> None:
        self._lines = lines
        self._times = [time for time, _ in lines]

    def nearest(self, stamp: int) -> tuple[int, list[str]] | None:
        at = bisect_left(self._times, stamp)
        around = self._lines[max(0, at - 1) : at + 1]
        best = min(around, key=lambda line: abs(line[0] - stamp), default=None)
        return best if best is not None and abs(best[0] - stamp) <= _SLOP_NS else None


def _optional_list(path: Path, columns: int) -> list[tuple[int, list[str]]]:
    return _read_list(path, columns) if path.is_file() else []


def _read_list(path: Path, columns: int) -> list[tuple[int, list[str]]]:
    """Return time in nanoseconds and the words after it of each line, in the order of time."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read ({error}); mend or remove it") from error
    lines = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 1 + columns:
            raise SourceError(
                f"{path}: line {number} has {len(words)} columns, expected {1 + columns}; mend it"
            )
        lines[_nanoseconds(path, number, words[0])] = words[1:]
    return sorted(lines.items())


def _nanoseconds(path: Path, number: int, word: str) -> int:
    # a float of seconds since 1970 is only good to 0.2 microseconds
    try:
        return int(Decimal(word) * 1_000_000_000)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise SourceError(
            f"{path}: line {number} begins with {word!r}, expected a time in seconds; mend it"
        ) from error


def _median_rate_hz(stamps: list[int], rate_hz: float) -> float:
    if len(stamps) < 2:
        return rate_hz
    return 1e9 / float(np.median(np.diff(stamps)))
