"""What a tone tells beside its name: how high the thing is, and on which side (B9)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from followme.values.obstacle import Kind, Obstacle
from followme.voices.pcm import Pcm
from followme.voices.tones import MIDDLE_BAND

#: Farther to the side is not heard as farther.
CLIP_RAD = math.radians(45.0)
# Lower edges of the bands of B1: a cane finds what is below 0.685 m [R5], the head is from 1.35 m.
_CANE_HIGH_M = 0.685
_HEAD_LOW_M = 1.35


@dataclass(frozen=True)
class Cue:
    """Pitch and place of a tone.

    Parameters
    ----------
    band : str
        Of :data:`followme.voices.tones.BANDS_HZ`.
    bearing_rad : float
        Where the thing is, positive to the left.
    """

    band: str = MIDDLE_BAND
    bearing_rad: float = 0.0


def cue_of(thing: Obstacle | None) -> Cue:
    """Return how a tone about a thing sounds.

    The band is that of its lowest edge, so that a high tone means what no cane finds.
    """
    if thing is None:
        return Cue()
    bearing_rad = thing.bearing_rad if math.isfinite(thing.bearing_rad) else 0.0
    return Cue(_band_of(thing), bearing_rad)


def _band_of(thing: Obstacle) -> str:
    if thing.kind is Kind.DROP_OFF:
        return "drop"
    if math.isnan(thing.bottom_m):
        return MIDDLE_BAND
    if thing.bottom_m < _CANE_HIGH_M:
        return "foot"
    return "torso" if thing.bottom_m < _HEAD_LOW_M else "head"


def placed(sound: Pcm, cue: Cue, channels: int) -> Pcm:
    """Return a tone, (N,) int16, where its cue puts it; with one channel nowhere, (N,)."""
    return sound if channels == 1 else panned(sound, cue.bearing_rad)


def panned(sound: Pcm, bearing_rad: float) -> Pcm:
    """Return a sound, (N,) int16, as heard from a bearing, (N, 2) int16, left and right.

    Its power is the same from each bearing; straight ahead both sides are as loud as the sound.
    """
    turn = max(-1.0, min(1.0, bearing_rad / CLIP_RAD))
    angle_rad = (1.0 - turn) * math.pi / 4.0
    gains = math.sqrt(2.0) * np.array([math.cos(angle_rad), math.sin(angle_rad)])
    both = sound[:, np.newaxis] * gains
    heard: Pcm = np.clip(np.rint(both), -32768, 32767).astype(np.int16)
    return heard
