"""OpenEXR files as Blender writes them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from followme_training.datasets.errors import DataError
from followme_training.synthetic.exr_layers import read_layers

WIDTH, HEIGHT = 5, 3
NAMES = ("Depth.Z", "Light.B", "Light.R")


def an_exr(compression: bytes = b"\0", kind: int = 2, version: int = 2) -> bytes:
    """Return a file whose pixels are 100 * channel + 10 * row + column."""

    def attribute(name: str, type: str, value: bytes) -> bytes:
        return name.encode() + b"\0" + type.encode() + b"\0" + struct.pack("<i", len(value)) + value

    channels = b"".join(n.encode() + b"\0" + struct.pack("<iiii", kind, 0, 1, 1) for n in NAMES)
    head = struct.pack("<ii", 20000630, version)
    head += attribute("channels", "chlist", channels + b"\0")
    head += attribute("compression", "compression", compression)
    head += attribute("dataWindow", "box2i", struct.pack("<4i", 0, 0, WIDTH - 1, HEIGHT - 1))
    head += b"\0"
    line = 8 + 4 * WIDTH * len(NAMES)
    first = len(head) + 8 * HEIGHT
    table = struct.pack(f"<{HEIGHT}Q", *(first + n * line for n in range(HEIGHT)))
    lines = b""
    for row in range(HEIGHT):
        values = [100.0 * c + 10.0 * row + x for c in range(len(NAMES)) for x in range(WIDTH)]
        lines += struct.pack("<ii", row, line - 8) + struct.pack(f"<{len(values)}f", *values)
    return head + table + lines


def test_each_channel_is_had_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "image.exr"
    file.write_bytes(an_exr())
    layers = read_layers(file)
    assert tuple(layers) == NAMES
    row, column = np.mgrid[0:HEIGHT, 0:WIDTH]
    for number, name in enumerate(NAMES):
        np.testing.assert_array_equal(layers[name], 100.0 * number + 10.0 * row + column)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no image at all",
        an_exr()[:-1],
        an_exr()[:40],
        an_exr(compression=b"\3"),
        an_exr(kind=1),
        an_exr(version=2 | 0x1000),
    ],
    ids=["empty", "other", "cut", "header cut", "compressed", "half floats", "several parts"],
)
def test_what_is_no_such_image_is_refused_in_one_sentence(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "image.exr"
    file.write_bytes(data)
    with pytest.raises(DataError, match=r"image\.exr: is no whole OpenEXR image") as caught:
        read_layers(file)
    assert "\n" not in str(caught.value)
