"""Boxes of COCO's JSON by the classes of a class list, image by image."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from followme_training.common.wording import did_you_mean
from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.segmentation.box_labels import ClassBox


class BoxedImage(NamedTuple):
    """The name of an image in its tree, its boxes, and the classes that are complete in it.

    ``size_hw`` is that for which the boxes were drawn, None where the JSON does not say.
    """

    name: str
    size_hw: tuple[int, int] | None
    boxes: list[ClassBox]
    complete: list[int]


def check_known(names: Collection[str], known: Collection[str], who: str) -> None:
    """Refuse a name that is not known; ``who`` begins the message, as in "the network knows"."""
    for name in names:
        if name not in known:
            raise DataError(f"{who} no class {name!r}{did_you_mean(name, known)}")


def read_boxed_images(
    tree: FileTree,
    file: str,
    classes: tuple[str, ...],
    joined: Mapping[str, str],
    filled: Collection[str],
) -> list[BoxedImage]:
    """Return the images in which any thing of the classes has a box.

    Parameters
    ----------
    tree : FileTree
        Of the JSON.
    file : str
        Its name. ``labelled_category_ids`` of an image lists what is complete in it; absent: all.
    classes : tuple of str
        Of the network; their place is their number. Others are left out.
    joined : mapping of str to str
        Classes of the JSON that count as one of the network. That one is complete in an image
        when all that it is made of are.
    filled : collection of str
        Classes of the JSON whose things fill their boxes.

    Raises
    ------
    DataError
        When a class is unknown, or the file is not in COCO's form.
    """
    raw = tree.json(file)
    try:
        own = {int(c["id"]): str(c["name"]) for c in raw["categories"]}
        check_known([*joined, *filled], own.values(), f"{file} has")
        check_known(joined.values(), classes, "the network knows")
        numbers = {i: _number(joined.get(name, name), classes) for i, name in own.items()}
        fills = {i for i, name in own.items() if name in filled}
        boxes: dict[int, list[ClassBox]] = {int(i["id"]): [] for i in raw["images"]}
        for label in raw["annotations"]:
            kind = int(label["category_id"])
            number = numbers[kind]
            if number is not None and not label.get("iscrowd"):
                image = int(label["image_id"])
                boxes[image].append(_box(label["bbox"], number, kind in fills))
        return [
            BoxedImage(str(i["file_name"]), _size(i), boxes[int(i["id"])], _complete(i, numbers))
            for i in raw["images"]
            if boxes[int(i["id"])]
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{tree.path}: {file} is not in COCO's form ({type(error).__name__}: {error}); "
            "fetch it again"
        ) from error


def _box(bbox: Any, number: int, filled: bool) -> ClassBox:
    x, y, w, h = (float(v) for v in bbox)
    if not all(map(math.isfinite, (x, y, w, h))):
        raise ValueError(f"a box is {bbox}")
    return ClassBox(x, y, x + w, y + h, number, filled)


def _size(image: Mapping[str, Any]) -> tuple[int, int] | None:
    return (int(image["height"]), int(image["width"])) if "height" in image else None


def _number(name: str, classes: tuple[str, ...]) -> int | None:
    return classes.index(name) if name in classes else None


def _complete(image: Mapping[str, Any], numbers: Mapping[int, int | None]) -> list[int]:
    complete = {int(i) for i in image.get("labelled_category_ids", list(numbers))}
    missing = {number for i, number in numbers.items() if i not in complete}
    return sorted({n for n in numbers.values() if n is not None} - missing)
