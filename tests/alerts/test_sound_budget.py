"""Gap, duty and caps by hand-computed cases (B7)."""

from __future__ import annotations

import pytest

from followme.alerts.sound_budget import SoundBudget
from followme.settings import SchedulerSettings
from followme.values.intent import Priority

S = SchedulerSettings()


def heard(*spans: tuple[float, float]) -> SoundBudget:
    budget = SoundBudget()
    for begin_s, end_s in spans:
        budget.add(begin_s, end_s, end_s - begin_s)
    return budget


@pytest.mark.parametrize(
    ("spans", "message_s", "now_s", "room"),
    [
        ((), 5.0, 0.0, True),
        ((), 5.1, 0.0, False),
        (((0.0, 2.0), (3.0, 4.0)), 2.0, 5.0, True),
        (((0.0, 2.0), (3.0, 4.0)), 2.1, 5.0, False),
        # the window that ends with the message begins at 2.0, so the first span is over
        (((0.0, 2.0), (3.0, 6.0)), 2.0, 20.0, True),
        # and here it holds half a second of it
        (((0.0, 2.0), (3.0, 6.0)), 2.0, 19.5, False),
        (((0.0, 2.0), (3.0, 6.0)), 5.0, 26.0, True),
    ],
)
def test_a_message_must_fit_the_fullest_window(
    spans: tuple[tuple[float, float], ...], message_s: float, now_s: float, room: bool
) -> None:
    assert heard(*spans).has_room(message_s, now_s, S) is room


def test_a_slow_voice_is_taken_to_stay_slow_and_a_cut_tells_nothing() -> None:
    budget = SoundBudget()
    assert budget.seconds_of("Chair ahead, close", S) == pytest.approx(1.0)
    budget.add(0.0, 0.2, 1.0)
    assert budget.seconds_of("Chair ahead, close", S) == pytest.approx(1.0)
    budget.add(0.0, 1.5, 1.0)
    budget.add(0.0, 1.5, 1.5)
    assert budget.seconds_of("Chair ahead, close", S) == pytest.approx(1.5)


def test_the_pauses_around_one_word_tell_no_rate() -> None:
    budget = SoundBudget()
    budget.add(0.0, 0.9, 0.33)
    assert budget.seconds_of("Gone", S) == pytest.approx(1.0 / 3.0)


def test_caps_are_apart_and_end_after_a_minute() -> None:
    budget = SoundBudget()
    for i in range(4):
        budget.give(Priority.INFORM, float(i))
    assert budget.is_capped(Priority.INFORM, 59.9, S)
    assert not budget.is_capped(Priority.WARN, 59.9, S)
    assert not budget.is_capped(Priority.INFORM, 60.0, S)
    for i in range(8):
        budget.give((Priority.WARN, Priority.WARN_HAZARD)[i % 2], 60.0 + i)
    assert budget.is_capped(Priority.WARN_HAZARD, 68.0, S)
    assert not budget.is_capped(Priority.STOP, 68.0, S)
    assert not budget.is_capped(Priority.REPLY, 68.0, S)


def test_the_gap_is_counted_from_the_end_of_the_last_sound() -> None:
    budget = SoundBudget()
    assert budget.gap_is_kept(0.0, S)
    budget.silence(10.0)
    assert not budget.gap_is_kept(10.59, S)
    assert budget.gap_is_kept(10.6 + 1e-9, S)
