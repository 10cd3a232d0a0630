"""A WAV file of any rate, width and number of channels, as an engine wrote it, turned into ours."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from followme.voices.pcm import SAMPLE_RATE_HZ, Pcm
from followme.voices.voice import VoiceError

# longer than any announcement; a broken header must not fill the memory
_MOST_S = 60.0


def read_foreign_wav(path: Path) -> Pcm:
    """Read a WAV file as 16 bit mono at our rate.

    Raises
    ------
    VoiceError
        When it is missing, damaged, empty or no WAV of whole bytes.
    """
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate_hz = file.getparams()[:3]
            data = file.readframes(min(file.getnframes(), round(_MOST_S * rate_hz)))
    except (OSError, EOFError, wave.Error) as error:
        raise VoiceError(f"sound {path.name} cannot be read ({error})") from error
    if not data or not 1000 <= rate_hz <= 384_000 or not 1 <= width <= 4:
        raise VoiceError(f"sound {path.name} is empty, {8 * width} bit at {rate_hz} Hz")
    samples = _numbers(data, width)
    mono = samples[: len(samples) // channels * channels].reshape(-1, channels).mean(axis=1)
    clipped: Pcm = np.clip(np.rint(_resampled(mono, rate_hz)), -32768, 32767).astype(np.int16)
    return clipped


def _numbers(data: bytes, width: int) -> NDArray[np.float64]:
    """Return samples on the scale of 16 bit, (N,)."""
    data = data[: len(data) // width * width]
    if width == 1:  # the only width without a sign
        return (np.frombuffer(data, np.uint8).astype(np.float64) - 128.0) * 256.0
    octets = np.frombuffer(data, np.uint8).reshape(-1, width)
    wide = np.zeros((len(octets), 4), np.uint8)
    wide[:, 4 - width :] = octets
    return wide.view("<i4")[:, 0] / 65536.0


def _resampled(samples: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Return samples at our rate; what lies above half of either rate is left out."""
    count = round(len(samples) * SAMPLE_RATE_HZ / rate_hz)
    if rate_hz == SAMPLE_RATE_HZ or not count:
        return samples[: len(samples) if count else 0]
    return np.fft.irfft(np.fft.rfft(samples), count) * (count / len(samples))
