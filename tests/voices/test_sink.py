"""The real sound process, writing the track of what would be heard."""

from __future__ import annotations

import math
import os
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from followme.settings import VoiceSettings
from followme.values.intent import Priority
from followme.values.obstacle import Zone
from followme.voices.choose import make_voice
from followme.voices.engine import espeak_libraries
from followme.voices.espeak import EspeakVoice
from followme.voices.sink_options import SinkOptions
from followme.voices.sink_process import SinkProcess
from followme.voices.voice import VoiceError
from tests.voices.listening import (
    a_thing,
    an_utterance,
    eventually,
    has_gone,
    onset_s,
    read_log,
    read_track,
    span,
    until,
)


@pytest.fixture
def track(tmp_path: Path) -> Path:
    return tmp_path / "speech.wav"


def a_voice(track: Path) -> EspeakVoice:
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")
    settings = VoiceSettings(engine="wav", track=str(track), words_per_minute=250)
    made = make_voice(settings, time.time_ns)
    assert isinstance(made, EspeakVoice)
    return made


@pytest.fixture
def voice(track: Path) -> Iterator[EspeakVoice]:
    made = a_voice(track)
    yield made
    made.close()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EspeakVoice]:
    """Return a voice that several tests share, because they leave it as it was."""
    made = a_voice(tmp_path_factory.mktemp("lasting") / "speech.wav")
    yield made
    made.close()


def test_a_track_that_cannot_be_written_is_a_user_s_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = VoiceSettings(engine="wav", track=str(tmp_path / "file" / "t.wav"))
    with pytest.raises(VoiceError, match=r"t\.wav cannot be written \(.*\): give a file in a"):
        make_voice(settings, time.time_ns)


def test_onsets_are_on_the_track_where_they_are_logged_and_silence_is_elsewhere(
    voice: EspeakVoice, track: Path
) -> None:
    assert voice.about == f"speech is written to {track}" and voice.fault == ""
    heard = []
    for said in (an_utterance("Drop", "warn"), an_utterance("Gone"), an_utterance("", "clear")):
        asked_ns = time.time_ns()
        voice.start(said)
        assert voice.playing is said
        onset, ended = until(voice, "onset", "ended")
        assert onset.utterance is said and ended.utterance is said and voice.playing is None
        assert 0 <= onset.wall_ns - asked_ns < 150_000_000
        heard.append((onset.at_s, ended.at_s))
    voice.close()
    sound, quiet_from = read_track(track), 0.0
    for begin_s, end_s in heard:
        assert onset_s(sound, quiet_from) == pytest.approx(begin_s, abs=0.050)
        assert not span(sound, quiet_from, begin_s - 0.001).any()
        quiet_from = end_s + 0.001
    assert not span(sound, quiet_from, 1e3).any()
    logged = [line for line in read_log(Path(f"{track}.jsonl")) if line["event"] == "onset"]
    assert [line["at_s"] for line in logged] == [begin_s for begin_s, _ in heard]
    for line in logged:
        from_start_s = line["monotonic_s"] - voice.track_start_ns * 1e-9
        assert from_start_s == pytest.approx(line["at_s"], abs=1e-3)


def test_a_cut_is_silent_within_80_ms(voice: EspeakVoice, track: Path) -> None:
    said = an_utterance("Several people ahead, and a chair, and a table")
    voice.start(said)
    until(voice, "onset")
    eventually(lambda: (time.monotonic_ns() - voice.track_start_ns) > 0.4e9, "some speech")
    cut_s = (time.monotonic_ns() - voice.track_start_ns) * 1e-9
    voice.cut()
    assert voice.playing is None
    (event,) = until(voice, "cut")
    assert event.utterance is said
    voice.close()
    sound = read_track(track)
    assert span(sound, cut_s - 0.2, cut_s).any()
    assert not span(sound, cut_s + 0.080, 1e3).any()
    assert event.at_s == pytest.approx(cut_s, abs=0.080)


