"""Files that are whole or not there, and lines that are there at once."""

from __future__ import annotations

import errno
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import cv2
import numpy as np
from numpy.typing import NDArray


class OutputError(ValueError):
    """The output cannot be written; the text is one sentence with the mend."""


_MENDS = {
    errno.ENOSPC: "the disk is full: free some space or give --out a folder on another disk",
    errno.EDQUOT: "your quota is used up: free some space or give --out a folder elsewhere",
    errno.EACCES: "you may not write there: give --out a folder of your own",
    errno.EPERM: "you may not write there: give --out a folder of your own",
    errno.EROFS: "that disk is read-only: give --out a folder on another disk",
    errno.ENOTDIR: "a part of that path is a file: give --out another folder",
    errno.EEXIST: "a file has that name: give --out a folder",
    errno.EISDIR: "a folder has that name: remove it or give --out another folder",
    errno.ENAMETOOLONG: "that name is too long: give --out a shorter one",
    errno.ENOENT: "the folder is gone: do not remove it during a run",
}


def output_error(path: Path, error: OSError) -> OutputError:
    """Say in one sentence what could not be written, why, and how to mend it."""
    reason = error.strerror or str(error)
    mend = _MENDS.get(error.errno or 0, f"{reason}: give --out another folder")
    return OutputError(f"output {path} cannot be written, {mend}")


def make_folder(folder: Path) -> None:
    """Make a folder, and those that it lies in, unless it is there.

    Raises
    ------
    OutputError
        When the disk refuses, or a file has its name.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error


def part_path(path: Path) -> Path:
    """Return the name that a file has while it is being written: `overlay.part.mp4`."""
    return path.with_name(f"{path.stem}.part{path.suffix}")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file under its temporary name, then rename it.

    Raises
    ------
    OutputError
        When the folder or the disk refuses.
    """
    part = part_path(path)
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise output_error(path, error) from error


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write strict JSON that a person can read; see :func:`strict` and :func:`write_bytes`."""
    text = json.dumps(strict(value), indent=2, allow_nan=False)
    write_bytes(path, (text + "\n").encode())


def write_png(path: Path, bgr: NDArray[np.uint8]) -> None:
    """Write a picture; see :func:`write_bytes`."""
    fits, encoded = cv2.imencode(".png", bgr)
    if not fits:
        raise OutputError(f"output {path} cannot be written, OpenCV has no PNG: install it again")
    write_bytes(path, encoded.tobytes())


def strict(value: Any) -> Any:
    """Turn a value into what strict JSON can hold.

    Floats that JSON cannot hold (NaN unknown, infinity free) become None, numbers and arrays of
    numpy become Python's, keys become text, paths their text.
    """
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, np.generic):
        return strict(value.item())
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return strict(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [strict(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    raise ValueError(f"JSON: {type(value).__name__} has no place in it, got {value!r}")


class JsonLines:
    """A file of one JSON object a line, each handed to the system before ``write`` returns.

    A killed process therefore loses no line, and the file can be read at any moment. Not for use
    by several threads at once.

    Parameters
    ----------
    path : Path
        An older file of this name is replaced.

    Raises
    ------
    OutputError
        When the file cannot be made, and from ``write`` when it cannot grow.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._whole = 0  # bytes of complete lines
        try:
            self._file: IO[bytes] = path.open("wb", buffering=0)
        except OSError as error:
            raise output_error(path, error) from error

    def write(self, row: Mapping[str, Any]) -> None:
        """Append one row."""
        # ASCII only: some Unicode characters count as line ends to some readers
        line = (json.dumps(row, allow_nan=False, ensure_ascii=True) + "\n").encode("ascii")
        try:
            self._append(line)
        except OSError as error:
            raise output_error(self._path, error) from error
        self._whole += len(line)

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._file.close()

    def _append(self, line: bytes) -> None:
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            # a full disk takes half a line; the next one must not continue it
            self._file.seek(self._whole)
            self._file.truncate()
            raise
