"""A bag played with a fault in it: messages that are left out, emptied, or given again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rosbags.typesys import Stores, get_typestore

from followme.imaging import ImageCodecError, decode_png16
from followme.sources.bag_images import COMPRESSED, stamp_of_serialized, with_stamp
from followme.sources.bag_plan import BagPlan
from followme.sources.bag_reader import BagReader, Serialized
from followme.sources.source import SourceError

# compressed_depth_image_transport puts so much before the PNG.
_DEPTH_HEADER_BYTES = 12
#: From a message that is due during the fault, and the last one of its topic before the fault,
#: to what is played in its place; None: nothing.
Spoil = Callable[[BagReader, Serialized, Serialized | None], Serialized | None]


@dataclass(frozen=True)
class FaultyPlan(BagPlan):
    """A bag whose messages are spoiled for a while; it ends with the first image after that.

    Parameters
    ----------
    spoil : mapping of str to callable
        By the name in the bag, what becomes of its messages; others stay.
    from_s, until_s : float
        When the fault is there, seconds from the first image.
    """

    spoil: Any = None
    from_s: float = 0.0
    until_s: float = 0.0

    @classmethod
    def of(
        cls, plan: BagPlan, spoil: dict[str, Spoil], from_s: float, until_s: float
    ) -> FaultyPlan:
        """Return a plan with a fault.

        Raises
        ------
        SourceError
            When a topic is not played, or the fault does not end after its beginning.
        """
        for topic in spoil:
            if topic not in plan.routes:
                raise SourceError(
                    f"{plan.path}: {topic!r} cannot fail, for it is not played; name one of "
                    f"{', '.join(sorted(plan.routes))}"
                )
        if not 0.0 <= from_s < until_s:
            raise SourceError(
                f"{plan.path}: a fault from {from_s:g} s to {until_s:g} s is none; "
                "let it begin at 0 s or later, and end after that"
            )
        same = {f.name: getattr(plan, f.name) for f in fields(BagPlan)}
        return cls(**same, spoil=spoil, from_s=from_s, until_s=until_s)

    def messages(
        self, bag: BagReader, start_s: float, patient: bool = False
    ) -> Iterator[Serialized]:
        """Give what is played, spoiled while the fault is there."""
        begin_ns: int | None = None
        last: dict[str, Serialized] = {}
        for message in super().messages(bag, start_s, patient):
            topic = message.connection.topic
            is_image = topic == self.camera_topics.colour
            spoil = self.spoil.get(topic)
            if spoil is None and not is_image:
                # not all that is played has a stamp
                yield message
                continue
            stamp_ns = stamp_of_serialized(message.data) or message.recorded_ns
            if is_image and begin_ns is None:
                begin_ns = stamp_ns
            time_s = -1.0 if begin_ns is None else (stamp_ns - begin_ns) * 1e-9
            if self.from_s <= time_s < self.until_s and spoil is not None:
                spoiled = spoil(bag, message, last.get(topic))
                if spoiled is not None:
                    yield spoiled
                continue
            last[topic] = message
            yield message
            if is_image and time_s >= self.until_s:
                return


def left_out(_bag: BagReader, _message: Serialized, _last: Serialized | None) -> None:
    """Play nothing."""


def given_again(_bag: BagReader, message: Serialized, last: Serialized | None) -> Serialized | None:
    """Play the last message before the fault with the stamp of now."""
    if last is None:
        return None
    stamp_ns = stamp_of_serialized(message.data) or message.recorded_ns
    return message._replace(data=with_stamp(last.data, stamp_ns))


def emptied(bag: BagReader, message: Serialized, _last: Serialized | None) -> Serialized:
    """Play depth without a single distance; what cannot be read has none, and stays as it is."""
    kind = message.connection.msgtype
    try:
        decoded = bag.decoded(message.connection, message.data)
        data = _nothing_packed(decoded) if kind == COMPRESSED else np.zeros_like(decoded.data)
    except (SourceError, ImageCodecError):
        # whoever takes it says what is wrong with it, as without the fault
        return message
    changed = replace(decoded, data=data)
    return message._replace(
        data=bytes(get_typestore(Stores.ROS2_JAZZY).serialize_cdr(changed, kind))
    )


def _nothing_packed(message: Any) -> NDArray[np.uint8]:
    """Return the bytes of a compressed depth image of the same size in which all is 0."""
    size = _DEPTH_HEADER_BYTES if "compressedDepth" in message.format else 0
    head = bytes(message.data[:size])
    nothing = np.zeros_like(decode_png16(message.data[size:]))
    return np.frombuffer(head + cv2.imencode(".png", nothing)[1].tobytes(), np.uint8)