def test_one_utterance_replaces_another_without_a_gap(lasting: EspeakVoice) -> None:
    first, second = an_utterance("Several people ahead"), an_utterance(tone="stop")
    lasting.start(first)
    until(lasting, "onset")
    lasting.cut()
    lasting.start(second)
    assert lasting.playing is second
    cut, onset, _ = until(lasting, "cut", "onset", "ended")
    assert cut.utterance is first and onset.utterance is second
    assert 0 <= onset.at_s - cut.at_s < 0.080


def test_a_goodbye_gives_no_alarm_and_leaves_no_process(voice: EspeakVoice, track: Path) -> None:
    voice.heartbeat()
    pid = voice.sink_pid
    assert pid is not None
    voice.close()
    voice.close()
    assert has_gone(pid)
    assert not read_track(track).any() and read_log(Path(f"{track}.jsonl")) == []
    voice.heartbeat()
    voice.cut()
    said = an_utterance()
    voice.start(said)
    (event,) = voice.poll()
    assert (event.kind, event.utterance) == ("failed", said) and math.isnan(event.at_s)


def test_volume_and_rate_change_while_it_runs(voice: EspeakVoice, track: Path) -> None:
    lasts = []
    for settings in (VoiceSettings(), VoiceSettings(volume=0.1, words_per_minute=400)):
        voice.change(settings)
        voice.start(an_utterance("Open door", priority=Priority.INFORM))
        onset, ended = until(voice, "onset", "ended")
        lasts.append((onset.at_s, ended.at_s))
    voice.close()
    sound = read_track(track)
    (a, b), (c, d) = lasts
    assert d - c < 0.7 * (b - a)
    assert abs(span(sound, c, d).astype(int)).max() < 0.3 * abs(span(sound, a, b).astype(int)).max()


def test_no_volume_silences_what_guards_a_walker(voice: EspeakVoice, track: Path) -> None:
    voice.change(VoiceSettings(volume=0.0, tick=False))
    heard = {}
    for priority in Priority:
        voice.start(an_utterance("Open door", "stop", priority=priority))
        onset, ended = until(voice, "onset", "ended")
        heard[priority] = (onset.at_s, ended.at_s)
    beeped = {}
    for zone in (Zone.STOP, Zone.WARN):
        voice.aim(a_thing(zone=zone, time_to_contact_s=0.0))
        begin_s = now_s(voice)

        def beats(until_s: float = begin_s + 1.0) -> bool:
            voice.heartbeat()
            return now_s(voice) > until_s

        eventually(beats, "a second of beeps")
        beeped[zone] = (begin_s + 0.3, begin_s + 1.0)
    voice.close()
    sound = read_track(track)
    audible = {p for p, (a, b) in heard.items() if span(sound, a, b).any()}
    assert audible == {Priority.LOST, Priority.STOP_DROP, Priority.STOP}
    assert span(sound, *beeped[Zone.STOP]).any() and not span(sound, *beeped[Zone.WARN]).any()


def now_s(voice: EspeakVoice) -> float:
    return (time.monotonic_ns() - voice.track_start_ns) * 1e-9


def test_a_caller_that_polls_without_heartbeats_is_told(voice: EspeakVoice, track: Path) -> None:
    beaten_s = (time.monotonic_ns() - voice.track_start_ns) * 1e-9
    voice.heartbeat()
    said = an_utterance("Several people ahead and more and more")
    voice.start(said)

    def alarmed() -> bool:
        voice.poll()
        return voice.alarms == 1

    eventually(alarmed, "the guard")
    voice.close()
    first, lost = (e["at_s"] for e in read_log(Path(f"{track}.jsonl")) if e["event"] == "onset")
    assert first < beaten_s + 0.2 and 0.5 <= lost - beaten_s <= 1.0


def test_a_full_disk_ends_the_track_and_not_the_speech(voice: EspeakVoice, track: Path) -> None:
    assert voice.sink_pid is not None
    resource.prlimit(voice.sink_pid, resource.RLIMIT_FSIZE, (2000, 2000))
    voice.start(an_utterance("", "warn"))
    assert [e.kind for e in until(voice, "ended")] == ["onset", "ended"]
    assert "sound track cannot be written any more" in voice.fault
    assert voice.restarts == 0


