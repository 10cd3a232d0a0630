"""A voice that says nothing and takes as long as if it did: the double of all others."""

from __future__ import annotations

from collections.abc import Callable

from followme.settings import VoiceSettings
from followme.values.intent import Utterance
from followme.values.obstacle import Obstacle
from followme.voices.tones import EARCONS
from followme.voices.voice import EventKind, VoiceEvent

_GAP_S = 0.06
# espeak-ng counts words of five letters and pauses at the end of a sentence
_LETTERS_PER_WORD = 5.0


class SilentVoice:
    """Keep the times of speech without any sound.

    Parameters
    ----------
    s : VoiceSettings
        Rate of speech.
    now_ns : callable
        The clock of the image stamps, real or simulated; second 0 of the track that is not
        written is its value at the first call.
    """

    about = "speech is switched off: nothing is heard"
    fault = ""
    restarts = alarms = 0

    def __init__(self, s: VoiceSettings, now_ns: Callable[[], int]) -> None:
        self._s = s
        self._now_ns = now_ns
        self._first_ns: int | None = None
        self._playing: Utterance | None = None
        self._ends_ns = 0
        self._events: list[VoiceEvent] = []

    @property
    def playing(self) -> Utterance | None:
        return self._playing

    def start(self, u: Utterance) -> None:
        self.cut()
        now_ns = self._time_ns()
        self._playing = u
        self._ends_ns = now_ns + round(1e9 * spoken_s(u, self._s.words_per_minute))
        self._note("onset", u, now_ns)

    def cut(self) -> None:
        self._finish()
        if self._playing is not None:
            self._note("cut", self._playing, self._time_ns())
            self._playing = None

    def aim(self, thing: Obstacle | None) -> None:
        """Nothing beeps here."""

    def poll(self) -> list[VoiceEvent]:
        self._finish()
        events, self._events = self._events, []
        return events

    def heartbeat(self) -> None:
        """Nothing guards a silent voice."""

    def change(self, s: VoiceSettings) -> None:
        self._s = s

    def close(self) -> None:
        self.cut()

    def _finish(self) -> None:
        now_ns = self._time_ns()
        if self._playing is not None and now_ns >= self._ends_ns:
            self._note("ended", self._playing, self._ends_ns)
            self._playing = None

    def _note(self, kind: EventKind, u: Utterance, wall_ns: int) -> None:
        first_ns = wall_ns if self._first_ns is None else self._first_ns
        self._events.append(VoiceEvent(kind, u, (wall_ns - first_ns) * 1e-9, wall_ns))

    def _time_ns(self) -> int:
        now_ns = self._now_ns()
        if self._first_ns is None:
            self._first_ns = now_ns
        return now_ns


def spoken_s(u: Utterance, words_per_minute: int) -> float:
    """Return about how long an utterance is heard, in seconds."""
    tone_s = EARCONS[u.tone].seconds if u.tone in EARCONS else 0.0
    words = len(u.text) / _LETTERS_PER_WORD
    words_s = words * 60.0 / words_per_minute
    return tone_s + words_s + (_GAP_S if u.tone and u.text else 0.0)
