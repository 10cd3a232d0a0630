"""Images that nobody can use, as drivers with faults send them."""

from __future__ import annotations

import array
import copy
from collections.abc import Callable
from typing import Any

from builtin_interfaces.msg import Time
from sensor_msgs.msg import CompressedImage, Image


def _with(**fields: Any) -> Callable[[Any], Any]:
    def spoil(image: Any) -> Any:
        spoiled = copy.copy(image)
        for name, value in fields.items():
            setattr(spoiled, name, value(image) if callable(value) else value)
        return spoiled

    return spoil


def _bytes(count: Callable[[Any], int]) -> Callable[[Any], Any]:
    return lambda image: array.array("B", bytes(count(image)))


def _stampless(image: Any) -> Any:
    spoiled = copy.deepcopy(image)
    spoiled.header.stamp = Time()
    return spoiled


#: By what is wrong with them: from a good ``sensor_msgs/Image`` to a bad one.
SPOILED: dict[str, Callable[[Any], Any]] = {
    "an encoding that nobody knows": _with(encoding="colour"),
    "12 bits": _with(encoding="bayer_rggb12"),
    "no encoding": _with(encoding=""),
    "no pixels": _with(width=0, height=0, step=0, data=_bytes(lambda _: 0)),
    "a width without a height": _with(height=0, data=_bytes(lambda _: 0)),
    "a step under the length of a row": _with(step=lambda m: m.step // 2),
    "a step beyond the data": _with(step=lambda m: 2 * m.step),
    "half of its data": _with(data=_bytes(lambda m: len(m.data) // 2)),
    "no data": _with(data=_bytes(lambda _: 0)),
    "more data than rows": _with(data=_bytes(lambda m: len(m.data) + m.step)),
    "a stamp of zero": _stampless,
}

#: The same for ``sensor_msgs/CompressedImage``.
SPOILED_PACKED: dict[str, Callable[[Any], Any]] = {
    "a format that nobody knows": _with(format="h264"),
    "no format": _with(format=""),
    "half of its data": _with(data=lambda m: m.data[: len(m.data) // 2]),
    "no data": _with(data=_bytes(lambda _: 0)),
    "no image": _with(data=_bytes(lambda m: len(m.data))),
    "a stamp of zero": _stampless,
}


def spoils_of(message: Any) -> dict[str, Callable[[Any], Any]]:
    """Return what may be wrong with a message; empty where it is no image."""
    kinds = {Image: SPOILED, CompressedImage: SPOILED_PACKED}
    return kinds.get(type(message), {})
