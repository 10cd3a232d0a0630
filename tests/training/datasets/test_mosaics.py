"""Tiles of mosaics: all at once, or each when it is asked for."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.datasets.mosaics import LazyTiles, read_index, read_tiles

TILE, COLUMNS, ROWS, COUNT = 8, 2, 3, 10
LOSSLESS = [cv2.IMWRITE_WEBP_QUALITY, 101]


def packed(height: int, width: int, seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return cv2.imencode(".webp", pixels, LOSSLESS)[1].tobytes()


def mosaic_zip(file: Path, rows: int = 2, without: int = -1, **changed: object) -> FileTree:
    """Write ten tiles, three rows of two a mosaic; the last one has fewer rows."""
    index = {"count": COUNT, "tile": TILE, "cols": COLUMNS, "rows": ROWS, **changed}
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.json", json.dumps(index))
        for number, height in enumerate((ROWS, rows)):
            if number != without:
                data = packed(height * TILE, COLUMNS * TILE, number)
                archive.writestr(f"mosaic_{number:03d}.webp", data)
    return FileTree(file)


def test_each_tile_is_the_one_that_all_have_in_its_place(tmp_path: Path) -> None:
    files = mosaic_zip(tmp_path / "m.zip")
    mosaics = read_index(files)
    every, lazy = read_tiles(files, mosaics), LazyTiles(files, mosaics)
    assert every.shape == (COUNT, TILE, TILE, 3)
    for number in (7, 0, 9, 5, 6):
        np.testing.assert_array_equal(lazy[number], every[number])


def test_who_paints_on_a_tile_paints_on_a_copy(tmp_path: Path) -> None:
    files = mosaic_zip(tmp_path / "m.zip")
    lazy = LazyTiles(files, read_index(files))
    before = lazy[3]
    lazy[3][:] = 0
    np.testing.assert_array_equal(lazy[3], before)


def test_they_go_to_another_process_when_the_file_has_gone(tmp_path: Path) -> None:
    files = mosaic_zip(tmp_path / "m.zip")
    lazy = LazyTiles(files, read_index(files))
    (tmp_path / "m.zip").unlink()
    there = pickle.loads(pickle.dumps(lazy))
    np.testing.assert_array_equal(there[8], lazy[8])


def test_a_missing_mosaic_is_said_before_any_tile_is_asked_for(tmp_path: Path) -> None:
    files = mosaic_zip(tmp_path / "m.zip", without=1)
    with pytest.raises(DataError, match=r"mosaic_001\.webp is missing; fetch it again"):
        LazyTiles(files, read_index(files))


@pytest.mark.parametrize(
    ("damage", "number", "words"),
    [
        ({"tile": 7}, 0, "mosaic_000.webp is 16x24, expected 2 columns of 7 pixels"),
        ({}, 9, "mosaic_001.webp has 2 tiles, not 4; fetch it again"),
    ],
)
def test_a_damaged_mosaic_is_said_when_its_tile_is_asked_for(
    tmp_path: Path, damage: dict[str, int], number: int, words: str
) -> None:
    files = mosaic_zip(tmp_path / "m.zip", rows=1, **damage)
    lazy = LazyTiles(files, read_index(files))
    with pytest.raises(DataError, match=words):
        lazy[number]
