"""The labelled part of NYU Depth v2 from one zip file.

Silberman et al., "Indoor Segmentation and Support Inference from RGBD Images", ECCV 2012. The
file has ``rgb/NNNN.jpg``, ``depth/NNNN.png`` (16 bit, millimetres) and ``info.json`` with ids,
intrinsics and the part of the image inside the white border.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.depth.sample import DataError, DepthSample, Floats, Pinhole

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
    """The images of the zip file, read on demand.

    Depth outside of Eigen's crop is unknown (NaN): there the image is a white border, and what
    was filled in is nobody's measurement.

    Raises
    ------
    DataError
        When the file is missing, is no zip file, or its ``info.json`` lacks something.
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

    def __getitem__(self, number: int) -> DepthSample:
        """Return one image by its id."""
        name = f"{number:04d}"
        bgr = self._image(f"rgb/{name}.jpg", cv2.IMREAD_COLOR)
        counts = self._image(f"depth/{name}.png", cv2.IMREAD_UNCHANGED)
        if counts.dtype != np.uint16 or counts.ndim != 2:
            raise DataError(
                f"{self._path}: depth/{name}.png has {8 * counts.itemsize} bits and "
                f"{counts.ndim} axes, 16 bits of millimetres are needed; fetch the file again"
            )
        rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
        depth_m = metres(counts)
        depth_m[~crop_mask(depth_m.shape, self.info.valid_xyxy)] = np.nan
        return DepthSample(f"nyuv2/{name}", rgb, depth_m, self.info.camera)

    def _image(self, name: str, flags: int) -> NDArray[Any]:
        if name not in self._names:
            raise DataError(f"{self._path}: {name} is missing; fetch the file again")
        image = cv2.imdecode(np.frombuffer(self._zip.read(name), np.uint8), flags)
        if image is None:
            raise DataError(f"{self._path}: {name} is no image; fetch the file again")
        return image


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
