"""A folder of images, played at a rate that the user gives."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from followme.imaging import ImageCodecError
from followme.sources.calibration import check_size, find_camera
from followme.sources.image_file import IMAGE_SUFFIXES, list_images, read_colour
from followme.sources.source import SourceError
from followme.values.camera import Camera
from followme.values.frame import Frame


class ImageFolder:
    """Images (jpg, jpeg, png, bmp, webp) in natural order of their names.

    Image number n has the stamp n / ``rate_hz``. An image that cannot be read is left out and
    reported, and time passes as if it had been there. Without a ``camera_info.yaml`` or a
    ``camera-intrinsics.txt`` in the folder the camera is unknown, and sizes may then change.

    Parameters
    ----------
    path : Path
        The folder.
    rate_hz : float
        Images a second.
    report : callable
        Told in one sentence what a user should know; warns by default.

    Raises
    ------
    SourceError
        When there is no image that can be read, or the calibration cannot be used.
    """

    def __init__(
        self, path: Path, rate_hz: float, *, report: Callable[[str], None] = warnings.warn
    ) -> None:
        self._path = path
        self._rate_hz = check_rate(rate_hz)
        self._report = report
        self._files = list_images(path)
        if not self._files:
            raise SourceError(
                f"{path}: holds no image; give a folder with {', '.join(IMAGE_SUFFIXES)} files"
            )
        self._camera = find_camera(path, first_size(path, self._files), report)

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
        for index, file in enumerate(self._files):
            try:
                bgr = read_colour(file)
            except ImageCodecError as error:
                self._report(f"{error}; the image is left out")
                continue
            if self._camera is not None:
                check_size(str(file), self._camera, (bgr.shape[1], bgr.shape[0]))
            yield Frame(stamp_ns(index, self._rate_hz), bgr, self._camera)

    def close(self) -> None:
        """Nothing stays open between two images."""


def check_rate(rate_hz: float) -> float:
    """Return a rate in frames a second, or raise SourceError where it is none."""
    if not 0.0 < rate_hz <= 1000.0:
        raise SourceError(f"rate_hz: {rate_hz!r} is no rate, give 0.1 to 60 frames a second")
    return rate_hz


def stamp_ns(index: int, rate_hz: float) -> int:
    """Return the stamp of image number ``index`` in nanoseconds."""
    return round(index * 1e9 / rate_hz)


def first_size(folder: Path, files: list[Path]) -> tuple[int, int]:
    """Return width and height of the first image that can be read.

    Raises
    ------
    SourceError
        When there is none.
    """
    reason = ""
    for file in files:
        try:
            height, width = read_colour(file).shape[:2]
        except ImageCodecError as error:
            reason = reason or str(error)
        else:
            return width, height
    raise SourceError(
        f"{folder}: none of its {len(files)} images can be read, the first because {reason}; "
        "copy them again"
    )
