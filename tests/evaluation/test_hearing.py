"""When something is audible on a track."""

from __future__ import annotations

import numpy as np
import pytest

from followme.evaluation.hearing import AUDIBLE, first_audible, sounding
from followme.voices.pcm import SAMPLE_RATE_HZ


def a_track(*sounds: tuple[float, float], seconds: float = 4.0) -> np.ndarray:
    track = np.zeros(round(seconds * SAMPLE_RATE_HZ), np.int16)
    for from_s, until_s in sounds:
        track[round(from_s * SAMPLE_RATE_HZ) : round(until_s * SAMPLE_RATE_HZ)] = 4000
    return track


def test_the_first_sample_over_the_threshold_counts():
    track = a_track((1.5, 2.0))
    assert first_audible(track, 0.0) == pytest.approx(1.5, abs=1e-3)
    assert first_audible(track, 1.7) == pytest.approx(1.7, abs=1e-3)


def test_what_is_too_soft_is_not_heard():
    assert first_audible(np.full(9000, AUDIBLE - 1, np.int16), 0.1) == 0.1
    assert first_audible(np.full(9000, -AUDIBLE, np.int16), 0.1) == pytest.approx(0.1, abs=1e-3)


def test_nothing_to_hear_keeps_the_time_that_was_announced():
    assert first_audible(a_track(), 2.5) == 2.5
    assert first_audible(np.zeros(0, np.int16), 2.5) == 2.5


def test_sound_is_counted_in_pieces_and_words_are_one_piece():
    pieces = sounding(a_track((1.0, 1.5), (1.6, 2.0), (3.0, 3.1)), 4.0)
    assert len(pieces) == 200
    assert pieces.sum() * 0.02 == pytest.approx(1.1, abs=0.05)
    assert not pieces[:50].any() and pieces[50:100].all() and not pieces[100:150].any()


def test_a_track_that_ends_early_is_silent_to_the_end():
    assert not sounding(np.zeros(0, np.int16), 1.0).any()
