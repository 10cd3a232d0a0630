from __future__ import annotations

import pytest

from followme.sources.walk_events import (
    Cover,
    Fade,
    NoDepth,
    Repeat,
    Scale,
    Stall,
    conditions_at,
)


def test_nothing_happens_by_itself() -> None:
    assert conditions_at((), 3.0) == (1.0, None, 1.0, False, False, False)


@pytest.mark.parametrize(
    ("time_s", "holds"), [(1.99, False), (2.0, True), (3.99, True), (4, False)]
)
def test_an_event_holds_from_its_first_instant_to_before_its_last(
    time_s: float, holds: bool
) -> None:
    events = (Stall(2, 4), Repeat(2, 4), NoDepth(2, 4), Cover(2, 4, 55.0), Scale(2, 4, 1.6))
    now = conditions_at(events, time_s)
    assert now.stalled is now.repeats is now.no_depth is holds
    assert now.cover_luma == (55.0 if holds else None)
    assert now.depth_factor == (1.6 if holds else 1.0)


@pytest.mark.parametrize(
    ("time_s", "brightness"), [(4.9, 1.0), (5.0, 1.0), (6.0, 0.6), (7.0, 0.2), (99, 0.2)]
)
def test_light_fades_evenly_and_stays(time_s: float, brightness: float) -> None:
    assert conditions_at((Fade(5, seconds=2, to=0.2),), time_s).brightness == pytest.approx(
        brightness
    )


def test_light_can_go_out_at_once_and_come_back() -> None:
    events = (Fade(5, 8, seconds=0, to=0.0),)
    assert [conditions_at(events, t).brightness for t in (4.9, 5.0, 7.9, 8.0)] == [1, 0, 0, 1]


def test_factors_multiply() -> None:
    half = Fade(0, seconds=0, to=0.5)
    events = (Scale(0, factor=2.0), Scale(1, factor=0.5), half, half)
    now = conditions_at(events, 1.0)
    assert (now.depth_factor, now.brightness) == (1.0, 0.25)
