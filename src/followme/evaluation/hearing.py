"""When something could really be heard: the sound track of a walk, and what a real chain adds.

A walk runs on a simulated clock, in which computing takes no time. Two constants put back what a
real chain adds, so that the latencies of a walk are those of a walker and not of a simulation.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from followme.evaluation.walk_record import PIECE_S
from followme.voices.pcm import SAMPLE_RATE_HZ, Pcm, samples_in

#: From the shutter to the moment at which speech has the obstacles of that image, seconds: between
#: p50 (0.06) and p99 (0.12) of the budget on two cores with all networks. The pipeline waits it
#: out, so that lifetimes count it too.
CHAIN_S = 0.10
#: From the decision to the loudspeaker, seconds: rendering of a phrase by espeak-ng (up to 0.004,
#: measured), a block of the sound process (0.010), what it keeps ahead of the device (0.020) and
#: one period of the device (0.010). ``python -m followme.evaluation.sound_timing`` measures it.
SOUND_S = 0.044
#: 1 % of full scale (-40 dB): below the quietest consonant, above the noise of speech.
AUDIBLE = 328
# Silence within words is shorter than this; they are one piece of sound.
_WORD_GAP_S = 0.20


def first_audible(track: Pcm, at_s: float) -> float:
    """Return the second of a track, (N,) int16, of the first audible sample from ``at_s`` on.

    It is ``at_s`` where nothing follows.
    """
    from_sample = max(0, round(at_s * SAMPLE_RATE_HZ))
    loud = np.abs(track[from_sample:].astype(np.int32)) >= AUDIBLE
    return at_s if not loud.any() else (from_sample + int(np.argmax(loud))) / SAMPLE_RATE_HZ


def sounding(track: Pcm, seconds: float) -> NDArray[np.bool_]:
    """Return whether something sounds in each piece of 20 ms of a track, (N,) bool."""
    count = max(1, round(seconds / PIECE_S))
    piece = samples_in(PIECE_S)
    filled = np.zeros(count * piece, np.int16)
    filled[: len(track)] = track[: len(filled)]
    audible = np.abs(filled.astype(np.int32)) >= AUDIBLE
    loud = np.asarray(audible.reshape(count, piece).any(axis=1))
    at = np.flatnonzero(loud)
    for low, high in pairwise(at):
        if (high - low) * PIECE_S <= _WORD_GAP_S:
            loud[low:high] = True
    return loud
