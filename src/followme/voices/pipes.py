"""Both directions between a voice and its sound process; nobody ever waits for the other."""

from __future__ import annotations

import os
import select

from followme.voices.framing import Decoder, Message, encode

_CHUNK_BYTES = 65536


class Pipes:
    """Read and write messages without blocking.

    Parameters
    ----------
    read_fd, write_fd : int
        Ends of two pipes; they stay the caller's to close.
    """

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)
        self._decoder = Decoder()
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether the other side has closed its end or died."""
        return self._ended

    @property
    def damaged(self) -> int:
        """How many lines were no messages."""
        return self._decoder.damaged

    def wait(self, timeout_s: float) -> None:
        """Wait until something can be read or time is up."""
        watched = [] if self._ended else [self._read_fd]
        select.select(watched, [], [], max(0.0, timeout_s))

    def receive(self) -> list[Message]:
        """Return all messages that have come."""
        messages: list[Message] = []
        while not self._ended:
            try:
                data = os.read(self._read_fd, _CHUNK_BYTES)
            except BlockingIOError:
                break
            self._ended = not data
            messages += self._decoder.feed(data)
        return messages

    def send(self, message: Message) -> bool:
        """Write a message; False when the pipe is full or nobody is there to read.

        Raises
        ------
        MessageError
            When the message is too long.
        """
        try:
            os.write(self._write_fd, encode(message))
        except (BlockingIOError, BrokenPipeError):
            return False
        return True
