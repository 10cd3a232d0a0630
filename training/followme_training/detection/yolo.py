"""Labels as YOLO has them: a text file for each image, places and sides as shares of it.

A line is class number, centre x, centre y, width, height, each share 0 to 1 (Redmon's darknet). The
names of the classes stand in a text file, one a line. The text lies beside its image, or under
``labels`` where the image lies under ``images``; an image without a text has no boxes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.detection.checking import Problem, RawBox, checked
from followme_training.detection.entries import BoxEntry, Entries, decoder

_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


def read_yolo(
    images: FileTree, file: str, classes: Sequence[str], joined: Mapping[str, str]
) -> Entries:
    """Read all images of a folder or zip file with their texts.

    Parameters
    ----------
    images : FileTree
        Images and texts.
    file : str
        Name of the text with the classes, one a line.
    classes : sequence of str
        Those that are asked for; those that the text lacks are not labelled.
    joined : mapping of str to str
        Classes of the text that count as another one.

    Raises
    ------
    DataError
        When a line is not of this form.
    """
    own = [line.strip() for line in images.text(file).splitlines() if line.strip()]
    names = [joined.get(name, name) for name in own]
    there = images.names()
    pictures = sorted(n for n in there if PurePosixPath(n).suffix.lower() in _ENDINGS)
    texts = {_text_of(picture, there) for picture in pictures}
    problems = [
        Problem(name, "missing image", "labels without one")
        for name in sorted(there - texts - {file})
        if name.endswith(".txt")
    ]
    entries = []
    unasked = Counter[str]()
    for picture in pictures:
        decode = decoder(images, picture)
        height, width = decode().shape[:2]
        text = _text_of(picture, there)
        raw = []
        for box in _boxes(images, text, names, (height, width)) if text else ():
            if box.name in names and box.name not in classes:
                unasked[box.name] += 1
            else:
                raw.append(box)
        boxes, odd = checked(picture, (height, width), raw, classes, names)
        problems += odd
        name, origin = f"{images.path.name}/{picture}", PurePosixPath(picture).stem
        entries.append(BoxEntry(name, origin, decode, (height, width), boxes))
    return Entries(entries, problems, unasked)


def _text_of(picture: str, there: frozenset[str]) -> str:
    """Return the name of the text of an image, empty where there is none."""
    beside = PurePosixPath(picture).with_suffix(".txt")
    parts = ["labels" if part == "images" else part for part in beside.parts]
    names = (str(beside), str(PurePosixPath(*parts)))
    return next((name for name in names if name in there), "")


def _boxes(
    images: FileTree, text: str, names: Sequence[str], size_hw: tuple[int, int]
) -> list[RawBox]:
    found = []
    height, width = size_hw
    for number, line in enumerate(images.text(text).splitlines(), 1):
        if not line.strip():
            continue
        try:
            kind, x, y, w, h = (float(v) for v in line.split()[:5])
        except ValueError as error:
            raise DataError(
                f"{images.path}: {text}, line {number} is not five numbers ({error}); mend it"
            ) from None
        known = kind.is_integer() and 0 <= kind < len(names)
        name = names[int(kind)] if known else f"class {kind:g}"
        left, top = (x - w / 2) * width, (y - h / 2) * height
        found.append(RawBox((left, top, left + w * width, top + h * height), name))
    return found
