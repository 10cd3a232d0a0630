"""Files of WIDER FACE's protocol: the truth as MATLAB wrote it, and a text for each image.

The truth is the four files of its evaluation code: ``wider_face_val.mat`` with ``event_list``,
``file_list`` and ``face_bbx_list``, and one file for each level with ``gt_list``, the numbers from
1 on of the faces that it asks for. What was found is ``EVENT/NAME.txt``: a name, how many, then a
line each of left, top, width, height, score.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followme_training.common.files import write_text
from followme_training.common.progress import progress
from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.detection.wider_protocol import LEVELS, Numbers, WiderImage

_TRUTH = "wider_face_val.mat"


def read_truth(truth: FileTree) -> list[WiderImage]:
    """Read what is there to be found.

    Raises
    ------
    DataError
        When a file is missing, is not of this form, or two do not fit together.
    """
    whole = _mat(truth, _TRUTH, ("event_list", "file_list", "face_bbx_list"))
    lists = {
        level: _mat(truth, f"wider_{level}_val.mat", ("gt_list",))["gt_list"] for level in LEVELS
    }
    images = []
    try:
        for number, event in enumerate(_cells(whole["event_list"])):
            names = _cells(_cells(whole["file_list"])[number])
            boxes = _cells(_cells(whole["face_bbx_list"])[number])
            asked = {level: _cells(_cells(lists[level])[number]) for level in LEVELS}
            for i, name in enumerate(names):
                faces = np.asarray(boxes[i], np.float64).reshape(-1, 4)
                counted = {level: _flags(asked[level][i], len(faces)) for level in LEVELS}
                images.append(WiderImage(_name(event), _name(name), faces, counted))
    except (IndexError, TypeError, ValueError) as error:
        raise DataError(
            f"{truth.path}: its files do not fit together ({error}); fetch the ground truth of "
            "WIDER FACE's evaluation code again"
        ) from error
    if not images:
        raise DataError(f"{truth.path}: {_TRUTH} has no image; fetch it again")
    return images


def read_found(folder: FileTree, images: Sequence[WiderImage]) -> list[Numbers]:
    """Read what was found in each image, (M, 5) each.

    Raises
    ------
    DataError
        When a text is missing or not of this form.
    """
    return [_found(folder, f"{i.event}/{i.name}.txt") for i in progress(images, "reading")]


def write_found(folder: Path, images: Sequence[WiderImage], found: Sequence[Numbers]) -> None:
    """Write a text for each image, as :func:`read_found` takes them."""
    for image, mine in zip(images, found, strict=True):
        lines = [image.name, str(len(mine))]
        lines += [" ".join(f"{v:.6g}" for v in row) for row in mine]
        write_text(folder / image.event / f"{image.name}.txt", "\n".join(lines) + "\n")


def _mat(truth: FileTree, name: str, keys: Sequence[str]) -> dict[str, Any]:
    from scipy.io import loadmat  # only here: nothing else of the training needs it

    data = truth.read(name)
    try:
        held = loadmat(io.BytesIO(data))
    except Exception as error:  # what the reader trips over in damaged bytes has many types
        raise DataError(
            f"{truth.path}: {name} is no file of MATLAB that can be read ({error}); fetch it again"
        ) from error
    for key in keys:
        if key not in held:
            raise DataError(f"{truth.path}: {name} has no {key}; give the file of the protocol")
    return {key: held[key] for key in keys}


def _cells(array: Any) -> NDArray[Any]:
    """Return what is in a column of MATLAB's cells."""
    if array.dtype != object:
        raise TypeError(f"a list of cells is {array.dtype}")
    return np.asarray(array.ravel(), object)


def _name(array: Any) -> str:
    name = str(np.asarray(array).item())
    # it becomes the name of a file that may be written
    if PurePosixPath(name).name != name or name in ("", ".."):
        raise ValueError(f"{name!r} is no name of a file")
    return name


def _flags(numbers: Any, count: int) -> NDArray[np.bool_]:
    """Return which of so many faces are in a list of numbers from 1 on."""
    asked = np.asarray(numbers, np.int64).ravel()
    if len(asked) and not (asked.min() >= 1 and asked.max() <= count):
        raise ValueError(f"a level asks for face {asked.max()} of {count}")
    flags = np.zeros(count, np.bool_)
    flags[asked - 1] = True
    return flags


def _found(folder: FileTree, name: str) -> Numbers:
    lines = [line for line in folder.text(name).splitlines() if line.strip()]
    try:
        count = int(lines[1])
        rows = list(_rows(lines[2:]))
    except (IndexError, ValueError) as error:
        raise DataError(
            f"{folder.path}: {name} is not a name, a number and lines of left, top, width, "
            f"height, score ({error}); write it again"
        ) from error
    if count != len(rows):
        raise DataError(
            f"{folder.path}: {name} says {count} and has {len(rows)} lines; write it again"
        )
    return np.array(rows, np.float64).reshape(-1, 5)


def _rows(lines: Sequence[str]) -> Iterator[list[float]]:
    for line in lines:
        row = [float(v) for v in line.split()]
        if len(row) != 5 or not np.isfinite(row).all() or min(row[2:4]) < 0:
            raise ValueError(f"{line.strip()!r} is none")
        yield row
