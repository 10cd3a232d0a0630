"""Rendered worlds as a data set that depth, segmentation and detection can train with.

    scenes/world-0007.yaml    the worlds
    worlds/world-0007/        their frames, each folder an RGB-D folder for ``depth`` (7-Scenes)
    images/, labels/          pairs for ``segmentation`` (kind folder, classes robot: NYUv2's ids)
    annotations.json          boxes for ``detection`` (kind coco, images: images)

A world is one group: boxes carry its name in ``source_name``, as ``world-0007_000003``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.sources.parts import CLASS_NAMES
from followme.sources.renderer import Rendered
from followme_training.common.files import write_json
from followme_training.common.progress import progress
from followme_training.datasets.errors import DataError
from followme_training.synthetic.cycles import Quality
from followme_training.synthetic.recording import Recording, Taken, write_frame, write_picture
from followme_training.synthetic.through_glass import ThroughGlass
from followme_training.synthetic.worlds import Kind, kind_of, world_of

#: What classes of a scene are called in NYUv2's list of 40, by its ids; 0 is unlabelled.
NYU40 = {
    "floor": 2, "wall": 1, "ceiling": 22, "door": 8, "person": 31, "box": 29, "chair": 5,
    "table": 7, "shelf": 15, "pillar": 1, "pole": 38, "bin": 39, "bench": 39, "sign": 40,
    "stairs": 38, "hole": 38, "glass": 9, "window": 9, "bag": 37, "bed": 4, "sofa": 6,
    "cupboard": 3, "plant": 40, "cart": 39, "bicycle": 40, "screen": 25, "unknown": 0,
}  # fmt: skip
#: Classes of boxes, with the names of the objects network; their order is their id, from 1.
BOXES = {
    "door": "door",
    "chair": "chair",
    "table": "table",
    "cupboard": "cabinet",
    "person": "person",
    "window": "window",
    "shelf": "bookshelf",
    "sofa": "sofa",
    "bed": "bed",
    "screen": "tv",
    "plant": "potted plant",
}
_CATEGORIES = tuple(BOXES.values())
# what is smaller than this many pixels of 320x240 nobody could label
_FEWEST_PX = 40
_ROOM_CLASSES = ("door", "window")


def write_training_set(
    folder: Path,
    frames: int,
    seed: int,
    size: tuple[int, int],
    quality: Quality,
    each: int = 12,
    kind: Kind | None = None,
) -> int:
    """Invent worlds, render them, and write the data set; what is there already is kept.

    Parameters
    ----------
    folder : Path
        Of the data set.
    frames : int
        How many images at least.
    seed : int
        Of the first world; the others follow it.
    size : tuple of two ints
        Width and height.
    quality : Quality
        Of Blender's path tracer.
    each : int
        Images of a world.
    kind : Kind, optional
        Of the worlds.

    Returns
    -------
    int
        How many images there are.

    Raises
    ------
    DataError
        When a figure is out of range, or the folder holds other worlds.
    """
    if not (1 <= frames <= 1_000_000 and 1 <= each <= 600 and 0 <= seed < 2**31 - frames):
        raise DataError(
            f"synthetic data: {frames} frames, {each} a world, seed {seed} cannot be; give 1 to "
            "1000000 frames, 1 to 600 a world and a seed from 0"
        )
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    seeds = range(seed, seed + -(-frames // each))
    for number in progress(seeds, "worlds"):
        for name, taken in _world(_scene(folder, number, each, kind), size, quality):
            _pair(folder, name, taken)
            image = {
                "id": len(images) + 1,
                "file_name": f"{name}.jpg",
                "source_name": name,
                "width": size[0],
                "height": size[1],
                "labelled_category_ids": list(range(1, len(_CATEGORIES) + 1)),
            }
            for box in boxes_in(taken.seen):
                box |= {"id": len(annotations) + 1, "image_id": image["id"], "iscrowd": 0}
                annotations.append(box)
            images.append(image)
    categories = [{"id": n, "name": name} for n, name in enumerate(_CATEGORIES, start=1)]
    write_json(
        folder / "annotations.json",
        {"images": images, "annotations": annotations, "categories": categories},
    )
    return len(images)


def write_scenes(
    folder: Path, frames: int, seed: int, each: int = 12, kind: Kind | None = None
) -> list[Path]:
    """Write the scene files of a data set alone, and return them.

    Raises
    ------
    DataError
        When one is there that is of another kind.
    """
    seeds = range(seed, seed + -(-frames // each))
    return [_scene(folder, number, each, kind) for number in seeds]


def _scene(folder: Path, seed: int, each: int, kind: Kind | None) -> Path:
    file = folder / "scenes" / f"world-{seed:04d}.yaml"
    kind = kind or Kind()
    if not file.is_file():
        world_of(seed, each, kind).write(file)
        return file
    there = kind_of(file)
    for option, has, asked in (
        ("--camera", there.camera, kind.camera),
        ("--beside", there.beside, kind.beside),
    ):
        if has != asked:
            raise DataError(
                f"{file}: it was made with {option} {has}, not {asked}; give another --out, or "
                f"{option} {has}"
            )
    return file


def _world(scene: Path, size: tuple[int, int], quality: Quality) -> Iterator[tuple[str, Taken]]:
    own = scene.parents[1] / "worlds" / scene.stem
    recording = Recording(scene, own, size, quality)
    recording.write_lens()
    glass = ThroughGlass(recording.walk, *size)
    for taken in recording.take():
        write_frame(taken, own / f"frame-{taken.number:06d}")
        named = glass.named(taken.seen, recording.source.times_s[taken.number])
        yield f"{scene.stem}_{taken.number:06d}", replace(taken, seen=named)


def _pair(folder: Path, name: str, taken: Taken) -> None:
    """Put an image and its labels where ``segmentation`` looks."""
    world, _, number = name.rpartition("_")
    colour = folder / "worlds" / world / f"frame-{number}.color.jpg"
    image = folder / "images" / f"{name}.jpg"
    image.parent.mkdir(parents=True, exist_ok=True)
    # the frame was written anew, and a link to an older one would show what another sensor gave
    image.unlink(missing_ok=True)
    try:
        os.link(colour, image)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(colour, image)
    write_picture(folder / "labels" / f"{name}.png", nyu_labels(taken.seen.labels))


def nyu_labels(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return classes of a scene (H, W) as NYUv2's ids."""
    table = np.array([NYU40[name] for name in CLASS_NAMES], np.uint8)
    return np.asarray(table[labels], np.uint8)


def boxes_in(seen: Rendered) -> list[dict[str, Any]]:
    """Return category, box and area of everything that has a category, as COCO has them.

    Things have their ids; doors and windows that belong to the room are told apart by their
    pixels, so two that touch in the image are one.
    """
    fewest = _FEWEST_PX * seen.ids.size // (320 * 240)
    found = []
    for name, category in BOXES.items():
        mine = seen.labels == CLASS_NAMES.index(name)
        for id in np.unique(seen.ids[mine]).tolist():
            of_thing = mine & (seen.ids == id)
            if id:
                found += _box(of_thing, category, fewest)
            elif name in _ROOM_CLASSES:
                count, pieces = cv2.connectedComponents(of_thing.astype(np.uint8))
                for piece in range(1, count):
                    found += _box(pieces == piece, category, fewest)
    return found


def _box(mask: NDArray[np.bool_], category: str, fewest_px: int) -> list[dict[str, Any]]:
    area = int(np.count_nonzero(mask))
    if area < max(1, fewest_px):
        return []
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    size = int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top
    number = _CATEGORIES.index(category) + 1
    return [{"category_id": number, "bbox": [left, top, *size], "area": area}]
