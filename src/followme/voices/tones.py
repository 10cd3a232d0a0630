"""Earcons: what a tone means is heard before the first word (assistive specification B9).

Pulses of 50 ms with ramps of 5 ms between 500 and 1800 Hz, below the mouth clicks that blind
people use for echolocation (2 to 4 kHz). Pitch tells the height of what a tone is about: foot,
torso and head are 600, 900 and 1400 Hz, a drop falls from 1200 to 500 Hz.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from followme.voices.pcm import SAMPLE_RATE_HZ, Pcm, samples_in
from followme.voices.voice import VoiceError

PULSE_S = 0.050
RAMP_S = 0.005
# leaves headroom for words that fade out under a tone, and for one that is panned to one side
_LEVEL = 0.6
# 30 dB below full scale (B4): heard in silence, drowned by everything else
_TICK_LEVEL = 10.0 ** (-30.0 / 20.0)
_TICK_HZ = 1000.0

#: Pitch at the begin and at the end of a tone about something at this height.
BANDS_HZ: dict[str, tuple[float, float]] = {
    "foot": (600.0, 600.0),
    "torso": (900.0, 900.0),
    "head": (1400.0, 1400.0),
    "drop": (1200.0, 500.0),
}
#: Of a tone about nothing, or about something of unknown height.
MIDDLE_BAND = "torso"
# pulses and period of the tones that tell a height
_BANDED = {"stop": (4, 0.125), "warn": (2, 0.1), "beep": (1, 0.125)}


@dataclass(frozen=True)
class Earcon:
    """A row of pulses.

    Parameters
    ----------
    pulses_hz : tuple of (float, float)
        Pitch of each pulse at its begin and at its end.
    period_s : float
        From the begin of one pulse to the begin of the next.
    """

    pulses_hz: tuple[tuple[float, float], ...]
    period_s: float

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return (len(self.pulses_hz) - 1) * self.period_s + PULSE_S


def _steady(*pitches_hz: float) -> tuple[tuple[float, float], ...]:
    return tuple((hz, hz) for hz in pitches_hz)


def _in_band(band: str, pulses: int, period_s: float) -> Earcon:
    begin_hz, end_hz = BANDS_HZ[band]
    slope = (end_hz - begin_hz) / ((pulses - 1) * period_s + PULSE_S)
    begins = [begin_hz + slope * i * period_s for i in range(pulses)]
    return Earcon(tuple((hz, hz + slope * PULSE_S) for hz in begins), period_s)


#: Every tone, those that tell a height in the middle band.
EARCONS: dict[str, Earcon] = {
    **{name: _in_band(MIDDLE_BAND, *shape) for name, shape in _BANDED.items()},
    # the burst of "stop", so that both mean the same, with the fall that means a drop
    "drop": _in_band("drop", *_BANDED["stop"]),
    "clear": Earcon(_steady(600, 900), period_s=0.1),
    "lost": Earcon(_steady(1100, 600, 1100, 600), period_s=0.1),
    "fault": Earcon(_steady(500, 500, 500), period_s=0.25),
}


def earcon(name: str, band: str = MIDDLE_BAND) -> Earcon:
    """Return the pulses of a tone; ``band`` is of :data:`BANDS_HZ`, and not every tone tells it.

    Raises
    ------
    VoiceError
        When there is no such tone or band.
    """
    if name not in EARCONS:
        raise VoiceError(f"tone {name!r} is none of {', '.join(EARCONS)}")
    if band not in BANDS_HZ:
        raise VoiceError(f"band {band!r} of a tone is none of {', '.join(BANDS_HZ)}")
    return _in_band(band, *_BANDED[name]) if name in _BANDED else EARCONS[name]


@cache
def tone(name: str, band: str = MIDDLE_BAND) -> Pcm:
    """Return the sound of a tone, (N,) int16; do not write into it.

    Raises
    ------
    VoiceError
        When there is no such tone or band.
    """
    shape = earcon(name, band)
    sound = np.zeros(samples_in(shape.seconds), np.int16)
    for i, (begin_hz, end_hz) in enumerate(shape.pulses_hz):
        pulse = _pulse(begin_hz, end_hz, _LEVEL)
        at = samples_in(i * shape.period_s)
        sound[at : at + len(pulse)] = pulse[: len(sound) - at]
    sound.setflags(write=False)
    return sound


@cache
def tick() -> Pcm:
    """Return the quiet pulse that says that FollowMe lives, (N,) int16; do not write into it."""
    sound = _pulse(_TICK_HZ, _TICK_HZ, _TICK_LEVEL)
    sound.setflags(write=False)
    return sound


def _pulse(begin_hz: float, end_hz: float, level: float) -> Pcm:
    count, ramp_count = samples_in(PULSE_S), samples_in(RAMP_S)
    pitch_hz = np.linspace(begin_hz, end_hz, count)
    phase = 2.0 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    # a raised cosine has no corner that could click
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(ramp_count) + 0.5) / ramp_count)
    envelope = np.ones(count)
    envelope[:ramp_count] = ramp
    envelope[-ramp_count:] = ramp[::-1]
    pulse: Pcm = np.rint(level * 32767 * envelope * np.sin(phase)).astype(np.int16)
    return pulse
