from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.voices.guard import Guard


def times_spoken(guard: Guard, begin_s: float, end_s: float) -> list[float]:
    """Return when a guard speaks that is asked every 10 ms."""
    asked = [begin_s + 0.01 * i for i in range(round((end_s - begin_s) / 0.01))]
    return [round(t, 2) for t in asked if guard.must_speak(t)]


def test_without_a_first_heartbeat_it_never_speaks() -> None:
    guard = Guard(0.5)
    assert times_spoken(guard, 0.0, 60.0) == [] and not guard.armed


def test_it_is_content_while_heartbeats_come_and_never_before_or_after() -> None:
    guard = Guard(0.5)
    assert not guard.content(0.0)
    guard.beat(1.0)
    assert guard.content(1.0) and guard.content(1.5) and not guard.content(1.51)
    guard.beat(2.0)
    assert guard.content(2.1)
    guard.orphan()
    assert not guard.content(2.1)


def test_steady_heartbeats_keep_it_silent() -> None:
    guard, spoken = Guard(0.5), []
    for i in range(200):
        guard.beat(0.05 * i)
        spoken += times_spoken(guard, 0.05 * i, 0.05 * (i + 1))
    assert spoken == []


def test_it_speaks_after_the_timeout_again_after_3_s_and_then_each_10_s() -> None:
    guard = Guard(0.5)
    guard.beat(0.0)
    assert times_spoken(guard, 0.0, 30.0) == pytest.approx([0.51, 3.51, 13.51, 23.51], abs=0.011)


def test_a_heartbeat_that_returns_ends_it_and_arms_it_anew() -> None:
    guard = Guard(0.5)
    guard.beat(0.0)
    assert len(times_spoken(guard, 0.0, 1.0)) == 1
    guard.beat(1.0)
    assert times_spoken(guard, 1.0, 1.5) == []
    assert times_spoken(guard, 1.5, 2.0) == pytest.approx([1.51], abs=0.011)


def test_a_heartbeat_that_waited_in_the_pipe_is_as_old_as_it_is() -> None:
    guard = Guard(0.5)
    guard.beat(10.0)
    guard.beat(9.0)
    assert not guard.must_speak(10.4)
    assert guard.must_speak(10.6)
    guard.beat(10.05)  # read now, sent long ago
    assert times_spoken(guard, 10.7, 13.0) == []
    assert guard.must_speak(13.7)


def test_a_broken_pipe_is_said_at_once_and_twice() -> None:
    guard = Guard(0.5)
    guard.beat(0.0)
    guard.orphan()
    assert not guard.finished
    assert guard.must_speak(0.01) and not guard.finished
    assert times_spoken(guard, 0.02, 3.2) == pytest.approx([3.01], abs=0.011)
    assert guard.finished


def test_a_heartbeat_does_not_call_an_orphan_back() -> None:
    guard = Guard(0.5)
    guard.beat(0.0)
    guard.orphan()
    guard.must_speak(0.0)
    guard.beat(1.0)
    guard.orphan()
    assert guard.must_speak(3.0)


def test_an_orphan_that_never_heard_a_heartbeat_is_finished_in_silence() -> None:
    guard = Guard(0.5)
    guard.orphan()
    assert guard.finished and not guard.must_speak(1.0)


@given(st.lists(st.floats(0.0, 2.0), min_size=1, max_size=20))
def test_no_silence_is_longer_than_the_timeout_before_it_speaks(gaps: list[float]) -> None:
    guard, at = Guard(0.5), 0.0
    guard.beat(at)
    for gap in gaps:
        spoke = times_spoken(guard, at, at + gap)
        assert bool(spoke) == (gap > 0.52) or 0.48 < gap <= 0.53
        at += gap
        guard.beat(at)
