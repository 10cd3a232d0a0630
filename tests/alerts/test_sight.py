"""What is said of sight: lost, back, limited, uncertain, and the greeting (B4, B12)."""

from __future__ import annotations

import pytest

from followme.alerts.sight_watch import SightWatch
from followme.settings import SchedulerSettings
from followme.values.intent import Priority
from followme.values.obstacle import REASONS, Sight, Zone
from tests.alerts.world import TICK_S, Run, a_thing, blind, seen, settings

DANGER = a_thing(Zone.STOP, 1.0)


def times(run: Run, text: str) -> list[float]:
    return [round(said.decided_s, 2) for said in run.said if said.text == text]


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("dark", "Too dark"),
        ("covered", "View blocked"),
        ("no_depth", "Cannot judge distance"),
        ("no_image", "Vision lost"),
        ("stale", "Vision lost"),
        ("frozen", "Vision lost"),
        ("dark_at_once", "Vision lost"),
        ("bright", "Vision lost"),
        ("unheard_of", "Vision lost"),
    ],
)
def test_lost_sight_is_said_at_once_by_its_reason(reason: str, text: str) -> None:
    run = Run().see(blind(reason), 1.0)
    assert run.heard == [text]
    assert run.said[0].decided_s == pytest.approx(3.0)
    assert run.said[0].intent.priority is Priority.LOST
    assert run.said[0].utterance.tone == "lost"


def test_lost_sight_is_said_again_at_3_s_then_each_10_s() -> None:
    run = Run().see(blind("stale"), 35.0)
    assert times(run, "Vision lost") == pytest.approx([3.0, 6.0, 16.0, 26.0, 36.0], abs=2 * TICK_S)


def test_a_reason_that_did_not_hold_from_the_beginning_is_not_sure_enough() -> None:
    run = Run().see(blind("stale"), 1.0).see(blind("dark"), 3.0)
    assert run.heard == ["Vision lost", "Vision lost"]
    run = Run().see(blind("dark"), 1.0).see(blind("stale"), 3.0)
    assert run.heard == ["Too dark", "Vision lost"]


def test_lost_sight_cuts_everything_and_no_hazard_is_said_while_blind() -> None:
    run = Run().see(seen(DANGER), 0.3).see(blind("dark", DANGER), 6.0)
    assert run.heard == ["Stop. Chair ahead", "Too dark", "Too dark"]
    assert not run.said[0].completed


def test_obstacles_that_fall_silent_are_lost_sight() -> None:
    run = Run().see(seen(DANGER, speed_mps=0.0), 2.0)
    run.wait(2.0)
    assert run.heard == ["Stop. Chair ahead", "Vision lost"]
    assert run.said[1].decided_s - run.shown_s == pytest.approx(0.7, abs=2 * TICK_S)


def test_back_is_said_1_s_after_sight_came_back() -> None:
    run = Run().see(blind("dark"), 2.0).see(seen(), 3.0)
    assert run.heard == ["Too dark", "Vision back"]
    assert run.said[1].decided_s == pytest.approx(6.0, abs=2 * TICK_S)


def test_back_is_said_when_sight_comes_back_limited() -> None:
    run = Run().see(blind("dark"), 2.0)
    run.see(seen(sight=Sight.DEGRADED, reason="blurred"), 1.5)
    assert run.heard == ["Too dark", "Vision back"]


def test_sight_that_flickers_is_one_loss() -> None:
    run = Run()
    for _ in range(4):
        run.see(blind("stale"), 0.3).see(seen(), 0.3)
    assert run.heard == ["Vision lost"]


def test_back_is_never_said_where_nothing_was_lost() -> None:
    assert Run().see(seen(), 5.0).heard == []


