from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from followme.voices.pcm import read_wav, trimmed
from followme.voices.voice import VoiceError


def write_wav(path: Path, channels: int = 1, width: int = 2, rate: int = 22050) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(range(100)) * channels * width)
    return path


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\x10\0\0\0WAVEfmt ", b"no sound at all"])
def test_a_damaged_file_is_named_with_the_mend(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(VoiceError, match=r"x\.wav cannot be read .*: install FollowMe again"):
        read_wav(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match=r"nowhere\.wav cannot be read"):
        read_wav(tmp_path / "nowhere.wav")


@pytest.mark.parametrize("kind", [{"channels": 2}, {"width": 1}, {"rate": 44100}])
def test_another_format_is_refused(tmp_path: Path, kind: dict[str, int]) -> None:
    with pytest.raises(VoiceError, match="give 1 channel of 16 bit at 22050 Hz"):
        read_wav(write_wav(tmp_path / "x.wav", **kind))


def test_a_file_cut_in_the_middle_of_a_sample_is_read_up_to_there(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "x.wav")
    path.write_bytes(path.read_bytes()[:-3])
    assert len(read_wav(path)) == 98


@pytest.mark.parametrize(
    ("sound", "expected"),
    [
        ([], []),
        ([0, 0, 0], []),
        ([10, -10, 300], []),
        ([0, 400, 0, -400, 0], [400, 0, -400]),
        ([-32768], [-32768]),
    ],
)
def test_trimmed_keeps_from_first_to_last_audible_sample(
    sound: list[int], expected: list[int]
) -> None:
    assert trimmed(np.array(sound, np.int16)).tolist() == expected
