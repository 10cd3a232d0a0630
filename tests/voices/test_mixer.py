from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.voices.mixer import FADE_S, Mixer, MixerEvent

FADE = round(FADE_S * 22050)


def steady(count: int, level: int = 10000) -> np.ndarray:
    return np.full(count, level, np.int16)


def test_nothing_is_silence_and_time_passes() -> None:
    mixer = Mixer(1.0)
    assert mixer.render(100) is None and mixer.render(0) is None
    assert mixer.at == 100 and mixer.take_events() == []


def test_cutting_nothing_does_nothing() -> None:
    mixer = Mixer(1.0)
    mixer.cut()
    assert mixer.silent and mixer.take_events() == []


def test_a_sound_is_heard_whole_with_its_onset_and_end() -> None:
    mixer = Mixer(1.0, at=50)
    mixer.play(1, steady(30))
    assert mixer.playing == 1
    piece = mixer.render(40)
    assert piece is not None and piece.tolist() == [10000] * 30 + [0] * 10
    assert mixer.take_events() == [MixerEvent("onset", 1, 50), MixerEvent("ended", 1, 80)]
    assert mixer.playing is None and mixer.silent


def test_what_was_never_heard_is_cut_without_onset_and_without_sound() -> None:
    mixer = Mixer(1.0)
    mixer.play(1, steady(1000))
    mixer.cut()
    assert mixer.render(100) is None
    assert mixer.take_events() == [MixerEvent("cut", 1, 0)]


def test_a_cut_fades_over_20_ms_and_is_then_silent() -> None:
    mixer = Mixer(1.0)
    mixer.play(1, steady(22050))
    mixer.render(1000)
    mixer.cut()
    piece = mixer.render(2000)
    assert piece is not None
    assert np.all(np.diff(piece[:FADE].astype(int)) <= 0)
    assert piece[0] == 10000 and not piece[FADE:].any()
    assert np.abs(np.diff(piece.astype(int))).max() < 100  # no step that could click
    assert mixer.take_events()[-1] == MixerEvent("cut", 1, 1000)


def test_a_new_sound_begins_at_once_over_the_fade_of_the_old_one() -> None:
    mixer = Mixer(1.0)
    mixer.play(1, steady(5000, 8000))
    mixer.render(100)
    mixer.play(2, steady(5000, 4000))
    piece = mixer.render(1000)
    assert piece is not None and piece[0] == 12000 and piece[-1] == 4000
    assert mixer.take_events()[1:] == [MixerEvent("cut", 1, 100), MixerEvent("onset", 2, 100)]


def test_loud_sounds_are_clipped_and_never_wrap_around() -> None:
    mixer = Mixer(1.0)
    mixer.play(1, steady(5000, 30000))
    mixer.render(10)
    mixer.play(2, steady(5000, 30000))
    piece = mixer.render(100)
    assert piece is not None and piece.min() > 0 and piece.max() == 32767


def test_gain_acts_while_it_plays_and_the_guard_keeps_its_own() -> None:
    mixer = Mixer(1.0)
    mixer.play(1, steady(100))
    first = mixer.render(10)
    mixer.gain = 0.5
    second = mixer.render(10)
    mixer.gain = 0.0
    mixer.play(2, steady(10), least_gain=0.3)
    mixer.render(FADE)
    assert first is not None and second is not None
    assert (first[0], second[0]) == (10000, 5000)
    mixer.play(3, steady(10), least_gain=0.3)
    third = mixer.render(10)
    assert third is not None and third[0] == pytest.approx(3000, abs=1)


def test_skipped_time_is_not_played_later() -> None:
    mixer = Mixer(1.0)
    mixer.play(1, steady(20))
    mixer.render(10)
    mixer.skip(1000)
    mixer.render(10)
    assert mixer.take_events()[-1] == MixerEvent("ended", 1, 1020)


