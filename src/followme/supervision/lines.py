"""Bytes of a pipe as whole lines."""

from __future__ import annotations

from collections.abc import Iterator

# a line without an end is cut here, so that a process that prints no line ends fills no memory
_LONGEST = 16384


class Lines:
    """Collect bytes and give out the lines that are complete."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[str]:
        """Yield the lines that these bytes complete."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST:
            whole, self._rest = [*whole, self._rest], b""
        yield from map(_text, whole)

    def end(self) -> Iterator[str]:
        """Yield what is left without an end of line."""
        rest, self._rest = self._rest, b""
        if rest:
            yield _text(rest)


def _text(line: bytes) -> str:
    return line.rstrip(b"\r").decode(errors="replace")
