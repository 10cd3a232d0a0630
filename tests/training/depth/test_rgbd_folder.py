from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from followme_training.datasets.errors import DataError
from followme_training.depth.rgbd_folder import read_rgbd_folder

RGB = np.full((6, 8, 3), (10, 20, 200), np.uint8)  # blue, green, red
CAMERA = "585 0 320\n0 586 240\n0 0 1\n"


def seven_scenes(folder: Path, camera: str | None = CAMERA) -> Path:
    folder.mkdir(exist_ok=True)
    for number, count in ((0, 1500), (6, 65535), (12, 0)):
        cv2.imwrite(str(folder / f"frame-{number:06d}.color.png"), RGB)
        depth = np.full((6, 8), count, np.uint16)
        cv2.imwrite(str(folder / f"frame-{number:06d}.depth.png"), depth)
    cv2.imwrite(str(folder / "frame-000018.color.png"), RGB)
    if camera is not None:
        (folder / "camera-intrinsics.txt").write_text(camera, encoding="utf-8")
    return folder


def tum(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name in ("a", "b", "c"):
        cv2.imwrite(str(folder / f"{name}.png"), RGB)
    cv2.imwrite(str(folder / "d.png"), np.full((6, 8), 10000, np.uint16))
    (folder / "rgb.txt").write_text("# stamps\n1.00 a.png\n1.03 b.png\n2.0 c.png\n")
    (folder / "depth.txt").write_text("# stamps\n1.015 d.png\n")
    return folder


def test_a_folder_that_is_none_or_holds_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no folder"):
        read_rgbd_folder(tmp_path / "none")
    with pytest.raises(DataError, match="7-Scenes or TUM"):
        read_rgbd_folder(tmp_path)


def test_seven_scenes_in_millimetres(tmp_path: Path) -> None:
    samples = read_rgbd_folder(seven_scenes(tmp_path / "s"))
    assert [s.name for s in samples] == [f"s/frame-{n:06d}.color.png" for n in (0, 6, 12)]
    assert (samples[0].depth_m == np.float32(1.5)).all()
    assert np.isnan(samples[1].depth_m).all()
    assert np.isnan(samples[2].depth_m).all()
    assert (samples[0].camera.fx, samples[0].camera.cy) == (585, 240)
    assert samples[0].rgb[0, 0].tolist() == [200, 20, 10]


@pytest.mark.parametrize(
    ("camera", "words"),
    [
        (None, "cannot be read.*no metres"),
        ("a b c", "cannot be read"),
        ("1 2 3", "no 3x3 camera matrix"),
        ("0 0 1 0 1 1 0 0 1", "no 3x3 camera matrix"),
    ],
)
def test_without_a_focal_length_there_are_no_metres(tmp_path: Path, camera, words) -> None:
    with pytest.raises(DataError, match=words):
        read_rgbd_folder(seven_scenes(tmp_path / "s", camera))


def test_depth_of_eight_bits_is_refused(tmp_path: Path) -> None:
    folder = seven_scenes(tmp_path / "s")
    cv2.imwrite(str(folder / "frame-000000.depth.png"), np.zeros((6, 8), np.uint8))
    with pytest.raises(DataError, match=r"frame-000000\.depth\.png.*16 bits"):
        read_rgbd_folder(folder)


def test_a_broken_image_is_named(tmp_path: Path) -> None:
    folder = seven_scenes(tmp_path / "s")
    (folder / "frame-000006.color.png").write_bytes(b"broken")
    with pytest.raises(DataError, match=r"frame-000006\.color\.png: is no image"):
        read_rgbd_folder(folder)


def test_tum_pairs_by_stamp_and_counts_five_thousand_a_metre(tmp_path: Path) -> None:
    samples = read_rgbd_folder(tum(tmp_path / "t"))
    assert [s.name for s in samples] == ["t/a.png", "t/b.png"]
    assert (samples[0].depth_m == 2.0).all()
    assert samples[0].camera.fx == 525.0


def test_a_list_of_tum_that_is_none_is_named(tmp_path: Path) -> None:
    folder = tum(tmp_path / "t")
    (folder / "rgb.txt").write_text("one a.png\n")
    with pytest.raises(DataError, match=r"rgb\.txt"):
        read_rgbd_folder(folder)
    (folder / "rgb.txt").write_text("1.0 a.png\n")
    (folder / "depth.txt").write_text("# nothing\n")
    assert read_rgbd_folder(folder) == []
