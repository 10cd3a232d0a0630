"""A sound track in memory, for walks that nobody will listen to again."""

from __future__ import annotations

import numpy as np

from followme.voices.pcm import Pcm


class MemoryTrack:
    """Keep samples at their times with silence between.

    One channel; it takes what :class:`followme.voices.track.TrackWriter` takes.
    """

    def __init__(self) -> None:
        self._pieces: list[tuple[int, Pcm]] = []
        self._length = 0

    def write(self, at: int, sound: Pcm) -> None:
        """Place ``sound``, (N,) int16, at sample ``at``."""
        self._pieces.append((at, sound))
        self.reach(at + len(sound))

    def reach(self, at: int) -> None:
        """Note that it was silent up to sample ``at``."""
        self._length = max(self._length, at)

    def close(self) -> None:
        """Nothing is left to be done: what was written stays."""

    def samples(self) -> Pcm:
        """Return the whole track, (N,) int16."""
        whole = np.zeros(self._length, np.int16)
        for at, sound in self._pieces:
            whole[at : at + len(sound)] = sound
        return whole
