"""One sound at a time, sample by sample: begins, ends, and fades when it is cut (B7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.voices.pcm import Pcm, samples_in
from followme.voices.voice import EventKind

FADE_S = 0.020
# what guards a walker is heard even where speech was turned down
_LEAST_GAIN = 0.3


def least_gain(guards: bool) -> float:
    """Return the gain that a sound has at least: 0, unless it guards a walker."""
    return _LEAST_GAIN if guards else 0.0


@dataclass(frozen=True)
class MixerEvent:
    """What became of a sound: its name, and the sample at which it happened."""

    kind: EventKind
    name: int
    at: int


@dataclass
class _Playing:
    name: int
    samples: Pcm
    least_gain: float
    more: bool
    next: int = 0


class Mixer:
    """Produce what is heard, piece by piece.

    Parameters
    ----------
    gain : float
        0 to 1, may be changed at any time.
    at : int
        Sample at which it begins to count.
    channels : int
        1, or 2 for stereo: what is given and rendered is then (N, 2), left and right.
    """

    def __init__(self, gain: float, at: int = 0, channels: int = 1) -> None:
        self.gain = gain
        self._one = (1,) if channels == 2 else ()
        self._row = (2,) if channels == 2 else ()
        self._sounded_until = at
        self._at = at
        self._playing: _Playing | None = None
        self._tails: list[Pcm] = []
        self._events: list[MixerEvent] = []

    @property
    def at(self) -> int:
        """The sample that comes next."""
        return self._at

    @property
    def playing(self) -> int | None:
        """Name of the sound that plays."""
        return None if self._playing is None else self._playing.name

    @property
    def sounded_until(self) -> int:
        """The sample after the last one that was anything but silence so far."""
        return self._sounded_until

    @property
    def silent(self) -> bool:
        """Whether nothing plays and nothing fades."""
        return self._playing is None and not self._tails

    def play(self, name: int, samples: Pcm, least_gain: float = 0.0, *, more: bool = False) -> None:
        """Let a sound begin with the next sample; one that plays is cut and fades under it.

        With ``more`` it does not end before :meth:`complete` has brought the rest.
        """
        self.cut()
        self._playing = _Playing(name, samples, least_gain, more)

    def complete(self, samples: Pcm) -> None:
        """Bring the rest of the sound that plays; when it has come to its pause, at once."""
        if self._playing is not None:
            self._playing.samples = np.concatenate([self._playing.samples, samples])
            self._playing.more = False

    def cut(self) -> None:
        """Fade what plays; what has not yet been heard never will be."""
        playing, self._playing = self._playing, None
        if playing is None:
            return
        rest = playing.samples[playing.next : playing.next + samples_in(FADE_S)]
        if playing.next > 0 and len(rest):
            fade = np.linspace(self._gain_of(playing), 0.0, len(rest), dtype=np.float32)
            fade = fade.reshape(-1, *self._one)
            self._tails.append((rest * fade).astype(np.int16))
        self._events.append(MixerEvent("cut", playing.name, self._at))

    def render(self, count: int) -> Pcm | None:
        """Return the next samples, (count,) or (count, 2) int16; None for silence."""
        sound = self._mixed(count) if count > 0 and not self.silent else None
        self._at += count
        return sound

    def skip(self, count: int) -> None:
        """Let time pass unheard: what plays goes on later."""
        self._at += count

    def take_events(self) -> list[MixerEvent]:
        """Return what happened since the last call."""
        events, self._events = self._events, []
        return events

    def _mixed(self, count: int) -> Pcm:
        mixed = np.zeros((count, *self._row), np.float32)
        for i, tail in enumerate(self._tails):
            piece = tail[:count]
            mixed[: len(piece)] += piece
            self._sounded_until = max(self._sounded_until, self._at + len(piece))
            self._tails[i] = tail[count:]
        self._tails = [tail for tail in self._tails if len(tail)]
        if self._playing is not None:
            self._add(self._playing, mixed)
        clipped: Pcm = np.clip(mixed, -32768, 32767).astype(np.int16)
        return clipped

    def _add(self, playing: _Playing, mixed: NDArray[np.float32]) -> None:
        if playing.next == 0 and len(playing.samples):
            self._events.append(MixerEvent("onset", playing.name, self._at))
        piece = playing.samples[playing.next : playing.next + len(mixed)]
        mixed[: len(piece)] += piece * np.float32(self._gain_of(playing))
        self._sounded_until = max(self._sounded_until, self._at + len(piece))
        playing.next += len(piece)
        if playing.next >= len(playing.samples) and not playing.more:
            self._events.append(MixerEvent("ended", playing.name, self._at + len(piece)))
            self._playing = None

    def _gain_of(self, playing: _Playing) -> float:
        return max(self.gain, playing.least_gain)
