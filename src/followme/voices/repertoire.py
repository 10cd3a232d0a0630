"""Everything that can be heard: tones, words by the engine, and recorded words without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from followme.voices.cue import Cue, placed
from followme.voices.pcm import Pcm, as_channels, silence
from followme.voices.recordings import recorded, recorded_phrase
from followme.voices.tones import tone as earcon
from followme.voices.voice import VoiceError

#: What the guard says (B4): a phrase of the catalogue, and what it is where nothing was recorded.
GUARD_TONE = "lost"
GUARD_KEY = "health.vision_lost"
GUARD_TEXT = "Vision lost"

#: Between tone and words, so that the first consonant is not masked
GAP_S = 0.06
_NOWHERE = Cue()


@dataclass(frozen=True)
class Sound:
    """What will be heard of an utterance.

    Parameters
    ----------
    samples : (N,) or (N, 2) int16
        Tone, then words; empty when nothing can be heard.
    missing : str
        Why words or tone were left out; empty when all is there.
    fault : str
        Why the words are recorded ones although there is an engine; empty when they are its own.
    """

    samples: Pcm
    missing: str = ""
    fault: str = ""


class Engine(Protocol):
    """Turns words into sound without waiting for anything."""

    def render(self, text: str, words_per_minute: int, language: str) -> Pcm:
        """Return the sound of a text, (N,) int16; VoiceError when it has none."""
        ...


class Repertoire:
    """Turn tone and words into sound; what cannot be said is left out and named.

    Parameters
    ----------
    language : str
        Of the words.
    engine : Engine or None
        None: tones and recorded words only.
    channels : int
        1, or 2 to put tones on the side of what they are about; words are in the middle.
    """

    def __init__(self, language: str, engine: Engine | None, channels: int = 1) -> None:
        self._language = language
        self._engine = engine
        self._channels = channels
        self._fault = ""

    def sound(self, tone: str, text: str, words_per_minute: int, cue: Cue = _NOWHERE) -> Sound:
        """Return the sound of an utterance."""
        parts: list[Pcm] = []
        missing = "" if tone or text else "nothing to say: give a tone or words"
        fault = ""
        try:
            if tone:
                parts.append(placed(earcon(tone, cue.band), cue, self._channels))
            if text:
                words, fault = self._words(text, words_per_minute)
                parts += [self._gap, self._both(words)] if parts else [self._both(words)]
        except VoiceError as error:
            missing = str(error)
        return Sound(np.concatenate(parts) if parts else silence(0.0), missing, fault)

    def opening(self, tone: str, cue: Cue = _NOWHERE) -> Sound:
        """Return what is heard before words that come later."""
        if not tone:
            return Sound(self._both(silence(0.0)))
        sound = self.sound(tone, "", 0, cue)
        return Sound(np.concatenate([sound.samples, self._gap]), sound.missing)

    @property
    def speaks(self) -> bool:
        """Whether there is an engine for words, and it said the last ones."""
        return self._engine is not None and not self._fault

    @property
    def guard_text(self) -> str:
        """What the guard says, in the language of the words where it was recorded."""
        try:
            return recorded_phrase(GUARD_KEY, self._language)[0]
        except VoiceError:  # then it is heard as a tone, which the log shows by its name
            return GUARD_TEXT

    def guard_sound(self) -> Sound:
        """Return what the guard says; never needs the engine (B4)."""
        lost = self._both(earcon(GUARD_TONE))
        try:
            _, words = recorded_phrase(GUARD_KEY, self._language)
        except VoiceError as error:
            return Sound(lost, str(error))
        return Sound(np.concatenate([lost, self._gap, self._both(words)]))

    @property
    def _gap(self) -> Pcm:
        return self._both(silence(GAP_S))

    def _both(self, sound: Pcm) -> Pcm:
        return as_channels(sound, self._channels)

    def _words(self, text: str, words_per_minute: int) -> tuple[Pcm, str]:
        """Return words, by the engine or recorded, and why they are not the engine's."""
        if self._engine is None:
            return recorded(text, self._language), ""
        try:
            sound = self._engine.render(text, words_per_minute, self._language)
        except VoiceError as error:
            self._fault = str(error)
            try:
                return recorded(text, self._language), self._fault
            except VoiceError:
                # nothing was recorded of it; what counts is why the engine does not say it
                raise error from None
        self._fault = ""
        return sound, ""
