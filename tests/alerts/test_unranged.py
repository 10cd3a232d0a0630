"""What is said of things at no known distance (B8, B12)."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from followme.alerts.spoken_type import spoken_type
from followme.values.intent import Priority
from followme.values.obstacle import Kind, Obstacles, Side, Sight, UnrangedThing
from tests.alerts.world import Run, a_thing, settings


def named(
    label: str = "door", side: Side = Side.LEFT, track: int = 1 << 30, kind: Kind = Kind.OBJECT
) -> UnrangedThing:
    return UnrangedThing(track, kind, label, 0.8, 0.4 if side is Side.LEFT else -0.4, side)


def without_metres(*things: UnrangedThing, reason: str = "no_depth") -> Obstacles:
    return Obstacles(0, (), Sight.BLIND, reason, unranged=things)


def test_a_name_and_a_side_follow_the_word_that_distance_is_unknown() -> None:
    run = Run(greeted=False).see(without_metres(named()), 8.0)
    assert run.heard[:2] == ["Cannot judge distance", "Door left"]


def test_each_thing_is_told_once() -> None:
    run = Run(greeted=False).see(without_metres(named(), named("chair", Side.RIGHT, 9)), 40.0)
    assert run.heard.count("Door left") == 1
    assert run.heard.count("Chair right") == 1


def test_no_number_is_ever_spoken() -> None:
    run = Run(greeted=False).see(without_metres(named(), named("chair", Side.AHEAD, 9)), 20.0)
    assert not any(char.isdigit() or "metre" in text for text in run.heard for char in text)
    told = [h.intent for h in run.said if h.intent.obstacle is not None]
    assert told and all(math.isnan(intent.obstacle.distance_m) for intent in told)
    assert all(intent.priority is Priority.INFORM for intent in told)


def test_the_same_words_rest_when_a_thing_is_lost_and_found_again() -> None:
    run = Run(greeted=False).see(without_metres(named(track=1 << 30)), 8.0)
    run.see(without_metres(named(track=(1 << 30) + 1)), 5.0)
    assert run.heard.count("Door left") == 1
    run.see(without_metres(named(track=(1 << 30) + 2)), 12.0)
    assert run.heard.count("Door left") == 2


def test_what_has_no_spoken_name_is_not_told() -> None:
    run = Run(greeted=False).see(without_metres(named("bottle")), 20.0)
    assert not any("Obstacle" in text for text in run.heard)


@pytest.mark.parametrize("reason", ["dark", "covered", "stale", "frozen", "no_image"])
def test_who_does_not_see_names_nothing(reason: str) -> None:
    run = Run(greeted=False).see(without_metres(named(), reason=reason), 20.0)
    assert "Door left" not in run.heard


def test_quiet_and_hush_are_kept() -> None:
    quiet = Run(settings(verbosity="quiet"), greeted=False)
    quiet.see(without_metres(named()), 20.0)
    assert "Door left" not in quiet.heard


def test_while_there_are_metres_names_alone_are_no_news() -> None:
    seen = replace(without_metres(named()), sight=Sight.SEEING, reason="", distances_known=True)
    run = Run().see(seen, 20.0)
    assert "Door left" not in run.heard


@pytest.mark.parametrize(
    ("label", "spoken"),
    [
        *(("cabinet", "cupboard"), ("tv", "screen"), ("potted plant", "plant")),
        *(("Couch ", "sofa"), ("desk", "table"), ("door", "door"), ("bottle", "obstacle")),
    ],
)
def test_words_of_data_sets_have_their_spoken_name(label: str, spoken: str) -> None:
    assert spoken_type(a_thing(label=label)) == spoken


def test_a_person_is_a_person_whatever_its_label() -> None:
    assert spoken_type(a_thing(label="mannequin", kind=Kind.PERSON)) == "person"
