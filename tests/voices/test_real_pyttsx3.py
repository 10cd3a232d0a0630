"""The real library pyttsx3, with the driver for espeak-ng; skipped where one of them is absent."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from followme.settings import VoiceSettings
from followme.voices.choose import make_voice
from followme.voices.engine import espeak_libraries, shared_engine
from followme.voices.own_engine import OwnEngine
from followme.voices.sink_options import SinkOptions
from followme.voices.voice import VoiceError
from tests.voices.listening import an_utterance, read_track, span, until
from tests.voices.stand_in import finished


@pytest.fixture(scope="module")
def real() -> Iterator[OwnEngine]:
    if importlib.util.find_spec("pyttsx3") is None:
        pytest.skip("pyttsx3 is absent")
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")
    made = OwnEngine(SinkOptions(engine="pyttsx3"), shared_engine())
    made.await_ready()
    yield made
    made.close()


def test_the_real_library_renders_words_one_after_the_other(real: OwnEngine) -> None:
    for text in ("Stop. Chair ahead.", "Person approaching, 3 metres", "Kopfhöhe", "\ud800 door"):
        assert real.prepare(text, 180)
        finished(real, text)
        sound = real.render(text, 180, "en")
        assert real.fault == ""
        assert 0.2 < len(sound) / 22050 < 3.0
        assert abs(int(sound[0])) > 300 and abs(int(sound[-1])) > 300


def test_the_real_library_says_what_has_no_sound(real: OwnEngine) -> None:
    assert real.prepare("...", 180)
    finished(real, "...")
    with pytest.raises(VoiceError, match="has no sound"):
        real.render("...", 180, "en")
    assert "pyttsx3 gave no sound for '...'" in real.fault


def test_the_real_dummy_driver_cannot_write_files(real: OwnEngine) -> None:
    dummy = OwnEngine(SinkOptions(engine="pyttsx3", driver="dummy"), None)
    with pytest.raises(VoiceError, match="driver 'dummy' of pyttsx3 cannot write sound to a file"):
        dummy.await_ready()


def test_the_real_library_is_heard(
    real: OwnEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    track, files = tmp_path / "speech.wav", tmp_path / "temporary"
    files.mkdir()
    monkeypatch.setenv("TMPDIR", str(files))
    voice = make_voice(VoiceSettings(engine="pyttsx3", track=str(track)), time.time_ns)
    voice.start(an_utterance("Stop. Chair ahead.", "stop"))
    onset, ended = until(voice, "onset", "ended")
    voice.close()
    assert voice.fault == ""
    assert 1.2 < ended.at_s - onset.at_s < 3.0
    sound = read_track(track)
    assert span(sound, onset.at_s + 0.6, ended.at_s).any()
    assert list(files.iterdir()) == []
