"""Images of many channels as Blender writes them: OpenEXR, scan lines, not compressed.

The layout is that of https://openexr.com/en/latest/OpenEXRFileLayout.html; only what Blender is
told to write here is read: one part, 32-bit floats, no compression.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from followme_training.datasets.errors import DataError

_MAGIC = 20000630
_TILED_OR_MORE = 0x1A00  # tiles, deep data, several parts
_FLOAT = 2
Layers = dict[str, NDArray[np.float32]]


def read_layers(file: Path) -> Layers:
    """Return all channels by name, each (H, W) float32.

    Raises
    ------
    DataError
        When the file is cut off or of another kind.
    """
    data = file.read_bytes()
    try:
        return _layers(data, file.name)
    except (struct.error, IndexError, ValueError) as error:
        raise DataError(
            f"{file.name}: is no whole OpenEXR image ({error}); render it anew"
        ) from None


def _layers(data: bytes, name: str) -> Layers:
    magic, version = struct.unpack_from("<ii", data)
    if magic != _MAGIC or version & _TILED_OR_MORE:
        raise ValueError("it does not hold scan lines of one part")
    header, at = _header(data, 8)
    if header["compression"] != b"\0":
        raise ValueError("it is compressed")
    x0, y0, x1, y1 = struct.unpack("<4i", header["dataWindow"])
    width, height = x1 - x0 + 1, y1 - y0 + 1
    channels = _channels(header["channels"])
    offsets = np.frombuffer(data, "<u8", height, at)
    pixels = np.empty((height, len(channels), width), np.float32)
    for offset in offsets.tolist():
        row, _ = struct.unpack_from("<ii", data, offset)
        line = np.frombuffer(data, "<f4", len(channels) * width, offset + 8)
        pixels[row - y0] = line.reshape(len(channels), width)
    return {channel: pixels[:, n] for n, channel in enumerate(channels)}


def _header(data: bytes, at: int) -> tuple[dict[str, bytes], int]:
    """Return the attributes, and where the table of lines begins."""
    found: dict[str, bytes] = {}
    while data[at]:
        name, at = _word(data, at)
        _, at = _word(data, at)
        (size,) = struct.unpack_from("<i", data, at)
        found[name] = data[at + 4 : at + 4 + size]
        at += 4 + size
    return found, at + 1


def _channels(data: bytes) -> list[str]:
    names, at = [], 0
    while data[at]:
        name, at = _word(data, at)
        (kind,) = struct.unpack_from("<i", data, at)
        if kind != _FLOAT:
            raise ValueError(f"channel {name} has no 32-bit floats")
        names.append(name)
        at += 16
    return names


def _word(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\0", at)
    return data[at:end].decode("ascii"), end + 1
