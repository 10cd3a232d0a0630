from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.values.obstacle import Zone
from followme.voices.cue import Cue
from followme.voices.mixer import Mixer
from followme.voices.pauses import PAUSE, Beeps, Pauses, beeps_of, period_s
from followme.voices.pcm import SAMPLE_RATE_HZ, samples_in
from tests.voices.listening import a_thing

BLOCK = 220


class Played:
    """A mixer with its pauses, rendered block by block as the sound process does."""

    def __init__(self, channels: int = 1) -> None:
        self.mixer = Mixer(1.0, channels=channels)
        self.pauses = Pauses(self.mixer, channels)
        self._sound: list[np.ndarray] = []
        self._channels = channels

    def run(self, seconds: float) -> None:
        end = self.mixer.at + samples_in(seconds)
        while self.mixer.at < end:
            count = min(BLOCK, end - self.mixer.at)
            while count > 0:
                piece = self.pauses.piece(count)
                sound = self.mixer.render(piece)
                shape = (piece, 2) if self._channels == 2 else (piece,)
                self._sound.append(np.zeros(shape, np.int16) if sound is None else sound)
                count -= piece

    @property
    def sound(self) -> np.ndarray:
        return np.concatenate(self._sound)

    def onsets_s(self, from_s: float = 0.0) -> np.ndarray:
        """Return when each pulse begins, found in the sound itself."""
        sound = self.sound if self._channels == 1 else self.sound.max(axis=1)
        loud = np.flatnonzero(np.abs(sound.astype(int)) > 50) / SAMPLE_RATE_HZ
        begins = loud[np.diff(loud, prepend=-1.0) > 0.02]
        return begins[begins >= from_s]


@pytest.mark.parametrize(
    ("contact_s", "stop_s", "warn_s"),
    [
        (math.nan, 0.15, 1 / 3),
        (-1.0, 0.15, 1 / 3),
        (0.0, 0.15, 1 / 3),
        (0.1, 0.15, 1 / 3),
        (1.0, 0.42, 0.42),
        (3.0, 1.02, 1.02),
        (3.7, 1.2, 1.2),
        (math.inf, 1.2, 1.2),
    ],
)
def test_the_period_follows_the_time_to_contact(
    contact_s: float, stop_s: float, warn_s: float
) -> None:
    assert period_s(contact_s, stop=True) == pytest.approx(stop_s)
    assert period_s(contact_s, stop=False) == pytest.approx(warn_s)


def test_beeps_about_a_thing_have_its_pitch_side_and_nearness() -> None:
    assert beeps_of(None) is None
    thing = a_thing(zone=Zone.STOP, time_to_contact_s=1.0, bottom_m=1.5, bearing_rad=-0.2)
    assert beeps_of(thing) == Beeps(Cue("head", -0.2), pytest.approx(0.42), guards=True)
    wall = a_thing(zone=Zone.WARN, time_to_contact_s=0.0)
    assert beeps_of(wall) == Beeps(Cue("foot", 0.0), pytest.approx(1 / 3))


def test_without_an_aim_it_is_silent() -> None:
    played = Played()
    played.run(12.0)
    assert not played.sound.any()


@given(st.floats(0.15, 1.2))
def test_beeps_keep_their_period_within_5_ms(seconds: float) -> None:
    played = Played()
    played.pauses.aim(Beeps(Cue(), seconds))
    played.run(4 * seconds + 0.1)
    onsets = played.onsets_s()
    assert len(onsets) >= 3
    assert np.allclose(np.diff(onsets), seconds, atol=0.005)


@given(st.floats(0.0, 20.0))
def test_below_stop_beeps_fill_15_percent_at_most(contact_s: float) -> None:
    played = Played()
    played.pauses.aim(Beeps(Cue(), period_s(contact_s, stop=False)))
    played.run(5.0)
    pulse_s = 0.05
    assert len(played.onsets_s()) * pulse_s <= 0.15 * 5.0 + pulse_s


