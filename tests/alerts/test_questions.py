"""What the user may ask, and what is answered (B7, commands)."""

from __future__ import annotations

import math

import pytest

from followme.alerts.scheduler import Scheduler
from followme.settings import SchedulerSettings
from followme.values.intent import Outcome, Priority
from followme.values.obstacle import Kind, Side, Sight, Zone
from tests.alerts.world import Run, a_thing, blind, seen, settings

CHAIR = a_thing(Zone.WARN, 3.0)


def ask(run: Run, question: str) -> str:
    run.clear_log()
    return run.scheduler.ask(question, run.now_s)


def test_an_unknown_question_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"'descrbe' is unknown, .*did you mean 'describe'"):
        Run().scheduler.ask("descrbe", 0.0)


@pytest.mark.parametrize("question", ["repeat", "describe", "status"])
def test_nothing_is_known_before_anything_was_observed(question: str) -> None:
    answer = Scheduler(SchedulerSettings()).ask(question, 0.0)
    assert answer == ("Gone" if question == "repeat" else "Vision lost")


def test_the_answer_is_spoken_as_a_reply() -> None:
    run = Run().see(seen(), 0.1)
    assert ask(run, "status") == "Ready. Keep using your cane"
    run.see(seen(), 2.0)
    assert run.heard == ["Ready. Keep using your cane"]
    assert run.said[0].intent.priority is Priority.REPLY


@pytest.mark.parametrize(
    ("world", "text"),
    [
        (seen(), "Ready. Keep using your cane"),
        (blind("dark"), "Too dark"),
        (seen(sight=Sight.DEGRADED, reason="blurred"), "View limited"),
        (seen(sight=Sight.DEGRADED, reason="scale_unknown"), "Distances uncertain"),
    ],
)
def test_status_tells_of_sight(world: object, text: str) -> None:
    run = Run().see(world, 5.0)  # type: ignore[arg-type]
    assert ask(run, "status") == text
    assert text in run.see(world, 5.0).heard  # type: ignore[arg-type]


def test_repeat_tells_of_the_thing_as_it_is_now() -> None:
    run = Run().see(seen(CHAIR), 3.0).see(seen(a_thing(Zone.WARN, 2.6)), 0.2)
    assert ask(run, "repeat") == "Chair ahead, 2.5 metres"
    assert run.see(seen(a_thing(Zone.WARN, 2.4)), 3.0).heard == ["Chair ahead, 2.5 metres"]


def test_repeat_is_worded_by_the_zone_of_now() -> None:
    run = Run().see(seen(CHAIR), 3.0).see(seen(a_thing(Zone.STOP, 1.0)), 1.9)
    assert ask(run, "repeat") == "Stop. Chair ahead"


def test_a_reply_does_not_contradict_the_side_just_told() -> None:
    run = Run().see(seen(CHAIR), 1.5)
    drifted = seen(a_thing(Zone.WARN, 3.0, side=Side.AHEAD_LEFT, bearing_rad=0.05))
    ask(run, "describe")
    assert run.see(drifted, 1.5).heard == ["Chair ahead, 3 metres"]


def test_repeat_of_what_is_gone_says_so() -> None:
    run = Run().see(seen(CHAIR), 3.0).see(seen(), 0.2)
    assert ask(run, "repeat") == "Gone"
    assert run.see(seen(), 2.0).heard == ["Gone"]


def test_repeat_of_what_went_after_the_question_says_so() -> None:
    run = Run().see(seen(CHAIR), 3.0)
    assert ask(run, "repeat") == "Chair ahead, 3 metres"
    assert run.see(seen(), 2.0).heard == ["Gone"]


def test_repeat_while_blind_tells_of_sight() -> None:
    run = Run().see(seen(CHAIR), 3.0).see(blind("dark", CHAIR), 2.0)
    assert ask(run, "repeat") == "Too dark"


def test_repeat_is_about_what_was_not_asked_for() -> None:
    run = Run().see(seen(CHAIR), 2.0)
    ask(run, "status")
    run.see(seen(CHAIR), 3.0)
    assert ask(run, "repeat") == "Chair ahead, 3 metres"


@pytest.mark.parametrize(("question", "heard"), [("describe", []), ("repeat", ["Too dark"])])
def test_no_answer_tells_of_things_when_sight_was_lost_meanwhile(
    question: str, heard: list[str]
) -> None:
    run = Run().see(seen(CHAIR), 2.0)
    assert ask(run, question) == "Chair ahead, 3 metres"
    run.see(blind("dark", CHAIR), 2.6)
    assert run.heard == ["Too dark", *heard]


