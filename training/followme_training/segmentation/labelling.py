"""``followme-train segmentation label``: labels for images that have boxes, to train with."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.common.arguments import verb_parser
from followme_training.common.files import write_with
from followme_training.common.fitting import TrainingCommand
from followme_training.common.progress import progress
from followme_training.common.start import StartFrom
from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.datasets.images import decoded, rgb_of
from followme_training.datasets.pairs import IMAGES
from followme_training.segmentation.box_labels import labels_from_boxes
from followme_training.segmentation.classes import IGNORE, ClassList
from followme_training.segmentation.coco_boxes import check_known, read_boxed_images
from followme_training.segmentation.data import SegmentationData
from followme_training.segmentation.evaluation import averaged_probabilities
from followme_training.segmentation.module import SegmentationTask

#: Views that are averaged, each also mirrored: as seen, and a little nearer.
_SCALES = (1.0, 1.25)


def label(arguments: Sequence[str]) -> int:
    """Write labels of boxed images."""
    given = _parser().parse_args(arguments)
    joined = dict(_join(words) for words in given.join)
    built = ["--config", str(given.config), "--model.weights", "null"]
    command = TrainingCommand(SegmentationTask, SegmentationData, built, monitor="", run=False)
    task = cast(SegmentationTask, command.model)
    data = cast(SegmentationData, command.datamodule)
    classes = data.classes
    boxes_in = FileTree(given.boxes_in or given.images)
    images = FileTree(given.images)
    boxed = read_boxed_images(boxes_in, given.boxes, classes.names, joined, given.filled)
    if not boxed:
        raise DataError(f"{given.boxes}: no box is of the network's classes; join some to them")
    _check_names(image.name for image in boxed)
    check_known(given.in_front, classes.names, "the network knows")
    in_front = [classes.names.index(name) for name in given.in_front]
    data.setup("validate")
    StartFrom(given.start, data).fill(task)
    probabilities = averaged_probabilities(
        task.network, data.size_hw, _SCALES, flip=True, keep_aspect_ratio=data.keep_aspect_ratio
    )
    seen = np.zeros(IGNORE + 1, np.int64)
    for name, size_hw, boxes, complete in progress(boxed, "labelling"):
        content = images.read(name)
        rgb = rgb_of(decoded(content, cv2.IMREAD_COLOR, f"{given.images}: {name}"))
        if size_hw is not None and size_hw != rgb.shape[:2]:
            raise DataError(
                f"{given.images}: {name} is {rgb.shape[1]}x{rgb.shape[0]}, its boxes are for "
                f"{size_hw[1]}x{size_hw[0]}; give the images that the boxes were drawn in"
            )
        labels = labels_from_boxes(probabilities(rgb).numpy(), boxes, complete, in_front)
        seen += np.bincount(labels.ravel(), minlength=IGNORE + 1)
        _write(given.out, PurePosixPath(name), content, _ids(labels, classes))
    print(f"{given.out}: {len(boxed)} images with labels; of their pixels")
    for number, of_class in enumerate((*classes.names, "no class")):
        share = seen[number if number < len(classes) else IGNORE] / seen.sum()
        print(f"  {of_class:12} {share:.3f}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = verb_parser(
        "segmentation",
        "label",
        "Writes labels of images that have boxes: what a network sees, corrected by the boxes. "
        "The folder is one for data.folders.",
    )
    parser.add_argument("-c", "--config", type=Path, required=True, help="settings of the network")
    parser.add_argument("--start", type=Path, required=True, help="its checkpoint or ONNX file")
    parser.add_argument("--images", type=Path, required=True, help="folder or zip file")
    parser.add_argument("--boxes", required=True, help="name of COCO's JSON in it")
    parser.add_argument("--boxes-in", type=Path, help="where the JSON lies, if not there")
    parser.add_argument(
        "--join",
        action="append",
        default=[],
        metavar="THEIRS=OURS",
        help="a class of the JSON that counts as one of the network; may be repeated",
    )
    parser.add_argument(
        "--filled", nargs="+", default=[], help="classes of the JSON that fill their boxes: door"
    )
    parser.add_argument(
        "--in-front", nargs="+", default=[], help="the network's that may hide them: person"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    return parser


def _join(words: str) -> tuple[str, str]:
    theirs, equals, ours = words.partition("=")
    if not (theirs and equals and ours):
        raise DataError(f"--join {words}: is no THEIRS=OURS; give, say, 'cabinet door=cabinet'")
    return theirs, ours


def _check_names(names: Iterable[str]) -> None:
    """Refuse images that training would not find, or whose labels would lie in one file."""
    seen: dict[str, str] = {}
    for name in names:
        path = PurePosixPath(name)
        if path.suffix.lower() not in IMAGES:
            raise DataError(f"{name}: training takes {', '.join(IMAGES)}; convert the image")
        if path.stem in seen:
            raise DataError(f"{seen[path.stem]} and {name} have one name; label them one by one")
        seen[path.stem] = name


def _ids(labels: NDArray[np.uint8], classes: ClassList) -> NDArray[np.uint8]:
    """Return the first id of each pixel's class, and one that means none where it has none."""
    if not classes.ignored:
        raise DataError(f"classes {classes.name!r}: no id means that a pixel has no class; add one")
    table = np.full(IGNORE + 1, classes.ignored[0], np.uint8)
    table[: len(classes)] = [ids[0] for ids in classes.ids]
    return table[labels]


def _write(out: Path, name: PurePosixPath, image: bytes, ids: NDArray[np.uint8]) -> None:
    """Write an image as it is, then its labels: an image without labels is refused by training."""
    write_with(out / "images" / name.name, lambda part: part.write_bytes(image))
    target = out / "labels" / f"{name.stem}.png"
    done, png = cv2.imencode(".png", ids)
    assert done
    write_with(target, lambda part: part.write_bytes(png.tobytes()))
