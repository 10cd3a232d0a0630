"""Recorded words: what must be heard is heard without any engine (B4, D).

``sounds/LANGUAGE/phrases.json`` names the words of each recording ``KEY.wav`` beside it. The
command ``python -m followme.cli.write_phrase_wavs`` makes all of them from the catalogues.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from followme.voices.foreign_wav import read_foreign_wav
from followme.voices.pcm import Pcm, trimmed
from followme.voices.voice import VoiceError

FOLDER = Path(__file__).parent / "sounds"
LIST_NAME = "phrases.json"
_FALLBACK_LANGUAGE = "en"
_MEND = "install FollowMe again"


def recorded(text: str, language: str) -> Pcm:
    """Return recorded words, (N,) int16.

    Raises
    ------
    VoiceError
        When the phrase was not recorded in this language or its file is damaged.
    """
    for spoken in _tried(language):
        for key, words in _listed(spoken).items():
            if words == text:
                return _read(spoken, key)
    raise VoiceError(f"text {text!r} has no recording and espeak-ng is missing: install espeak-ng")


def recorded_phrase(key: str, language: str) -> tuple[str, Pcm]:
    """Return the words of a phrase of the catalogue and their sound, (N,) int16.

    They are English where the language has no recordings.

    Raises
    ------
    VoiceError
        When the phrase was not recorded or its file is damaged.
    """
    for spoken in _tried(language):
        if key in _listed(spoken):
            return _listed(spoken)[key], _read(spoken, key)
    raise VoiceError(f"phrase {key!r} has no recording: {_MEND}")


def _tried(language: str) -> list[str]:
    """Return languages in which to look: this one, without its country, English."""
    base = language.replace("_", "-").split("-")[0]
    there = {path.parent.name for path in FOLDER.glob(f"*/{LIST_NAME}")}
    wanted = dict.fromkeys((language, base, _FALLBACK_LANGUAGE))
    return [name for name in wanted if name in there]


@cache
def _listed(language: str) -> dict[str, str]:
    path = FOLDER / language / LIST_NAME
    try:
        phrases = json.loads(path.read_text(encoding="utf-8"))["phrases"]
        return {str(key): str(text) for key, text in phrases.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise VoiceError(f"list of recordings {path} cannot be used ({error}): {_MEND}") from error


@cache
def _read(language: str, key: str) -> Pcm:
    # resampling rings before the first consonant, and an onset must be audible
    sound = trimmed(read_foreign_wav(FOLDER / language / f"{key}.wav"))
    sound.setflags(write=False)
    return sound
