"""The user's own engine through the sound process: the words of a stand-in are tones of 1 kHz."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from followme.settings import VoiceSettings
from followme.voices.choose import make_voice
from followme.voices.engine import espeak_libraries
from followme.voices.espeak import EspeakVoice
from followme.voices.repertoire import Repertoire
from followme.voices.voice import VoiceError
from tests.voices.listening import (
    an_utterance,
    eventually,
    has_gone,
    onset_s,
    read_log,
    read_track,
    span,
    until,
)
from tests.voices.stand_in import PITCH_HZ, put_on_path, take_off_path

TONE_S = 0.150  # of "warn"
WORDS_S = 0.3


@pytest.fixture
def track(tmp_path: Path) -> Path:
    return tmp_path / "speech.wav"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the engine keeps its files, with the stand-in on the path."""
    put_on_path(tmp_path / "path", monkeypatch)
    own = tmp_path / "temporary"
    own.mkdir()
    monkeypatch.setenv("TMPDIR", str(own))
    return own


def a_voice(track: Path, **changes: str) -> EspeakVoice:
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")
    settings = VoiceSettings(engine="pyttsx3", track=str(track), **changes)
    made = make_voice(settings, time.time_ns)
    assert isinstance(made, EspeakVoice)
    return made


@pytest.fixture
def voice(folder: Path, track: Path) -> Iterator[EspeakVoice]:
    made = a_voice(track)
    yield made
    made.close()


def engine_pid(voice: EspeakVoice) -> int:
    """Return the process of the own engine: the one child of the sound process."""
    pid = voice.sink_pid
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def is_own(sound: np.ndarray) -> bool:
    """Whether words are the stand-in's: nothing but its pitch."""
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    pitch = np.arange(len(spectrum)) * 22050 / len(sound)
    return bool(spectrum[abs(pitch - PITCH_HZ) < 30].sum() > 0.9 * spectrum.sum())


def lost(event: dict[str, Any]) -> bool:
    """Whether a line of the log is about what the guard says."""
    return bool(event["text"] == "Vision lost")


def now_s(voice: EspeakVoice) -> float:
    return (time.monotonic_ns() - voice.track_start_ns) * 1e-9


