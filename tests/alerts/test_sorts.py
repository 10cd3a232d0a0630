"""Which words and which priority a thing gets (B7, B8, D), by kind and label."""

from __future__ import annotations

import pytest

from followme.alerts.sorts import (
    brief_key_of,
    capped,
    has_own_words,
    hides_the_way,
    key_of,
    priority_of,
    sort_of,
)
from followme.settings import SchedulerSettings
from followme.values.intent import Priority
from followme.values.obstacle import Kind, Side, Zone
from tests.alerts.world import Run, a_thing, seen

S = SchedulerSettings()
GLASS = a_thing(kind=Kind.UNKNOWN, label="glass")
FLOOR = a_thing(kind=Kind.UNKNOWN, label="floor")
GAP = a_thing(kind=Kind.UNKNOWN, label="gap")
STOPS = {"distance_m": 1.0, "closing_mps": 0.5}


@pytest.mark.parametrize(
    ("kind", "label", "sort"),
    [
        (Kind.UNKNOWN, "glass", "glass"),
        (Kind.UNKNOWN, " Glass ", "glass"),
        (Kind.UNKNOWN, "floor", "floor_unclear"),
        (Kind.UNKNOWN, "gap", "gap"),
        (Kind.UNKNOWN, "", "object"),
        (Kind.UNKNOWN, "chair", "object"),
        # a thing that was found is no guess, whatever a network calls it
        (Kind.OBJECT, "glass", "object"),
        (Kind.OBJECT, "floor", "object"),
        (Kind.OBJECT, "stairs", "stairs_up"),
        (Kind.DROP_OFF, "", "drop"),
        (Kind.DROP_OFF, "stairs", "stairs_down"),
        (Kind.DROP_OFF, "glass", "drop"),
        (Kind.OVERHANG, "gap", "overhang_waist"),
    ],
)
def test_the_sort_follows_kind_and_label(kind: Kind, label: str, sort: str) -> None:
    assert sort_of(a_thing(kind=kind, label=label), 1.0, S) == sort


@pytest.mark.parametrize(
    ("thing", "warns", "stops"),
    [
        (a_thing(), Priority.WARN, Priority.STOP),
        (GLASS, Priority.WARN, Priority.STOP),
        (FLOOR, Priority.WARN_HAZARD, Priority.STOP),
        (GAP, Priority.WARN, Priority.WARN),
        (a_thing(kind=Kind.OVERHANG), Priority.WARN_HAZARD, Priority.STOP),
        (a_thing(kind=Kind.DROP_OFF), Priority.WARN_HAZARD, Priority.STOP_DROP),
        (a_thing(label="stairs"), Priority.WARN, Priority.STOP),
    ],
)
def test_the_priority_follows_what_a_cane_misses(thing, warns, stops) -> None:
    warning = a_thing(Zone.WARN, kind=thing.kind, label=thing.label)
    stopping = capped(a_thing(Zone.STOP, kind=thing.kind, label=thing.label))
    assert priority_of(warning) is warns
    assert priority_of(stopping) is stops


@pytest.mark.parametrize("zone", list(Zone))
def test_only_a_gap_is_capped(zone: Zone) -> None:
    gap = capped(a_thing(zone, kind=Kind.UNKNOWN, label="gap"))
    assert gap.zone is min(zone, Zone.WARN)
    glass = a_thing(zone, kind=Kind.UNKNOWN, label="glass")
    assert capped(glass) is glass


def test_a_key_for_each_zone() -> None:
    assert key_of(Zone.STOP, "glass") == "stop.glass"
    assert key_of(Zone.WARN, "floor_unclear") == "warn.floor_unclear"
    assert key_of(Zone.INFORM, "gap") == "inform.gap"
    assert brief_key_of("glass") == "brief.glass"


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (GLASS, ["Possible glass, 3 metres"]),
        (FLOOR, ["Floor unclear, 3 metres"]),
        (GAP, ["Narrow gap, 3 metres"]),
        (a_thing(Zone.STOP, kind=Kind.UNKNOWN, label="glass", **STOPS), ["Stop. Possible glass"]),
        (a_thing(Zone.STOP, kind=Kind.UNKNOWN, label="floor", **STOPS), ["Stop. Floor unclear"]),
        (a_thing(Zone.STOP, kind=Kind.UNKNOWN, label="gap", **STOPS), ["<warn>"]),
    ],
)
def test_what_is_said_of_it(thing, text: list[str]) -> None:
    assert Run().see(seen(thing), 1.5).heard == text


def test_a_guess_is_not_hidden_behind_a_chair() -> None:
    chairs = [a_thing(track=n, distance_m=2.5) for n in (1, 2, 3)]
    glass = a_thing(track=4, distance_m=3.2, kind=Kind.UNKNOWN, label="glass")
    assert has_own_words(glass)
    run = Run().see(seen(*chairs, glass, speed_mps=1.0), 8.0)
    assert "Chair ahead and more" in run.heard
    assert "Possible glass, 3 metres" in run.heard


@pytest.mark.parametrize("label", ["glass", "floor"])
def test_no_clear_while_the_way_is_hidden(label: str) -> None:
    hidden = a_thing(Zone.INFORM, 4.0, 2, kind=Kind.UNKNOWN, label=label, closing_mps=0.0)
    run = Run().see(seen(a_thing()), 2.0)
    run.see(seen(hidden, free=1.0), 4.0)
    assert "<clear>" not in run.heard
    run.see(seen(free=1.0), 2.0)
    assert run.heard[-1] == "<clear>"


def test_a_gap_or_what_is_passed_hides_nothing() -> None:
    assert hides_the_way(GLASS)
    assert not hides_the_way(GAP)
    assert not hides_the_way(a_thing(Zone.WARN, -0.5, kind=Kind.UNKNOWN, label="glass"))
    beside = a_thing(Zone.CLEAR, 3.0, kind=Kind.UNKNOWN, label="glass", side=Side.LEFT)
    assert not hides_the_way(beside)
