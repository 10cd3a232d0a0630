"""Earcons: what a tone means is heard before the first word (assistive specification B9).

Pulses of 50 ms with ramps of 5 ms between 500 and 1800 Hz, below the mouth clicks that blind
people use for echolocation (2 to 4 kHz). Pitch tells the band: 600, 900 and 1400 Hz.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from followme.voices.pcm import SAMPLE_RATE_HZ, Pcm, samples_in
from followme.voices.voice import VoiceError

PULSE_S = 0.050
RAMP_S = 0.005
# leaves headroom for words that fade out under a tone
_AMPLITUDE = 0.6 * 32767


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


def _falling(
    begin_hz: float, end_hz: float, pulses: int, period_s: float
) -> tuple[tuple[float, float], ...]:
    slope = (end_hz - begin_hz) / ((pulses - 1) * period_s + PULSE_S)
    begins = [begin_hz + slope * i * period_s for i in range(pulses)]
    return tuple((hz, hz + slope * PULSE_S) for hz in begins)


EARCONS: dict[str, Earcon] = {
    "stop": Earcon(_steady(1400, 1400, 1400, 1400), period_s=0.125),
    # the burst of "stop", so that both mean the same, with the fall that means a drop
    "drop": Earcon(_falling(1200, 500, pulses=4, period_s=0.125), period_s=0.125),
    "warn": Earcon(_steady(900, 900), period_s=0.1),
    "clear": Earcon(_steady(600, 900), period_s=0.1),
    "lost": Earcon(_steady(1100, 600, 1100, 600), period_s=0.1),
    "fault": Earcon(_steady(500, 500, 500), period_s=0.25),
}


@cache
def tone(name: str) -> Pcm:
    """Return an earcon, (N,) int16; do not write into it.

    Raises
    ------
    VoiceError
        When there is no earcon of that name.
    """
    if name not in EARCONS:
        raise VoiceError(f"tone {name!r} is none of {', '.join(EARCONS)}")
    earcon = EARCONS[name]
    sound = np.zeros(samples_in(earcon.seconds), np.int16)
    for i, (begin_hz, end_hz) in enumerate(earcon.pulses_hz):
        pulse = _pulse(begin_hz, end_hz)
        at = samples_in(i * earcon.period_s)
        sound[at : at + len(pulse)] = pulse[: len(sound) - at]
    sound.setflags(write=False)
    return sound


def _pulse(begin_hz: float, end_hz: float) -> Pcm:
    count, ramp_count = samples_in(PULSE_S), samples_in(RAMP_S)
    pitch_hz = np.linspace(begin_hz, end_hz, count)
    phase = 2.0 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    # a raised cosine has no corner that could click
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(ramp_count) + 0.5) / ramp_count)
    envelope = np.ones(count)
    envelope[:ramp_count] = ramp
    envelope[-ramp_count:] = ramp[::-1]
    pulse: Pcm = np.rint(_AMPLITUDE * envelope * np.sin(phase)).astype(np.int16)
    return pulse
