"""A file that has its name only when it is complete; until then it is called NAME.part."""

from __future__ import annotations

import os
from pathlib import Path

from followme.voices.voice import VoiceError


class PartFile:
    """Bytes at places; written at once, so that a killed process leaves all of them.

    An unfinished file of an earlier life is kept as ``STEM.earlier.SUFFIX``: its writer may still
    be at work (the guard speaks on for some seconds after its parent was killed) and its record
    is worth reading.

    Parameters
    ----------
    path : Path
        The name it gets at the end. Missing folders are made.
    resume : bool
        Go on with an unfinished file instead of keeping it aside.

    Raises
    ------
    VoiceError
        When it cannot be written.
    """

    def __init__(self, path: Path, *, resume: bool = False) -> None:
        self._path = path
        self._part = part_name(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if self._part.exists() and not resume:
                self._part.replace(path.with_name(f"{path.stem}.earlier{path.suffix}"))
            self._fd = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise VoiceError(
                f"{path} cannot be written ({error.strerror}): give a file in a folder of your own"
            ) from error

    def write_at(self, offset: int, data: bytes) -> None:
        """Write bytes at a place; what is left out before it reads as zeros."""
        while data:
            written = os.pwrite(self._fd, data, offset)
            offset, data = offset + written, data[written:]

    def append(self, data: bytes) -> None:
        """Write bytes at the end."""
        self.write_at(self.size, data)

    def extend(self, size: int) -> None:
        """Make it at least this long; takes no space on most file systems."""
        if self.size < size:
            os.ftruncate(self._fd, size)

    def read(self, count: int) -> bytes:
        """Return its first bytes."""
        return os.pread(self._fd, count, 0)

    @property
    def size(self) -> int:
        """Length in bytes."""
        return os.fstat(self._fd).st_size

    def finish(self) -> None:
        """Close it and give it its name, unless a later life has put it aside."""
        ours = os.fstat(self._fd).st_ino
        os.close(self._fd)
        if self._part.exists() and self._part.stat().st_ino == ours:
            self._part.replace(self._path)


def part_name(path: Path) -> Path:
    """Return the name of a file while it is being written."""
    return path.with_name(f"{path.name}.part")
