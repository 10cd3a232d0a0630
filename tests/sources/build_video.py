"""Builders of tiny video files, also of one whose frames come at uneven times."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

SIZE_WH = (32, 24)


def shade(index: int) -> int:
    """Return the brightness of frame number ``index``; lossy codecs keep it within a few."""
    return 20 + 15 * (index % 15)


def plain_frame(index: int) -> np.ndarray:
    return np.full((SIZE_WH[1], SIZE_WH[0], 3), shade(index), np.uint8)


def write_video(path: Path, count: int, rate_hz: float, fourcc: str = "MJPG") -> Path:
    """Write frames of growing brightness with OpenCV; the suffix chooses the container."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*fourcc), rate_hz, SIZE_WH)
    assert writer.isOpened(), f"OpenCV cannot write {fourcc} into {path.suffix}"
    for index in range(count):
        writer.write(plain_frame(index))
    writer.release()
    return path


def write_matroska(path: Path, times_ms: list[int], damaged: bool = False) -> Path:
    """Write JPEG frames at the times given (below 32 s) into a Matroska file; or zeros."""
    width, height = SIZE_WH
    track = _element(
        0xAE,
        _element(0xD7, b"\x01")  # number
        + _element(0x73C5, b"\x01")  # unique id
        + _element(0x83, b"\x01")  # video
        + _element(0x86, b"V_MJPEG")
        + _element(0xE0, _element(0xB0, bytes([width])) + _element(0xBA, bytes([height]))),
    )
    pictures = [bytes(200) if damaged else _jpeg(index) for index in range(len(times_ms))]
    blocks = b"".join(
        _element(0xA3, b"\x81" + time_ms.to_bytes(2, "big", signed=True) + b"\x80" + picture)
        for time_ms, picture in zip(times_ms, pictures, strict=True)
    )
    scale = _element(0x2AD7B1, (1_000_000).to_bytes(3, "big"))  # a tick is a millisecond
    cluster = _element(0x1F43B675, _element(0xE7, b"\x00") + blocks)
    segment = _element(0x1549A966, scale) + _element(0x1654AE6B, track) + cluster
    head = _element(0x1A45DFA3, _element(0x4282, b"matroska"))
    path.write_bytes(head + _element(0x18538067, segment))
    return path


def _element(number: int, payload: bytes) -> bytes:
    """Return an EBML element: its id, the length on eight bytes, what is in it."""
    name = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return name + (len(payload) | 1 << 56).to_bytes(8, "big") + payload


def _jpeg(index: int) -> bytes:
    good, data = cv2.imencode(".jpg", plain_frame(index))
    assert good
    return bytes(data)
