"""The contract of every source: where frames come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from followme.values.frame import Frame


class SourceError(ValueError):
    """A source that cannot be used; one sentence with the thing, the value and the mend."""


class Source(Protocol):
    """Where frames come from.

    Stamps of sources without a clock of their own begin at 0 and step by ``1e9 / rate_hz``
    nanoseconds; whoever plays them in real time restamps them. A :class:`LiveSource` has stamps
    of capture, which stay.
    """

    @property
    def rate_hz(self) -> float:
        """Frames a second at which it was recorded or is to be played."""
        ...

    @property
    def length(self) -> int | None:
        """How many frames; None when nobody knows."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Yield every frame once, stamps in nanoseconds growing strictly.

        May be called again to begin anew.
        """
        ...

    def close(self) -> None:
        """Let go of files and devices; frames already given stay good."""
        ...


@runtime_checkable
class LiveSource(Source, Protocol):
    """A source that captures now.

    Its stamps are the moments of capture on the clock of the graph, so nobody restamps its
    frames, and nobody waits before giving one out. It keeps the newest frame only.
    """

    @property
    def fault(self) -> str:
        """What is wrong right now, one sentence; empty when nothing is."""
        ...

    @property
    def dropped(self) -> int:
        """How many frames were overwritten before anybody took them."""
        ...

    def newest(self, timeout_s: float) -> Frame | None:
        """Take the newest frame; None when nothing new came in time."""
        ...
