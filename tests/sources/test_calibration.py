from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from followme.sources.calibration import camera_from_text, camera_from_yaml, find_camera
from followme.sources.source import SourceError
from followme.values.camera import Camera
from tests.sources.build_recordings import write_camera_info

SIZE = (8, 6)


def silent(text: str) -> None:
    raise AssertionError(f"nothing should have been reported: {text}")


def test_folder_without_calibration_has_none(tmp_path: Path) -> None:
    assert find_camera(tmp_path, SIZE, silent) is None


def test_camera_info_is_read(tmp_path: Path) -> None:
    path = write_camera_info(tmp_path / "camera_info.yaml")
    assert camera_from_yaml(path, silent) == Camera(8, 6, 7.0, 7.5, 3.5, 2.5)


def test_camera_info_goes_before_text(tmp_path: Path) -> None:
    write_camera_info(tmp_path / "camera_info.yaml")
    (tmp_path / "camera-intrinsics.txt").write_text("9 0 4\n0 9 3\n0 0 1\n")
    camera = find_camera(tmp_path, SIZE, silent)
    assert camera is not None
    assert camera.fx == 7.0


def test_text_takes_the_size_of_the_images(tmp_path: Path) -> None:
    (tmp_path / "camera-intrinsics.txt").write_text(" 9.0e0 0 4\n0 9.5 3\n\n0 0 1\n")
    assert find_camera(tmp_path, SIZE, silent) == Camera(8, 6, 9.0, 9.5, 4.0, 3.0)


def test_other_size_is_refused_with_both_sizes(tmp_path: Path) -> None:
    write_camera_info(tmp_path / "camera_info.yaml")
    with pytest.raises(SourceError, match="for images of 8x6, these are 6x8"):
        find_camera(tmp_path, (6, 8), silent)


def test_distortion_is_reported_and_ignored(tmp_path: Path) -> None:
    told: list[str] = []
    coefficients = {"rows": 1, "cols": 5, "data": [0.1, 0, 0, 0, 0]}
    path = write_camera_info(tmp_path / "a.yaml", distortion_coefficients=coefficients)
    assert camera_from_yaml(path, told.append).fx == 7.0
    assert len(told) == 1
    assert "distortion is ignored" in told[0]


def test_distortion_may_be_missing(tmp_path: Path) -> None:
    path = write_camera_info(tmp_path / "a.yaml", distortion_coefficients=None)
    assert camera_from_yaml(path, silent).fx == 7.0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"image_width": None}, "image_width is None"),
        ({"image_width": "8"}, "image_width is '8'"),
        ({"image_height": 6.5}, "image_height is 6.5"),
        ({"image_height": 0}, "camera height"),
        ({"camera_matrix": None}, "camera_matrix is None"),
        ({"camera_matrix": {"data": [1, 2, 3]}}, "has 3 numbers, give nine"),
        ({"camera_matrix": {"data": [1, 2, "x"]}}, "camera_matrix is"),
        ({"camera_matrix": {"data": [0.0] * 9}}, "is no camera matrix"),
        ({"camera_matrix": {"data": [0, 0, 3, 0, 7, 2, 0, 0, 1]}}, "camera fx"),
        ({"camera_matrix": {"data": [7, 0, 3, 0, -7, 2, 0, 0, 1]}}, "camera fy"),
        ({"camera_matrix": {"data": [7, 0, float("nan"), 0, 7, 2, 0, 0, 1]}}, "camera cx"),
        ({"camera_matrix": {"data": [7, 0, 3, 1, 7, 2, 0, 0, 1]}}, "is no camera matrix"),
        ({"distortion_coefficients": {"data": "none"}}, "distortion_coefficients is"),
    ],
)
def test_wrong_values_are_named(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    path = write_camera_info(tmp_path / "camera_info.yaml", **changes)
    with pytest.raises(SourceError, match=told) as caught:
        camera_from_yaml(path, silent)
    assert "camera_info.yaml" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"- 1\n- 2\n", b"a: [1", b"\xff\xfe\x00", b"42"])
def test_what_is_no_calibration_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "camera_info.yaml"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"camera_info\.yaml") as caught:
        camera_from_yaml(path, silent)
    assert "\n" not in str(caught.value)


def test_yaml_that_makes_objects_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "camera_info.yaml"
    path.write_text("a: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(SourceError, match="no YAML"):
        camera_from_yaml(path, silent)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "has 0 numbers"),
        ("1 0 2\n0 1", "has 5 numbers"),
        ("585 0 320\n0 585 two\n0 0 1\n", "'two'"),
        ("585 0 320\n0 585 240\n0 0 2\n", "is no camera matrix"),
        ("nan 0 320\n0 585 240\n0 0 1\n", "camera fx"),
    ],
)
def test_unreadable_intrinsics_are_named(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "camera-intrinsics.txt"
    path.write_text(content)
    with pytest.raises(SourceError, match=told) as caught:
        camera_from_text(path, SIZE)
    assert "camera-intrinsics.txt" in str(caught.value)
