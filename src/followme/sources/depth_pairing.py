"""Which depth belongs to which colour image, while both come in the order of a recording."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from followme.values.frame import DEPTH_SLOP_NS

T = TypeVar("T")

# A recorder may write depth this much later than the image of the same stamp.
_LATE_NS = 500_000_000


@dataclass(frozen=True)
class _Item(Generic[T]):
    stamp_ns: int
    recorded_ns: int
    value: T


class DepthPairing(Generic[T]):
    """Holds images back until their depth is there or cannot come any more.

    Depth of the same stamp is taken, else the nearest within 20 ms. Depth comes in the order of
    its stamps; an image that its depth does not follow within 0.5 s is given without.

    Parameters
    ----------
    has_depth : bool
        Whether there is depth to wait for at all.
    """

    def __init__(self, has_depth: bool) -> None:
        self._has_depth = has_depth
        self._waiting: deque[_Item[T]] = deque()
        self._depths: deque[_Item[T]] = deque()

    def colour_came(self, stamp_ns: int, recorded_ns: int, value: T) -> None:
        """Take an image, newer than the one before."""
        self._waiting.append(_Item(stamp_ns, recorded_ns, value))

    def depth_came(self, stamp_ns: int, recorded_ns: int, value: T) -> None:
        """Take depth."""
        self._depths.append(_Item(stamp_ns, recorded_ns, value))

    def settled(self, recorded_ns: int | None = None) -> Iterator[tuple[int, T, T | None]]:
        """Give stamp, image and depth of all that need not wait longer.

        Parameters
        ----------
        recorded_ns : int or None
            How far the recording is read; None at its end.
        """
        while self._waiting and self._need_not_wait(self._waiting[0], recorded_ns):
            image = self._waiting.popleft()
            yield image.stamp_ns, image.value, self._nearest(image.stamp_ns)
            # images come in order, so older depth is of no more use
            while self._depths and self._depths[0].stamp_ns < image.stamp_ns - DEPTH_SLOP_NS:
                self._depths.popleft()
        while (
            recorded_ns is not None
            and self._depths
            and self._depths[0].recorded_ns < recorded_ns - 2 * _LATE_NS
        ):
            self._depths.popleft()

    def _need_not_wait(self, image: _Item[T], recorded_ns: int | None) -> bool:
        return (
            not self._has_depth
            or recorded_ns is None
            or recorded_ns - image.recorded_ns > _LATE_NS
            or any(d.stamp_ns >= image.stamp_ns for d in self._depths)
        )

    def _nearest(self, stamp_ns: int) -> T | None:
        nearest = min(self._depths, key=lambda d: abs(d.stamp_ns - stamp_ns), default=None)
        if nearest is None or abs(nearest.stamp_ns - stamp_ns) > DEPTH_SLOP_NS:
            return None
        return nearest.value
