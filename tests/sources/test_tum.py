from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from followme.sources.source import SourceError
from followme.sources.tum import TumFolder
from tests.sources.build_recordings import MS, tum, write_camera_info

T0 = 1_305_031_102 * 1_000 * MS


def silent(text: str) -> None:
    raise AssertionError(f"nothing should have been reported: {text}")


def still(ms: int, z_m: float = 0.0) -> tuple[int, str]:
    return ms, f"0 0 {z_m} 0 0 0 1"


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("", "names no image"),
        ("# only words\n\n", "names no image"),
        ("1.0\n", "line 1 has 1 columns, expected 2"),
        ("# time file\n1.0 a.png more\n", "line 2 has 3 columns"),
        ("soon a.png\n", "begins with 'soon'"),
        ("nan a.png\n", "begins with 'nan'"),
        ("inf a.png\n", "begins with 'inf'"),
        ("1.0 a.png\n", "none of its 1 images"),
    ],
)
def test_list_that_cannot_be_used_is_named(tmp_path: Path, listed: str, told: str) -> None:
    (tmp_path / "rgb.txt").write_text(listed)
    with pytest.raises(SourceError, match=told):
        TumFolder(tmp_path, 30.0)


def test_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"rgb\.txt: cannot be read"):
        TumFolder(tmp_path, 30.0)


def test_list_of_poses_with_a_column_too_few_is_named(tmp_path: Path) -> None:
    tum(tmp_path, [0], poses=[(0, "0 0 0 0 0 0")])
    with pytest.raises(SourceError, match=r"groundtruth\.txt: line 2 has 7 columns, expected 8"):
        TumFolder(tmp_path, 30.0)


def test_stamps_are_those_of_the_files_to_the_nanosecond(tmp_path: Path) -> None:
    tum(tmp_path, [0, 33, 67])
    text = (tmp_path / "rgb.txt").read_text().replace("1305031102.033", "1305031102.033123457")
    (tmp_path / "rgb.txt").write_text(text)
    source = TumFolder(tmp_path, 30.0, report=silent)
    assert [f.stamp_ns for f in source.frames()] == [T0, T0 + 33_123_457, T0 + 67 * MS]
    assert source.length == 3
    assert source.rate_hz == pytest.approx(29.85, abs=0.5)


def test_camera_is_the_nominal_one_at_the_size_of_the_images(tmp_path: Path) -> None:
    (frame,) = TumFolder(tum(tmp_path, [0]), 30.0, report=silent).frames()
    assert frame.camera is not None
    assert frame.camera.nominal
    assert (frame.camera.width, frame.camera.height) == (8, 6)
    assert frame.camera.fx == pytest.approx(525.0 / 80)
    assert frame.camera.cx == pytest.approx(3.5)


def test_calibration_in_the_folder_goes_before_the_nominal_one(tmp_path: Path) -> None:
    write_camera_info(tum(tmp_path, [0]) / "camera_info.yaml")
    (frame,) = TumFolder(tmp_path, 30.0, report=silent).frames()
    assert frame.camera is not None
    assert (frame.camera.fx, frame.camera.nominal) == (7.0, False)


def test_depth_is_the_nearest_within_20_ms_in_fifths_of_a_millimetre(tmp_path: Path) -> None:
    tum(tmp_path, [100, 200, 300, 400, 500], depth_ms=[88, 108, 220, 321, 500])
    depths = [f.depth_m for f in TumFolder(tmp_path, 30.0, report=silent).frames()]
    assert [None if d is None else round(float(d[0, 0]), 3) for d in depths] == [
        *(0.108, 0.220, None, None, 0.5)
    ]


def test_depth_of_zero_is_unknown(tmp_path: Path) -> None:
    (frame,) = TumFolder(tum(tmp_path, [0], depth_ms=[0]), 30.0, report=silent).frames()
    assert frame.depth_m is not None
    assert np.isnan(frame.depth_m).all()


def test_motion_comes_from_the_poses_in_their_own_time(tmp_path: Path) -> None:
    # the poses lie 90 ms apart, the images 100
    tum(tmp_path, [0, 100, 200, 300], poses=[still(5), still(95, 0.09), still(300, 0.295)])
    frames = list(TumFolder(tmp_path, 30.0, pitch_rad=0.0, report=silent).frames())
    assert [f.motion is None for f in frames] == [True, False, True, False]
    assert frames[1].motion is not None
    assert frames[1].motion.stamp_ns == T0 + 100 * MS
    assert frames[1].motion.forward_mps == pytest.approx(1.0)
    assert frames[3].motion is not None
    assert frames[3].motion.forward_mps == pytest.approx(1.0)


def test_more_frames_than_wanted_are_left_out(tmp_path: Path) -> None:
    tum(tmp_path, [round(n * 100 / 3) for n in range(10)])
    source = TumFolder(tmp_path, 10.0, report=silent)
    stamps = [f.stamp_ns - T0 for f in source.frames()]
    assert stamps == [0, 100 * MS, 200 * MS, 300 * MS]
    assert source.length == 4
    assert source.rate_hz == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("file", "left_out"),
    [("rgb/100.png", "the frame is left out"), ("depth/100.png", "the depth is left out")],
)
def test_broken_file_is_left_out_and_reported(tmp_path: Path, file: str, left_out: str) -> None:
    tum(tmp_path, [0, 100, 200], depth_ms=[0, 100, 200])
    path = tmp_path / file
    path.write_bytes(path.read_bytes()[:-8])
    told: list[str] = []
    frames = list(TumFolder(tmp_path, 30.0, report=told.append).frames())
    assert len(told) == 1
    assert str(path) in told[0]
    assert left_out in told[0]
    kept = [f.stamp_ns for f in frames if f.depth_m is not None]
    assert kept == [T0, T0 + 200 * MS]


def test_broken_pose_is_left_out_and_reported(tmp_path: Path) -> None:
    tum(tmp_path, [0, 100], poses=[(0, "0 0 0 0 0 0 0"), (100, "0 0 zero 0 0 0 1")])
    told: list[str] = []
    frames = list(TumFolder(tmp_path, 30.0, report=told.append).frames())
    assert [f.motion for f in frames] == [None, None]
    assert len(told) == 2
    assert all("groundtruth.txt" in t and "the pose is left out" in t for t in told)


def test_lines_in_disorder_are_put_in_order(tmp_path: Path) -> None:
    tum(tmp_path, [200, 0, 100])
    stamps = [f.stamp_ns for f in TumFolder(tmp_path, 30.0, report=silent).frames()]
    assert stamps == [T0, T0 + 100 * MS, T0 + 200 * MS]
