"""What is said of obstacles, when, and who cuts whom (B5, B7, B10)."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from followme.alerts.clearing import Clearing
from followme.alerts.sorts import priority_of
from followme.alerts.want import Source, Want
from followme.values.intent import Intent, Outcome, Priority
from followme.values.obstacle import Kind, Obstacle, Obstacles, Side, Zone
from tests.alerts.world import TICK_S, Run, a_thing, blind, seen, settings

STOP, WARN, INFORM, CLEAR = Zone.STOP, Zone.WARN, Zone.INFORM, Zone.CLEAR
STILL = seen(speed_mps=0.0)


def outcomes(run: Run) -> list[tuple[Outcome, Priority]]:
    return [(outcome, intent.priority) for intent, outcome in run.dropped]


# --- what makes a message


def test_an_empty_world_is_silent() -> None:
    assert Run().see(seen(free=1.0), 10.0).heard == []


def test_nothing_observed_yet_makes_no_hazard() -> None:
    assert Run(greeted=False).wait(2.0).heard == []


@pytest.mark.parametrize("zone", [CLEAR, INFORM])
def test_what_is_not_in_the_way_is_silent(zone: Zone) -> None:
    assert Run().see(seen(a_thing(zone, 2.0)), 6.0).heard == []


@pytest.mark.parametrize(
    ("thing", "text", "priority"),
    [
        (a_thing(STOP, 1.0), "Stop. Chair ahead", Priority.STOP),
        (a_thing(STOP, 1.0, kind=Kind.DROP_OFF), "Stop. Drop", Priority.STOP_DROP),
        (
            a_thing(STOP, 1.0, kind=Kind.DROP_OFF, label="stairs"),
            "Stop. Stairs down",
            Priority.STOP_DROP,
        ),
        (
            a_thing(STOP, 1.0, kind=Kind.OVERHANG, bottom_m=1.5),
            "Stop. Head height",
            Priority.STOP,
        ),
        (
            a_thing(STOP, 1.0, kind=Kind.PERSON, closing_mps=2.0),
            "Stop. Person ahead",
            Priority.STOP,
        ),
        (a_thing(WARN, 3.0), "Chair ahead, 3 metres", Priority.WARN),
        (a_thing(WARN, 3.0, label="stairs"), "Stairs up, 3 metres", Priority.WARN),
        (a_thing(WARN, 3.0, kind=Kind.DROP_OFF), "Drop, 3 metres", Priority.WARN_HAZARD),
        (
            a_thing(WARN, 5.0, kind=Kind.PERSON, closing_mps=1.4),
            "Person approaching, 5 metres",
            Priority.WARN,
        ),
        (
            a_thing(WARN, 4.0, kind=Kind.PERSON, closing_mps=1.2),
            "Person ahead, 4 metres",
            Priority.WARN,
        ),
    ],
)
def test_the_message_for_a_thing(thing: object, text: str, priority: Priority) -> None:
    run = Run().see(seen(thing), 2.0)  # type: ignore[arg-type]
    assert run.heard[0] == text
    assert run.said[0].intent.priority is priority


def test_a_person_approaches_a_walker_of_unknown_speed() -> None:
    person = a_thing(WARN, 5.0, kind=Kind.PERSON, closing_mps=1.4)
    assert Run().see(seen(person, speed_mps=math.nan), 2.0).heard == [
        "Person approaching, 5 metres"
    ]


@pytest.mark.parametrize(
    ("bottom_m", "name"),
    [
        (0.69, "Waist"),
        (0.74, "Waist"),
        (1.04, "Waist"),
        (1.05, "Chest"),
        (1.34, "Chest"),
        (1.35, "Head"),
        (2.0, "Head"),
    ],
)
def test_the_name_of_an_overhang_flips_at_its_limits(bottom_m: float, name: str) -> None:
    shelf = a_thing(WARN, 3.0, kind=Kind.OVERHANG, label="", bottom_m=bottom_m)
    run = Run().see(seen(shelf), 2.0)
    assert run.heard == [f"{name} height ahead, 3 metres"]
    assert run.said[0].intent.priority is Priority.WARN_HAZARD


def test_a_walk_towards_a_chair_makes_one_warning_one_stop_and_one_clear() -> None:
    def chair(t_s: float) -> Obstacles:
        distance_m = 5.0 - t_s
        zone = STOP if distance_m <= 1.9 else WARN if distance_m <= 3.4 else INFORM
        return seen(a_thing(zone, distance_m))

    run = Run().see(chair, 4.0).see(seen(free=0.9), 3.0)
    assert run.heard == ["Chair ahead, 3 metres", "Stop. Chair ahead", "<clear>"]
    assert run.dropped == []


def test_the_intent_carries_the_thing_as_last_observed() -> None:
    run = Run().see(lambda t: seen(a_thing(STOP, 1.0 - 0.1 * t), stamp(t)), 0.5)
    said = run.said[0]
    assert said.intent.obstacle is run.said[0].world.obstacles[0]  # type: ignore[union-attr]
    assert said.intent.stamp_ns == said.world.stamp_ns  # type: ignore[union-attr]


def stamp(_: float) -> object:
    return a_thing(CLEAR, 6.0, track=99)


# --- cutting


def test_stop_cuts_a_warning_at_once_and_comes_before_it() -> None:
    run = Run().see(seen(a_thing(WARN, 3.0)), 0.5)
    run.see(seen(a_thing(WARN, 3.0), a_thing(STOP, 1.0, track=2, label="box")), 0.5)
    warning, stop = run.said[:2]
    assert (warning.text, warning.completed) == ("Chair ahead, 3 metres", False)
    assert stop.text == "Stop. Box ahead"
    assert stop.decided_s == pytest.approx(warning.ended_s)
    assert stop.decided_s == pytest.approx(3.5)


def test_a_drop_cuts_another_stop_but_a_stop_never_cuts_a_drop() -> None:
    chair, drop = a_thing(STOP, 1.0), a_thing(STOP, 1.2, track=2, kind=Kind.DROP_OFF)
    run = Run().see(seen(chair), 0.3).see(seen(chair, drop), 1.2)
    assert run.heard[:2] == ["Stop. Chair ahead", "Stop. Drop"]
    assert not run.said[0].completed
    run = Run().see(seen(drop), 0.3).see(seen(chair, drop), 2.0)
    assert run.heard[:2] == ["Stop. Drop", "Stop. Chair ahead"]
    assert run.said[0].completed


def test_a_hazard_does_not_cut_a_warning_but_comes_next() -> None:
    shelf = a_thing(WARN, 3.4, 3, kind=Kind.OVERHANG, bottom_m=1.5)
    box = a_thing(WARN, 2.6, 2, label="box", contact_s=2.5)
    run = Run().see(seen(a_thing(WARN, 3.0)), 0.3).see(seen(a_thing(WARN, 3.0), box, shelf), 5.0)
    assert run.heard[:2] == ["Chair ahead, 3 metres", "Head height ahead, 3 metres"]
    assert run.said[0].completed


def test_equals_wait_for_each_other() -> None:
    chair, box = a_thing(STOP, 1.0), a_thing(STOP, 0.8, track=2, label="box")
    run = Run().see(seen(chair), 0.3).see(seen(chair, box), 2.0)
    assert run.heard[:2] == ["Stop. Chair ahead", "Stop. Box ahead"]
    assert run.said[0].completed


def test_an_equal_whose_track_is_gone_is_cut() -> None:
    box = a_thing(STOP, 0.8, track=2, label="box")
    run = Run().see(seen(a_thing(STOP, 1.0)), 0.3).see(seen(box), 1.0)
    assert not run.said[0].completed
    assert run.said[1].decided_s == pytest.approx(3.3)


def test_a_warning_cuts_a_reply_and_begins_after_the_gap() -> None:
    run = Run().see(seen(), 0.1)
    run.scheduler.ask("hush", run.now_s)
    run.scheduler._hush_until_s = -math.inf
    run.see(seen(), 0.4).see(seen(a_thing(WARN, 3.0)), 2.0)
    reply, warning = run.said
    assert (reply.text, reply.completed) == ("Hushed thirty seconds", False)
    assert warning.text == "Chair ahead, 3 metres"
    assert warning.decided_s - reply.ended_s == pytest.approx(0.6, abs=2 * TICK_S)


def test_a_warning_that_was_cut_is_said_again() -> None:
    chair, box = a_thing(WARN, 3.0), a_thing(STOP, 1.0, track=2, label="box")
    run = Run().see(seen(chair), 0.5).see(seen(chair, box, speed_mps=0.0), 4.0)
    assert run.heard == ["Chair ahead, 3 metres", "Stop. Box ahead", "Chair ahead, 3 metres"]


def test_warnings_that_are_cut_for_ever_end() -> None:
    run = Run(settings(stop_repeat_s=1.6))
    chair, box = a_thing(WARN, 3.0), a_thing(STOP, 1.0, track=2, label="box")
    run.see(seen(chair, box), 30.0)
    assert len([h for h in run.heard if h.startswith("Chair")]) <= 4


# --- waiting, dropping


def test_messages_below_stop_keep_the_gap() -> None:
    run = Run().see(seen(a_thing(WARN, 3.0), a_thing(WARN, 3.2, track=2, label="box")), 4.0)
    first, second = run.said
    assert second.decided_s - first.ended_s == pytest.approx(0.6, abs=2 * TICK_S)


def test_stop_needs_no_gap() -> None:
    run = Run().see(seen(a_thing(WARN, 3.0)), 1.5)
    assert run.said[0].completed
    run.see(seen(a_thing(STOP, 1.8)), 1.0)
    assert run.said[1].decided_s - run.said[0].ended_s < 0.2


@pytest.mark.parametrize("later", [seen(), seen(a_thing(INFORM, 3.2, track=2, label="box"))])
def test_what_is_gone_or_fell_while_it_waited_is_dropped(later: Obstacles) -> None:
    chair, box = a_thing(WARN, 3.0), a_thing(WARN, 3.2, track=2, label="box")
    run = Run().see(seen(chair, box), 0.5).see(later, 3.0)
    assert run.heard == ["Chair ahead, 3 metres"]
    assert outcomes(run) == [(Outcome.DROPPED_GONE, Priority.WARN)]
    assert run.dropped[0][0].track_id == 2


def test_what_waits_is_rebuilt_with_the_newest_evidence() -> None:
    chair, box = a_thing(WARN, 3.0), a_thing(WARN, 3.2, track=2, label="box")
    nearer = a_thing(WARN, 2.5, track=2, label="box", contact_s=2.5)
    run = Run().see(seen(chair, box), 0.5).see(seen(chair, nearer), 3.0)
    assert run.heard == ["Chair ahead, 3 metres", "Box ahead, 2.5 metres"]


def test_what_grew_stale_while_it_waited_is_dropped() -> None:
    # without the watch over the obstacles, so that lifetime alone decides
    run = Run(settings(obstacles_stale_s=5.0))
    run.see(seen(a_thing(WARN, 3.0), a_thing(WARN, 3.2, track=2)), 0.3).wait(2.5)
    assert run.heard == ["Chair ahead, 3 metres"]
    assert outcomes(run) == [(Outcome.DROPPED_STALE, Priority.WARN)]


def test_a_warning_that_became_a_stop_is_not_recorded_as_dropped() -> None:
    chair, box = a_thing(WARN, 3.0), a_thing(WARN, 3.2, track=2)
    run = Run().see(seen(chair, box), 0.3).see(seen(chair, a_thing(STOP, 1.8, track=2)), 1.0)
    assert run.dropped == []


def test_a_voice_that_fails_is_not_asked_at_every_tick() -> None:
    run = Run(fails=False)
    run.fails = True
    run.see(seen(a_thing(STOP, 1.0)), 4.1)
    assert len(run.said) <= 3


# --- repeats


def moving(zone: Zone, from_m: float, speed_mps: float, track: int = 1) -> object:
    return lambda t: seen(a_thing(zone, from_m - speed_mps * t, track))


def test_a_warning_is_repeated_when_nearer_after_5_s_and_twice_at_most() -> None:
    run = Run(settings(stop_reserve_s=0.0))
    run.see(lambda t: seen(a_thing(WARN, 9.0 - 0.25 * t, contact_s=2.5)), 30.0)
    starts = [said.decided_s for said in run.said]
    assert [said.heard for said in run.said] == [
        "Chair ahead, 9 metres",
        "Chair ahead, 8 metres",
        "Chair ahead, 6 metres",
    ]
    assert all(b - a >= 5.0 - TICK_S for a, b in pairwise(starts))


@pytest.mark.parametrize("speed_mps", [0.0, 0.03, -0.3])
def test_a_warning_is_not_repeated_unless_it_comes_1_m_nearer(speed_mps: float) -> None:
    run = Run().see(lambda t: seen(a_thing(WARN, 3.0 - speed_mps * t, contact_s=2.5)), 20.0)
    assert run.heard == ["Chair ahead, 3 metres"]


def test_a_thing_that_goes_away_is_not_warned_of_again() -> None:
    run = Run().see(seen(a_thing(WARN, 4.0)), 3.0)
    run.see(seen(a_thing(WARN, 2.5, closing_mps=-0.5, contact_s=9.0)), 6.0)
    assert run.heard == ["Chair ahead, 4 metres"]


@pytest.mark.parametrize("speed_mps", [1.0, math.nan, 0.16])
def test_stop_is_repeated_every_2_s_three_times_then_by_tone(speed_mps: float) -> None:
    run = Run().see(seen(a_thing(STOP, 1.0), speed_mps=speed_mps), 13.0)
    assert run.heard == ["Stop. Chair ahead"] * 4 + ["<stop>"] * (len(run.heard) - 4)
    assert len(run.heard) >= 6
    gaps = [b.onset_s - a.onset_s for a, b in pairwise(run.said)]
    assert all(gap >= 2.0 for gap in gaps)


def test_stop_is_not_repeated_to_a_walker_who_stands() -> None:
    run = Run().see(seen(a_thing(STOP, 1.0), speed_mps=0.1), 10.0)
    assert run.heard == ["Stop. Chair ahead"]


def test_a_zone_that_fell_and_rose_within_5_s_is_not_warned_of_twice() -> None:
    run = Run()
    for _ in range(6):
        run.see(seen(a_thing(WARN, 3.3)), 0.4).see(seen(a_thing(INFORM, 3.5)), 0.4)
    assert run.heard == ["Chair ahead, 3 metres"]


def test_a_stop_that_fell_and_rose_is_said_again_but_not_within_2_s() -> None:
    run = Run()
    for _ in range(4):
        run.see(seen(a_thing(STOP, 1.8)), 0.5).see(seen(a_thing(WARN, 2.2)), 0.5)
    starts = [said.onset_s for said in run.said]
    assert [said.heard for said in run.said] == ["Stop. Chair ahead"] * 2
    assert starts[1] - starts[0] >= 2.0


def test_a_stop_that_rose_again_is_said_to_a_walker_who_stands() -> None:
    run = Run().see(seen(a_thing(STOP, 1.8), speed_mps=0.0), 2.5)
    run.see(seen(a_thing(WARN, 2.2), speed_mps=0.0), 1.0)
    run.see(seen(a_thing(STOP, 1.8), speed_mps=0.0), 1.0)
    assert run.heard == ["Stop. Chair ahead"] * 2


def test_a_warning_that_rose_again_after_5_s_is_said() -> None:
    run = Run().see(seen(a_thing(WARN, 3.3)), 2.0).see(seen(a_thing(INFORM, 3.6)), 4.0)
    assert run.see(seen(a_thing(WARN, 3.3)), 2.0).heard == ["Chair ahead, 3 metres"] * 2


def test_a_warning_by_tone_alone_is_followed_by_words() -> None:
    run = Run().see(lambda t: seen(a_thing(WARN, 2.2 - 0.02 * t, contact_s=2.0)), 1.0)
    run.see(lambda t: seen(a_thing(WARN, 2.2 - 0.02 * t, closing_mps=0.1, contact_s=9.0)), 6.0)
    assert run.heard == ["<warn>", "Chair ahead, 2 metres"]


def test_repeats_of_several_stops_take_turns() -> None:
    chair, box = a_thing(STOP, 1.0), a_thing(STOP, 0.8, track=2, label="box")
    run = Run().see(seen(chair, box), 9.0)
    repeats = run.said[2:]
    assert len(repeats) >= 2
    assert all(b.decided_s - a.decided_s >= 2.0 for a, b in pairwise(repeats))


def test_a_change_of_side_in_warn_is_said() -> None:
    left = a_thing(WARN, 3.0, side=Side.AHEAD_LEFT, bearing_rad=0.05)
    right = a_thing(WARN, 3.0, side=Side.AHEAD_RIGHT, bearing_rad=-0.05)
    run = Run().see(seen(left), 3.0).see(seen(right), 3.0)
    assert run.heard == ["Chair ahead left, 3 metres", "Chair ahead right, 3 metres"]


def test_a_side_is_not_contradicted_within_2_s_unless_the_thing_moved() -> None:
    left = a_thing(WARN, 2.0, side=Side.AHEAD_LEFT, bearing_rad=0.05, contact_s=2.5)
    near = a_thing(STOP, 1.5, side=Side.AHEAD, bearing_rad=0.02)
    run = Run().see(seen(left), 1.0).see(seen(near), 1.0)
    assert run.heard[-1] == "Stop. Chair ahead left"
    jumped = replace(near, bearing_rad=-0.2)  # as the nearest point of a wide thing does
    assert Run().see(seen(left), 1.0).see(seen(jumped), 1.0).heard[-1] == "Stop. Chair ahead left"
    moved = replace(near, bearing_rad=-0.35)
    run = Run().see(seen(left), 1.0).see(seen(moved), 1.0)
    assert run.heard[-1] == "Stop. Chair ahead"
    over = replace(near, side=Side.AHEAD_RIGHT, bearing_rad=-0.2)
    assert Run().see(seen(left), 1.0).see(seen(over), 1.0).heard[-1] == "Stop. Chair ahead right"


def test_a_new_label_is_no_new_message() -> None:
    run = Run().see(seen(a_thing(WARN, 3.0)), 3.0).see(seen(a_thing(WARN, 3.0, label="box")), 3.0)
    assert run.heard == ["Chair ahead, 3 metres"]


def test_a_track_that_was_away_for_a_moment_is_not_new() -> None:
    run = Run().see(seen(a_thing(WARN, 3.0)), 2.0).see(seen(), 0.8).see(seen(a_thing(WARN)), 3.0)
    assert run.heard == ["Chair ahead, 3 metres"]


# --- caps and duty


def test_a_first_warning_over_the_cap_is_a_tone_never_nothing() -> None:
    run = Run(settings(warn_per_minute=1, duty=1.0))
    run.see(seen(a_thing(WARN, 3.0)), 3.0).see(seen(a_thing(WARN, 3.0, track=2)), 3.0)
    assert run.heard == ["Chair ahead, 3 metres", "<warn>"]


def test_a_repeat_over_the_cap_is_dropped_and_recorded_once() -> None:
    run = Run(settings(warn_per_minute=1))
    run.see(lambda t: seen(a_thing(WARN, 6.0 - 0.3 * t, contact_s=2.5)), 9.0)
    assert run.heard == ["Chair ahead, 6 metres"]
    assert outcomes(run) == [(Outcome.DROPPED_CAPPED, Priority.WARN)]


def test_a_cap_ends_after_a_minute() -> None:
    run = Run(settings(warn_per_minute=1))
    run.see(seen(a_thing(WARN, 3.0)), 3.0).see(seen(), 58.0)
    run.see(seen(a_thing(WARN, 3.0, track=2)), 3.0)
    assert run.heard == ["Chair ahead, 3 metres"] * 2


def test_warnings_beyond_the_duty_are_tones() -> None:
    run = Run()
    for track in range(8):
        run.see(seen(a_thing(WARN, 3.0, track)), 2.3)
    spoken = [said for said in run.said if said.text]
    assert len(spoken) == 2  # a third would leave no room for STOP
    assert len(run.heard) == 8


def test_stop_is_spoken_beyond_the_duty() -> None:
    run = Run(settings(duty=0.05))
    for track in range(6):
        run.see(seen(a_thing(STOP, 1.0, track)), 1.5)
    assert run.heard == ["Stop. Chair ahead", *["<stop>"] * 5]


def test_a_warning_that_is_about_to_become_stop_is_a_tone() -> None:
    run = Run().see(seen(a_thing(WARN, 2.0, contact_s=1.8)), 0.4)
    run.see(seen(a_thing(STOP, 1.7)), 1.0)
    assert run.heard == ["<warn>", "Stop. Chair ahead"]


def test_priority_comes_first_then_news_then_contact_then_distance() -> None:
    def want(thing: Obstacle, first: bool = True) -> Want:
        intent = Intent("any", priority_of(thing), 0, 0.0, 1.0, thing)
        return Want(intent, Source.TRACK, first, (thing,))

    order = [
        want(a_thing(STOP, 1.5, kind=Kind.DROP_OFF)),
        want(a_thing(STOP, 1.0)),
        want(a_thing(WARN, 3.0, kind=Kind.OVERHANG)),
        want(a_thing(WARN, 3.0, contact_s=2.0)),
        want(a_thing(WARN, 2.0, contact_s=2.5)),
        want(a_thing(WARN, 2.2, contact_s=2.5)),
        want(a_thing(WARN, 1.0, contact_s=1.0), first=False),
        want(a_thing(INFORM, 1.0, contact_s=1.0)),
    ]
    assert sorted([*order[4:], *order[:4]], key=Want.urgency) == order


# --- several, crowds


def test_three_warnings_are_the_nearest_and_more() -> None:
    things = [
        a_thing(WARN, d, t, label=n) for t, d, n in ((1, 3.0, "box"), (2, 2.6, "bin"), (3, 3.3, ""))
    ]
    run = Run().see(seen(*things), 8.0)
    assert run.heard == ["Bin ahead and more"]
    assert run.dropped == []


def test_two_warnings_are_each_said() -> None:
    run = Run().see(seen(a_thing(WARN, 3.0), a_thing(WARN, 2.6, 2, label="bin")), 5.0)
    assert run.heard == ["Bin ahead, 2.5 metres", "Chair ahead, 3 metres"]


def test_what_a_cane_does_not_find_is_said_by_itself_and_first() -> None:
    things = [a_thing(WARN, 2.6 + 0.1 * t, t) for t in range(3)]
    drop = a_thing(WARN, 3.4, 9, kind=Kind.DROP_OFF)
    run = Run().see(seen(*things, drop), 5.0)
    assert run.heard == ["Drop, 3 metres", "Chair ahead and more"]


def test_what_a_cane_does_not_find_does_not_make_two_things_several() -> None:
    shelf = a_thing(WARN, 2.8, 9, kind=Kind.OVERHANG, bottom_m=1.5, contact_s=2.5)
    two = [a_thing(WARN, 3.0, contact_s=2.6), a_thing(WARN, 3.2, 2, label="box")]
    heard = Run().see(seen(shelf, *two), 6.0).heard
    assert heard[:2] == ["Head height ahead, 3 metres", "Chair ahead, 3 metres"]


def people(n: int, distance_m: float = 3.0, zone: Zone = WARN, first: int = 10) -> list:  # type: ignore[type-arg]
    return [
        a_thing(zone, distance_m + 0.1 * i, first + i, kind=Kind.PERSON, closing_mps=1.0)
        for i in range(n)
    ]


def test_a_crowd_is_one_message_in_10_s() -> None:
    run = Run().see(seen(*people(4)), 5.0).see(seen(*people(5, first=20)), 4.0)
    assert run.heard == ["Several people ahead"]
    run.see(seen(*people(5, first=20)), 4.0)
    assert run.heard == ["Several people ahead"] * 2


def test_a_crowd_is_told_for_the_nearest_who_is_in_the_way() -> None:
    run = Run().see(seen(*people(3, 1.5, INFORM), *people(2, 3.0, first=20)), 2.0)
    assert run.heard == ["Several people ahead"]
    assert run.said[0].intent.track_id == 20


def test_three_people_are_no_crowd() -> None:
    assert Run().see(seen(*people(3)), 3.0).heard == ["Person ahead and more"]


def test_people_far_away_are_no_crowd() -> None:
    assert Run().see(seen(*people(4, 4.5)), 3.0).heard == ["Person ahead and more"]


def test_one_of_a_crowd_in_the_way_is_a_stop() -> None:
    run = Run().see(seen(*people(4)), 3.0)
    run.see(seen(*people(4), a_thing(STOP, 1.0, 30, kind=Kind.PERSON)), 1.0)
    assert run.heard[-1] == "Stop. Person ahead"


# --- clear


def warned(**changes: object) -> Run:
    return Run(settings(**changes)).see(seen(a_thing(WARN, 3.0)), 2.0)


def test_clear_comes_after_a_warning_when_the_way_was_seen_free_for_1_s() -> None:
    run = warned().see(seen(free=0.8), 3.0)
    assert run.heard == ["Chair ahead, 3 metres", "<clear>"]
    assert run.said[1].decided_s == pytest.approx(6.0, abs=TICK_S)


def test_clear_is_not_said_of_evidence_that_grew_old() -> None:
    assert "<clear>" not in warned().see(seen(free=0.9), 0.5).wait(0.65).heard


def test_lost_sight_begins_the_second_anew() -> None:
    clearing, s = Clearing(), settings()
    clearing.armed = True
    clearing.observe(seen(free=0.9), 0.0, s)
    clearing.lose_sight()
    clearing.observe(seen(free=0.9), 0.9, s)
    assert clearing.wants(0, 1.8, 1.8, s) == []
    assert [want.intent.key for want in clearing.wants(0, 1.95, 1.95, s)] == ["clear.tone"]


def test_clear_is_said_once() -> None:
    assert warned().see(seen(free=0.9), 20.0).heard.count("<clear>") == 1


def test_clear_in_words_for_who_wants_everything() -> None:
    assert warned(verbosity="detailed").see(seen(free=0.9), 3.0).heard[-1] == "Nothing seen ahead"


def test_clear_never_comes_out_of_the_blue() -> None:
    assert Run().see(seen(a_thing(INFORM, 4.0)), 3.0).see(seen(free=1.0), 5.0).heard == []


@pytest.mark.parametrize(
    "world",
    [
        seen(free=0.79),
        seen(a_thing(WARN, 3.0), free=1.0),
        seen(a_thing(STOP, 1.0), free=1.0, speed_mps=0.0),
        replace(seen(free=1.0), sight=1, reason="blurred"),
        blind("dark"),
    ],
)
def test_clear_is_not_said_of_what_is_not_seen_to_be_free(world: Obstacles) -> None:
    run = warned().see(world, 5.0)
    assert Priority.CLEAR not in [said.intent.priority for said in run.said]


def test_a_moment_that_is_not_free_begins_the_second_anew() -> None:
    run = warned()
    for _ in range(5):
        run.see(seen(free=0.9), 0.8).see(seen(free=0.5), 0.2)
    assert "<clear>" not in run.heard


def test_clear_ends_when_it_is_no_longer_true_and_the_thing_is_said_again() -> None:
    run = warned(verbosity="detailed").see(seen(free=0.9), 1.3)
    assert run.said[-1].text == "Nothing seen ahead"
    run.see(seen(a_thing(WARN, 3.0)), 1.2)
    assert not run.said[1].completed
    assert run.heard[-1] == "Chair ahead, 3 metres"


def test_clear_ends_when_it_is_no_longer_true_though_the_warning_is_hushed() -> None:
    run = warned(verbosity="detailed").see(seen(free=0.9), 1.3)
    run.scheduler.ask("hush", run.now_s)
    run.see(seen(a_thing(WARN, 3.0)), 0.3)
    assert run.said[1].text == "Nothing seen ahead"
    assert run.said[1].ended_s == pytest.approx(6.3, abs=2 * TICK_S)


def test_clear_in_words_is_a_tone_where_the_duty_leaves_no_room() -> None:
    run = Run(settings(verbosity="detailed", duty=0.17)).see(seen(a_thing(STOP, 1.0)), 1.5)
    assert run.see(seen(free=0.9), 2.0).heard[-1] == "Nothing seen ahead"
    run = Run(settings(verbosity="detailed", duty=0.15)).see(seen(a_thing(STOP, 1.0)), 1.5)
    assert run.see(seen(free=0.9), 2.0).heard[-1] == "<clear>"


# --- the user's wishes


def test_quiet_says_stop_and_lost_sight_only() -> None:
    run = warned(verbosity="quiet")
    assert run.heard == []
    assert outcomes(run) == [(Outcome.DROPPED_MUTED, Priority.WARN)]
    run.see(seen(a_thing(STOP, 1.0)), 1.5).see(blind("dark"), 1.0)
    assert run.heard == ["Stop. Chair ahead", "Too dark"]


def test_detailed_tells_of_things_farther_away_once() -> None:
    run = Run(settings(verbosity="detailed"))
    run.see(seen(a_thing(INFORM, 4.4, side=Side.LEFT)), 10.0)
    assert run.heard == ["Chair left, 4 metres"]
    assert run.said[0].intent.priority is Priority.INFORM


def test_a_thing_farther_away_is_not_told_again_when_it_comes_back() -> None:
    run = Run(settings(verbosity="detailed"))
    for zone in (INFORM, CLEAR, INFORM):
        run.see(seen(a_thing(zone, 4.4)), 3.0)
    assert run.heard == ["Chair ahead, 4 metres"]


def test_informs_over_the_cap_are_dropped() -> None:
    run = Run(settings(verbosity="detailed", inform_per_minute=1))
    run.see(seen(a_thing(INFORM, 4.4), a_thing(INFORM, 4.6, 2)), 6.0)
    assert len(run.heard) == 1
    assert outcomes(run) == [(Outcome.DROPPED_CAPPED, Priority.INFORM)]


def test_hush_lasts_30_s_and_lets_stop_through() -> None:
    run = Run()
    assert run.scheduler.ask("hush", run.now_s) == "Hushed thirty seconds"
    run.see(seen(a_thing(WARN, 3.0)), 10.0)
    run.see(seen(a_thing(STOP, 1.0), speed_mps=0.0), 2.0)
    run.see(seen(a_thing(WARN, 3.0, 2)), 17.9)
    assert run.heard == ["Hushed thirty seconds", "Stop. Chair ahead"]
    run.see(seen(a_thing(WARN, 3.0, 2)), 2.0)
    assert run.heard[-1] == "Chair ahead, 3 metres"


def test_settings_change_while_running() -> None:
    run = Run(settings(verbosity="quiet")).see(seen(a_thing(WARN, 3.0)), 1.0)
    run.scheduler.change(settings(verbosity="normal"))
    assert run.see(seen(a_thing(WARN, 3.0)), 1.0).heard == ["Chair ahead, 3 metres"]


def test_reset_forgets_what_was_told_but_greets_no_second_time() -> None:
    run = Run().see(seen(a_thing(WARN, 3.0)), 3.0)
    run.scheduler.reset()
    run.see(seen(a_thing(WARN, 3.0)), 2.0)
    assert run.heard == ["Chair ahead, 3 metres"] * 2


@pytest.mark.parametrize("after_s", [0.3, 3.0], ids=["while it is said", "after it"])
def test_a_warning_does_not_wait_for_a_greeting(after_s: float) -> None:
    run = Run(greeted=False).see(seen(), after_s)
    assert run.heard == ["Ready. Keep using your cane"]
    run.see(seen(a_thing(WARN, 3.0)), 0.1)
    assert run.heard[-1] == "Chair ahead, 3 metres"
