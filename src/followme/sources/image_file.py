"""Image files of a folder: which there are, in which order, and their pixels."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from followme.imaging import ImageCodecError, decode_image, decode_png16
from followme.sources.source import SourceError

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")


def list_images(folder: Path) -> list[Path]:
    """Return the image files of a folder in natural order: image2 before image10.

    Raises
    ------
    SourceError
        When the folder is missing or cannot be read.
    """
    try:
        found = [p for p in folder.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES and p.is_file()]
    except OSError as error:
        raise SourceError(
            f"{folder}: cannot be read as a folder ({error.strerror}); give an existing folder"
        ) from error
    return sorted(found, key=natural_order)


def natural_order(path: Path) -> list[tuple[int, int | str]]:
    """Return a key that sorts digits by their value and the rest by its letters."""
    parts = re.split(r"(\d+)", path.name.lower())
    # numbers and words are never compared with each other
    return [(0, int(p)) if p.isdecimal() else (1, p) for p in parts if p]


def read_colour(path: Path) -> NDArray[np.uint8]:
    """Return the pixels (H, W, 3) of an image file: blue, green, red.

    Raises
    ------
    ImageCodecError
        Naming the file when it cannot be read, is empty, cut or no image.
    """
    try:
        return decode_image(_bytes_of(path))
    except ImageCodecError as error:
        raise ImageCodecError(f"{path}: {error}") from error


def read_counts(path: Path) -> NDArray[np.uint16]:
    """Return the values (H, W) of a depth file, a PNG of 16 bits.

    Raises
    ------
    ImageCodecError
        Naming the file when it cannot be read, is empty, cut or no such PNG.
    """
    try:
        return decode_png16(_bytes_of(path))
    except ImageCodecError as error:
        raise ImageCodecError(f"{path}: {error}") from error


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageCodecError(f"image file: cannot be read ({error.strerror})") from error
