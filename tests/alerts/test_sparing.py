"""Less said: what fills the ears leaves room for STOP, and what is superfluous is not said (B7)."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from followme.values.obstacle import Kind, Sight, Zone
from tests.alerts.world import Run, a_thing, seen, settings

STOP, WARN, INFORM = Zone.STOP, Zone.WARN, Zone.INFORM


def person(track: int, zone: Zone = WARN, distance_m: float = 3.0) -> object:
    return a_thing(zone, distance_m, track, kind=Kind.PERSON, label="person")


@pytest.mark.parametrize(
    ("contact_s", "count"), [(math.inf, 1), (1.2, 2)], ids=["goes away", "comes nearer"]
)
def test_stop_is_repeated_of_what_still_comes_nearer_only(contact_s: float, count: int) -> None:
    thing = a_thing(STOP, 0.9, contact_s=contact_s)
    assert len(Run().see(seen(thing), 3.5).heard) == count


def test_a_first_stop_is_said_of_what_goes_away() -> None:
    thing = a_thing(STOP, 0.6, contact_s=math.inf)
    assert Run().see(seen(thing), 1.0).heard == ["Stop. Chair ahead"]


def test_the_words_of_stop_take_from_the_duty_of_what_follows() -> None:
    run = Run(settings(duty=0.12))  # 2.4 s: one STOP of 1 s leaves no room for 1.3 s and a STOP
    run.see(seen(a_thing(STOP, 0.6, 1, contact_s=math.inf)), 2.0)
    run.see(seen(a_thing(WARN, 3.0, 2)), 2.0)
    assert run.heard == ["Stop. Chair ahead", "<warn>"]


def test_a_repeat_of_stop_is_a_tone_where_words_fill_too_much() -> None:
    run = Run(settings(duty=0.06)).see(seen(a_thing(STOP, 0.9)), 3.5)
    assert run.heard == ["Stop. Chair ahead", "<stop>"]


def test_a_stop_with_news_is_words_however_much_was_said() -> None:
    run = Run(settings(duty=0.01))
    for track, label in enumerate(("chair", "table", "door")):
        run.see(seen(a_thing(STOP, 0.9, track, label=label), speed_mps=0.0), 2.5)
    assert run.heard == ["Stop. Chair ahead", "Stop. Table ahead", "Stop. Door ahead"]


def test_another_stop_in_the_same_words_is_a_burst_where_words_fill_too_much() -> None:
    run = Run(settings(duty=0.06))
    for track in range(3):
        run.see(seen(a_thing(STOP, 0.9, track), speed_mps=0.0), 2.5)
    assert run.heard == ["Stop. Chair ahead", "<stop>", "<stop>"]


def test_the_same_words_of_stop_are_said_again_later() -> None:
    run = Run(settings(duty=0.06, duty_window_s=4.0))
    run.see(seen(a_thing(STOP, 0.9, 1), speed_mps=0.0), 4.5)
    run.see(seen(a_thing(STOP, 0.9, 2), speed_mps=0.0), 1.0)
    assert run.heard == ["Stop. Chair ahead"] * 2


def test_words_of_a_hazard_leave_no_room_for_stop() -> None:
    tight = settings(duty=0.1)  # 2 s: a warning of 1.3 s fits, not with a STOP of 1.2 s
    assert Run(tight).see(seen(a_thing()), 2.0).heard == ["<warn>"]
    shelf = a_thing(kind=Kind.OVERHANG, bottom_m=1.5)
    assert Run(tight).see(seen(shelf), 2.0).heard == ["Head height ahead, 3 metres"]


def test_who_comes_toward_a_crowd_belongs_to_it() -> None:
    crowd = [person(n, INFORM) for n in range(4)]
    run = Run().see(seen(*crowd, person(9, WARN, 6.0)), 3.0)
    assert run.heard == ["Several people ahead"]
    alone = Run().see(seen(*crowd[:3], person(9, WARN, 6.0)), 3.0)
    assert alone.heard == ["Person ahead, 6 metres"]


def test_a_crowd_that_finds_no_room_is_one_tone_in_10_s() -> None:
    crowd = [person(n, INFORM) for n in range(4)]
    run = Run(settings(duty=0.15))
    run.see(seen(*crowd, person(9)), 4.0).see(seen(*crowd, person(10)), 4.0)
    assert run.heard == ["<warn>"]


def test_no_clear_while_something_stands_in_the_way_farther_on() -> None:
    afar = replace(a_thing(INFORM, 4.5, 2, closing_mps=0.0), in_corridor=True)
    run = Run().see(seen(a_thing()), 2.0).see(seen(afar, free=1.0), 3.0)
    assert "<clear>" not in run.heard
    assert run.see(seen(free=1.0), 2.0).heard[-1] == "<clear>"


@pytest.mark.parametrize(("speed_mps", "said"), [(0.0, False), (1.0, True), (math.nan, True)])
def test_a_limited_view_is_told_to_who_walks(speed_mps: float, said: bool) -> None:
    limited = seen(sight=Sight.DEGRADED, reason="little_depth", speed_mps=speed_mps)
    assert ("View limited" in Run().see(limited, 3.0).heard) is said
