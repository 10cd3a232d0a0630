from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from followme.sources.folder import ImageFolder
from followme.sources.image_file import list_images
from followme.sources.source import SourceError
from tests.sources.build_recordings import an_image, write_camera_info, write_image


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file or directory"):
        ImageFolder(tmp_path / "nowhere", 10.0)


def test_folder_without_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(SourceError, match="holds no image"):
        ImageFolder(tmp_path, 10.0)


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), float("inf")])
def test_what_is_no_rate_is_refused(tmp_path: Path, rate_hz: float) -> None:
    write_image(tmp_path / "a.png", an_image())
    with pytest.raises(SourceError, match="rate_hz"):
        ImageFolder(tmp_path, rate_hz)


def test_folder_of_broken_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "b.jpg").write_bytes(b"no image")
    with pytest.raises(SourceError, match=r"none of its 2 images.*a\.png.*empty"):
        ImageFolder(tmp_path, 10.0)


@pytest.mark.parametrize("kind", ["jpg", "jpeg", "png", "bmp", "webp", "PNG", "JPG"])
def test_every_kind_is_read(tmp_path: Path, kind: str) -> None:
    write_image(tmp_path / f"a.{kind}", an_image())
    (frame,) = ImageFolder(tmp_path, 10.0).frames()
    assert frame.bgr.shape == (6, 8, 3)
    assert frame.camera is None
    assert frame.depth_m is None
    assert frame.motion is None


def test_names_are_in_natural_order(tmp_path: Path) -> None:
    names = ["10.png", "2.png", "a10b2.png", "a2b10.png", "A2b9.png", "1.png", "b.png"]
    for name in names:
        write_image(tmp_path / name, an_image())
    assert [p.name for p in list_images(tmp_path)] == [
        *("1.png", "2.png", "10.png", "A2b9.png", "a2b10.png", "a10b2.png", "b.png")
    ]


def test_stamps_follow_the_rate_and_frames_come_again(tmp_path: Path) -> None:
    for n in range(4):
        write_image(tmp_path / f"{n}.png", an_image(blue=n))
    source = ImageFolder(tmp_path, 8.0)
    for _ in range(2):
        frames = list(source.frames())
        assert [f.stamp_ns for f in frames] == [0, 125_000_000, 250_000_000, 375_000_000]
        assert [int(f.bgr[0, 0, 0]) for f in frames] == [0, 1, 2, 3]
    assert (source.rate_hz, source.length) == (8.0, 4)


@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
def test_cut_image_is_left_out_and_its_time_passes(tmp_path: Path, kept: float) -> None:
    rng = np.random.default_rng(0)
    for n in range(3):
        write_image(tmp_path / f"{n}.jpg", rng.integers(0, 256, (32, 32, 3), np.uint8))
    broken = tmp_path / "1.jpg"
    whole = broken.read_bytes()
    broken.write_bytes(whole[: int(kept * len(whole))])
    told: list[str] = []
    frames = list(ImageFolder(tmp_path, 10.0, report=told.append).frames())
    assert [f.stamp_ns for f in frames] == [0, 200_000_000]
    assert len(told) == 1
    assert str(broken) in told[0]


def test_broken_image_warns_by_default(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", an_image())
    (tmp_path / "b.png").write_bytes(b"")
    with pytest.warns(UserWarning, match=r"b\.png"):
        list(ImageFolder(tmp_path, 10.0).frames())


def test_size_may_change_without_calibration(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", an_image(6, 8))
    write_image(tmp_path / "b.png", an_image(4, 10))
    shapes = [f.bgr.shape for f in ImageFolder(tmp_path, 10.0).frames()]
    assert shapes == [(6, 8, 3), (4, 10, 3)]


def test_size_may_not_change_with_calibration(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", an_image(6, 8))
    write_image(tmp_path / "b.png", an_image(4, 10))
    write_camera_info(tmp_path / "camera_info.yaml")
    frames = ImageFolder(tmp_path, 10.0).frames()
    first = next(frames)
    assert first.camera is not None
    assert first.camera.fx == 7.0
    with pytest.raises(SourceError, match=r"b\.png.*8x6.*10x4"):
        next(frames)


def test_calibration_of_another_size_is_refused_at_once(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", an_image())
    write_camera_info(tmp_path / "camera_info.yaml", width=640, height=480)
    with pytest.raises(SourceError, match=r"640x480.*8x6"):
        ImageFolder(tmp_path, 10.0)


def test_colours_are_not_swapped(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", an_image(blue=200))
    (frame,) = ImageFolder(tmp_path, 10.0).frames()
    np.testing.assert_array_equal(frame.bgr, an_image(blue=200))
    assert not frame.bgr.flags.writeable


def test_grey_and_transparent_images_become_colour(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", an_image()[..., 0])
    write_image(tmp_path / "b.png", cv2.cvtColor(an_image(), cv2.COLOR_BGR2BGRA))
    assert [f.bgr.shape for f in ImageFolder(tmp_path, 10.0).frames()] == [(6, 8, 3)] * 2


def test_hallway_is_150_images_without_camera_and_depth(data_dir: Path) -> None:
    source = ImageFolder(data_dir / "hallway", 10.0)
    frames = list(source.frames())
    assert len(frames) == source.length == 150
    assert {f.bgr.shape for f in frames} == {(360, 640, 3)}
    assert all(f.camera is None and f.depth_m is None for f in frames)
