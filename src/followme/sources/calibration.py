"""Calibration files: the YAML that ROS camera_calibration writes, and 3x3 intrinsics as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from followme.sources.source import SourceError
from followme.values.camera import Camera

CAMERA_INFO = "camera_info.yaml"
INTRINSICS = "camera-intrinsics.txt"


def find_camera(
    folder: Path, size_wh: tuple[int, int], report: Callable[[str], None]
) -> Camera | None:
    """Return the calibration that lies in a folder, None where there is none.

    Parameters
    ----------
    folder : Path
        Looked through for ``camera_info.yaml``, then ``camera-intrinsics.txt``.
    size_wh : tuple of two ints
        Width and height of the images in pixels.
    report : callable
        Told in one sentence what a user should know.

    Raises
    ------
    SourceError
        When the file cannot be read or is for images of another size.
    """
    if (path := folder / CAMERA_INFO).is_file():
        camera = camera_from_yaml(path, report)
    elif (path := folder / INTRINSICS).is_file():
        camera = camera_from_text(path, size_wh)
    else:
        return None
    check_size(str(path), camera, size_wh)
    return camera


def camera_beside(
    file: Path, size_wh: tuple[int, int], report: Callable[[str], None]
) -> Camera | None:
    """Return the calibration of a recording that is one file, None where there is none.

    Parameters
    ----------
    file : Path
        NAME.yaml beside NAME.mp4 is its own; else what :func:`find_camera` finds in its folder.
    size_wh : tuple of two ints
        Width and height of the images in pixels.
    report : callable
        Told in one sentence what a user should know.

    Raises
    ------
    SourceError
        When the file cannot be read or is for images of another size.
    """
    own = file.with_suffix(".yaml")
    if not own.is_file():
        return find_camera(file.parent, size_wh, report)
    camera = camera_from_yaml(own, report)
    check_size(str(own), camera, size_wh)
    return camera


def camera_from_yaml(path: Path, report: Callable[[str], None]) -> Camera:
    """Read a calibration in the form of ROS camera_calibration.

    Parameters
    ----------
    path : Path
        Keys image_width, image_height, camera_matrix with 9 data, and optionally
        distortion_coefficients with data.
    report : callable
        Told when the lens is distorted, since distortion is ignored.

    Raises
    ------
    SourceError
        Naming the file, the key, its value and the mend.
    """
    try:
        raw = yaml.safe_load(_text_of(path))
    except yaml.YAMLError as error:
        line = " ".join(str(error).split())
        raise SourceError(f"{path}: is no YAML ({line}); calibrate the camera again") from error
    if not isinstance(raw, dict):
        raise SourceError(f"{path}: holds no keys; expected image_width and camera_matrix in it")
    for key in ("image_width", "image_height"):
        if not isinstance(raw.get(key), int) or isinstance(raw[key], bool):
            raise SourceError(f"{path}: {key} is {raw.get(key)!r}, give whole pixels")
    matrix = _numbers(path, "camera_matrix", raw.get("camera_matrix"))
    coefficients = raw.get("distortion_coefficients")
    distortion = (
        [] if coefficients is None else _numbers(path, "distortion_coefficients", coefficients)
    )
    report_distortion(str(path), distortion, report)
    return camera_from_matrix(str(path), matrix, raw["image_width"], raw["image_height"])


def camera_from_text(path: Path, size_wh: tuple[int, int]) -> Camera:
    """Read a 3x3 matrix of intrinsics; the size, which it does not tell, is the images'.

    Raises
    ------
    SourceError
        When the file cannot be read, holds other than nine numbers, or is no camera.
    """
    try:
        matrix = [float(word) for word in _text_of(path).replace(",", " ").split()]
    except ValueError as error:
        raise SourceError(f"{path}: {error}; give three rows of three numbers") from error
    return camera_from_matrix(str(path), matrix, *size_wh)


def camera_from_matrix(
    name: str, matrix: Sequence[float], width: int, height: int, nominal: bool = False
) -> Camera:
    """Make a camera of the nine numbers of its matrix, row by row.

    Raises
    ------
    SourceError
        Naming the calibration, what is wrong in it and the mend.
    """
    if len(matrix) != 9:
        raise SourceError(f"{name}: the camera matrix has {len(matrix)} numbers, give nine")
    fx, _skew, cx, lower, fy, cy, *last = (float(v) for v in matrix)
    if [lower, *last] != [0.0, 0.0, 0.0, 1.0]:
        raise SourceError(
            f"{name}: {list(matrix)} is no camera matrix, give fx 0 cx, 0 fy cy, 0 0 1 row by row"
        )
    try:
        return Camera(width, height, fx, fy, cx, cy, nominal)
    except ValueError as error:
        raise SourceError(f"{name}: {error}; calibrate the camera again") from error


def check_size(name: str, camera: Camera, size_wh: tuple[int, int]) -> None:
    """Raise SourceError, naming both sizes, unless the images are as large as the calibration."""
    if (camera.width, camera.height) != size_wh:
        raise SourceError(
            f"{name}: it is for images of {camera.width}x{camera.height}, "
            f"these are {size_wh[0]}x{size_wh[1]}; calibrate at this size or remove it"
        )


def report_distortion(
    name: str, coefficients: Sequence[float], report: Callable[[str], None]
) -> None:
    """Say that distortion is ignored when any of its coefficients is not zero."""
    if any(float(c) != 0.0 for c in coefficients):
        report(f"{name}: the lens is distorted, distortion is ignored; rectify the images")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read ({error}); mend or remove it") from error


def _numbers(path: Path, key: str, value: Any) -> list[float]:
    data = value.get("data") if isinstance(value, dict) else value
    if not isinstance(data, list) or not all(
        isinstance(v, (int, float)) and not isinstance(v, bool) for v in data
    ):
        raise SourceError(f"{path}: {key} is {value!r}, give its numbers as a list under data")
    return [float(v) for v in data]
