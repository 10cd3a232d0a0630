"""An image after what belongs to it: whoever takes it then has all of its instant."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

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
        else:
            if topic in newest:
                newest[topic] = stamp_of_serialized(message.data)
            yield message
        while waiting and min(newest.values(), default=waiting[0][0]) >= waiting[0][0]:
            # at the place where it now is in time
            yield waiting.popleft()[1]._replace(recorded_ns=message.recorded_ns)
    for _, message in waiting:
        yield _late(message, wait_ns)


def _late(message: Serialized, wait_ns: int) -> Serialized:
    """Return an image that waited in vain."""
    return message._replace(recorded_ns=message.recorded_ns + wait_ns)
