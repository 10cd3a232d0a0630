"""How images come from a camera driver: as they are, or packed, as image_transport calls it.

A driver with image_transport publishes an image topic several times: raw on the topic itself,
packed on a topic below it that has the name of the transport. A remap of the image topic moves
them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sensor_msgs.msg import CompressedImage

from followme.graph import TOPICS
from followme.ros.images import colour_from_compressed, depth_from_compressed
from followme.ros.wire import WIRES, stamped

RAW = "raw"
_PACKED_TYPE = "sensor_msgs/msg/CompressedImage"
_PNG16 = stamped(depth_from_compressed)


@dataclass(frozen=True)
class Packed:
    """How a topic may be packed.

    Parameters
    ----------
    setting : str
        Of a node; it says how the topic comes.
    unpack : mapping of str to callable
        By transport: from a ``sensor_msgs/CompressedImage`` to a value.
    """

    setting: str
    unpack: Mapping[str, Callable[[CompressedImage], Any]]


#: By topic of the graph.
PACKED: dict[str, Packed] = {
    "camera/image_raw": Packed("image_transport", {"compressed": stamped(colour_from_compressed)}),
    "camera/depth/image_raw": Packed(
        "depth_image_transport", {"compressed": _PNG16, "compressedDepth": _PNG16}
    ),
}


@dataclass(frozen=True)
class Way:
    """One way on which a topic comes through DDS.

    Parameters
    ----------
    transport : str
        raw, or a name of image_transport.
    asked : str
        Name that is subscribed, before the remaps of the node.
    name : str
        The same, resolved.
    kind : str
        ROS type.
    message : type or None
        Its class; None: the topic is handed over inside a process only.
    unpack : callable or None
        From a message to a value; None where no node of FollowMe reads it.
    """

    transport: str
    asked: str
    name: str
    kind: str
    message: type | None
    unpack: Callable[[Any], Any] | None


def way_of(node: Any, topic: str, transport: str = RAW) -> Way:
    """Return how a node hears a topic of the graph.

    A remap of the topic moves its packed form along; one of the packed form outranks that.
    """
    base = node.resolve_topic_name(topic)
    if transport == RAW:
        wire = WIRES.get(topic)
        message, unpack = (None, None) if wire is None else (wire.type, wire.unpack)
        return Way(RAW, topic, base, TOPICS[topic].type, message, unpack)
    asked = f"{base}/{transport}"
    name = node.resolve_topic_name(asked)
    unpack = PACKED[topic].unpack[transport]
    return Way(transport, asked, name, _PACKED_TYPE, CompressedImage, unpack)


def transport_of(settings: Any, topic: str) -> str:
    """Return by which transport a node with these settings takes a topic."""
    packed = PACKED.get(topic)
    return RAW if packed is None else str(getattr(settings, packed.setting, RAW))


def other_ways(node: Any, topic: str, transport: str) -> Iterator[Way]:
    """Return how else a driver may give a topic."""
    packed = PACKED.get(topic)
    for other in (RAW, *packed.unpack) if packed is not None else ():
        if other != transport:
            yield way_of(node, topic, other)