def test_an_engine_that_cannot_be_had_is_a_user_s_mistake(
    tmp_path: Path, track: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_off_path(tmp_path / "path", monkeypatch)
    with pytest.raises(VoiceError, match=r"pyttsx3 is missing: install it"):
        a_voice(track)


def test_a_driver_that_cannot_write_files_is_a_user_s_mistake(folder: Path, track: Path) -> None:
    with pytest.raises(VoiceError, match=r"driver 'no_files' of pyttsx3 cannot write"):
        a_voice(track, pyttsx3_driver="no_files")
    with pytest.raises(VoiceError, match=r"'x' is no voice of pyttsx3"):
        a_voice(track, pyttsx3_voice="x")
    assert list(folder.iterdir()) == []


def test_tone_and_words_are_one_sound_in_the_engine_s_own_voice(
    voice: EspeakVoice, track: Path
) -> None:
    assert voice.about.endswith(f"written to {track}, in the voice of pyttsx3")
    heard = []
    for _ in range(2):  # rendered, then known
        said = an_utterance("Chair ahead", "warn")
        voice.start(said)
        onset, ended = until(voice, "onset", "ended")
        assert onset.utterance is said and ended.utterance is said and voice.playing is None
        heard.append((onset.at_s, ended.at_s))
    voice.close()
    assert voice.fault == ""
    sound = read_track(track)
    for begin_s, end_s in heard:
        assert onset_s(sound, begin_s - 0.001) == pytest.approx(begin_s, abs=0.01)
        assert is_own(span(sound, end_s - WORDS_S + 0.02, end_s - 0.02))
        assert not is_own(span(sound, begin_s, begin_s + TONE_S))
    known_s = heard[1][1] - heard[1][0]
    assert known_s == pytest.approx(TONE_S + 0.06 + WORDS_S, abs=0.02)


def test_words_without_a_tone_begin_when_they_come(voice: EspeakVoice, track: Path) -> None:
    voice.start(an_utterance("Chair ahead"))
    onset, ended = until(voice, "onset", "ended")
    voice.close()
    sound = read_track(track)
    assert onset_s(sound) == pytest.approx(onset.at_s, abs=0.01)
    assert ended.at_s - onset.at_s == pytest.approx(WORDS_S, abs=0.02)
    assert is_own(span(sound, onset.at_s, ended.at_s))


def test_the_tone_does_not_wait_for_words_that_are_late_and_espeak_says_them(
    voice: EspeakVoice, track: Path
) -> None:
    asked_s = now_s(voice)
    voice.start(an_utterance("slow", "warn"))
    onset, ended = until(voice, "onset", "ended")
    assert onset.at_s - asked_s < 0.3, "the words take 0.5 s at least"
    assert voice.fault == "pyttsx3 did not render 'slow' in time; espeak-ng speaks instead"
    voice.start(an_utterance("Door"))
    until(voice, "onset", "ended")
    assert voice.fault == ""
    voice.start(an_utterance("slow"))
    again, done = until(voice, "onset", "ended")
    voice.close()
    sound = read_track(track)
    words = span(sound, onset.at_s + TONE_S + 0.03, ended.at_s)
    assert words.any() and not is_own(words)
    assert is_own(span(sound, again.at_s, done.at_s)), "by then they are its own"


def test_what_is_cut_before_its_words_come_stays_silent(voice: EspeakVoice, track: Path) -> None:
    said = an_utterance("slow", "warn")
    voice.start(said)
    until(voice, "onset")
    eventually(lambda: now_s(voice) > 0, "time")
    voice.cut()
    cut_s = now_s(voice)
    (event,) = until(voice, "cut")
    assert event.utterance is said and voice.playing is None
    eventually(lambda: voice.heartbeat() or now_s(voice) > cut_s + 1.0, "the words would have come")
    voice.close()
    assert not span(read_track(track), cut_s + 0.080, 1e3).any()


def test_a_stop_replaces_what_still_waits_for_its_words(voice: EspeakVoice, track: Path) -> None:
    first, stop = an_utterance("slow", "warn"), an_utterance("", "stop")
    voice.start(first)
    until(voice, "onset")
    voice.cut()
    voice.start(stop)
    cut, onset, ended = until(voice, "cut", "onset", "ended")
    assert cut.utterance is first and onset.utterance is stop
    assert onset.at_s - cut.at_s < 0.080
    assert ended.at_s - onset.at_s == pytest.approx(0.425, abs=0.01)


def test_an_engine_that_hangs_is_said_replaced_and_spoken_for(
    voice: EspeakVoice, track: Path
) -> None:
    hung = engine_pid(voice)
    voice.start(an_utterance("hang", "warn"))
    _, ended = until(voice, "onset", "ended")
    spoken_s = ended.at_s

    def polled(what: str) -> bool:
        voice.heartbeat()
        voice.poll()
        return what in voice.fault if what else not voice.fault

    eventually(lambda: polled("pyttsx3 does not answer; espeak-ng speaks instead"), "the fault")
    assert has_gone(hung)
    eventually(lambda: polled(""), "its return")
    voice.start(an_utterance("Chair"))
    onset, done = until(voice, "onset", "ended")
    voice.close()
    assert voice.restarts == 0, "the sound process itself went on"
    sound = read_track(track)
    words = span(sound, spoken_s - 0.2, spoken_s)
    assert words.any() and not is_own(words)
    assert is_own(span(sound, onset.at_s, done.at_s))


def test_the_guard_speaks_in_time_while_the_engine_hangs(voice: EspeakVoice, track: Path) -> None:
    voice.start(an_utterance("hang", "warn"))
    until(voice, "onset")
    beaten_s = now_s(voice)
    voice.heartbeat()
    eventually(lambda: voice.poll() or voice.alarms == 1, "the guard")
    voice.close()
    first = next(e for e in read_log(Path(f"{track}.jsonl")) if lost(e))
    assert first["event"] == "onset" and 0.5 <= first["at_s"] - beaten_s <= 1.0


def test_words_that_come_late_are_not_added_to_what_the_guard_says(
    voice: EspeakVoice, track: Path
) -> None:
    voice.heartbeat()
    beaten_s = now_s(voice)
    eventually(lambda: now_s(voice) > beaten_s + 0.3, "the guard is near")
    voice.start(an_utterance("hang", "warn"))  # espeak-ng would say it in 0.5 s

    def said() -> float | None:
        at_s = {e["event"]: e["at_s"] for e in read_log(Path(f"{track}.jsonl")) if lost(e)}
        return at_s["ended"] - at_s["onset"] if "ended" in at_s else None

    whole = Repertoire("en", None).guard_sound().samples
    assert eventually(said, "its end") == pytest.approx(len(whole) / 22050, abs=0.01)


@pytest.mark.parametrize("text", ["Chair", "hang"])
def test_a_killed_sound_process_takes_its_engine_along_and_comes_back_with_another(
    voice: EspeakVoice, folder: Path, text: str
) -> None:
    engine = engine_pid(voice)
    (files,) = folder.iterdir()
    voice.start(an_utterance(text, "warn"))
    until(voice, "onset")
    assert voice.sink_pid is not None
    os.kill(voice.sink_pid, signal.SIGKILL)
    eventually(lambda: has_gone(engine), "its end")
    eventually(lambda: not files.exists(), "no file is left")

    def back() -> bool:
        voice.poll()
        return not voice.fault and voice.restarts == 1

    eventually(back, "a new sound process")
    voice.start(an_utterance("Door"))
    assert [e.kind for e in until(voice, "ended")] == ["onset", "ended"]


def test_a_goodbye_leaves_neither_process_nor_file(voice: EspeakVoice, folder: Path) -> None:
    engine, sink = engine_pid(voice), voice.sink_pid
    assert sink is not None and len(list(folder.iterdir())) == 1
    voice.close()
    assert has_gone(sink) and has_gone(engine) and list(folder.iterdir()) == []
