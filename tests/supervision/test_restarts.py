from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.supervision.restarts import RestartRules, Restarts

RULES = RestartRules(first_pause_s=0.5, longest_pause_s=3.0, start_s=10.0, deaths_at_start=5)
CRASH = -11


def pauses(*deaths: tuple[int, float]) -> list[float | None]:
    restarts = Restarts(RULES)
    return [restarts.pause_s(code, lived_s) for code, lived_s in deaths]


def test_the_pause_doubles_with_each_death_at_start_up_to_its_limit():
    assert pauses(*[(CRASH, 1.0)] * 4) == [0.5, 1.0, 2.0, 3.0]


def test_the_fifth_death_at_start_is_the_last():
    assert pauses(*[(CRASH, 9.9)] * 5)[-1] is None


def test_a_node_that_had_started_begins_anew():
    assert pauses(*[(CRASH, 1.0)] * 4, (CRASH, 60.0), (CRASH, 1.0)) == [
        0.5,
        1.0,
        2.0,
        3.0,
        0.5,
        0.5,
    ]


def test_a_node_that_works_a_while_between_deaths_is_never_given_up():
    assert None not in pauses(*[(CRASH, 10.0)] * 50)


def test_what_a_user_has_to_mend_is_not_tried_again():
    assert pauses((2, 1.0)) == [None]


def test_a_node_that_ended_by_itself_without_a_fault_is_started_again_too():
    assert pauses((0, 60.0)) == [0.5]


@given(st.lists(st.tuples(st.sampled_from([0, 1, CRASH]), st.floats(0, 100)), max_size=30))
def test_a_pause_is_within_its_limits(deaths):
    found = pauses(*deaths)
    assert all(p is None or 0.5 <= p <= 3.0 for p in found)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_the_number_of_deaths_is_a_rule(count):
    restarts = Restarts(RestartRules(deaths_at_start=count))
    found = [restarts.pause_s(CRASH, 0.0) for _ in range(count)]
    assert found[-1] is None and None not in found[:-1]
