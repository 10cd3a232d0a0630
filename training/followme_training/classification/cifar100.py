"""CIFAR-100 in its official formats and as mosaics.

Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
"""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from followme_training.classification.plain_pickle import PickleError, read_plain_pickle
from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.datasets.mosaics import INDEX, read_index, read_tiles

Part = Literal["train", "test"]
_SIDE = 32
_PIXELS = 3 * _SIDE * _SIDE


class CifarImages(NamedTuple):
    """Images (N, 32, 32, 3) uint8 with the numbers of their classes and superclasses, (N,)."""

    images: NDArray[np.uint8]
    fine: NDArray[np.int64]
    coarse: NDArray[np.int64]


def read_cifar100(path: Path, part: Part) -> CifarImages:
    """Read one part of the data set.

    Parameters
    ----------
    path : Path
        The official ``cifar-100-python`` or ``cifar-100-binary`` as folder or ``.tar.gz``, one file
        of them (``train``, ``test``, ``train.bin``, ``test.bin``), or a zip file of mosaics, which
        has one part only, whatever is asked for.
    part : str
        train or test.

    Raises
    ------
    DataError
        When nothing of this is there, or a file is damaged.
    """
    if path.name.endswith(".zip"):
        return _mosaics(FileTree(path))
    if path.name.endswith((".tar.gz", ".tgz", ".tar")):
        return _from_archive(path, part)
    if path.is_dir():
        inside = [path / sub for sub in ("", "cifar-100-python", "cifar-100-binary")]
        files = [folder / name for folder in inside for name in (f"{part}.bin", part)]
        found = next((file for file in files if file.is_file()), None)
        if found is None:
            raise DataError(
                f"{path}: holds neither {part}.bin nor {part}; give the folder of CIFAR-100's "
                "binary or Python version"
            )
        path = found
    try:
        return _decoded(path.read_bytes(), path.suffix == ".bin", str(path))
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"{path}: cannot be read ({reason}); give CIFAR-100's files") from error


def _from_archive(path: Path, part: Part) -> CifarImages:
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = Path(member.name).name
                if name in (part, f"{part}.bin") and member.isfile():
                    file = archive.extractfile(member)
                    assert file is not None
                    return _decoded(file.read(), name.endswith(".bin"), f"{path}: {name}")
    except (OSError, EOFError, tarfile.TarError) as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch it again") from error
    raise DataError(f"{path}: holds neither {part}.bin nor {part}; give CIFAR-100's archive")


def _decoded(data: bytes, binary: bool, name: str) -> CifarImages:
    return _binary(data, name) if binary else _python(data, name)


def _binary(data: bytes, name: str) -> CifarImages:
    """Return what is in records of superclass, class, red, green and blue pixels."""
    record = 2 + _PIXELS
    if not data or len(data) % record:
        raise DataError(
            f"{name}: has {len(data)} bytes, no multiple of the {record} of an image; "
            "fetch it again"
        )
    table = np.frombuffer(data, np.uint8).reshape(-1, record)
    return CifarImages(_images(table[:, 2:]), _numbers(table[:, 1]), _numbers(table[:, 0]))


def _python(data: bytes, name: str) -> CifarImages:
    """Return what is in the dict of the Python version."""
    try:
        raw = read_plain_pickle(data)
        fine, coarse = (_numbers(raw[f"{kind}_labels"]) for kind in ("fine", "coarse"))
        pixels = np.asarray(raw["data"])
    except (PickleError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{name}: is no file of CIFAR-100's Python version ({error}); fetch it again"
        ) from error
    if pixels.dtype != np.uint8 or pixels.shape != (len(fine), _PIXELS) or len(coarse) != len(fine):
        raise DataError(
            f"{name}: pixels are {pixels.shape} {pixels.dtype} for {len(fine)} labels, expected "
            f"({len(fine)}, {_PIXELS}) uint8; fetch it again"
        )
    return CifarImages(_images(pixels), fine, coarse)


def _images(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return images (N, 32, 32, 3) of rows (N, 3072), channel by channel."""
    return np.ascontiguousarray(pixels.reshape(-1, 3, _SIDE, _SIDE).transpose(0, 2, 3, 1))


def _mosaics(files: FileTree) -> CifarImages:
    """Return what is in a zip file of WebP mosaics with an index."""
    mosaics = read_index(files)
    try:
        fine, coarse = _numbers(mosaics.index["fine"]), _numbers(mosaics.index["coarse"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{files.path}: {INDEX} cannot be used ({error}); fetch it again"
        ) from error
    if not len(fine) == len(coarse) == mosaics.count or mosaics.tile != _SIDE:
        raise DataError(
            f"{files.path}: {INDEX} has {len(fine)} and {len(coarse)} labels for {mosaics.count} "
            f"tiles of {mosaics.tile} pixels; fetch it again"
        )
    return CifarImages(read_tiles(files, mosaics), fine, coarse)


def _numbers(values: Any) -> NDArray[np.int64]:
    found = np.asarray(values)
    if found.ndim != 1 or found.dtype.kind not in "iu":
        raise ValueError(f"labels are {found.shape} {found.dtype}, not a row of whole numbers")
    return found.astype(np.int64)
