"""Beeps and ticks of the real sound process: there while all lives, gone with what they tell."""

from __future__ import annotations

import os
import signal
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from followme.settings import VoiceSettings
from followme.voices.choose import make_voice
from followme.voices.espeak import EspeakVoice
from followme.voices.pcm import SAMPLE_RATE_HZ
from tests.voices.listening import (
    a_thing,
    an_utterance,
    eventually,
    onset_s,
    read_log,
    read_track,
    span,
    until,
)

BEEP_S = 0.42  # of a thing with one second to contact


def a_voice(track: Path, **settings: object) -> EspeakVoice:
    made = make_voice(VoiceSettings(engine="wav", track=str(track), **settings), time.time_ns)
    assert isinstance(made, EspeakVoice)
    return made


@pytest.fixture
def track(tmp_path: Path) -> Path:
    return tmp_path / "speech.wav"


@pytest.fixture
def voice(track: Path) -> Iterator[EspeakVoice]:
    made = a_voice(track)
    yield made
    made.close()


def now_s(voice: EspeakVoice) -> float:
    return (time.monotonic_ns() - voice.track_start_ns) * 1e-9


def live(voice: EspeakVoice, seconds: float) -> None:
    """Let time pass while the caller lives."""
    end_s = now_s(voice) + seconds

    def over() -> bool:
        voice.heartbeat()
        voice.poll()
        return now_s(voice) >= end_s

    eventually(over, "that time")


def beeps_s(track: Path) -> np.ndarray:
    loud = np.flatnonzero(np.abs(read_track(track).astype(int)) > 300) / SAMPLE_RATE_HZ
    return loud[np.diff(loud, prepend=-1.0) > 0.02]


def test_beeps_keep_their_period_and_are_no_announcements(voice: EspeakVoice, track: Path) -> None:
    voice.heartbeat()
    voice.aim(a_thing())
    live(voice, 2.2)
    assert voice.playing is None and voice.poll() == []
    voice.close()
    begins = beeps_s(track)
    assert len(begins) >= 4
    assert np.allclose(np.diff(begins), BEEP_S, atol=0.005)
    assert read_log(Path(f"{track}.jsonl")) == []


def test_beeps_end_when_the_thing_is_gone(voice: EspeakVoice, track: Path) -> None:
    voice.heartbeat()
    voice.aim(a_thing(time_to_contact_s=0.0))
    live(voice, 1.0)
    voice.aim(None)
    gone_s = now_s(voice)
    live(voice, 1.0)
    voice.close()
    assert span(read_track(track), 0.0, gone_s).any()
    assert not span(read_track(track), gone_s + 0.080, 1e3).any()


def test_words_come_first(voice: EspeakVoice, track: Path) -> None:
    voice.heartbeat()
    voice.aim(a_thing(time_to_contact_s=0.0))
    live(voice, 0.5)
    asked_s = now_s(voice)
    voice.start(an_utterance("", "stop"))
    onset, ended = until(voice, "onset", "ended")
    live(voice, 0.5)
    voice.close()
    assert onset.at_s - asked_s < 0.100
    # four pulses and nothing else while they sound
    begins = beeps_s(track)
    # a beep may have faded under the first of them
    within = begins[(begins > onset.at_s + 0.06) & (begins < ended.at_s)]
    assert np.allclose(within - onset.at_s, [0.125, 0.25, 0.375], atol=0.005)
    after = begins[begins >= ended.at_s]
    assert after[0] - ended.at_s == pytest.approx(0.15, abs=0.005)


def test_a_caller_that_hangs_is_not_beeped_for(voice: EspeakVoice, track: Path) -> None:
    voice.heartbeat()
    voice.aim(a_thing(time_to_contact_s=0.0))
    beaten_s = now_s(voice)

    def alarmed() -> bool:
        voice.poll()
        return voice.alarms == 1

    eventually(alarmed, "the guard")
    eventually(
        lambda: [e for e in read_log(Path(f"{track}.jsonl")) if e["event"] == "ended"], "its end"
    )
    voice.heartbeat()
    voice.aim(a_thing(time_to_contact_s=0.0))
    back_s = now_s(voice)
    live(voice, 0.4)
    voice.close()
    (lost, ended) = read_log(Path(f"{track}.jsonl"))
    assert lost["at_s"] - beaten_s <= 1.0
    assert not span(read_track(track), ended["at_s"] + 0.001, back_s).any()
    assert span(read_track(track), back_s, 1e3).any(), "it beeps on for who comes back"


def test_a_new_sound_process_beeps_on(voice: EspeakVoice, track: Path) -> None:
    voice.heartbeat()
    voice.aim(a_thing())
    assert voice.sink_pid is not None
    os.kill(voice.sink_pid, signal.SIGKILL)

    def back() -> bool:
        voice.poll()
        voice.heartbeat()
        voice.aim(a_thing())
        return voice.restarts == 1 and not voice.fault

    eventually(back, "a new sound process")
    back_s = now_s(voice)
    voice.aim(a_thing())
    live(voice, 1.0)
    voice.close()
    assert span(read_track(track), back_s, 1e3).any()


def test_it_ticks_in_long_silence_while_all_lives_and_nobody_switched_it_off(
    tmp_path: Path,
) -> None:
    alive, off, dead = (
        a_voice(tmp_path / f"{name}.wav", tick=name != "off") for name in ("alive", "off", "dead")
    )
    end_s = now_s(dead) + 5.6

    def over() -> bool:
        alive.heartbeat()
        off.heartbeat()
        return now_s(dead) >= end_s

    eventually(over, "that time")
    for voice in (alive, off, dead):
        voice.close()
    sound = read_track(tmp_path / "alive.wav")
    assert onset_s(sound) == pytest.approx(5.0, abs=0.3)
    peak = np.abs(sound.astype(int)).max()
    assert 20 * np.log10(peak / 32767) == pytest.approx(-32, abs=1.0)  # volume is 0.8
    assert read_log(tmp_path / "alive.wav.jsonl") == []
    assert not read_track(tmp_path / "off.wav").any()
    assert not read_track(tmp_path / "dead.wav").any()


def test_in_stereo_the_track_has_two_channels_and_the_tone_its_side(track: Path) -> None:
    voice = a_voice(track, mono=False)
    thing = a_thing(bearing_rad=0.6)
    voice.start(an_utterance("", "stop", thing))
    until(voice, "onset", "ended")
    voice.close()
    with wave.open(str(track)) as file:
        assert file.getnchannels() == 2
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    left, right = np.abs(sound.astype(int)).max(axis=0)
    assert left > 2 * right
