"""RGB-D folders in the style of 7-Scenes: colour, depth and pose in a file each."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from followme.imaging import ImageCodecError, metres_from_counts
from followme.sources.calibration import check_size, find_camera
from followme.sources.folder import check_rate, first_size, stamp_ns
from followme.sources.image_file import list_images, read_colour, read_counts
from followme.sources.pose_motion import ASSUMED_PITCH_RAD, Pose, motion_between
from followme.sources.rate_limit import RateLimit
from followme.sources.source import SourceError
from followme.values.camera import Camera
from followme.values.frame import Frame

_COLOUR = re.compile(r"frame-(\d+)\.color\.(?:jpe?g|png)", re.IGNORECASE)
#: 7-Scenes writes 65535 where the sensor gave nothing; others write 0.
_NO_DEPTH = 65535


class SevenScenesFolder:
    """Files ``frame-NNNNNN.color.jpg|png``, ``.depth.png`` and ``.pose.txt``.

    Depth has 16 bits in millimetres, 0 and 65535 for none; a pose is 4x4, camera to world, in
    metres. Depth and pose may be missing. ``camera-intrinsics.txt`` or ``camera_info.yaml`` is
    the calibration; without it the camera is unknown.

    Stamps and motion are in the recording's own time: its frame numbers count at ``recorded_hz``,
    so that frames 6 apart are 0.2 s apart. Where it has more than ``rate_hz`` frames a second,
    some are left out; it is never played faster than it was.

    A colour file that cannot be read is left out, and so is a depth file or a pose, and
    reported.

    Parameters
    ----------
    path : Path
        The folder.
    rate_hz : float
        Frames a second at most.
    recorded_hz : float
        Frame numbers a second of the recording; 30 in 7-Scenes.
    pitch_rad : float
        How far the camera is taken to look down, for the motion.
    report : callable
        Told in one sentence what a user should know; warns by default.

    Raises
    ------
    SourceError
        When there is no frame that can be read, or the calibration cannot be used.
    """

    def __init__(
        self,
        path: Path,
        rate_hz: float,
        *,
        recorded_hz: float = 30.0,
        pitch_rad: float = ASSUMED_PITCH_RAD,
        report: Callable[[str], None] = warnings.warn,
    ) -> None:
        limit = RateLimit(check_rate(rate_hz))
        self._recorded_hz = check_rate(recorded_hz)
        self._pitch_rad = pitch_rad
        self._report = report
        numbered = [(_COLOUR.fullmatch(p.name), p) for p in list_images(path)]
        # a number that comes twice, as jpg and as png, is one frame
        found = sorted({int(m[1]): p for m, p in numbered if m}.items())
        if not found:
            raise SourceError(f"{path}: holds no frame-NNNNNN.color.jpg or .png; give another one")
        self._files = [(n, p) for n, p in found if limit.passes(stamp_ns(n, recorded_hz))]
        steps = np.diff([n for n, _ in self._files])
        self._rate_hz = recorded_hz / float(np.median(steps)) if len(steps) else rate_hz
        self._camera = find_camera(path, first_size(path, [p for _, p in self._files]), report)
        if self._camera is None:
            report(f"{path}: there is no camera-intrinsics.txt, so the camera is unknown")

    @property
    def rate_hz(self) -> float:
        return self._rate_hz

    @property
    def length(self) -> int | None:
        return len(self._files)

    @property
    def camera(self) -> Camera | None:
        """Calibration of every image; None unknown."""
        return self._camera

    def frames(self) -> Iterator[Frame]:
        before: Pose | None = None
        first = self._files[0][0]
        for number, file in self._files:
            stamp = stamp_ns(number - first, self._recorded_hz)
            try:
                bgr = read_colour(file)
            except ImageCodecError as error:
                self._report(f"{error}; the frame is left out")
                continue
            if self._camera is not None:
                check_size(str(file), self._camera, (bgr.shape[1], bgr.shape[0]))
            now = self._pose(file, number)
            motion = motion_between(before, now, stamp, self._pitch_rad)
            before = now or before
            yield Frame(stamp, bgr, self._camera, self._depth(file), motion)

    def close(self) -> None:
        """Nothing stays open between two frames."""

    def _depth(self, colour: Path) -> NDArray[np.float32] | None:
        file = _beside(colour, "depth.png")
        if not file.is_file():
            return None
        try:
            counts = read_counts(file)
        except ImageCodecError as error:
            self._report(f"{error}; the depth is left out")
            return None
        return metres_from_counts(np.where(counts == _NO_DEPTH, np.uint16(0), counts))

    def _pose(self, colour: Path, number: int) -> Pose | None:
        file = _beside(colour, "pose.txt")
        if not file.is_file():
            return None
        try:
            matrix = np.array(file.read_text(encoding="utf-8").split(), np.float64)
            if matrix.size != 16:
                raise ValueError(f"pose: it has {matrix.size} numbers, not 16")
            matrix = matrix.reshape(4, 4)
            return Pose(stamp_ns(number, self._recorded_hz), matrix[:3, :3], matrix[:3, 3])
        except (OSError, ValueError) as error:
            self._report(f"{file}: {error}; the pose is left out")
            return None


def is_seven_scenes(folder: Path) -> bool:
    """Return whether a folder holds RGB-D frames in the style of 7-Scenes."""
    return any(_COLOUR.fullmatch(p.name) for p in folder.iterdir())


def _beside(colour: Path, ending: str) -> Path:
    return colour.with_name(f"{colour.name.split('.')[0]}.{ending}")
