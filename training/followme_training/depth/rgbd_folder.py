"""RGB-D recordings in folders: 7-Scenes and TUM.

7-Scenes: ``frame-NNNNNN.color.jpg|png`` with ``.depth.png`` in millimetres and
``camera-intrinsics.txt`` (3x3). TUM: ``rgb.txt`` and ``depth.txt`` list stamps and files, depth
counts 5000 a metre; the nearest depth within 20 ms belongs to an image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.datasets.errors import DataError
from followme_training.datasets.images import read_image, rgb_of
from followme_training.datasets.nyuv2 import metres
from followme_training.datasets.pinhole import Pinhole
from followme_training.depth.sample import DepthSample, Floats

_COLOUR = re.compile(r"frame-(\d+)\.color\.(?:jpe?g|png)", re.IGNORECASE)
_INTRINSICS = "camera-intrinsics.txt"
#: Sturm et al., "A Benchmark for the Evaluation of RGB-D SLAM Systems", IROS 2012.
_TUM_COUNTS_A_METRE = 5000.0
_TUM_CAMERA = Pinhole(525.0, 525.0, 319.5, 239.5)
_TUM_APART_S = 0.02


def read_rgbd_folder(folder: Path) -> list[DepthSample]:
    """Read all frames of a recording that have depth.

    Raises
    ------
    DataError
        When the folder is missing, is of neither kind, or a file cannot be read.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: is no folder; give one with RGB-D frames")
    if (folder / "rgb.txt").is_file() and (folder / "depth.txt").is_file():
        return list(_tum(folder))
    found = list(_seven_scenes(folder))
    if not found:
        raise DataError(
            f"{folder}: holds neither frame-NNNNNN.color files with depth nor rgb.txt and "
            "depth.txt; give a folder of 7-Scenes or TUM"
        )
    return found


def _seven_scenes(folder: Path) -> Iterator[DepthSample]:
    camera = None
    for colour in sorted(folder.iterdir()):
        if not _COLOUR.fullmatch(colour.name):
            continue
        depth = colour.with_name(colour.name.split(".")[0] + ".depth.png")
        if not depth.is_file():
            continue
        camera = camera or _intrinsics(folder / _INTRINSICS)
        yield DepthSample(f"{folder.name}/{colour.name}", _rgb(colour), _depth(depth), camera)


def _tum(folder: Path) -> Iterator[DepthSample]:
    own = folder / _INTRINSICS
    camera = _intrinsics(own) if own.is_file() else _TUM_CAMERA
    depths = _listed(folder / "depth.txt")
    stamps = np.array([stamp for stamp, _ in depths])
    for stamp, name in _listed(folder / "rgb.txt"):
        if not len(stamps):
            return
        nearest = int(np.argmin(np.abs(stamps - stamp)))
        if abs(stamps[nearest] - stamp) > _TUM_APART_S:
            continue
        counts = _counts(folder / depths[nearest][1])
        known = np.where(counts > 0, counts / _TUM_COUNTS_A_METRE, np.nan).astype(np.float32)
        yield DepthSample(f"{folder.name}/{name}", _rgb(folder / name), known, camera)


def _listed(file: Path) -> list[tuple[float, str]]:
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    try:
        return [(float(row[0]), row[1]) for row in lines if row and not row[0].startswith("#")]
    except (ValueError, IndexError):
        raise DataError(f"{file}: a line is not 'stamp file'; fetch the recording again") from None


def _intrinsics(file: Path) -> Pinhole:
    try:
        values = np.array(file.read_text(encoding="utf-8").split(), np.float64)
    except (OSError, ValueError) as error:
        raise DataError(
            f"{file}: cannot be read ({error}); put the 3x3 camera matrix there, as without a "
            "focal length there are no metres"
        ) from error
    if values.size != 9 or values[0] <= 0 or values[4] <= 0:
        raise DataError(f"{file}: is no 3x3 camera matrix; put one there")
    return Pinhole(values[0], values[4], values[2], values[5])


def _rgb(file: Path) -> NDArray[np.uint8]:
    return rgb_of(read_image(file, cv2.IMREAD_COLOR))


def _depth(file: Path) -> Floats:
    return metres(_counts(file))


def _counts(file: Path) -> NDArray[np.uint16]:
    counts = read_image(file, cv2.IMREAD_UNCHANGED)
    if counts.dtype != np.uint16 or counts.ndim != 2:
        raise DataError(f"{file}: is no 16-bit image of one channel; give depth in 16 bits")
    return counts
