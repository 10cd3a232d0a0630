from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from followme.settings import VoiceSettings
from followme.values.intent import Priority
from followme.values.obstacle import Zone
from followme.voices.engine import espeak_libraries
from followme.voices.silent import SilentVoice
from followme.voices.voice import Voice, VoiceError
from followme.voices.wav import WavVoice
from tests.voices.listening import a_thing, an_utterance, onset_s, read_track, span


class Clock:
    def __init__(self) -> None:
        self.ns = 5_000_000_000

    def __call__(self) -> int:
        return self.ns

    def run(self, seconds: float) -> None:
        self.ns += round(1e9 * seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["silent", "wav"])
def voice(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> Voice:
    if request.param == "silent":
        silent = SilentVoice(VoiceSettings(), clock)
        silent.poll()
        return silent
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")
    made = WavVoice(VoiceSettings(), clock, tmp_path / "t.wav")
    request.addfinalizer(made.close)
    made.poll()
    return made


def test_a_voice_that_says_nothing_has_no_events(voice: Voice, clock: Clock) -> None:
    voice.heartbeat()
    voice.cut()
    clock.run(1.0)
    assert voice.poll() == [] and voice.playing is None


def test_onset_is_at_once_and_the_end_at_its_own_time(voice: Voice, clock: Clock) -> None:
    said = an_utterance(tone="stop")
    clock.run(2.0)
    voice.start(said)
    assert voice.playing is said
    events = []
    for _ in range(60):
        clock.run(0.05)
        events += voice.poll()
    assert [e.kind for e in events] == ["onset", "ended"] and voice.playing is None
    assert all(e.utterance is said for e in events)
    assert events[0].at_s == pytest.approx(2.0, abs=1e-3)
    assert events[0].wall_ns == pytest.approx(7_000_000_000, abs=1e6)
    assert 1.0 < events[1].at_s - events[0].at_s < 2.5


def test_a_cut_is_reported_at_once(voice: Voice, clock: Clock) -> None:
    said = an_utterance()
    voice.start(said)
    clock.run(0.3)
    voice.cut()
    assert voice.playing is None
    events = voice.poll()
    assert [e.kind for e in events] == ["onset", "cut"]
    assert events[1].at_s == pytest.approx(0.3, abs=1e-3)


def test_starting_another_one_cuts_the_first(voice: Voice, clock: Clock) -> None:
    first, second = an_utterance("Chair ahead"), an_utterance("Stop. Door ahead.")
    voice.start(first)
    clock.run(0.1)
    voice.start(second)
    assert voice.playing is second
    clock.run(0.01)
    events = voice.poll()
    assert [(e.kind, e.utterance) for e in events] == [
        ("onset", first),
        ("cut", first),
        ("onset", second),
    ]


def test_an_utterance_cut_before_it_was_heard_has_an_end_all_the_same(
    voice: Voice, clock: Clock
) -> None:
    said = an_utterance()
    voice.start(said)
    voice.cut()
    clock.run(1.0)
    assert [e.kind for e in voice.poll()][-1] == "cut"


def test_faster_speech_is_shorter(voice: Voice, clock: Clock) -> None:
    def lasts() -> float:
        voice.start(an_utterance("Person approaching, 3 metres"))
        clock.run(10.0)
        onset, ended = voice.poll()
        return ended.at_s - onset.at_s

    slow = lasts()
    voice.change(VoiceSettings(words_per_minute=360))
    assert lasts() < 0.7 * slow


def test_beeps_are_no_announcements_and_change_nothing_that_is_said(
    voice: Voice, clock: Clock
) -> None:
    voice.aim(a_thing())
    clock.run(3.0)
    assert voice.playing is None and voice.poll() == []
    said = an_utterance(tone="stop")
    voice.start(said)
    clock.run(5.0)
    voice.aim(None)
    events = voice.poll()
    assert [(e.kind, e.utterance) for e in events] == [("onset", said), ("ended", said)]
    assert events[0].at_s == pytest.approx(3.0, abs=1e-3)


def test_close_twice_is_close(voice: Voice) -> None:
    voice.start(an_utterance())
    voice.close()
    voice.close()
    assert [e.kind for e in voice.poll()][-1] == "cut"


def test_silence_takes_about_as_long_as_speech(clock: Clock, tmp_path: Path) -> None:
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")

    def lasts(voice: Voice, text: str) -> float:
        voice.start(an_utterance(text))
        clock.run(10.0)
        onset, ended = voice.poll()
        return ended.at_s - onset.at_s

    silent = SilentVoice(VoiceSettings(), clock)
    spoken = WavVoice(VoiceSettings(), clock, tmp_path / "t.wav")
    for text in ("Stop. Chair ahead", "Person approaching, 3 metres", "Vision lost"):
        assert lasts(silent, text) == pytest.approx(lasts(spoken, text), rel=0.4)
    spoken.close()


def wav_voice(clock: Callable[[], int], path: Path) -> WavVoice:
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")
    voice = WavVoice(VoiceSettings(), clock, path)
    voice.poll()
    return voice


def test_the_track_begins_when_time_is_first_known(clock: Clock, tmp_path: Path) -> None:
    clock.ns = 0
    voices = [
        SilentVoice(VoiceSettings(), clock),
        WavVoice(VoiceSettings(), clock, tmp_path / "t.wav"),
    ]
    clock.ns = 1_700_000_000_000_000_000
    for voice in voices:
        voice.start(an_utterance("", "warn"))
    clock.run(1.0)
    for voice in voices:
        assert voice.poll()[0].at_s == pytest.approx(0.0, abs=1e-3)
        voice.close()
    assert len(read_track(tmp_path / "t.wav")) / 22050 == pytest.approx(1.02, abs=0.01)


def test_the_track_sounds_at_each_onset_and_is_silent_elsewhere(
    clock: Clock, tmp_path: Path
) -> None:
    voice = wav_voice(clock, tmp_path / "t.wav")
    heard: list[tuple[float, float]] = []
    for wait_s, tone in ((1.0, "stop"), (3.7, ""), (2.9, "lost")):
        clock.run(wait_s)
        voice.start(an_utterance(tone=tone))
        clock.run(4.0)
        onset, ended = voice.poll()
        heard.append((onset.at_s, ended.at_s))
    clock.run(2.0)
    voice.close()
    track = read_track(tmp_path / "t.wav")
    assert len(track) / 22050 == pytest.approx(21.6, abs=0.05)
    quiet_from = 0.0
    for begin_s, end_s in heard:
        assert onset_s(track, quiet_from) == pytest.approx(begin_s, abs=0.005)
        assert not span(track, quiet_from, begin_s - 0.001).any()
        quiet_from = end_s + 0.001
    assert not span(track, quiet_from, 99.0).any()


def test_a_cut_is_silent_after_20_ms_on_the_track(clock: Clock, tmp_path: Path) -> None:
    voice = wav_voice(clock, tmp_path / "t.wav")
    voice.start(an_utterance("Several people ahead"))
    clock.run(0.5)
    voice.cut()
    clock.run(1.0)
    voice.close()
    track = read_track(tmp_path / "t.wav")
    assert span(track, 0.40, 0.51).any() and not span(track, 0.521, 2.0).any()


def test_a_clock_that_jumps_back_goes_on_at_the_same_place(clock: Clock, tmp_path: Path) -> None:
    voice = wav_voice(clock, tmp_path / "t.wav")
    clock.run(10.0)
    voice.poll()
    clock.run(-8.0)
    said = an_utterance()
    voice.start(said)
    clock.run(5.0)
    onset, _ = voice.poll()
    assert onset.at_s == pytest.approx(10.0, abs=1e-3)
    assert onset.wall_ns == pytest.approx(7_000_000_000, abs=1e6)
    voice.close()
    assert onset_s(read_track(tmp_path / "t.wav")) == pytest.approx(10.0, abs=0.01)


@pytest.mark.parametrize(("tone", "text"), [("", ""), ("horn", "")])
def test_what_has_no_sound_fails_and_says_why(
    clock: Clock, tmp_path: Path, tone: str, text: str
) -> None:
    voice = wav_voice(clock, tmp_path / "t.wav")
    voice.start(an_utterance(text, tone))
    assert [e.kind for e in voice.poll()] == ["failed"]
    assert voice.playing is None and voice.fault
    voice.start(an_utterance())
    assert not voice.fault
    voice.close()


def test_a_track_that_cannot_be_written_is_a_user_s_mistake(clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VoiceError, match="cannot be written"):
        wav_voice(clock, tmp_path / "file" / "t.wav")


@pytest.mark.parametrize("priority", Priority)
def test_volume_0_silences_all_but_lost_sight_and_stop(
    clock: Clock, tmp_path: Path, priority: Priority
) -> None:
    peaks = []
    for volume in (1.0, 0.0):
        file = tmp_path / f"{volume}.wav"
        voice = wav_voice(clock, file)
        voice.change(VoiceSettings(volume=volume))
        voice.start(an_utterance(priority=priority))
        clock.run(3.0)
        voice.close()
        peaks.append(int(np.abs(read_track(file).astype(int)).max()))
    guards = priority in (Priority.LOST, Priority.STOP_DROP, Priority.STOP)
    assert peaks[1] == pytest.approx(0.3 * peaks[0] if guards else 0, abs=1)


@pytest.mark.parametrize("zone", [Zone.STOP, Zone.WARN])
def test_volume_0_silences_no_beep_about_what_is_in_stop(
    clock: Clock, tmp_path: Path, zone: Zone
) -> None:
    voice = wav_voice(clock, tmp_path / "t.wav")
    voice.change(VoiceSettings(volume=0.0))
    voice.aim(a_thing(zone=zone))
    clock.run(3.0)
    voice.close()
    assert read_track(tmp_path / "t.wav").any() == (zone is Zone.STOP)


def test_beeps_on_the_track_keep_their_period_and_end_at_once(clock: Clock, tmp_path: Path) -> None:
    voice = wav_voice(clock, tmp_path / "t.wav")
    clock.run(1.0)
    voice.aim(a_thing(time_to_contact_s=0.6))
    for _ in range(100):
        clock.run(0.02)
        voice.poll()
    voice.aim(None)
    clock.run(2.0)
    voice.close()
    track = read_track(tmp_path / "t.wav")
    loud = np.flatnonzero(np.abs(track.astype(int)) > 300) / 22050
    begins = loud[np.diff(loud, prepend=-1.0) > 0.02]
    assert begins[0] == pytest.approx(1.0, abs=0.005)
    assert np.allclose(np.diff(begins), 0.3, atol=0.005)
    assert not span(track, 3.021, 1e3).any()


def test_a_voice_that_is_closed_while_it_beeps_ends_in_silence(
    clock: Clock, tmp_path: Path
) -> None:
    voice = wav_voice(clock, tmp_path / "t.wav")
    voice.aim(a_thing(time_to_contact_s=0.0))
    clock.run(1.07)
    voice.close()
    track = read_track(tmp_path / "t.wav")
    assert track[-1] == 0 and span(track, 1.0, 2.0).any()


@pytest.mark.parametrize(("bearing_rad", "louder"), [(0.5, 0), (-0.5, 1)])
def test_in_stereo_a_tone_is_on_the_side_of_its_thing(
    clock: Clock, tmp_path: Path, bearing_rad: float, louder: int
) -> None:
    path = tmp_path / "t.wav"
    voice = WavVoice(VoiceSettings(mono=False), clock, path)
    voice.poll()
    voice.start(an_utterance("", "stop", a_thing(bearing_rad=bearing_rad)))
    clock.run(1.0)
    voice.close()
    with wave.open(str(path)) as file:
        assert file.getnchannels() == 2 and file.getnframes() == pytest.approx(22050, abs=500)
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    sides = np.abs(sound.astype(int)).max(axis=0)
    assert sides[louder] > 2 * sides[1 - louder]


@pytest.mark.parametrize(("bottom_m", "hz"), [(0.0, 600), (0.9, 900), (1.5, 1400)])
def test_the_pitch_of_a_tone_on_the_track_is_that_of_its_height(
    clock: Clock, tmp_path: Path, bottom_m: float, hz: int
) -> None:
    voice = wav_voice(clock, tmp_path / "t.wav")
    voice.start(an_utterance("", "stop", a_thing(bottom_m=bottom_m)))
    clock.run(1.0)
    voice.close()
    pulse = span(read_track(tmp_path / "t.wav"), 0.0, 0.05).astype(float)
    spectrum = np.abs(np.fft.rfft(pulse * np.hanning(len(pulse)), 1 << 16))
    assert np.argmax(spectrum) * 22050 / (1 << 16) == pytest.approx(hz, abs=20)
