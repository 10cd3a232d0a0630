from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from followme.voices.engine import EspeakEngine, EspeakLibrary, espeak_libraries, shared_engine
from followme.voices.voice import VoiceError


@pytest.fixture(scope="module")
def engine() -> EspeakEngine:
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")
    return shared_engine()


def test_without_any_library_the_error_says_what_to_install() -> None:
    with pytest.raises(VoiceError, match="espeak-ng is missing: install the package espeak-ng or"):
        EspeakEngine([])


def test_a_file_that_is_no_library_is_named(tmp_path: Path) -> None:
    fake = tmp_path / "libespeak-ng.so"
    fake.write_bytes(b"no library")
    with pytest.raises(VoiceError, match=r"espeak-ng is missing \(.*libespeak-ng\.so"):
        EspeakEngine([EspeakLibrary(str(fake), None)])


@pytest.mark.parametrize("text", ["", " ", "..."])
def test_words_without_sound_are_refused(engine: EspeakEngine, text: str) -> None:
    with pytest.raises(VoiceError, match="has no sound"):
        engine.render(text, 180, "en")


def test_an_unknown_language_is_named_and_the_next_phrase_still_works(
    engine: EspeakEngine,
) -> None:
    with pytest.raises(VoiceError, match="language 'xx': espeak-ng has no such voice"):
        engine.render("Stop", 180, "xx")
    assert engine.render("Stop", 180, "en").size


def test_the_first_and_the_last_sample_are_audible(engine: EspeakEngine) -> None:
    sound = np.abs(engine.render("Person approaching, 3 metres", 180, "en").astype(int))
    assert sound[0] > 300 and sound[-1] > 300
    assert 1.0 < len(sound) / 22050 < 2.5


def test_a_phrase_is_rendered_once(engine: EspeakEngine) -> None:
    assert engine.render("Drop", 180, "en") is engine.render("Drop", 180, "en")


def test_rate_and_language_change_the_sound(engine: EspeakEngine) -> None:
    slow, fast = engine.render("Chair ahead", 120, "en"), engine.render("Chair ahead", 300, "en")
    assert len(fast) < 0.6 * len(slow)
    german = engine.render("Chair ahead", 120, "de")
    assert len(german) != len(slow) or not np.array_equal(german, slow)


@pytest.mark.parametrize("language", ["de_DE", "de-AT", "DE"])
def test_a_country_that_espeak_does_not_know_is_left_out(
    engine: EspeakEngine, language: str
) -> None:
    # its noise is drawn anew each time, so that no two sounds are the same to the bit
    german, english = (len(engine.render("Hindernis voraus", 180, x)) for x in ("de", "en"))
    count = len(engine.render("Hindernis voraus", 180, language))
    assert abs(count - german) <= 50 < 100 < abs(count - english)


def test_the_cache_forgets_the_oldest_phrase(engine: EspeakEngine) -> None:
    first = engine.render("zero", 450, "en")
    for i in range(256):
        engine.render(f"{i}", 450, "en")
    assert engine.render("zero", 450, "en") is not first


def test_a_damaged_letter_is_left_out(engine: EspeakEngine) -> None:
    assert engine.render("Chair \ud800 ahead", 180, "en").size


def test_letters_beyond_ascii_are_spoken(engine: EspeakEngine) -> None:
    assert engine.render("Kopfhöhe voraus", 180, "de").size > 0.5 * 22050
