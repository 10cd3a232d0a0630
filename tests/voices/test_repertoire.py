from __future__ import annotations

import numpy as np
import pytest

from followme.voices.cue import Cue
from followme.voices.engine import espeak_libraries, shared_engine
from followme.voices.pcm import Pcm
from followme.voices.recordings import recorded, recorded_phrase
from followme.voices.repertoire import GUARD_KEY, GUARD_TEXT, Repertoire
from followme.voices.tones import tone
from followme.voices.voice import VoiceError


def test_nothing_to_say_is_named() -> None:
    sound = Repertoire("en", None).sound("", "", 180)
    assert not sound.samples.size and sound.missing.startswith("nothing to say")


def test_an_unknown_tone_leaves_nothing_and_says_why() -> None:
    sound = Repertoire("en", None).sound("horn", "", 180)
    assert not sound.samples.size and "'horn'" in sound.missing


def test_without_an_engine_the_tone_stays_and_the_missing_words_are_named() -> None:
    sound = Repertoire("en", None).sound("warn", "Chair ahead, 3 metres", 180)
    assert np.array_equal(sound.samples, tone("warn"))
    assert "'Chair ahead, 3 metres'" in sound.missing


@pytest.mark.parametrize("text", [GUARD_TEXT, "Vision back", "Stop. Drop", "Stop. Bin ahead left"])
def test_without_an_engine_recorded_words_are_heard(text: str) -> None:
    sound = Repertoire("en", None).sound("", text, 180)
    assert np.array_equal(sound.samples, recorded(text, "en")) and not sound.missing


class DeadEngine:
    """An engine that renders nothing until it is well again."""

    well = False

    def render(self, text: str, words_per_minute: int, language: str) -> Pcm:
        if not self.well:
            raise VoiceError("the engine is dead")
        return np.full(100, 5000, np.int16)


def test_recorded_words_stand_in_for_an_engine_that_fails_and_the_fault_is_told() -> None:
    engine = DeadEngine()
    repertoire = Repertoire("en", engine)
    assert repertoire.speaks
    sound = repertoire.sound("stop", "Stop. Chair ahead", 180)
    assert not sound.missing and sound.fault == "the engine is dead" and not repertoire.speaks
    words = recorded("Stop. Chair ahead", "en")
    assert np.array_equal(sound.samples[-len(words) :], words)
    assert repertoire.sound("", "Chair ahead", 180).missing == "the engine is dead"
    engine.well = True
    sound = repertoire.sound("", "Chair ahead", 180)
    assert sound.samples.size and not sound.fault and repertoire.speaks


def test_in_stereo_tones_are_on_their_side_and_words_in_the_middle() -> None:
    sound = Repertoire("en", None, 2).sound("stop", "Stop. Drop", 180, Cue("head", 0.5))
    left, right = np.abs(sound.samples.astype(int)).T
    tone_count, words_count = len(tone("stop")), len(recorded("Stop. Drop", "en"))
    assert left[:tone_count].max() > 2 * right[:tone_count].max()
    assert np.array_equal(left[-words_count:], right[-words_count:])
    assert Repertoire("en", None, 2).guard_sound().samples.shape[1] == 2
    assert Repertoire("en", None, 2).opening("").samples.shape == (0, 2)


def test_words_that_look_like_a_path_open_nothing() -> None:
    with pytest.raises(VoiceError, match="has no recording"):
        recorded("../../../etc/passwd", "en")


@pytest.mark.parametrize("language", ["en", "de", "xx"])
def test_the_guard_speaks_without_an_engine_in_any_language(language: str) -> None:
    repertoire = Repertoire(language, None)
    sound = repertoire.guard_sound()
    text, words = recorded_phrase(GUARD_KEY, language)
    assert not sound.missing and repertoire.guard_text == text
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
