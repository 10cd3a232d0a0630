"""Images of a data set before they are decoded, and which of them are held out."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias

import cv2

from followme_training.common.samples import Samples
from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.datasets.images import decoded, rgb_of
from followme_training.datasets.nyuv2 import split_scenes
from followme_training.detection.checking import Problem
from followme_training.detection.sample import Boxes, BoxSample, Colours

#: In place of a pattern: numbers of NYUv2, held out by scenes.
SCENES = "nyuv2 scenes"


@dataclass(frozen=True)
class BoxEntry:
    """An image that is decoded when it is asked for.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    origin : str
        By which it is grouped: the name that it had in its source.
    decode : callable
        Gives red, green, blue (H, W, 3).
    size_hw : tuple of two ints
        Height and width.
    boxes : Boxes
        In its pixels.
    """

    name: str
    origin: str
    decode: Callable[[], Colours]
    size_hw: tuple[int, int]
    boxes: Boxes

    def sample(self) -> BoxSample:
        """Decode the image.

        Raises
        ------
        DataError
            When it is none, or not of the size that its labels were made for.
        """
        rgb = self.decode()
        if rgb.shape[:2] != self.size_hw:
            raise DataError(
                f"{self.name}: is {rgb.shape[1]}x{rgb.shape[0]}, its labels are for "
                f"{self.size_hw[1]}x{self.size_hw[0]}; fetch image and labels again"
            )
        return BoxSample(self.name, rgb, self.boxes)


class Entries(NamedTuple):
    """What a reader found.

    Parameters
    ----------
    entries : list of BoxEntry
        In the order of the file.
    problems : list of Problem
        What was clipped or refused.
    unasked : Counter
        Boxes of classes that the settings do not ask for, by name.
    """

    entries: list[BoxEntry]
    problems: list[Problem]
    unasked: Counter[str]


#: Decoded when asked for.
BoxImages: TypeAlias = Samples[BoxSample]


class Decoded:
    """Entries as samples, decoded when asked for."""

    def __init__(self, entries: Sequence[BoxEntry]) -> None:
        self.entries = tuple(entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> BoxSample:
        return self.entries[index].sample()


def decoder(images: FileTree, name: str) -> Callable[[], Colours]:
    """Return what decodes an image of a folder or zip file, as red, green, blue."""
    return partial(_rgb, images, name)


def _rgb(images: FileTree, name: str) -> Colours:
    return rgb_of(decoded(images.read(name), cv2.IMREAD_COLOR, f"{images.path}: {name}"))


def group_of(origin: str, pattern: str) -> str:
    """Return the group of an image: what the first matching bracket of a pattern holds.

    Without a match each image is its own group.
    """
    found = re.search(pattern, origin) if pattern else None
    held = [part for part in found.groups() if part] if found else []
    return held[0] if held else origin


def split(
    entries: Sequence[BoxEntry], pattern: str, every: int
) -> tuple[list[BoxEntry], list[BoxEntry]]:
    """Split into training and held out; a group is never in both.

    Parameters
    ----------
    entries : sequence of BoxEntry
        Of one source.
    pattern : str
        Regular expression, see :func:`group_of`, or :data:`SCENES`.
    every : int
        Each so manieth group is held out, by a hash of its name, so that it does not matter which
        other images there are; 0 holds out none.
    """
    if pattern == SCENES:
        numbers = {_number(e): e for e in entries}
        train, held = split_scenes(list(numbers), every)
        return [numbers[n] for n in train], [numbers[n] for n in held]
    parts: tuple[list[BoxEntry], list[BoxEntry]] = ([], [])
    for entry in entries:
        digest = zlib.crc32(group_of(entry.origin, pattern).encode())
        parts[bool(every) and digest % every == every // 2].append(entry)
    return parts


def _number(entry: BoxEntry) -> int:
    found = re.search(r"(\d+)$", entry.origin)
    if not found:
        raise DataError(f"{entry.name}: has no number at its end; 'nyuv2 scenes' needs NYUv2's")
    return int(found[1])
