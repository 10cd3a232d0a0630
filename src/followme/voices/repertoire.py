"""Everything that can be heard: tones, words by the engine, and recorded words without one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from followme.voices.pcm import Pcm, read_wav, silence
from followme.voices.tones import tone as earcon
from followme.voices.voice import VoiceError

#: What the guard says (B4).
GUARD_TONE = "lost"
GUARD_TEXT = "Vision lost"

_FOLDER = Path(__file__).parent / "sounds"
_FALLBACK_LANGUAGE = "en"
# between tone and words, so that the first consonant is not masked
_GAP = silence(0.06)


@dataclass(frozen=True)
class Sound:
    """What will be heard of an utterance.

    Parameters
    ----------
    samples : (N,) int16
        Tone, then words; empty when nothing can be heard.
    missing : str
        Why words or tone were left out; empty when all is there.
    """

    samples: Pcm
    missing: str = ""


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
    """

    def __init__(self, language: str, engine: Engine | None) -> None:
        self._language = language
        self._engine = engine

    def sound(self, tone: str, text: str, words_per_minute: int) -> Sound:
        """Return the sound of an utterance."""
        parts: list[Pcm] = []
        missing = "" if tone or text else "nothing to say: give a tone or words"
        try:
            if tone:
                parts.append(earcon(tone))
            if text:
                words = self._words(text, words_per_minute)
                parts += [_GAP, words] if parts else [words]
        except VoiceError as error:
            missing = str(error)
        return Sound(np.concatenate(parts) if parts else silence(0.0), missing)

    def opening(self, tone: str) -> Sound:
        """Return what is heard before words that come later."""
        if not tone:
            return Sound(silence(0.0))
        sound = self.sound(tone, "", 0)
        return Sound(np.concatenate([sound.samples, _GAP]), sound.missing)

    @property
    def speaks(self) -> bool:
        """Whether there is an engine for words."""
        return self._engine is not None

    def guard_sound(self) -> Sound:
        """Return what the guard says; never needs the engine (B4)."""
        try:
            words = recorded(GUARD_TEXT, self._language)
        except VoiceError as error:
            return Sound(earcon(GUARD_TONE), str(error))
        return Sound(np.concatenate([earcon(GUARD_TONE), _GAP, words]))

    def _words(self, text: str, words_per_minute: int) -> Pcm:
        if self._engine is not None:
            return self._engine.render(text, words_per_minute, self._language)
        return recorded(text, self._language)


def recording_path(text: str, language: str) -> Path:
    """Return where the recording of a phrase lies, whether or not it exists."""
    return _FOLDER / f"{text.lower().replace(' ', '_')}.{language}.wav"


@cache
def recorded(text: str, language: str) -> Pcm:
    """Return recorded words, (N,) int16; English where the language has no recording.

    Raises
    ------
    VoiceError
        When the phrase was not recorded or its file is damaged.
    """
    # words may hold any character, so names are compared with what is there, never opened blindly
    present = set(_FOLDER.glob("*.wav"))
    for spoken in (language, _FALLBACK_LANGUAGE):
        path = recording_path(text, spoken)
        if path in present:
            return read_wav(path)
    raise VoiceError(f"text {text!r} has no recording and espeak-ng is missing: install espeak-ng")
