"""Windows follow the walker's speed as the zones of B3 do: the page's own numbers are the test."""

from __future__ import annotations

import pytest

from followme.evaluation.expectations import expectation_of
from followme.evaluation.windows import window_at


def a_message(**keys):
    return expectation_of({"messages": [keys]}).messages[0]


@pytest.mark.parametrize(
    ("say", "own", "speed_mps", "page"),
    [
        ("WARN", [2.8, 3.7], 0.5, (1.7, 2.2)),
        ("WARN", [2.8, 3.7], 1.0, (2.8, 3.7)),
        ("WARN", [2.8, 3.7], 1.4, (3.8, 4.8)),
        ("STOP", [1.5, 2.1], 0.5, (0.9, 1.3)),
        ("STOP", [1.5, 2.1], 1.4, (1.9, 2.7)),
    ],
)
def test_the_windows_of_the_page_come_out(say, own, speed_mps, page):
    window = window_at(a_message(say=say, distance_m=own), speed_mps, 1.0)
    assert window == pytest.approx(page, abs=0.11)


def test_what_is_given_for_a_speed_holds_at_that_speed():
    m = a_message(say="WARN", distance_m={0.5: [1.6, 2.3], 1.0: [2.8, 3.7]})
    assert window_at(m, 0.5, 1.0) == (1.6, 2.3)
    assert window_at(m, 1.0, 1.0) == (2.8, 3.7)
    near, far = window_at(m, 1.4, 1.0)
    assert near > 2.8 and far > 3.7


def test_a_thing_that_comes_is_warned_of_farther_away_at_any_speed():
    comes = a_message(say="WARN", distance_m=[5.2, 7.0], approach_mps=1.0)
    slow, fast = window_at(comes, 0.5, 1.0), window_at(comes, 1.4, 1.0)
    assert slow[0] < 5.2 < fast[0]
    assert fast[1] == pytest.approx(7.0 + 3.0 * 0.4)


def test_a_cane_finds_low_things_so_their_stop_is_nearer():
    low = window_at(a_message(say="STOP", distance_m=[1.0, 1.6], foot=True), 1.4, 1.0)
    high = window_at(a_message(say="STOP", distance_m=[1.5, 2.1]), 1.4, 1.0)
    assert low[1] == pytest.approx(1.6 + 0.4)
    assert low[1] < high[1]