def test_back_is_not_said_of_a_loss_that_was_not_told() -> None:
    watch, s = SightWatch(), SchedulerSettings()
    for now_s, sight in ((0.0, Sight.SEEING), (1.0, Sight.BLIND), (1.1, Sight.SEEING)):
        watch.look(sight, "", True, now_s, s)
    watch.look(Sight.SEEING, "", True, 3.0, s)
    assert watch.settled
    assert [want.intent.key for want in watch.wants(0, 3.0, 3.0, s)] == ["reply.ready"]


def test_a_new_loss_takes_the_place_of_back() -> None:
    watch, s = SightWatch(), SchedulerSettings()
    watch.look(Sight.SEEING, "", True, 0.0, s)
    watch.tell("reply.ready", 0.0)
    watch.look(Sight.BLIND, "dark", True, 1.0, s)
    watch.tell("health.too_dark", 1.0)
    for now_s, sight in ((2.0, Sight.SEEING), (3.0, Sight.SEEING), (3.1, Sight.BLIND)):
        watch.look(sight, "dark", True, now_s, s)
    watch.tell("health.too_dark", 3.1)
    watch.look(Sight.SEEING, "", True, 3.2, s)
    assert watch.wants(0, 3.2, 3.2, s) == []
    watch.look(Sight.SEEING, "", True, 4.2, s)
    assert [want.intent.key for want in watch.wants(0, 4.2, 4.2, s)] == ["health.vision_back"]


def test_back_is_said_in_quiet() -> None:
    run = Run(settings(verbosity="quiet")).see(blind("dark"), 1.0).see(seen(), 2.0)
    assert run.heard == ["Too dark", "Vision back"]


def test_hazards_are_said_as_soon_as_sight_is_there() -> None:
    run = Run().see(blind("dark"), 2.0).see(seen(DANGER), 0.5)
    assert run.heard == ["Too dark", "Stop. Chair ahead"]


def test_what_was_told_before_is_told_again_after_sight_was_lost() -> None:
    standing = seen(DANGER, speed_mps=0.0)
    run = Run().see(standing, 3.0).see(blind("dark"), 1.5).see(standing, 3.0)
    assert run.heard == ["Stop. Chair ahead", "Too dark", "Stop. Chair ahead", "Vision back"]


def test_no_clear_until_1_s_after_recovery() -> None:
    run = Run(settings(clear_after_s=0.0)).see(seen(a_thing(Zone.WARN, 3.0)), 2.0)
    run.see(blind("dark"), 1.0).see(seen(free=1.0), 4.0)
    clear = next(said for said in run.said if said.heard == "<clear>")
    assert clear.decided_s >= 7.0


def test_hush_and_quiet_do_not_keep_lost_sight_silent() -> None:
    run = Run(settings(verbosity="quiet"))
    run.scheduler.ask("hush", run.now_s)
    assert run.see(blind("covered"), 1.0).heard[-1] == "View blocked"


# --- limited


@pytest.mark.parametrize("reason", ["little_depth", "blurred", "floor_unseen"])
def test_limited_sight_is_said_once_after_1_s(reason: str) -> None:
    run = Run().see(seen(sight=Sight.DEGRADED, reason=reason), 40.0)
    assert run.heard == ["View limited"]
    assert run.said[0].decided_s == pytest.approx(4.0, abs=2 * TICK_S)


def test_limited_sight_is_not_said_of_a_moment() -> None:
    run = Run()
    for _ in range(5):
        run.see(seen(sight=Sight.DEGRADED, reason="blurred"), 0.8).see(seen(), 0.2)
    assert run.heard == []


def test_limited_sight_is_not_said_again_within_30_s() -> None:
    run = Run()
    limited = seen(sight=Sight.DEGRADED, reason="blurred")
    for _ in range(9):
        run.see(limited, 3.0).see(seen(), 1.0)
    starts = times(run, "View limited")
    assert len(starts) == 2
    assert starts[1] - starts[0] >= 30.0


SENSOR_LOST = seen(sight=Sight.DEGRADED, reason="sensor_lost")


