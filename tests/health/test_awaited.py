from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from followme.health.awaited import Awaited


def holding(*stamps: int, most: int = 5) -> Awaited[str]:
    held: Awaited[str] = Awaited(most)
    for stamp in stamps:
        held.put(stamp, f"image {stamp}")
    return held


def test_an_item_is_taken_once_by_its_stamp():
    held = holding(1, 2)
    assert held.take(1) == "image 1"
    assert held.take(1) is None
    assert held.take(2) == "image 2"
    assert len(held) == 0


def test_what_was_passed_over_does_not_stay():
    held = holding(1, 2, 3, 4)
    assert held.take(3) == "image 3"
    assert len(held) == 1
    assert held.take(1) is None
    assert held.take(4) == "image 4"


def test_a_stamp_that_does_not_wait_takes_nothing_along():
    held = holding(1, 2)
    assert held.take(7) is None
    assert len(held) == 2


def test_after_a_jump_back_what_is_of_the_later_time_was_before():
    held = holding(1000, 1001, 5, 6)
    assert held.take(5) == "image 5"
    assert held.take(1001) is None
    assert held.take(6) == "image 6"


def test_the_oldest_are_forgotten_and_one_of_the_same_stamp_gives_way():
    held = holding(1, 2, 3, most=2)
    assert held.take(1) is None
    held.put(2, "another")
    held.put(4, "image 4")
    assert held.take(3) is None, "2 was put anew, so that 3 was the oldest"
    assert held.take(2) == "another"


def test_clear_forgets_all():
    held = holding(1, 2)
    held.clear()
    assert len(held) == 0 and held.take(2) is None


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans())))
def test_nothing_stays_that_was_put_before_what_was_taken_last(steps: list[tuple[int, bool]]):
    held: Awaited[int] = Awaited(4)
    order: list[int] = []
    for number, (stamp, put) in enumerate(steps):
        if put:
            held.put(stamp, number)
            order = [*[s for s in order if s != stamp][-3:], stamp]
        elif held.take(stamp) is None:
            assert stamp not in order
        else:
            order = order[order.index(stamp) + 1 :]
        assert len(held) == len(order)
