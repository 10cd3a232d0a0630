"""What images are read from, and what is refused."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from followme_training.datasets.errors import DataError
from followme_training.gan.data import GanData
from followme_training.gan.layout import LayoutError
from followme_training.gan.sources import read_squares
from tests.training.gan.tiny_images import two_kinds, write_images

IMAGES = two_kinds(10)


def mosaic_zip(file: Path, **changed: object) -> Path:
    """Write ten tiles of 8 pixels, three rows of two a mosaic; the last one is shorter."""
    index = {"count": 10, "tile": 8, "rows": 3, "cols": 2, **changed}
    with zipfile.ZipFile(file, "w") as archive:
        for number, begin in enumerate(range(0, 10, 6)):
            some = IMAGES[begin : begin + 6]
            tall = some.reshape(-1, 2, 8, 8, 3).transpose(0, 2, 1, 3, 4).reshape(-1, 16, 3)
            quality = [cv2.IMWRITE_WEBP_QUALITY, 101]
            done, data = cv2.imencode(".webp", tall[..., ::-1], quality)
            assert done
            archive.writestr(f"mosaic_{number:03d}.webp", data.tobytes())
        archive.writestr("index.json", json.dumps(index))
    return file


def test_a_folder_and_mosaics_give_the_same_images(tmp_path: Path) -> None:
    from_zip = read_squares(mosaic_zip(tmp_path / "m.zip"), 8)
    # a folder in a folder is read too
    write_images(tmp_path / "f", IMAGES[:4])
    write_images(tmp_path / "f" / "g", IMAGES[4:])
    assert np.array_equal(from_zip, IMAGES)
    assert np.array_equal(read_squares(tmp_path / "f", 8), IMAGES)


def test_images_are_resized_and_cut(tmp_path: Path) -> None:
    assert read_squares(write_images(tmp_path / "a", IMAGES), 16).shape == (10, 16, 16, 3)
    wide = np.zeros((1, 8, 14, 3), np.uint8)
    wide[:, :, 3:11] = 200
    write_images(tmp_path / "b", wide)
    assert (read_squares(tmp_path / "b", 8, middle=True) == 200).all()


def prepared(folder: Path, kind: str) -> Path:
    if kind == "empty":
        folder.mkdir()
    elif kind == "mixed":
        write_images(folder, IMAGES)
        cv2.imwrite(str(folder / "z.png"), np.zeros((9, 8, 3), np.uint8))
    elif kind == "not square":
        write_images(folder, np.zeros((2, 8, 9, 3), np.uint8))
    elif kind == "grey":
        write_images(folder, IMAGES)
        cv2.imwrite(str(folder / "z.png"), np.zeros((8, 8), np.uint8))
    elif kind == "transparent":
        write_images(folder, IMAGES)
        cv2.imwrite(str(folder / "z.png"), np.zeros((8, 8, 4), np.uint8))
    elif kind == "truncated":
        write_images(folder, IMAGES)
        data = (folder / "0003.png").read_bytes()
        (folder / "0003.png").write_bytes(data[:20])
    elif kind == "no zip":
        folder.write_bytes(b"no zip")
    return folder


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("none", "there is no such file or folder"),
        ("empty", "holds no image"),
        ("mixed", r"z.png: is 8x9, those before are 8x8; give data.middle true"),
        ("not square", "is 9x8, not square; give data.middle true"),
        ("grey", "z.png: has 1 channels of uint8, three of uint8 are needed"),
        ("transparent", "z.png: has 4 channels"),
        ("truncated", "0003.png"),
        ("no zip", "is neither a folder nor a zip file"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(kind: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words) as said:
        read_squares(prepared(tmp_path / "data", kind), 8)
    assert "\n" not in str(said.value)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"tile": 7}, "mosaic_000.webp is 16x24, expected 2 columns of 7 pixels"),
        ({"count": 13}, "mosaic_002.webp is missing"),
        ({"count": 12}, "holds 10 tiles, index.json says 12"),
        ({"count": 0}, r"a count, tile, rows and cols of \[0, 8, 3, 2\]"),
        ({"cols": "many"}, "index.json cannot be used"),
        ({"rows": None}, "index.json cannot be used"),
    ],
)
def test_damaged_mosaics_are_said(changed: dict, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        read_squares(mosaic_zip(tmp_path / "m.zip", **changed), 8)


def test_each_fifth_image_is_held_out_and_none_is_in_both_parts(tmp_path: Path) -> None:
    data = GanData(write_images(tmp_path / "f", two_kinds(50)), 8, batch_size=10)
    data.setup()
    learnt, held = data.training_images, data.held_out_images
    assert (len(learnt), len(held)) == (40, 10)
    assert not {i.tobytes() for i in learnt} & {i.tobytes() for i in held}
    seen = list(data.val_dataloader())
    assert torch.cat([b.images for b in seen]).shape == (10, 3, 8, 8)
    batches = list(data.train_dataloader())
    assert sorted(int(p) for b in batches for p in b.places) == list(range(40))
    assert batches[0].names[0].startswith("image ")
    assert float(batches[0].images.min()) >= -1 and float(batches[0].images.max()) <= 1


def test_settings_of_data_that_make_no_sense_are_said(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match=r"data\.side is 30"):
        GanData(tmp_path, 30)
    with pytest.raises(DataError, match="hold_out_every is 1; give 2 or more"):
        GanData(tmp_path, hold_out_every=1)
    folder = write_images(tmp_path / "f", IMAGES)
    with pytest.raises(DataError, match="8 images are fewer than batch_size 32"):
        GanData(folder, 8).setup()