def test_a_depth_sensor_that_falls_silent_is_said_at_once() -> None:
    run = Run().see(seen(), 1.0).see(SENSOR_LOST, 40.0)
    assert run.heard == ["View limited"]
    begins_s = Run().see(seen(), 1.0).see(SENSOR_LOST, 0.2).said[0].decided_s
    assert run.said[0].decided_s == begins_s


def test_a_silent_depth_sensor_is_news_although_sight_was_limited_lately() -> None:
    blurred = seen(sight=Sight.DEGRADED, reason="blurred")
    run = Run().see(blurred, 3.0).see(SENSOR_LOST, 3.0)
    assert run.heard == ["View limited"] * 2


def test_a_depth_sensor_that_comes_and_goes_is_said_once_in_30_s() -> None:
    run = Run()
    for _ in range(9):
        run.see(SENSOR_LOST, 1.0).see(seen(), 2.0)
    assert run.heard == ["View limited"]


def test_a_depth_sensor_that_falls_silent_does_not_wait_for_a_warning_to_end() -> None:
    """Its words last two seconds; they begin again afterwards."""
    ahead = a_thing(Zone.WARN, 3.0)
    lost = seen(ahead, sight=Sight.DEGRADED, reason="sensor_lost")
    run = Run().see(seen(ahead), 0.5).see(lost, 4.0)
    assert run.heard == ["Chair ahead, 3 metres", "View limited", "Chair ahead, 3 metres"]
    # nor for the silence that is owed to what was cut
    assert run.said[1].decided_s <= 3.5 + 3 * TICK_S
    assert not run.said[0].completed


def test_a_depth_sensor_that_falls_silent_waits_for_stop() -> None:
    near = a_thing(Zone.STOP, 0.9)
    lost = seen(near, sight=Sight.DEGRADED, reason="sensor_lost")
    run = Run().see(seen(near), 0.3).see(lost, 3.0)
    assert run.heard[:2] == ["Stop. Chair ahead", "View limited"]
    assert run.said[0].completed


def test_unknown_scale_is_said_once_an_episode() -> None:
    uncertain = seen(sight=Sight.DEGRADED, reason="scale_unknown", distances_known=False)
    run = Run().see(uncertain, 40.0)
    assert run.heard == ["Distances uncertain"]
    run.see(seen(), 2.0).see(uncertain, 3.0)
    assert run.heard == ["Distances uncertain"] * 2


def test_no_number_is_spoken_while_scale_is_unknown() -> None:
    uncertain = seen(
        a_thing(Zone.WARN, 3.0),
        sight=Sight.DEGRADED,
        reason="scale_unknown",
        distances_known=False,
    )
    run = Run().see(uncertain, 3.0)
    assert run.heard == ["Chair ahead", "Distances uncertain"]


def test_metres_just_told_are_taken_back_before_the_next_warning() -> None:
    run = Run().see(seen(a_thing(Zone.WARN, 3.0)), 0.5)
    other = a_thing(Zone.WARN, 4.8, 9)
    uncertain = seen(other, sight=Sight.DEGRADED, reason="scale_unknown", distances_known=False)
    run.see(uncertain, 1.0)
    assert run.heard == ["Chair ahead, 3 metres", "Distances uncertain"]


def test_every_reason_has_words() -> None:
    for reason in REASONS:
        run = Run().see(blind(reason), 0.5)
        assert len(run.heard) == 1, reason


# --- sight that comes back while something stands in the way

AFAR = a_thing(Zone.WARN, 3.0, 7)


def test_back_comes_before_the_words_of_a_warning_that_sounds_at_once() -> None:
    run = Run().see(blind("stale"), 2.0)
    run.see(seen(AFAR), 5.0)
    assert run.heard == ["Vision lost", "<warn>", "Vision back", "Chair ahead, 3 metres"]
    assert times(run, "Vision back") == pytest.approx([6.0], abs=2 * TICK_S)
    back, warned = run.said[-2:]  # it has stood there all the time: no gap before it
    assert warned.decided_s - back.ended_s <= 2 * TICK_S
    assert run.said[1].decided_s == pytest.approx(5.0, abs=2 * TICK_S)


