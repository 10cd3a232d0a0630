from __future__ import annotations

from pathlib import Path

import pytest

from followme.sources import v4l2
from followme.sources.source import SourceError
from followme.sources.v4l2 import device_of, is_webcam, open_v4l2, why_not


@pytest.mark.parametrize(
    ("text", "device"),
    [
        ("webcam:0", "/dev/video0"),
        ("webcam:12", "/dev/video12"),
        ("webcam:007", "/dev/video7"),
        ("webcam:/dev/video2", "/dev/video2"),
        ("webcam:/dev/v4l/by-id/usb-Some-index0", "/dev/v4l/by-id/usb-Some-index0"),
    ],
)
def test_a_number_or_a_file_under_dev_names_a_webcam(text: str, device: str) -> None:
    assert is_webcam(text)
    assert device_of(text) == device


@pytest.mark.parametrize(
    "text",
    [
        *("webcam", "webcam:", "webcam:zero", "webcam:-1", "webcam:1.5", "webcam:video0"),
        *("webcam:9999", "webcam:/etc/passwd", "webcam:0 ", "webcam:/dev/a\0b", "webcam:²"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(text: str) -> None:
    assert is_webcam(text)
    with pytest.raises(SourceError, match="give webcam:0 or webcam:/dev/video0") as caught:
        device_of(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "synthetic", "webcam.mp4", "webcams", "walks/webcam:0"])
def test_other_texts_mean_no_webcam(text: str) -> None:
    assert not is_webcam(text)


def test_a_misspelt_device_is_told_its_neighbour() -> None:
    with pytest.raises(SourceError, match="did you mean 'webcam:0'"):
        device_of("webcam:O")


def test_a_device_that_is_not_there_is_not_even_tried(tmp_path: Path) -> None:
    assert not open_v4l2(str(tmp_path / "video0")).isOpened()


def test_a_file_that_is_no_device_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "video0").write_bytes(b"no device")
    capture = open_v4l2(str(tmp_path / "video0"))
    assert not capture.isOpened()
    capture.release()


def test_the_mend_names_the_other_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v4l2, "_devices", lambda: ["/dev/video3", "/dev/video4"])
    assert why_not("/dev/video4").endswith("plug it in, or name another one: /dev/video3")
