from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.values.obstacle import Kind
from followme.voices.cue import Cue, cue_of, panned, placed
from followme.voices.tones import tone
from tests.voices.listening import a_thing

NAN = math.nan


def rms(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(sound.astype(float) ** 2)))


def test_a_tone_about_nothing_is_straight_ahead_in_the_middle_band() -> None:
    assert cue_of(None) == Cue("torso", 0.0)


@pytest.mark.parametrize(
    ("facts", "band"),
    [
        ({"bottom_m": NAN}, "torso"),
        ({"bottom_m": 0.0, "top_m": 1.8}, "foot"),
        ({"bottom_m": 0.684}, "foot"),
        ({"bottom_m": 0.686}, "torso"),
        ({"bottom_m": 1.34}, "torso"),
        ({"bottom_m": 1.36}, "head"),
        ({"bottom_m": 1.5, "kind": Kind.DROP_OFF}, "drop"),
        ({"bottom_m": NAN, "kind": Kind.DROP_OFF}, "drop"),
    ],
)
def test_the_band_is_that_of_the_lowest_edge(facts: dict[str, object], band: str) -> None:
    assert cue_of(a_thing(**facts)).band == band


@pytest.mark.parametrize("bearing_rad", [NAN, math.inf])
def test_an_unknown_bearing_is_straight_ahead(bearing_rad: float) -> None:
    assert cue_of(a_thing(bearing_rad=bearing_rad)).bearing_rad == 0.0


def test_what_is_on_the_left_is_louder_on_the_left() -> None:
    left, right = panned(tone("beep"), 0.3).T
    assert rms(left) > 1.5 * rms(right)
    left, right = panned(tone("beep"), -0.3).T
    assert rms(right) > 1.5 * rms(left)


def test_straight_ahead_both_sides_are_the_tone_itself() -> None:
    left, right = panned(tone("beep"), 0.0).T
    assert np.array_equal(left, right) and np.abs(left - tone("beep")).max() <= 1


@pytest.mark.parametrize("bearing_deg", [45.0, 60.0, 180.0])
def test_45_degrees_and_more_is_one_side_alone(bearing_deg: float) -> None:
    left, right = panned(tone("beep"), math.radians(bearing_deg)).T
    assert np.abs(right).max() == 0 and np.abs(left.astype(int)).max() < 32767
    assert rms(left) == pytest.approx(math.sqrt(2) * rms(tone("beep")), rel=1e-3)


@given(st.floats(-3.2, 3.2))
def test_power_is_the_same_from_each_bearing_and_sides_are_mirrored(bearing_rad: float) -> None:
    sound = tone("beep")
    left, right = panned(sound, bearing_rad).T
    assert rms(left) ** 2 + rms(right) ** 2 == pytest.approx(2 * rms(sound) ** 2, rel=1e-3)
    other_left, other_right = panned(sound, -bearing_rad).T
    assert np.abs(left - other_right).max() <= 1 and np.abs(right - other_left).max() <= 1


def test_with_one_channel_a_tone_has_no_side() -> None:
    assert placed(tone("beep"), Cue("foot", 0.5), 1) is tone("beep")
    assert placed(tone("beep"), Cue("foot", 0.5), 2).shape == (len(tone("beep")), 2)
