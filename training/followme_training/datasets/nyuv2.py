"""The labelled part of NYU Depth v2 from one zip file.

Silberman et al., "Indoor Segmentation and Support Inference from RGBD Images", ECCV 2012. The
file has ``rgb/NNNN.jpg``, ``depth/NNNN.png`` (16 bit, millimetres), ``label40/NNNN.png`` (8 bit)
and ``info.json`` with ids, intrinsics and the part of the image inside the white border.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.datasets.errors import DataError
from followme_training.datasets.images import decoded, rgb_of
from followme_training.datasets.pinhole import Pinhole

Floats: TypeAlias = NDArray[np.float32]

_MM_A_METRE = np.float32(1000.0)


@dataclass(frozen=True)
class NyuInfo:
    """What ``info.json`` says.

    Parameters
    ----------
    ids : tuple of int
        Numbers of the images in the whole data set, ascending.
    camera : Pinhole
        Of all of them.
    valid_xyxy : four ints
        Left, top, right and bottom of the image inside its white border; half of Eigen's crop.
    """

    ids: tuple[int, ...]
    camera: Pinhole
    valid_xyxy: tuple[int, int, int, int]


def scenes_of(ids: Sequence[int]) -> list[list[int]]:
    """Return runs of consecutive ids: each is one scene or several, none is part of one.

    The images stand in the order of their scenes, and a scene is in the training or in the test
    part as a whole; so where the numbers of the training part jump, another scene begins.
    """
    runs: list[list[int]] = []
    for number in sorted(ids):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def split_scenes(ids: Sequence[int], every: int) -> tuple[list[int], list[int]]:
    """Split by scenes: each ``every``-th run of ids is held out, the rest is for training.

    The images are ordered by kind of room, so that this holds out rooms of every kind; with 0
    nothing is held out.
    """
    runs = scenes_of(ids)
    held = [bool(every) and i % every == every // 2 for i in range(len(runs))]
    train = [n for run, out in zip(runs, held, strict=True) if not out for n in run]
    return train, [n for run, out in zip(runs, held, strict=True) if out for n in run]


class NyuZip:
    """The images of the zip file, read on demand by their ids.

    Raises
    ------
    DataError
        When the file is missing, is no zip file, or its ``info.json`` lacks something; later, when
        an image is missing, is none, or is of another kind.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
            raw = json.loads(self._zip.read("info.json"))
            self.info = _info(raw)
        except (OSError, zipfile.BadZipFile) as error:
            raise DataError(
                f"{path}: cannot be read as a zip file ({error}); give the path of nyuv2_train.zip"
            ) from error
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{path}: info.json cannot be used ({error}); fetch the file again"
            ) from error
        self._names = frozenset(self._zip.namelist())

    def rgb(self, number: int) -> NDArray[np.uint8]:
        """Return the colours (H, W, 3) of an image."""
        return rgb_of(self._image(f"rgb/{number:04d}.jpg", cv2.IMREAD_COLOR))

    def depth_m(self, number: int) -> Floats:
        """Return metres (H, W) along the optical axis, NaN outside of Eigen's crop.

        There the image is a white border, and what was filled in is nobody's measurement.
        """
        name = f"depth/{number:04d}.png"
        counts = self._image(name, cv2.IMREAD_UNCHANGED)
        self._check(name, counts, np.dtype(np.uint16), "16 bits of millimetres")
        depth_m = metres(counts)
        depth_m[~crop_mask(depth_m.shape, self.info.valid_xyxy)] = np.nan
        return depth_m

    def label40(self, number: int) -> NDArray[np.uint8]:
        """Return labels (H, W): 0 unlabelled, 1 to 40 a class."""
        name = f"label40/{number:04d}.png"
        labels = self._image(name, cv2.IMREAD_UNCHANGED)
        self._check(name, labels, np.dtype(np.uint8), "8 bits of labels")
        return labels

    def _check(self, name: str, image: NDArray[Any], dtype: np.dtype[Any], needed: str) -> None:
        if image.dtype != dtype or image.ndim != 2:
            raise DataError(
                f"{self._path}: {name} has {8 * image.itemsize} bits and {image.ndim} axes, "
                f"{needed} are needed; fetch the file again"
            )

    def _image(self, name: str, flags: int) -> NDArray[Any]:
        if name not in self._names:
            raise DataError(f"{self._path}: {name} is missing; fetch the file again")
        try:
            data = self._zip.read(name)
        except (zipfile.BadZipFile, zlib.error) as error:
            raise DataError(
                f"{self._path}: {name} is damaged ({error}); fetch the file again"
            ) from error
        return decoded(data, flags, f"{self._path}: {name}")


def metres(counts: NDArray[np.uint16]) -> Floats:
    """Return metres of millimetres; 0 and 65535 mean unknown and become NaN."""
    known = (counts > 0) & (counts < 65535)
    return np.where(known, counts / _MM_A_METRE, np.float32(np.nan)).astype(np.float32)


def _info(raw: dict[str, Any]) -> NyuInfo:
    lens = raw["intrinsics"]
    x1, y1, x2, y2 = (int(v) for v in raw["valid_crop_xyxy"])
    camera = Pinhole(*(float(lens[key]) for key in ("fx", "fy", "cx", "cy")))
    return NyuInfo(tuple(sorted(int(n) for n in raw["ids"])), camera, (x1, y1, x2, y2))


def crop_mask(size_hw: tuple[int, ...], xyxy: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    """Return (H, W), True inside left, top, right, bottom (the last two not included)."""
    mask = np.zeros(size_hw, np.bool_)
    mask[xyxy[1] : xyxy[3], xyxy[0] : xyxy[2]] = True
    return mask
