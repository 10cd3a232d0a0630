from __future__ import annotations

import time
from pathlib import Path

import pytest

from followme.settings import VoiceSettings
from followme.voices.choose import log_folder, make_voice
from followme.voices.device import Device
from followme.voices.espeak import EspeakVoice
from followme.voices.silent import SilentVoice
from followme.voices.sink_options import SinkOptions
from followme.voices.voice import VoiceError
from tests.voices.listening import an_utterance, eventually, read_track, until


def has_device() -> bool:
    try:
        Device("auto").close()
    except VoiceError:
        return False
    return True


def test_silent_is_silent() -> None:
    voice = make_voice(VoiceSettings(engine="silent"), time.time_ns)
    assert isinstance(voice, SilentVoice) and "nothing is heard" in voice.about


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ROS_LOG_DIR": "/a", "ROS_HOME": "/b"}, "/a"),
        ({"ROS_LOG_DIR": "", "ROS_HOME": "/b"}, "/b/log"),
    ],
)
def test_the_log_folder_is_that_of_ros(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert log_folder() == Path(expected)


def test_auto_without_a_device_writes_the_track_to_the_log_folder_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if has_device():
        pytest.skip("this machine has a sound device")
    monkeypatch.setenv("ROS_LOG_DIR", str(tmp_path))
    voice = make_voice(VoiceSettings(), time.time_ns)
    voice.close()
    track = tmp_path / "followme_speech.wav"
    assert voice.about == f"no sound device: speech is written to {track}"
    assert len(read_track(track)) >= 0


def test_espeak_insists_on_a_device() -> None:
    if has_device():
        pytest.skip("this machine has a sound device")
    with pytest.raises(VoiceError, match=r"no sound device.*: plug one in, or set voice\.engine"):
        make_voice(VoiceSettings(engine="espeak"), time.time_ns)


def test_the_command_line_says_what_the_options_say() -> None:
    for options in (
        SinkOptions(),
        SinkOptions("none", True, "a b.wav", "--x", True, True, -5, 7, "de", 90, 0.25, 0.3),
        SinkOptions(channels=2, tick=True, resounds=True),
    ):
        assert SinkOptions.read(options.arguments()) == options


def test_a_device_is_played_and_the_track_is_written_too(tmp_path: Path) -> None:
    pytest.importorskip("miniaudio")
    track = tmp_path / "t.wav"
    options = SinkOptions(device="null", track=str(track), track_always=True)
    voice = EspeakVoice(VoiceSettings(), time.time_ns, options)
    asked_ns = time.time_ns()
    voice.start(an_utterance("", "stop"))
    onset, ended = until(voice, "onset", "ended")
    voice.close()
    assert "heard on" in voice.about and voice.about.endswith(f"written to {track}")
    assert ended.at_s - onset.at_s == pytest.approx(0.425, abs=0.001)
    assert onset.wall_ns > asked_ns + 30_000_000  # the way to the ear counts
    assert read_track(track).any()


def test_a_device_gets_blocks_in_order_and_silence_when_there_are_none() -> None:
    pytest.importorskip("miniaudio")
    device = Device("null")
    eventually(lambda: device.taken > 2000, "a device that asks for sound")
    device.close()
    feed = device._feed()
    next(feed)
    device._waiting.clear()
    device.play(b"\1\0\2\0\3\0", silent=False)
    assert feed.send(2) == b"\1\0\2\0"
    assert feed.send(3) == b"\3\0\0\0\0\0"
    for _ in range(20):
        device.play(bytes(2 * 220), silent=True)
    assert len(device._waiting) <= 2 * (0.020 * 22050 + 220)


def test_a_stereo_device_gets_both_sides_of_each_sample() -> None:
    pytest.importorskip("miniaudio")
    device = Device("null", 2)
    eventually(lambda: device.taken > 2000, "a device that asks for sound")
    device.close()
    feed = device._feed()
    next(feed)
    device._waiting.clear()
    device.play(b"\1\0\2\0\3\0\4\0", silent=False)
    assert feed.send(1) == b"\1\0\2\0"
    assert feed.send(2) == b"\3\0\4\0\0\0\0\0"
