"""Labels of WIDER FACE in its own text, and in RetinaFace's with five landmarks.

Yang et al., "WIDER FACE", CVPR 2016: a name, the number of faces, then a line each of left, top,
width, height, blur, expression, illumination, invalid, occlusion, pose. An image without faces has
the number 0 and one line of zeros. ``invalid`` 1 marks faces that nobody can tell: ignore areas.

RetinaFace (Deng et al., CVPR 2020): ``# name``, then a line each of left, top, width, height and,
in its training part, five times x, y and a flag, then the blur; coordinates of -1 are unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import numpy as np

from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.detection.checking import Problem, RawBox, checked
from followme_training.detection.entries import BoxEntry, Entries, decoder
from followme_training.detection.sample import POINTS, Floats

FACE = "face"
_INVALID = 7


def read_wider(images: FileTree, labels: FileTree, file: str, classes: Sequence[str]) -> Entries:
    """Read WIDER FACE's own text; image names are within ``images``.

    Raises
    ------
    DataError
        When ``face`` is not asked for, or a line is not of this form.
    """
    return _read(images, classes, _wider(labels.text(file).splitlines(), file))


def read_retinaface(
    images: FileTree, labels: FileTree, file: str, classes: Sequence[str]
) -> Entries:
    """Read RetinaFace's text; image names are within ``images``.

    Raises
    ------
    DataError
        When ``face`` is not asked for, or a line is not of this form.
    """
    return _read(images, classes, _retinaface(labels.text(file).splitlines(), file))


def _wider(lines: Sequence[str], file: str) -> Iterator[tuple[str, list[RawBox]]]:
    at = 0
    while at < len(lines):
        name = lines[at].strip()
        at += 1
        if not name:
            continue
        count = int(_numbers(lines[at : at + 1], 1, f"{file}: line {at + 1}")[0][0])
        where = f"{file}: line {at + 2}, for {name}"
        rows = _numbers(lines[at + 1 : at + 1 + max(count, 1)], 10, where)
        if len(rows) < count:
            raise DataError(f"{where}: {count} faces are said and {len(rows)} are there; fetch it")
        at += 1 + max(count, 1)
        yield name, [_raw(r, None, r[_INVALID] == 1) for r in rows[:count]]


def _retinaface(lines: Sequence[str], file: str) -> Iterator[tuple[str, list[RawBox]]]:
    name, boxes = "", list[RawBox]()
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            if name:
                yield name, boxes
            name, boxes = line[1:].strip(), []
        elif line.strip():
            (row,) = _numbers([line], 4, f"{file}: line {number}")
            if not name:
                raise DataError(f"{file}: line {number} comes before the first '# name'; fetch it")
            points = None
            if len(row) >= 4 + 3 * POINTS:
                table = np.array(row[4 : 4 + 3 * POINTS], np.float32).reshape(POINTS, 3)[:, :2]
                points = np.where((table < 0).any(1, keepdims=True), np.float32(np.nan), table)
            boxes.append(_raw(row, points, False))
    if name:
        yield name, boxes


def _numbers(lines: Sequence[str], least: int, where: str) -> list[list[float]]:
    try:
        rows = [[float(v) for v in line.split()] for line in lines]
    except ValueError as error:
        raise DataError(f"{where} is no line of numbers ({error}); fetch the file again") from None
    if not rows or any(len(row) < least for row in rows):
        raise DataError(f"{where} has fewer than {least} numbers; fetch the file again")
    return rows


def _raw(row: Sequence[float], points: Floats | None, ignored: bool) -> RawBox:
    x, y, w, h = row[:4]
    return RawBox((x, y, x + w, y + h), FACE, points, ignored)


def _read(
    images: FileTree, classes: Sequence[str], found: Iterator[tuple[str, list[RawBox]]]
) -> Entries:
    if FACE not in classes:
        raise DataError(f"{images.path}: has faces only; add 'face' to data.classes")
    there = images.names()
    entries = []
    problems: list[Problem] = []
    for name, raw in found:
        if name not in there:
            problems.append(Problem(name, "missing image", f"{len(raw)} boxes"))
            continue
        decode = decoder(images, name)
        height, width = decode().shape[:2]
        boxes, odd = checked(name, (height, width), raw, classes, [FACE])
        problems += odd
        origin = PurePosixPath(name).stem
        entries.append(BoxEntry(name, origin, decode, (height, width), boxes))
    return Entries(entries, problems, Counter())
