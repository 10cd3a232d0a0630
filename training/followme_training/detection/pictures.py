"""Pictures of boxes, for people who look: what is right, what is wrong, what was missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from followme_training.common.files import write_with
from followme_training.detection.average_precision import assigned
from followme_training.detection.detections import Found
from followme_training.detection.iou import pairwise_iou
from followme_training.detection.sample import BoxSample, Colours, Floats

_WIDTH, _HEIGHT = 400, 300
_COLUMNS = 4
#: Red, green, blue of what was found rightly and wrongly, was missed, is not asked for.
RIGHT, WRONG, MISSED, IGNORED = (60, 220, 60), (255, 60, 50), (255, 210, 0), (150, 150, 150)
_LIMIT = 0.5
#: Of a face in a picture that is given away: room around its box, as hair and ears tell too who it
#: is, and patches along its side, fewer than people recognise somebody by.
_MARGIN, _PATCHES = 0.35, 5


class Judged(NamedTuple):
    """Which things are right, and which truths were missed.

    Parameters
    ----------
    right : (M,) bool
        Of what was found.
    missed : (G,) bool
        Of what is there.
    """

    right: NDArray[np.bool_]
    missed: NDArray[np.bool_]


def judged(things: Found, sample: BoxSample) -> Judged:
    """Tell right from wrong at overlap .5, each class on its own."""
    right = np.zeros(len(things.xyxy), np.bool_)
    missed = np.ones(len(sample.boxes.xyxy), np.bool_)
    for number in np.unique(things.classes):
        mine = np.flatnonzero(things.classes == number)
        true = np.flatnonzero(sample.boxes.classes == number)
        iou = pairwise_iou(
            torch.from_numpy(things.xyxy[mine]), torch.from_numpy(sample.boxes.xyxy[true])
        )
        own = assigned(iou.double().numpy(), _LIMIT)
        right[mine] = own >= 0
        missed[true[own[own >= 0]]] = False
    return Judged(right, missed)


def drawn(sample: BoxSample, things: Found | None, classes: Sequence[str]) -> Colours:
    """Return an image with its boxes: with things green right, red wrong, yellow missed.

    What is said of a class that is not complete in the image is neither, and grey. Without things
    the truth is drawn in green.
    """
    b = sample.boxes
    height, width = sample.rgb.shape[:2]
    factor = min(_WIDTH / width, _HEIGHT / height)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    image = np.array(cv2.resize(sample.rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    for box in b.ignored:
        _box(image, box * factor, IGNORED, "")
    if things is None:
        for box, number, points in zip(b.xyxy, b.classes, b.points, strict=True):
            _box(image, box * factor, RIGHT, _name(classes, int(number)))
            _dots(image, points * factor)
        return image
    found = judged(things, sample)
    for box, number in zip(b.xyxy[found.missed], b.classes[found.missed], strict=True):
        _box(image, box * factor, MISSED, _name(classes, int(number)))
    for i, (box, score, number) in enumerate(
        zip(things.xyxy, things.scores, things.classes, strict=True)
    ):
        known = found.right[i] or b.labelled[number]
        colour = RIGHT if found.right[i] else WRONG if known else IGNORED
        _box(image, box * factor, colour, f"{_name(classes, int(number))} {score:.2f}".strip())
        if things.points is not None:
            _dots(image, things.points[i] * factor)
    return image


def without_faces(sample: BoxSample, found: Found) -> BoxSample:
    """Return an image of faces in which nobody can be recognised.

    Each box, true, ignored or found, is averaged into five by five patches, also around it. A
    report may be seen by anybody; who is in its pictures was not asked.
    """
    rgb = sample.rgb.copy()
    height, width = rgb.shape[:2]
    for box in np.concatenate((sample.boxes.xyxy, sample.boxes.ignored, found.xyxy)):
        margin = _MARGIN * (box[2:] - box[:2])
        x1, y1 = np.clip(np.floor(box[:2] - margin), 0, (width, height)).astype(int)
        x2, y2 = np.clip(np.ceil(box[2:] + margin), 0, (width, height)).astype(int)
        face = rgb[y1:y2, x1:x2]
        if not face.size:
            continue
        patches = cv2.resize(face, (_PATCHES, _PATCHES), interpolation=cv2.INTER_AREA)
        size = (int(x2 - x1), int(y2 - y1))
        rgb[y1:y2, x1:x2] = cv2.resize(patches, size, interpolation=cv2.INTER_NEAREST)
    return replace(sample, rgb=rgb)


def write_sheet(images: Iterable[Colours], file: Path) -> None:
    """Write images side by side, in rows of four.

    Raises
    ------
    ValueError
        When there is none.
    """
    tiles = []
    for image in images:
        tile = np.zeros((_HEIGHT, _WIDTH, 3), np.uint8)
        tile[: image.shape[0], : image.shape[1]] = image
        tiles.append(tile)
    if not tiles:
        raise ValueError(f"{file.name}: there is nothing to draw; give at least one image")
    columns = min(_COLUMNS, len(tiles))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    bgr = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    write_with(file, lambda part: cv2.imwrite(str(part), bgr))


def _name(classes: Sequence[str], number: int) -> str:
    return classes[number] if len(classes) > 1 else ""


def _box(image: Colours, box: Floats, colour: tuple[int, int, int], words: str) -> None:
    x1, y1, x2, y2 = (round(float(v)) for v in box)
    cv2.rectangle(image, (x1, y1), (x2, y2), colour, 1)
    if words:
        at = (x1 + 2, max(y1 + 11, 11))
        cv2.putText(image, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.38, colour, 1, cv2.LINE_AA)


def _dots(image: Colours, points: Floats) -> None:
    for x, y in points[np.isfinite(points).all(1)]:
        cv2.circle(image, (round(float(x)), round(float(y))), 1, (0, 255, 255), -1)
