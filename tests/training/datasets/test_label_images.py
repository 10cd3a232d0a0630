from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from followme_training.datasets.errors import DataError
from followme_training.datasets.images import read_image
from followme_training.datasets.label_images import read_labels

NUMBERS = np.array([[0, 1, 15], [255, 20, 7]], np.uint8)


def test_numbers_are_read_and_a_palette_is_not_applied(tmp_path: Path) -> None:
    Image.fromarray(NUMBERS).save(tmp_path / "grey.png")
    with_palette = Image.frombytes("P", (3, 2), NUMBERS.tobytes())
    with_palette.putpalette([(i * 37) % 256 for i in range(768)])
    with_palette.save(tmp_path / "palette.png")
    for name in ("grey", "palette"):
        got = read_labels(tmp_path / f"{name}.png")
        assert got.dtype == np.uint8
        assert (got == NUMBERS).all()


def test_colours_are_no_labels(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((2, 3, 3), np.uint8)).save(tmp_path / "rgb.png")
    with pytest.raises(DataError, match=r"rgb\.png: has pixels of kind RGB, a label image has one"):
        read_labels(tmp_path / "rgb.png")


@pytest.mark.parametrize("keep", [0, 7, 40, 150])
def test_a_damaged_file_is_named(tmp_path: Path, keep: int) -> None:
    file = tmp_path / "d.png"
    noise = np.random.default_rng(0).integers(0, 256, (10, 20), np.uint8)
    Image.fromarray(noise).save(file)
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"d\.png: cannot be read"):
        read_labels(file)


def test_a_flipped_byte_is_found(tmp_path: Path) -> None:
    file = tmp_path / "d.png"
    Image.fromarray(np.arange(200, dtype=np.uint8).reshape(10, 20)).save(file)
    data = bytearray(file.read_bytes())
    data[data.index(b"IDAT") + 6] ^= 0xFF
    file.write_bytes(bytes(data))
    with pytest.raises(DataError, match=r"d\.png: cannot be read"):
        read_labels(file)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.png: cannot be read"):
        read_labels(tmp_path / "none.png")


def test_images_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.jpg: cannot be read \(No such file"):
        read_image(tmp_path / "none.jpg", cv2.IMREAD_COLOR)
    for content in (b"", b"no image"):
        (tmp_path / "x.jpg").write_bytes(content)
        with pytest.raises(DataError, match=r"x\.jpg: is no image"):
            read_image(tmp_path / "x.jpg", cv2.IMREAD_COLOR)
