from __future__ import annotations

import math
from pathlib import Path

import pytest

from followme.sources.camera_choice import CameraChoice
from followme.sources.source import SourceError
from followme.values.camera import Camera
from followme.values.frame import Frame
from tests.sources.build_recordings import an_image, write_camera_info

OWN = Camera(8, 6, 11.0, 11.0, 3.5, 2.5)


def silent(text: str) -> None:
    raise AssertionError(f"nothing should have been reported: {text}")


def a_frame(width: int = 8, height: int = 6, camera: Camera | None = None) -> Frame:
    return Frame(0, an_image(height, width), camera)


def test_nothing_said_and_nothing_known_is_unknown() -> None:
    choice = CameraChoice("", 0.0, silent)
    assert choice.about == "no frame yet"
    assert choice.camera_for(a_frame()) is None
    assert choice.about == "unknown"


def test_what_the_source_knows_holds_when_nothing_is_said() -> None:
    choice = CameraChoice("", 0.0, silent)
    assert choice.camera_for(a_frame(camera=OWN)) is OWN
    assert choice.about == "of the source"


def test_a_nominal_calibration_of_the_source_is_called_so() -> None:
    nominal = Camera.from_field_of_view(8, 6, 1.0)
    choice = CameraChoice("", 0.0, silent)
    assert choice.camera_for(a_frame(camera=nominal)) is nominal
    assert choice.about == "of the source, nominal"


def test_a_field_of_view_makes_a_nominal_calibration_of_that_width() -> None:
    choice = CameraChoice("", 90.0, silent)
    camera = choice.camera_for(a_frame())
    assert camera is not None and camera.nominal
    assert math.degrees(2 * math.atan(0.5 * camera.width / camera.fx)) == pytest.approx(90.0)
    assert (camera.width, camera.height) == (8, 6)
    assert choice.about == "nominal, 90 deg wide"
    assert choice.camera_for(a_frame()) is camera
    other = choice.camera_for(a_frame(16, 12))
    assert other is not None and (other.width, other.fx) == (16, pytest.approx(2 * camera.fx))


def test_a_field_of_view_does_not_outrank_what_the_source_knows() -> None:
    assert CameraChoice("", 90.0, silent).camera_for(a_frame(camera=OWN)) is OWN


@pytest.mark.parametrize("field_of_view_deg", [0.5, -1.0, 179.5, float("nan"), float("inf")])
def test_a_field_of_view_that_no_lens_has_is_refused(field_of_view_deg: float) -> None:
    with pytest.raises(SourceError, match=r"field_of_view_deg: .*give 1 to 179, or 0"):
        CameraChoice("", field_of_view_deg, silent)


@pytest.mark.parametrize("camera", [None, OWN])
def test_a_file_outranks_all(tmp_path: Path, camera: Camera | None) -> None:
    path = write_camera_info(tmp_path / "a.yaml")
    choice = CameraChoice(str(path), 90.0, silent)
    assert choice.camera_for(a_frame(camera=camera)) == Camera(8, 6, 7.0, 7.5, 3.5, 2.5)
    assert choice.about == f"from {path}"


def test_a_file_of_another_size_is_refused_with_both(tmp_path: Path) -> None:
    path = write_camera_info(tmp_path / "a.yaml")
    choice = CameraChoice(str(path), 0.0, silent)
    with pytest.raises(SourceError, match=r"a\.yaml: it is for images of 8x6, these are 16x12;"):
        choice.camera_for(a_frame(16, 12))


def test_a_file_that_is_missing_or_no_calibration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.yaml: cannot be read"):
        CameraChoice(str(tmp_path / "gone.yaml"), 0.0, silent)
    (tmp_path / "list.yaml").write_text("- 1\n")
    with pytest.raises(SourceError, match=r"list\.yaml: holds no keys"):
        CameraChoice(str(tmp_path / "list.yaml"), 0.0, silent)


def test_home_is_expanded_and_distortion_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write_camera_info(tmp_path / "a.yaml", distortion_coefficients={"data": [0.1, 0, 0, 0, 0]})
    told: list[str] = []
    assert CameraChoice("~/a.yaml", 0.0, told.append).camera_for(a_frame()) is not None
    assert len(told) == 1 and "distortion is ignored" in told[0]
