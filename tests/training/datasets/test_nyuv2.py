from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.datasets.errors import DataError
from followme_training.datasets.nyuv2 import NyuZip, crop_mask, metres, scenes_of, split_scenes
from followme_training.depth.sample import nyu_samples
from tests.training.conftest import CROP, IDS, SIZE_HW, encoded, write_nyu_zip


def test_a_file_that_is_missing_or_no_zip_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.zip: cannot be read.*nyuv2_train\.zip"):
        NyuZip(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(DataError, match="cannot be read as a zip file"):
        NyuZip(tmp_path / "text.zip")


@pytest.mark.parametrize(
    "info", [b"{", b"[]", b"{}", json.dumps({"ids": [1], "intrinsics": {"fx": 1}}).encode()]
)
def test_an_info_that_lacks_something_is_named(tmp_path: Path, info: bytes) -> None:
    file = write_nyu_zip(tmp_path / "n.zip", **{"info.json": info})
    with pytest.raises(DataError, match=r"info\.json cannot be used"):
        NyuZip(file)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, r"depth/0003\.png is missing"),
        (b"no png", r"depth/0003\.png is no image"),
        (encoded(np.full(SIZE_HW, 9, np.uint8), ".png"), "8 bits.*16 bits of millimetres"),
        (encoded(np.full((*SIZE_HW, 3), 9, np.uint8), ".png"), "3 axes"),
        (encoded(np.full((7, 5), 900, np.uint16), ".png"), "both have to be of one size"),
    ],
)
def test_a_depth_file_that_cannot_be_used_is_named(tmp_path: Path, data, words: str) -> None:
    archive = NyuZip(write_nyu_zip(tmp_path / "n.zip", **{"depth/0003.png": data}))
    with pytest.raises((DataError, ValueError), match=words):
        nyu_samples(archive, [3])
    assert nyu_samples(archive, [4])[0].name == "nyuv2/0004"


def test_unknown_pixels_and_those_outside_of_the_crop_are_nan(tmp_path: Path) -> None:
    counts = np.full(SIZE_HW, 2500, np.uint16)
    counts[20, 30], counts[21, 30] = 0, 65535
    file = write_nyu_zip(tmp_path / "n.zip", **{"depth/0003.png": encoded(counts, ".png")})
    depth_m = NyuZip(file).depth_m(3)
    known = np.isfinite(depth_m)
    expected = np.zeros(SIZE_HW, bool)
    expected[CROP[1] : CROP[3], CROP[0] : CROP[2]] = True
    expected[20:22, 30] = False  # both masks have to agree
    assert (known == expected).all()
    assert np.allclose(depth_m[known], 2.5)


def test_colours_are_red_green_blue(tmp_path: Path) -> None:
    bgr = np.zeros((*SIZE_HW, 3), np.uint8)
    bgr[..., 2] = 200
    file = write_nyu_zip(tmp_path / "n.zip", **{"rgb/0003.jpg": encoded(bgr, ".jpg")})
    assert NyuZip(file).rgb(3)[10, 10, 0] > 180
    assert NyuZip(file).rgb(3)[10, 10, 2] < 20


def test_no_counts_are_no_metres() -> None:
    assert metres(np.zeros((0, 3), np.uint16)).shape == (0, 3)
    got = metres(np.array([[0, 1, 2500, 65535]], np.uint16))
    assert np.isnan(got[0, [0, 3]]).all()
    assert got[0, 1:3] == pytest.approx([0.001, 2.5])


def test_scenes_are_runs_of_numbers() -> None:
    assert scenes_of([]) == []
    assert scenes_of(IDS) == [[3, 4], [7, 8, 9], [12], [20, 21, 22, 23], [30, 31]]


@given(st.sets(st.integers(1, 200)), st.integers(0, 6))
def test_no_scene_is_on_both_sides(ids: set[int], every: int) -> None:
    train, held = split_scenes(sorted(ids), every)
    assert sorted([*train, *held]) == sorted(ids)
    for run in scenes_of(sorted(ids)):
        assert len({number in set(held) for number in run}) == 1
    assert every or not held


def test_each_so_manieth_scene_is_held_out() -> None:
    assert split_scenes(IDS, 2)[1] == [7, 8, 9, 20, 21, 22, 23]
    assert split_scenes(IDS, 3)[1] == [7, 8, 9, 30, 31]


def test_the_crop_has_its_first_and_not_its_last() -> None:
    mask = crop_mask((6, 8), (1, 2, 4, 5))
    assert mask.sum() == 9
    assert mask[2, 1]
    assert not mask[5, 4]


def test_the_real_file_is_read(data_dir: Path) -> None:
    archive = NyuZip(data_dir / "nyuv2_train.zip")
    train, held = split_scenes(archive.info.ids, 8)
    assert (len(train), len(held)) == (709, 86)
    (sample,) = nyu_samples(archive, held[:1])
    assert sample.rgb.shape == (240, 320, 3)
    low, high = np.nanpercentile(sample.depth_m, (1, 99))
    assert 0.5 < low < high < 10.0
    assert cv2.Laplacian(sample.rgb, cv2.CV_64F).std() > 1.0
