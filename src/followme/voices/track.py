"""The sound track: a WAV file in which second t is what was heard t seconds after its start."""

from __future__ import annotations

import struct
from pathlib import Path

from followme.voices.part_file import PartFile
from followme.voices.pcm import SAMPLE_BYTES, SAMPLE_RATE_HZ, Pcm

HEADER_BYTES = 44
# RIFF counts bytes in 32 bits: 27 hours; what comes later is left out
_MOST_SAMPLES = (2**32 - 1 - HEADER_BYTES) // SAMPLE_BYTES


class TrackWriter:
    """Write samples at their times with silence between; readable at any moment.

    The header is brought up to date each second of the track, so that a killed process leaves a
    valid file that lacks the last second at most. It is called NAME.part until :meth:`close`.

    Parameters
    ----------
    path : Path
        WAV file, 16 bit mono.
    resume : bool
        Go on with the unfinished track of a process that died.

    Raises
    ------
    VoiceError
        When the file cannot be written.
    """

    def __init__(self, path: Path, *, resume: bool = False) -> None:
        self._file = PartFile(path, resume=resume)
        data_bytes = max(0, self._file.size - HEADER_BYTES) if resume else 0
        self._length = data_bytes // SAMPLE_BYTES
        self._in_header = -1
        self._update_header()

    def write(self, at: int, sound: Pcm) -> None:
        """Place ``sound``, (N,) int16, at sample ``at``.

        Raises
        ------
        OSError
            When the disk is full or gone.
        """
        sound = sound[: max(0, _MOST_SAMPLES - at)]
        data = sound.astype("<i2", copy=False).tobytes()
        self._file.write_at(HEADER_BYTES + SAMPLE_BYTES * at, data)
        self.reach(at + len(sound))

    def reach(self, at: int) -> None:
        """Note that it was silent up to sample ``at``."""
        self._length = min(max(self._length, at), _MOST_SAMPLES)
        if self._length - self._in_header >= SAMPLE_RATE_HZ:
            self._update_header()

    def close(self) -> None:
        """Complete the file and give it its name."""
        self._update_header()
        self._file.finish()

    def _update_header(self) -> None:
        self._file.extend(HEADER_BYTES + SAMPLE_BYTES * self._length)
        self._file.write_at(0, wav_header(self._length))
        self._in_header = self._length


def wav_header(length: int) -> bytes:
    """Return the 44 bytes before ``length`` samples (RIFF WAVE, PCM, 16 bit mono)."""
    data_bytes = SAMPLE_BYTES * length
    rate = SAMPLE_RATE_HZ
    form = struct.pack("<HHIIHH", 1, 1, rate, SAMPLE_BYTES * rate, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
    riff = struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + data_bytes, b"WAVE")
    chunks = struct.pack("<4sI", b"fmt ", len(form)) + form
    return riff + chunks + struct.pack("<4sI", b"data", data_bytes)