def test_stop_does_not_wait_for_back_and_back_follows() -> None:
    run = Run().see(blind("stale"), 2.0).see(seen(DANGER, speed_mps=0.0), 6.0)
    assert run.heard == ["Vision lost", "Stop. Chair ahead", "Vision back"]
    assert run.said[1].decided_s == pytest.approx(5.0, abs=2 * TICK_S)


def test_stop_cuts_back_which_is_said_again() -> None:
    run = Run().see(blind("stale"), 2.0).see(seen(AFAR), 1.2)
    run.see(seen(DANGER, speed_mps=0.0), 5.0)
    assert run.heard[-3:] == ["Vision back", "Stop. Chair ahead", "Vision back"]


def test_back_is_said_however_much_was_said_before() -> None:
    run = Run(settings(duty=0.05))
    run.see(seen(AFAR), 2.0).see(blind("stale"), 2.0).see(seen(), 2.0)
    assert run.heard[-1] == "Vision back"


def test_a_warning_of_before_the_loss_is_news_after_it() -> None:
    run = Run(settings(stop_reserve_s=0.0)).see(seen(AFAR), 2.0)
    run.see(blind("stale"), 2.0).see(seen(AFAR), 5.0)
    assert run.heard[-1] == "Chair ahead, 3 metres"


# --- the start


def test_the_start_greets_once_when_sight_is_there() -> None:
    run = Run(greeted=False).see(blind("no_image"), 1.0).see(seen(), 10.0)
    assert run.heard == ["Ready. Keep using your cane"]
    assert run.said[0].decided_s == pytest.approx(1.0)
    assert run.said[0].intent.priority is Priority.INFORM


@pytest.mark.parametrize("verbosity", ["quiet", "normal", "detailed"])
def test_the_greeting_is_heard_whatever_the_verbosity(verbosity: str) -> None:
    limited = seen(sight=Sight.DEGRADED, reason="little_depth")
    run = Run(settings(verbosity=verbosity), greeted=False).see(limited, 1.0)
    assert run.heard == ["Ready. Keep using your cane"]


@pytest.mark.parametrize("reason", ["no_image", "no_depth", "stale"])
def test_streams_may_take_3_s_to_begin(reason: str) -> None:
    run = Run(greeted=False).see(blind(reason), 2.9)
    assert run.said == []
    run.see(blind(reason), 0.5)
    assert len(run.heard) == 1
    assert run.said[0].decided_s == pytest.approx(3.0, abs=2 * TICK_S)


def test_a_dark_room_is_no_start_that_takes_long() -> None:
    run = Run(greeted=False).see(blind("no_image"), 0.5).see(blind("dark"), 0.5)
    assert run.heard == ["Too dark"]


def test_obstacles_that_never_come_are_lost_sight_after_the_grace() -> None:
    run = Run(greeted=False).wait(2.9)
    assert run.heard == []
    assert run.wait(0.5).heard == ["Vision lost"]


def test_the_first_sight_greets_and_is_not_called_back() -> None:
    run = Run(greeted=False).see(blind("no_image"), 5.0).see(seen(), 5.0)
    assert run.heard == ["Vision lost", "Ready. Keep using your cane"]


def test_sight_that_goes_again_after_its_first_moment_is_a_new_loss() -> None:
    run = Run(greeted=False).see(blind("no_image"), 5.0).see(seen(), 0.5).see(blind("dark"), 0.5)
    assert run.heard == ["Vision lost", "Ready. Keep using your cane", "Too dark"]


def test_a_greeting_that_was_cut_is_said_later() -> None:
    run = Run(greeted=False).see(seen(), 0.3).see(seen(DANGER, speed_mps=0.0), 4.0)
    assert run.heard == [
        "Ready. Keep using your cane",
        "Stop. Chair ahead",
        "Ready. Keep using your cane",
    ]
