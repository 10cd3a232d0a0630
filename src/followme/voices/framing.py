"""Messages between a voice and its sound process: one JSON object a line."""

from __future__ import annotations

import json
import select
from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]

#: A message is written to a pipe in one piece or not at all when it is no longer than this.
LONGEST = min(select.PIPE_BUF, 4096)


class MessageError(ValueError):
    """A message that cannot be sent; the text says why."""


def encode(message: Message) -> bytes:
    """Return a message as a line.

    Raises
    ------
    MessageError
        When it is longer than :data:`LONGEST` bytes.
    """
    line = json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"
    if len(line) > LONGEST:
        raise MessageError(f"message of {len(line)} bytes: shorten its text to fit {LONGEST}")
    return line


class Decoder:
    """Put messages together from whatever pieces a pipe returns.

    A line that is no message is skipped and counted: one damaged line must not silence the next.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._damaged = 0

    @property
    def damaged(self) -> int:
        """How many lines were no messages."""
        return self._damaged

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes, return the messages that are complete now."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            self._rest = b""
            self._damaged += 1
        messages = []
        for line in lines:
            message = _decoded(line)
            if message is None:
                self._damaged += 1
            else:
                messages.append(message)
        return messages


def _decoded(line: bytes) -> Message | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):  # also of bytes that are no UTF-8
        return None
    if isinstance(message, dict) and isinstance(message.get("op"), str):
        return message
    return None