@settings(max_examples=40)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=12), st.integers(0, 1500))
def test_the_size_of_the_pieces_changes_nothing(pieces: list[int], cut_at: int) -> None:
    sound = (np.arange(1200) % 1000).astype(np.int16)
    total = sum(pieces)

    def heard(sizes: list[int]) -> tuple[list[int], list[MixerEvent]]:
        mixer, samples = Mixer(0.7), []
        mixer.play(1, sound)
        for size in sizes:
            # a cut falls on the border of two pieces
            if mixer.at == cut_at:
                mixer.cut()
            piece = mixer.render(size)
            samples += [0] * size if piece is None else piece.tolist()
        return samples, mixer.take_events()

    borders = sorted({*np.cumsum([0, *pieces]).tolist(), min(cut_at, total)})
    assert heard(np.diff(borders).tolist()) == heard([1] * total)


def test_a_sound_that_is_to_have_more_waits_in_silence_and_goes_on() -> None:
    mixer = Mixer(1.0)
    mixer.play(1, steady(10), more=True)
    piece = mixer.render(30)
    assert piece is not None and piece.tolist() == [10000] * 10 + [0] * 20
    assert mixer.playing == 1 and not mixer.silent
    mixer.complete(steady(5, 7000))
    piece = mixer.render(10)
    assert piece is not None and piece.tolist() == [7000] * 5 + [0] * 5
    assert mixer.take_events() == [MixerEvent("onset", 1, 0), MixerEvent("ended", 1, 35)]


def test_the_rest_of_a_sound_follows_without_a_gap_when_it_comes_early() -> None:
    mixer = Mixer(1.0)
    mixer.play(1, steady(10), more=True)
    mixer.render(4)
    mixer.complete(steady(5, 7000))
    piece = mixer.render(12)
    assert piece is not None and piece.tolist() == [10000] * 6 + [7000] * 5 + [0]


def test_a_sound_that_begins_with_nothing_has_its_onset_with_the_rest() -> None:
    mixer = Mixer(1.0)
    mixer.play(1, steady(0), more=True)
    mixer.render(20)
    mixer.complete(steady(5))
    mixer.render(20)
    assert mixer.take_events() == [MixerEvent("onset", 1, 20), MixerEvent("ended", 1, 25)]


def test_a_rest_that_is_nothing_ends_the_sound() -> None:
    mixer = Mixer(1.0)
    mixer.play(1, steady(0), more=True)
    mixer.complete(steady(0))
    mixer.render(20)
    assert mixer.take_events() == [MixerEvent("ended", 1, 0)] and mixer.silent


def test_a_sound_that_waits_is_cut_like_any_other() -> None:
    mixer = Mixer(1.0)
    mixer.play(1, steady(10), more=True)
    mixer.render(30)
    mixer.cut()
    mixer.complete(steady(5))
    assert mixer.render(30) is None
    assert mixer.take_events()[-1] == MixerEvent("cut", 1, 30)


def test_in_stereo_each_side_has_its_own_sound_and_fade() -> None:
    mixer = Mixer(0.5, channels=2)
    mixer.play(1, np.tile(np.array([10000, 4000], np.int16), (2000, 1)))
    piece = mixer.render(100)
    assert piece is not None and piece.shape == (100, 2) and piece[0].tolist() == [5000, 2000]
    mixer.cut()
    fade = mixer.render(2 * FADE)
    assert fade is not None and not fade[FADE:].any()
    assert np.all(np.diff(fade[:FADE].astype(int), axis=0) <= 0)
    assert fade[0].tolist() == [5000, 2000]
    assert mixer.render(10) is None


def test_it_knows_how_long_it_sounded() -> None:
    mixer = Mixer(1.0, at=50)
    assert mixer.sounded_until == 50
    mixer.render(100)
    mixer.play(1, steady(30))
    mixer.render(100)
    assert mixer.sounded_until == 180
    mixer.play(2, steady(5000))
    mixer.render(100)
    mixer.cut()
    mixer.render(5000)
    assert mixer.sounded_until == 350 + FADE
