"""A track in memory is the track of a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from followme.settings import VoiceSettings
from followme.voices.memory_track import MemoryTrack
from followme.voices.pcm import read_wav
from followme.voices.track import TrackWriter
from followme.voices.wav import WavVoice
from tests.voices.listening import an_utterance


def test_an_empty_track_has_no_samples() -> None:
    assert MemoryTrack().samples().shape == (0,)


def test_silence_is_kept_and_time_never_goes_back() -> None:
    track = MemoryTrack()
    track.write(3, np.full(2, 7, np.int16))
    track.reach(8)
    track.reach(1)
    assert track.samples().tolist() == [0, 0, 0, 7, 7, 0, 0, 0]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=6))
def test_it_holds_what_a_file_would(tmp_path_factory, places) -> None:
    path = tmp_path_factory.mktemp("tracks") / "t.wav"
    memory, file = MemoryTrack(), TrackWriter(path)
    for n, (at, length) in enumerate(places, start=1):
        for track in (memory, file):
            track.write(at, np.full(length, n, np.int16))
            track.reach(at + 30)
    file.close()
    memory.close()
    assert np.array_equal(memory.samples(), read_wav(path))


def test_a_voice_writes_the_same_to_both(tmp_path: Path) -> None:
    now_ns, memory = 0, MemoryTrack()
    settings = VoiceSettings(mono=True)
    voices = [WavVoice(settings, lambda: now_ns, to) for to in (memory, tmp_path / "t.wav")]
    for voice in voices:
        voice.poll()
    for now_ns in range(0, 2_000_000_000, 20_000_000):
        for voice in voices:
            if now_ns == 500_000_000:
                voice.start(an_utterance(tone="stop", text=""))
            voice.poll()
    for voice in voices:
        voice.close()
    assert memory.samples().any()
    assert np.array_equal(memory.samples(), read_wav(tmp_path / "t.wav"))
