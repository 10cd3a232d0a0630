"""Faces cut out with five points each, in mosaics: MTFL as ``face_points80.zip`` has it.

Zhang et al., "Facial Landmark Detection by Deep Multi-task Learning", ECCV 2014. The set has no
boxes. A box is made of the points as the boxes of the other set lie about theirs: over 3,400 faces
that have both, a box is 2.13 wide and 2.6 high (median), in the larger of the distance of the eyes
and the distance from the middle of the eyes to the middle of the mouth, and its centre lies .4 of
that below the eyes, towards the mouth. Such boxes overlap the given ones by .71 (median; nine of
ten by more than .54), as two people's boxes of a face would: they teach where a face is, and the
points are what they are read for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np

from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.datasets.mosaics import INDEX, LazyTiles, read_index
from followme_training.detection.checking import Problem, RawBox, checked
from followme_training.detection.entries import BoxEntry, Entries
from followme_training.detection.sample import POINTS, Floats

_WIDTH, _HEIGHT, _BELOW_EYES = 2.13, 2.6, 0.4


def box_of_points(points: Floats) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of the face that has five points (5, 2)."""
    eyes, mouth = points[:2].mean(0), points[3:].mean(0)
    down = mouth - eyes
    length = float(np.linalg.norm(down))
    size = max(length, float(np.linalg.norm(points[1] - points[0])))
    centre = eyes + down / max(length, 1e-6) * size * _BELOW_EYES
    half = np.array([_WIDTH, _HEIGHT]) * size / 2
    (x1, y1), (x2, y2) = centre - half, centre + half
    return float(x1), float(y1), float(x2), float(y2)


def read_face_points(images: FileTree, classes: Sequence[str]) -> Entries:
    """Read all tiles; each has one face, and its box is clipped to the tile.

    Raises
    ------
    DataError
        When ``face`` is not asked for, or the index lacks something.
    """
    if "face" not in classes:
        raise DataError(f"{images.path}: has faces only; add 'face' to data.classes")
    mosaics = read_index(images)
    try:
        points = np.asarray(mosaics.index["points"], np.float32)
        table = points.reshape(-1, 2, POINTS).transpose(0, 2, 1)
        sources = [str(s) for s in mosaics.index["source"]]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{images.path}: {INDEX} cannot be used ({error}); fetch it again"
        ) from error
    if not len(sources) == len(table) == mosaics.count:
        raise DataError(
            f"{images.path}: {INDEX} has {len(sources)} sources and the points of {len(table)} "
            f"faces for {mosaics.count} tiles; fetch it again"
        )
    tile, tiles = mosaics.tile, LazyTiles(images, mosaics)
    entries = []
    problems: list[Problem] = []
    for i, (face, source) in enumerate(zip(table, sources, strict=True)):
        name = f"{images.path.name}/{source}_{i:05d}"
        box = np.clip(box_of_points(face), 0.0, tile)
        x1, y1, x2, y2 = (float(v) for v in box)
        raw_box = RawBox((x1, y1, x2, y2), "face", face)
        boxes, odd = checked(name, (tile, tile), [raw_box], classes, ["face"])
        problems += odd
        decode = partial(tiles.__getitem__, i)
        entries.append(BoxEntry(name, f"{source}_{i}", decode, (tile, tile), boxes))
    return Entries(entries, problems, Counter())
