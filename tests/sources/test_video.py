from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from followme.sources.open import open_source
from followme.sources.source import SourceError
from followme.sources.video import VIDEO_SUFFIXES, VideoSource
from followme.values.camera import Camera
from tests.sources.build_recordings import write_camera_info
from tests.sources.build_video import SIZE_WH, shade, write_matroska, write_video

MS = 1_000_000
CONTAINERS = [
    ("film.avi", "MJPG"),
    ("film.mp4", "mp4v"),
    ("film.mov", "mp4v"),
    ("film.mkv", "MJPG"),
    ("film.webm", "VP80"),
]


def silent(text: str) -> None:
    raise AssertionError(f"nothing should have been reported: {text}")


def opened(path: Path, rate_hz: float = 60.0) -> VideoSource:
    return VideoSource(path, rate_hz, report=silent)


def shades(source: VideoSource) -> list[float]:
    return [float(frame.bgr.mean()) for frame in source.frames()]


@pytest.mark.parametrize(
    "content", [b"", b"no video", b"RIFF\x10\0\0\0AVI LIST", b"\x1a\x45\xdf\xa3" + b"\0" * 64]
)
@pytest.mark.parametrize("suffix", VIDEO_SUFFIXES)
def test_what_is_no_video_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"film{suffix}"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=rf"film\{suffix}") as caught:
        opened(path)
    assert "\n" not in str(caught.value)


def test_a_video_without_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"film\.mkv"):
        opened(write_matroska(tmp_path / "film.mkv", []))
    with pytest.raises(SourceError, match=r"film\.avi"):
        opened(write_video(tmp_path / "film.avi", 0, 10.0))


def test_a_video_whose_frames_are_damaged_is_refused(tmp_path: Path) -> None:
    path = write_matroska(tmp_path / "film.mkv", [0, 100], damaged=True)
    with pytest.raises(SourceError, match="holds no frame that can be decoded"):
        opened(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.mp4: is no video"):
        opened(tmp_path / "gone.mp4")


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), 1e6])
def test_a_rate_that_is_none_is_refused(tmp_path: Path, rate_hz: float) -> None:
    path = write_video(tmp_path / "film.avi", 2, 10.0)
    with pytest.raises(SourceError, match="rate_hz"):
        opened(path, rate_hz)


@pytest.mark.parametrize(("name", "fourcc"), CONTAINERS)
def test_each_container_gives_its_frames_in_order_with_its_times(
    tmp_path: Path, name: str, fourcc: str
) -> None:
    source = opened(write_video(tmp_path / name, 10, 20.0, fourcc))
    frames = list(source.frames())
    assert [f.stamp_ns for f in frames] == pytest.approx([50 * MS * i for i in range(10)], abs=MS)
    assert shades(source) == pytest.approx([shade(i) for i in range(10)], abs=6)
    assert all(f.bgr.shape == (SIZE_WH[1], SIZE_WH[0], 3) for f in frames)
    assert all((f.camera, f.depth_m, f.motion) == (None, None, None) for f in frames)
    assert (source.rate_hz, source.length, source.camera) == (20.0, None, None)
    source.close()


def test_uneven_times_are_those_of_the_container(tmp_path: Path) -> None:
    times_ms = [0, 40, 140, 150, 900, 1000]
    source = opened(write_matroska(tmp_path / "film.mkv", times_ms), rate_hz=1000.0)
    assert [f.stamp_ns for f in source.frames()] == [t * MS for t in times_ms]


def test_times_that_do_not_grow_are_replaced_by_those_of_the_rate(tmp_path: Path) -> None:
    source = opened(write_matroska(tmp_path / "film.mkv", [0, 0, 0, 500]), rate_hz=1000.0)
    stamps = [f.stamp_ns for f in source.frames()]
    assert len(stamps) == 4
    assert all(b > a for a, b in pairwise(stamps))


def test_more_frames_than_wanted_are_left_out_and_time_stays(tmp_path: Path) -> None:
    source = opened(write_video(tmp_path / "film.avi", 12, 30.0), rate_hz=10.0)
    stamps = [f.stamp_ns for f in source.frames()]
    assert stamps == pytest.approx([0, 100 * MS, 200 * MS, 300 * MS], abs=MS)
    assert source.rate_hz == 10.0


def test_a_slow_video_is_not_played_faster(tmp_path: Path) -> None:
    source = opened(write_video(tmp_path / "film.avi", 3, 5.0), rate_hz=60.0)
    assert [f.stamp_ns for f in source.frames()] == pytest.approx([0, 200 * MS, 400 * MS], abs=MS)
    assert source.rate_hz == 5.0


def test_it_plays_again_from_the_start(tmp_path: Path) -> None:
    source = opened(write_video(tmp_path / "film.avi", 4, 10.0))
    one, other = source.frames(), source.frames()
    first = next(one)
    assert np.array_equal(first.bgr, next(other).bgr)
    assert len(list(one)) == 3
    assert next(source.frames()).stamp_ns == first.stamp_ns == 0


def test_frames_given_stay_as_they_were(tmp_path: Path) -> None:
    frames = list(opened(write_video(tmp_path / "film.avi", 5, 10.0)).frames())
    assert [float(f.bgr.mean()) for f in frames] == pytest.approx(
        [shade(i) for i in range(5)], abs=6
    )
    with pytest.raises(ValueError, match="read-only"):
        frames[0].bgr[0, 0] = 0


@pytest.mark.parametrize("suffix", [".avi", ".mkv"])
def test_a_cut_file_gives_what_is_left_and_says_so(tmp_path: Path, suffix: str) -> None:
    path = write_video(tmp_path / f"film{suffix}", 60, 10.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    told: list[str] = []
    source = VideoSource(path, 60.0, report=told.append)
    count = len(list(source.frames()))
    assert 10 < count < 54
    assert [f"ends after {count} of 60 frames" in sentence for sentence in told] == [True]


def test_calibration_of_the_same_name_goes_before_that_of_the_folder(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.avi", 2, 10.0)
    write_camera_info(tmp_path / "camera_info.yaml", *SIZE_WH)
    assert opened(path).camera == Camera(*SIZE_WH, 7.0, 7.5, 3.5, 2.5)
    matrix = {"data": [9.0, 0, 3.5, 0, 7.5, 2.5, 0, 0, 1]}
    write_camera_info(tmp_path / "film.yaml", *SIZE_WH, camera_matrix=matrix)
    source = opened(path)
    assert source.camera is not None and source.camera.fx == 9.0
    assert all(f.camera == source.camera for f in source.frames())


@pytest.mark.parametrize("name", ["film.yaml", "camera_info.yaml"])
def test_calibration_of_another_size_is_refused_with_both(tmp_path: Path, name: str) -> None:
    path = write_video(tmp_path / "film.avi", 2, 10.0)
    write_camera_info(tmp_path / name, 640, 480)
    with pytest.raises(SourceError, match=rf"{name}: it is for images of 640x480, these are 32x24"):
        opened(path)


@pytest.mark.parametrize("name", ["film.MP4", "film.avi", "film.webm"])
def test_a_video_is_opened_by_its_suffix(tmp_path: Path, name: str) -> None:
    fourcc = {"film.MP4": "mp4v", "film.webm": "VP80"}.get(name, "MJPG")
    path = write_video(tmp_path / name.lower(), 3, 10.0, fourcc).rename(tmp_path / name)
    source = open_source(str(path), rate_hz=10.0, width=64, height=48, seed=0, report=silent)
    assert isinstance(source, VideoSource)
    assert len(list(source.frames())) == 3
