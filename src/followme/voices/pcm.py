"""Sound as numbers: 16 bit, mono or stereo, at one rate everywhere."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from followme.voices.voice import VoiceError

#: espeak-ng's own rate; nothing is ever resampled.
SAMPLE_RATE_HZ = 22050
SAMPLE_BYTES = 2

#: (N,) int16; of two channels (N, 2), left and right
Pcm: TypeAlias = NDArray[np.int16]

# 1 % of full scale, -40 dB: below the quietest consonant of espeak-ng, above its noise
_AUDIBLE = 328


def samples_in(seconds: float) -> int:
    """Return how many samples last ``seconds``."""
    return round(seconds * SAMPLE_RATE_HZ)


def as_channels(sound: Pcm, channels: int) -> Pcm:
    """Return a sound, (N,) int16, as it is, or with ``channels`` 2 the same on both sides."""
    return sound if channels == 1 else np.repeat(sound[:, np.newaxis], 2, axis=1)


def silence(seconds: float) -> Pcm:
    """Return zeros."""
    return np.zeros(samples_in(seconds), np.int16)


def trimmed(sound: Pcm) -> Pcm:
    """Return ``sound`` from its first to its last audible sample; empty when there is none."""
    audible = np.flatnonzero(np.abs(sound.astype(np.int32)) >= _AUDIBLE)
    if not audible.size:
        return sound[:0]
    return sound[audible[0] : audible[-1] + 1]


def read_wav(path: Path) -> Pcm:
    """Read a WAV file.

    Raises
    ------
    VoiceError
        When it is missing, damaged, or not 16 bit mono at :data:`SAMPLE_RATE_HZ`.
    """
    try:
        with wave.open(str(path), "rb") as file:
            kind = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            data = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise VoiceError(
            f"sound {path} cannot be read ({error}): install FollowMe again"
        ) from error
    if kind != (1, SAMPLE_BYTES, SAMPLE_RATE_HZ):
        raise VoiceError(
            f"sound {path} has {kind[0]} channels of {8 * kind[1]} bit at {kind[2]} Hz, "
            f"give 1 channel of 16 bit at {SAMPLE_RATE_HZ} Hz"
        )
    return np.frombuffer(data[: len(data) // SAMPLE_BYTES * SAMPLE_BYTES], "<i2").astype(np.int16)