def test_describe_tells_of_three_things_nearest_first_in_twelve_words() -> None:
    shelf = a_thing(Zone.INFORM, 2.0, 1, kind=Kind.OVERHANG, bottom_m=1.5, side=Side.AHEAD_LEFT)
    second = a_thing(Zone.INFORM, 3.0, 2, kind=Kind.OVERHANG, side=Side.AHEAD_RIGHT)
    third = a_thing(Zone.CLEAR, 4.0, 3, label="cupboard", side=Side.RIGHT)
    fourth = a_thing(Zone.CLEAR, 5.0, 4)
    run = Run().see(seen(third, fourth, second, shelf), 0.3)
    answer = ask(run, "describe")
    assert answer == "Head height ahead left, 2 metres. Overhang ahead right. Cupboard right"
    assert len(answer.split()) <= 12
    assert run.see(seen(third, fourth, second, shelf), 8.0).heard == answer.split(". ")


def test_describe_leaves_out_what_went_meanwhile() -> None:
    two = seen(CHAIR, a_thing(Zone.INFORM, 4.0, 2, label="box"))
    run = Run().see(two, 3.0)
    ask(run, "describe")
    run.see(two, 0.2).see(seen(CHAIR), 4.0)
    assert run.heard == ["Chair ahead, 3 metres"]
    assert [outcome for _, outcome in run.dropped] == [Outcome.DROPPED_GONE]


@pytest.mark.parametrize(
    ("world", "text"),
    [
        (seen(free=0.9), "Nothing seen ahead"),
        (seen(free=0.5), "View limited"),
        (seen(free=0.9, sight=Sight.DEGRADED, reason="scale_unknown"), "Distances uncertain"),
        (blind("covered", CHAIR), "View blocked"),
    ],
)
def test_describe_never_calls_free_what_was_not_seen(world: object, text: str) -> None:
    assert ask(Run().see(world, 0.5), "describe") == text  # type: ignore[arg-type]


def test_nothing_seen_is_not_said_when_something_came_meanwhile() -> None:
    run = Run().see(seen(CHAIR), 2.0).see(seen(free=0.9), 0.5)
    assert ask(run, "describe") == "Nothing seen ahead"
    run.see(seen(a_thing(Zone.INFORM, 4.0, 5), free=0.9), 2.0)
    assert "Nothing seen ahead" not in run.heard


def test_no_number_is_answered_while_scale_is_unknown() -> None:
    run = Run().see(seen(CHAIR, distances_known=False), 3.0)
    assert ask(run, "describe") == "Chair ahead"


def test_a_question_is_answered_in_quiet_and_during_hush() -> None:
    run = Run(settings(verbosity="quiet")).see(seen(CHAIR), 1.0)
    ask(run, "hush")
    run.see(seen(CHAIR), 2.0)
    run.scheduler.ask("describe", run.now_s)
    assert run.see(seen(CHAIR), 3.0).heard == ["Hushed thirty seconds", "Chair ahead, 3 metres"]


def test_hush_of_another_length_does_not_say_thirty() -> None:
    assert ask(Run(settings(hush_s=10.0)), "hush") == "Hushed"


def test_a_reply_that_waited_too_long_is_dropped() -> None:
    box = a_thing(Zone.STOP, 1.0, 7, label="box")
    run = Run(settings(duty=0.01)).see(seen(CHAIR), 1.0)
    ask(run, "describe")
    run.see(seen(CHAIR, box, speed_mps=math.nan), 6.0)
    assert (Outcome.DROPPED_STALE) in [outcome for _, outcome in run.dropped]
    assert not any(said.intent.priority is Priority.REPLY for said in run.said)


def test_a_new_question_takes_the_place_of_the_last() -> None:
    run = Run().see(seen(CHAIR), 3.0)
    ask(run, "describe")
    run.scheduler.ask("status", run.now_s)
    assert run.see(seen(CHAIR), 4.0).heard == ["Ready. Keep using your cane"]
    assert [outcome for _, outcome in run.dropped] == [Outcome.DROPPED_STALE]


def test_words_of_the_answer_may_come_from_elsewhere() -> None:
    scheduler = Scheduler(SchedulerSettings(), words=lambda intent: intent.key.upper())
    assert scheduler.ask("hush", 0.0) == "REPLY.HUSHED_THIRTY"
