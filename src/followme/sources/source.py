"""The contract of every source: where frames come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from followme.values.frame import Frame


class SourceError(ValueError):
    """A source that cannot be used; one sentence with the thing, the value and the mend."""


class Source(Protocol):
    """Where frames come from.

    Stamps of sources without a clock of their own begin at 0 and step by ``1e9 / rate_hz``
    nanoseconds; whoever plays them in real time restamps them.
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
