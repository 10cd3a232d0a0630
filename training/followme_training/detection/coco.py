"""Labels in COCO's JSON, with five landmarks, ignore areas and partly labelled images.

Lin et al., "Microsoft COCO", ECCV 2014, and its format page: ``bbox`` is left, top, width, height;
``iscrowd`` 1 marks an ignore area; ``keypoints`` are x, y, v with v 0 for not labelled. Beside it
``labelled_category_ids`` of an image lists the classes that are complete in it, and ``source_name``
is the name that it had before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.detection.checking import Problem, RawBox, checked
from followme_training.detection.entries import BoxEntry, Entries, decoder
from followme_training.detection.sample import POINTS, Floats


def read_coco(
    images: FileTree,
    labels: FileTree,
    file: str,
    classes: Sequence[str],
    joined: Mapping[str, str],
    ignored: Collection[str] = (),
) -> Entries:
    """Read a data set.

    Parameters
    ----------
    images : FileTree
        In which ``file_name`` is a name.
    labels : FileTree
        In which the JSON lies.
    file : str
        Name of the JSON.
    classes : sequence of str
        Those that are asked for.
    joined : mapping of str to str
        Classes of the file that count as another one. That one is complete in an image when all of
        which it is made are.
    ignored : collection of str
        Classes whose boxes are ignore areas.

    Raises
    ------
    DataError
        When the JSON lacks something.
    """
    raw = labels.json(file)
    try:
        return _entries(raw, images, classes, joined, ignored)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{labels.path}: {file} is not in COCO's form ({type(error).__name__}: {error}); "
            "fetch it again"
        ) from error


def _entries(
    raw: Any,
    images: FileTree,
    classes: Sequence[str],
    joined: Mapping[str, str],
    ignored: Collection[str],
) -> Entries:
    own = {int(c["id"]): str(c["name"]) for c in raw["categories"]}
    names = {number: joined.get(name, name) for number, name in own.items()}
    there = images.names()
    problems: list[Problem] = []
    unasked = Counter[str]()
    by_image: dict[int, list[RawBox]] = {int(i["id"]): [] for i in raw["images"]}
    for label in raw["annotations"]:
        image = int(label["image_id"])
        if image not in by_image:
            problems.append(Problem(f"image {image}", "missing image", f"label {label['id']}"))
            continue
        name = names.get(int(label["category_id"]))
        nobody_knows = bool(label.get("iscrowd")) or name in ignored
        if name is not None and name not in classes:
            unasked[name] += 1
            continue
        # a number that the file itself does not know stays, to be refused as unknown
        said = name if name is not None else f"category {label['category_id']}"
        x, y, w, h = (float(v) for v in label["bbox"])
        points = _points(label.get("keypoints"))
        by_image[image].append(RawBox((x, y, x + w, y + h), said, points, nobody_knows))
    entries = []
    for image in raw["images"]:
        file, boxes = str(image["file_name"]), by_image[int(image["id"])]
        if file not in there:
            problems.append(Problem(file, "missing image", f"{len(boxes)} boxes"))
            continue
        size_hw = (int(image["height"]), int(image["width"]))
        complete = image.get("labelled_category_ids", list(own))
        labelled = _complete(classes, names, {int(n) for n in complete})
        usable, odd = checked(file, size_hw, boxes, classes, labelled)
        problems += odd
        origin = str(image.get("source_name", PurePosixPath(file).stem))
        name = f"{images.path.name}/{file}"
        entries.append(BoxEntry(name, origin, decoder(images, file), size_hw, usable))
    return Entries(entries, problems, unasked)


def _complete(classes: Sequence[str], names: Mapping[int, str], complete: set[int]) -> list[str]:
    """Return the classes of which all parts are complete; one that the file lacks is not."""
    parts = {c: {number for number, name in names.items() if name == c} for c in classes}
    return [c for c, numbers in parts.items() if numbers and numbers <= complete]


def _points(keypoints: Any) -> Floats | None:
    if keypoints is None:
        return None
    table = np.asarray(keypoints, np.float32).reshape(POINTS, 3)
    return np.where(table[:, 2:] > 0, table[:, :2], np.float32(np.nan))
