"""An image after what belongs to it: whoever takes it then has all of its instant."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from followme.sources.bag_images import stamp_of_serialized
from followme.sources.bag_reader import Serialized


def image_last(
    messages: Iterable[Serialized], image: str, beside: Sequence[str], wait_ns: int
) -> Iterator[Serialized]:
    """Give messages in their order, but an image only after the others of its stamp.

    A recorder subscribes to each topic by itself, so that the depth of an image may stand behind
    it in the bag although it was sent before.

    Parameters
    ----------
    messages : iterable of Serialized
        In the order of recording.
    image : str
        Topic that waits.
    beside : sequence of str
        Topics whose stamps it waits for; each has stamps that grow.
    wait_ns : int
        How long it waits at most, on the clock of the recording.
    """
    waiting: deque[tuple[int, Serialized]] = deque()
    newest = dict.fromkeys(beside, -1)
    for message in messages:
        while waiting and waiting[0][1].recorded_ns + wait_ns < message.recorded_ns:
            yield _late(waiting.popleft()[1], wait_ns)
        topic = message.connection.topic
        if topic == image:
            waiting.append((stamp_of_serialized(message.data), message))
        elif topic in newest:
            newest[topic] = stamp_ns = stamp_of_serialized(message.data)
            # an image that this topic has nothing for goes before what belongs to the next one
            while waiting and waiting[0][0] < stamp_ns and _is_complete(newest, waiting[0][0]):
                yield _now(waiting.popleft()[1], message)
            yield message
        else:
            yield message
        while waiting and _is_complete(newest, waiting[0][0]):
            yield _now(waiting.popleft()[1], message)
    for _, message in waiting:
        yield _late(message, wait_ns)


def _is_complete(newest: Mapping[str, int], stamp_ns: int) -> bool:
    """Return whether nothing can come any more that belongs to an instant."""
    return all(newest_ns >= stamp_ns for newest_ns in newest.values())


def _now(image: Serialized, message: Serialized) -> Serialized:
    """Return an image at the time of the message that ended its waiting."""
    return image._replace(recorded_ns=message.recorded_ns)


def _late(message: Serialized, wait_ns: int) -> Serialized:
    """Return an image that waited in vain."""
    return message._replace(recorded_ns=message.recorded_ns + wait_ns)
