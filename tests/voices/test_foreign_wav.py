from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.voices.foreign_wav import read_foreign_wav
from followme.voices.voice import VoiceError

RATE_HZ = 22050


def write(
    path: Path, data: bytes, channels: int = 1, width: int = 2, rate_hz: int = RATE_HZ
) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate_hz, 0, "NONE", ""))
        file.writeframes(data)
    return path


def sine(rate_hz: int, seconds: float = 0.5, pitch_hz: float = 440.0) -> np.ndarray:
    return np.sin(2 * np.pi * pitch_hz * np.arange(round(seconds * rate_hz)) / rate_hz)


def packed(samples: np.ndarray, width: int) -> bytes:
    """Return samples of -1 to 1 as PCM of that many bytes."""
    if width == 1:
        return bytes(np.rint(samples * 127 + 128).astype(np.uint8))
    whole = np.rint(samples * (2.0 ** (8 * width - 1) - 1)).astype(np.int64)
    return b"".join(struct.pack("<q", int(v))[:width] for v in whole)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all", b"RIFF\x24\0\0\0WAVEfmt "])
def test_what_is_no_wav_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(VoiceError, match=r"sound a\.wav cannot be read"):
        read_foreign_wav(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match=r"gone\.wav cannot be read"):
        read_foreign_wav(tmp_path / "gone.wav")


@pytest.mark.parametrize(("data", "rate_hz"), [(b"", RATE_HZ), (b"\0\0", 1), (b"\0\0", 4_000_000)])
def test_a_wav_without_sound_or_with_an_absurd_rate_is_refused(
    tmp_path: Path, data: bytes, rate_hz: int
) -> None:
    with pytest.raises(VoiceError, match=r"a\.wav is empty, 16 bit at"):
        read_foreign_wav(write(tmp_path / "a.wav", data, rate_hz=rate_hz))


def test_our_own_form_is_kept_to_the_bit(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("own")

    @given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=50))
    def kept(values: list[int]) -> None:
        data = np.array(values, "<i2").tobytes()
        assert read_foreign_wav(write(folder / "a.wav", data)).tolist() == values

    kept()


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 44100, 48000])
def test_any_form_becomes_ours_with_its_pitch_loudness_and_length(
    tmp_path: Path, channels: int, width: int, rate_hz: int
) -> None:
    samples = np.repeat(0.5 * sine(rate_hz), channels)
    sound = read_foreign_wav(
        write(tmp_path / "a.wav", packed(samples, width), channels, width, rate_hz)
    )
    assert sound.dtype == np.int16
    assert len(sound) == pytest.approx(0.5 * RATE_HZ, abs=2)
    spectrum = np.abs(np.fft.rfft(sound))
    assert spectrum.argmax() * RATE_HZ / len(sound) == pytest.approx(440.0, abs=3.0)
    assert np.std(sound[500:-500]) == pytest.approx(0.5 * 32767 / np.sqrt(2), rel=0.02)


def test_channels_are_mixed(tmp_path: Path) -> None:
    data = np.array([[1000, 3000], [-400, 0]], "<i2").tobytes()
    assert read_foreign_wav(write(tmp_path / "a.wav", data, channels=2)).tolist() == [2000, -200]


def test_what_we_cannot_play_does_not_come_back_as_another_pitch(tmp_path: Path) -> None:
    sound = read_foreign_wav(
        write(tmp_path / "a.wav", packed(0.9 * sine(48000, pitch_hz=18000.0), 2), rate_hz=48000)
    )
    assert np.abs(sound[500:-500]).max() < 100


def test_a_frame_that_was_cut_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.array([5, 7, 9, 11], "<i2").tobytes(), channels=2)
    path.write_bytes(path.read_bytes()[:-2])
    assert read_foreign_wav(path).tolist() == [6]