def test_a_parent_that_is_not_there_counts_as_a_broken_pipe() -> None:
    sink = SinkProcess(SinkOptions(device="none", parent=1))
    eventually(lambda: sink.receive() == [] and sink.trouble(), "its end")
    sink.kill()


def test_a_message_that_is_none_does_not_end_it(lasting: EspeakVoice) -> None:
    assert lasting._sink is not None
    assert lasting._sink.send({"op": "dance"})
    lasting.start(an_utterance("", "warn"))
    assert [e.kind for e in until(lasting, "ended")] == ["onset", "ended"]


def test_ctrl_c_does_not_reach_it(lasting: EspeakVoice) -> None:
    assert lasting.sink_pid is not None
    assert os.getsid(lasting.sink_pid) != os.getsid(0)
    os.kill(lasting.sink_pid, signal.SIGINT)
    lasting.start(an_utterance("", "warn"))
    assert [e.kind for e in until(lasting, "ended")] == ["onset", "ended"]


def test_sigterm_completes_the_track(voice: EspeakVoice, track: Path) -> None:
    voice.start(an_utterance())
    until(voice, "onset")
    assert voice.sink_pid is not None
    os.kill(voice.sink_pid, signal.SIGTERM)
    eventually(track.exists, "a finished track")
    assert read_track(track).any()
    assert [e.kind for e in until(voice, "cut")] == ["cut"]


def test_a_killed_sound_process_fails_what_it_said_and_comes_back_on_the_same_track(
    voice: EspeakVoice, track: Path
) -> None:
    first = an_utterance("Several people ahead")
    voice.start(first)
    (onset,) = until(voice, "onset")
    assert voice.sink_pid is not None
    os.kill(voice.sink_pid, signal.SIGKILL)
    (failed,) = until(voice, "failed")
    assert failed.utterance is first and voice.playing is None
    assert "the sound process ended with signal 9" in voice.fault
    voice.start(an_utterance())
    assert [e.kind for e in voice.poll()] == ["failed"]

    def back() -> bool:
        voice.poll()
        return not voice.fault

    eventually(back, "a new sound process")
    assert voice.restarts == 1
    voice.start(an_utterance("", "warn"))
    again, _ = until(voice, "onset", "ended")
    voice.close()
    sound = read_track(track)
    assert onset_s(sound) == pytest.approx(onset.at_s, abs=0.05)
    assert onset_s(sound, again.at_s - 0.1) == pytest.approx(again.at_s, abs=0.05)
    logged = [line["at_s"] for line in read_log(Path(f"{track}.jsonl")) if line["event"] == "onset"]
    assert logged == [onset.at_s, again.at_s]


def test_a_sound_process_that_hangs_is_replaced(voice: EspeakVoice) -> None:
    hung = voice.sink_pid
    assert hung is not None
    os.kill(hung, signal.SIGSTOP)

    def replaced() -> bool:
        voice.poll()
        return voice.sink_pid not in (None, hung)

    eventually(replaced, "a new sound process")
    assert has_gone(hung)


def test_what_has_no_sound_fails_and_says_why(lasting: EspeakVoice) -> None:
    lasting.start(an_utterance("", "horn"))
    assert [e.kind for e in until(lasting, "failed")] == ["failed"]
    assert "'horn'" in lasting.fault
    lasting.start(an_utterance("", "warn"))
    until(lasting, "ended")
    assert lasting.fault == ""


def test_words_too_long_for_a_message_fail_and_the_next_are_heard(lasting: EspeakVoice) -> None:
    lasting.start(an_utterance("very " * 2000))
    assert [e.kind for e in lasting.poll()] == ["failed"]
    assert "shorten its text" in lasting.fault
    lasting.start(an_utterance("", "warn"))
    assert [e.kind for e in until(lasting, "ended")] == ["onset", "ended"]
