from __future__ import annotations

import numpy as np
import pytest

from followme.voices.engine import espeak_libraries, shared_engine
from followme.voices.pcm import read_wav
from followme.voices.repertoire import GUARD_TEXT, Repertoire, recorded, recording_path
from followme.voices.tones import tone
from followme.voices.voice import VoiceError


def test_nothing_to_say_is_named() -> None:
    sound = Repertoire("en", None).sound("", "", 180)
    assert not sound.samples.size and sound.missing.startswith("nothing to say")


def test_an_unknown_tone_leaves_nothing_and_says_why() -> None:
    sound = Repertoire("en", None).sound("horn", "", 180)
    assert not sound.samples.size and "'horn'" in sound.missing


def test_without_an_engine_the_tone_stays_and_the_missing_words_are_named() -> None:
    sound = Repertoire("en", None).sound("stop", "Stop. Chair ahead.", 180)
    assert np.array_equal(sound.samples, tone("stop"))
    assert "'Stop. Chair ahead.'" in sound.missing


def test_without_an_engine_recorded_words_are_heard() -> None:
    sound = Repertoire("en", None).sound("", GUARD_TEXT, 180)
    assert np.array_equal(sound.samples, recorded(GUARD_TEXT, "en")) and not sound.missing


def test_words_that_look_like_a_path_open_nothing() -> None:
    with pytest.raises(VoiceError, match="has no recording"):
        recorded("../../../etc/passwd", "en")


@pytest.mark.parametrize("language", ["en", "de", "xx"])
def test_the_guard_speaks_without_an_engine_in_any_language(language: str) -> None:
    sound = Repertoire(language, None).guard_sound()
    words = read_wav(recording_path(GUARD_TEXT, "en"))
    assert not sound.missing
    assert np.array_equal(sound.samples[: len(tone("lost"))], tone("lost"))
    assert np.array_equal(sound.samples[-len(words) :], words)


def test_the_recording_is_loud_and_short() -> None:
    words = recorded(GUARD_TEXT, "en").astype(int)
    assert 0.4 < len(words) / 22050 < 1.2
    assert np.abs(words).max() > 15000 and abs(words[0]) > 300


def test_the_tone_comes_before_the_words() -> None:
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")
    repertoire = Repertoire("en", shared_engine())
    both = repertoire.sound("warn", "Chair ahead", 180)
    words = repertoire.sound("", "Chair ahead", 180)
    assert np.array_equal(both.samples[: len(tone("warn"))], tone("warn"))
    assert np.array_equal(both.samples[-len(words.samples) :], words.samples)
    assert len(both.samples) > len(tone("warn")) + len(words.samples)