@pytest.mark.parametrize(("bearing_rad", "louder"), [(0.4, 0), (-0.4, 1)])
def test_beeps_come_from_the_side_of_the_thing(bearing_rad: float, louder: int) -> None:
    played = Played(channels=2)
    played.pauses.aim(Beeps(Cue("foot", bearing_rad), 0.3))
    played.run(1.0)
    sides = np.abs(played.sound.astype(int)).max(axis=0)
    assert sides[louder] > 2 * sides[1 - louder]


def test_beeps_stop_at_once_also_within_a_beep() -> None:
    played = Played()
    played.pauses.aim(Beeps(Cue(), 0.2))
    played.run(1.02)
    assert played.sound[-10:].any()
    played.pauses.aim(None)
    stopped = played.mixer.at
    played.run(2.0)
    assert not played.sound[stopped + samples_in(0.020) :].any()


def test_words_have_precedence_and_a_beep_comes_a_period_after_them() -> None:
    played = Played()
    played.pauses.aim(Beeps(Cue(), 0.4))
    played.run(0.82)
    said = played.mixer.at
    played.mixer.play(1, np.full(samples_in(1.0), 4000, np.int16))
    played.run(1.0)
    ended = said + samples_in(1.0)
    words = played.sound[said + samples_in(0.02) : ended]
    assert (words == 4000).all(), "no beep sounds into the words"
    played.run(1.0)
    after = played.onsets_s(ended / SAMPLE_RATE_HZ + 0.001)
    assert after[0] == pytest.approx(ended / SAMPLE_RATE_HZ + 0.4, abs=0.005)


def test_a_nearer_thing_beeps_sooner_at_once() -> None:
    played = Played()
    played.pauses.aim(Beeps(Cue(), 1.2))
    played.run(1.7)
    played.pauses.aim(Beeps(Cue(), 0.2))
    played.run(1.0)
    assert played.onsets_s()[-1] - played.onsets_s()[-2] == pytest.approx(0.2, abs=0.005)
    assert played.onsets_s(1.25)[0] <= 1.75


def test_no_event_but_its_own_tells_of_a_beep() -> None:
    played = Played()
    played.pauses.aim(Beeps(Cue(), 0.2))
    played.run(2.0)
    assert {event.name for event in played.mixer.take_events()} == {PAUSE}


def test_a_tick_comes_after_each_five_seconds_of_silence() -> None:
    played = Played()
    played.pauses.ticks = True
    played.run(3.0)
    played.mixer.play(1, np.full(100, 4000, np.int16))
    played.run(13.0)
    said_s = 3.0
    onsets = played.onsets_s(said_s + 1.0)
    assert onsets[0] == pytest.approx(said_s + 5.0, abs=0.01)
    assert len(onsets) == 2 and onsets[1] - onsets[0] == pytest.approx(5.05, abs=0.01)
    assert 500 < np.abs(played.sound[samples_in(4.0) :].astype(int)).max() <= 1040


def test_nothing_ticks_when_it_must_not() -> None:
    played = Played()
    played.run(16.0)
    assert not played.sound.any()


def test_it_does_not_tick_where_it_beeps() -> None:
    played = Played()
    played.pauses.ticks = True
    played.pauses.aim(Beeps(Cue(), 1.2))
    played.run(12.0)
    assert np.allclose(np.diff(played.onsets_s()), 1.2, atol=0.005)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=30))
def test_the_size_of_the_blocks_changes_nothing(blocks: list[int]) -> None:
    def heard(sizes: list[int]) -> np.ndarray:
        played = Played()
        played.pauses.aim(Beeps(Cue("head"), 0.17))
        played.mixer.play(1, np.full(2500, 1000, np.int16))
        for size in sizes:
            while size > 0:
                piece = played.pauses.piece(size)
                sound = played.mixer.render(piece)
                played._sound.append(np.zeros(piece, np.int16) if sound is None else sound)
                size -= piece
        return played.sound

    total = sum(blocks)
    assert np.array_equal(heard(blocks), heard([100] * (total // 100) + [total % 100]))
