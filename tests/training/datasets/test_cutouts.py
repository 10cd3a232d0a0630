from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from followme_training.datasets.cutouts import cut, read_cutouts
from followme_training.datasets.errors import DataError
from tests.training.conftest import IDS, SIZE_HW, encoded, write_nyu_zip

H, W = 120, 160


def a_room() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return colours, where chairs are (none yet) and depth of a wall that is 4 m away."""
    rgb = np.random.default_rng(3).integers(0, 255, (H, W, 3)).astype(np.uint8)
    depth_m = np.full((H, W), 4.0, np.float32)
    return rgb, np.zeros((H, W), np.bool_), depth_m


def put(kind: np.ndarray, depth_m: np.ndarray, box: tuple[int, int, int, int], m: float) -> None:
    x1, y1, x2, y2 = box
    kind[y1:y2, x1:x2] = True
    depth_m[y1:y2, x1:x2] = m


def test_each_thing_is_cut_out_along_its_own_pixels() -> None:
    rgb, kind, depth_m = a_room()
    put(kind, depth_m, (20, 30, 50, 90), 2.0)
    put(kind, depth_m, (80, 40, 140, 70), 2.5)
    kind[30:50, 20:35] = False  # a chair is no rectangle
    found = list(cut("chair", rgb, kind, depth_m))
    assert [(c.name, c.mask.shape) for c in found] == [("chair", (60, 30)), ("chair", (30, 60))]
    assert (found[0].rgb == rgb[30:90, 20:50]).all()
    assert not found[0].mask[:20, :15].any() and found[0].mask[20:].all()
    assert found[1].mask.all()


@pytest.mark.parametrize(
    "box",
    [
        (20, 30, 43, 90),  # too narrow
        (20, 30, 90, 53),  # too low
        (0, 30, 40, 90),  # cut off at the left
        (20, 80, 60, 120),  # ... and below
    ],
)
def test_what_is_small_or_cut_off_is_left(box: tuple[int, int, int, int]) -> None:
    rgb, kind, depth_m = a_room()
    put(kind, depth_m, box, 2.0)
    assert not list(cut("chair", rgb, kind, depth_m))


def test_what_is_cut_off_by_the_edge_of_the_known_part_is_left() -> None:
    rgb, kind, depth_m = a_room()
    put(kind, depth_m, (20, 30, 60, 90), 2.0)
    assert list(cut("chair", rgb, kind, depth_m))
    depth_m[:, :19] = np.nan
    assert not list(cut("chair", rgb, kind, depth_m))


@pytest.mark.parametrize(("before_m", "kept"), [(1.2, False), (3.9, True)])
def test_what_stands_behind_something_is_left(before_m: float, kept: bool) -> None:
    rgb, kind, depth_m = a_room()
    put(kind, depth_m, (20, 30, 60, 90), 2.0)
    # a table before its lower half, or something behind it
    kind[60:, :] = False
    depth_m[60:, :] = before_m
    assert bool(list(cut("chair", rgb, kind, depth_m))) is kept


def test_few_pixels_in_a_large_box_are_no_thing() -> None:
    rgb, kind, depth_m = a_room()
    put(kind, depth_m, (20, 30, 80, 90), 2.0)
    kind[33:, 23:] = False
    assert not list(cut("chair", rgb, kind, depth_m))


def a_large_set(file: Path) -> Path:
    """Write a data set in each of whose images one chair of its own grey stands before a wall."""
    members = {}
    for number in IDS:
        labels = np.ones(SIZE_HW, np.uint8)
        labels[10:40, 20:50] = 5
        grey = np.where(labels == 5, 20 * number % 256, 128).astype(np.uint8)
        members[f"rgb/{number:04d}.jpg"] = encoded(np.dstack([grey] * 3), ".jpg")
        members[f"label40/{number:04d}.png"] = encoded(labels, ".png")
        depth = np.where(labels == 5, 2000, 4000).astype(np.uint16)
        members[f"depth/{number:04d}.png"] = encoded(depth, ".png")
    return write_nyu_zip(file, **members)


def test_only_scenes_that_are_trained_on_are_cut(tmp_path: Path) -> None:
    file = a_large_set(tmp_path / "n.zip")
    assert len(read_cutouts(file, {"chair": [5]}, 0)["chair"]) == len(IDS)
    found = read_cutouts(file, {"chair": [5]}, 2)["chair"]
    # each second scene of 2, 3, 1, 4 and 2 images is held out
    greys = {int(np.median(c.rgb[c.mask])) for c in found}
    assert len(found) == 2 + 1 + 2
    assert all(min(abs(g - 20 * n % 256) for n in (3, 4, 12, 30, 31)) <= 4 for g in greys)


def test_things_lie_by_their_class(tmp_path: Path) -> None:
    found = read_cutouts(a_large_set(tmp_path / "n.zip"), {"seat": [4, 5], "chair": [5]}, 2)
    assert list(found) == ["seat", "chair"]
    assert all(c.name == name for name, things in found.items() for c in things)
    greys = [[int(np.median(c.rgb[c.mask])) for c in things] for things in found.values()]
    assert greys[0] == greys[1] and len(greys[0]) == 5


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ({"chair": []}, r"'chair' has the labels \[\]"),
        ({"chair": [41]}, r"\[41\]; give some of 1\.\.40"),
        ({"chair": [5], "bed": [4]}, "no whole 'bed'"),
    ],
)
def test_kinds_that_cannot_be_cut_are_said(tmp_path: Path, kinds, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_cutouts(a_large_set(tmp_path / "n.zip"), kinds, 2)


def test_a_file_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.zip: cannot be read"):
        read_cutouts(tmp_path / "none.zip", {"chair": [5]}, 2)


def test_a_damaged_label_is_said(tmp_path: Path) -> None:
    file = write_nyu_zip(tmp_path / "n.zip", **{"label40/0003.png": b"no png"})
    with pytest.raises(DataError, match=r"label40/0003\.png is no image"):
        read_cutouts(file, {"chair": [5]}, 0)


def test_opencv_keeps_infinity_apart() -> None:
    """What the nearest around a thing is found with: no number may come of infinity and nothing."""
    far = np.full((5, 5), np.inf, np.float32)
    far[2, 2] = 1.0
    assert (cv2.erode(far, np.ones((3, 3), np.uint8), borderValue=np.inf)[1:4, 1:4] == 1.0).all()
