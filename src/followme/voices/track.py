"""The sound track: a WAV file in which second t is what was heard t seconds after its start."""

from __future__ import annotations

import struct
from pathlib import Path

from followme.voices.part_file import PartFile
from followme.voices.pcm import SAMPLE_BYTES, SAMPLE_RATE_HZ, Pcm

HEADER_BYTES = 44
# RIFF counts bytes in 32 bits: 27 hours of mono; what comes later is left out
_MOST_BYTES = 2**32 - 1 - HEADER_BYTES


class TrackWriter:
    """Write samples at their times with silence between; readable at any moment.

    The header is brought up to date each second of the track, so that a killed process leaves a
    valid file that lacks the last second at most. It is called NAME.part until :meth:`close`.

    Parameters
    ----------
    path : Path
        WAV file of 16 bit.
    resume : bool
        Go on with the unfinished track of a process that died.
    channels : int
        1 or 2.

    Raises
    ------
    VoiceError
        When the file cannot be written.
    """

    def __init__(self, path: Path, *, resume: bool = False, channels: int = 1) -> None:
        self._file = PartFile(path, resume=resume)
        self._channels = channels
        self._frame_bytes = SAMPLE_BYTES * channels
        self._most = _MOST_BYTES // self._frame_bytes
        data_bytes = max(0, self._file.size - HEADER_BYTES) if resume else 0
        self._length = data_bytes // self._frame_bytes
        self._in_header = -1
        self._update_header()

    def write(self, at: int, sound: Pcm) -> None:
        """Place ``sound``, (N,) or (N, 2) int16, at sample ``at``.

        Raises
        ------
        OSError
            When the disk is full or gone.
        """
        sound = sound[: max(0, self._most - at)]
        data = sound.astype("<i2", copy=False).tobytes()
        self._file.write_at(HEADER_BYTES + self._frame_bytes * at, data)
        self.reach(at + len(sound))

    def reach(self, at: int) -> None:
        """Note that it was silent up to sample ``at``."""
        self._length = min(max(self._length, at), self._most)
        if self._length - self._in_header >= SAMPLE_RATE_HZ:
            self._update_header()

    def close(self) -> None:
        """Complete the file and give it its name."""
        self._update_header()
        self._file.finish()

    def _update_header(self) -> None:
        self._file.extend(HEADER_BYTES + self._frame_bytes * self._length)
        self._file.write_at(0, wav_header(self._length, self._channels))
        self._in_header = self._length


def wav_header(length: int, channels: int = 1) -> bytes:
    """Return the 44 bytes before ``length`` samples of each channel (RIFF WAVE, PCM, 16 bit)."""
    frame_bytes = SAMPLE_BYTES * channels
    data_bytes = frame_bytes * length
    rate = SAMPLE_RATE_HZ
    form = struct.pack("<HHIIHH", 1, channels, rate, frame_bytes * rate, frame_bytes, 16)
    riff = struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + data_bytes, b"WAVE")
    chunks = struct.pack("<4sI", b"fmt ", len(form)) + form
    return riff + chunks + struct.pack("<4sI", b"data", data_bytes)
