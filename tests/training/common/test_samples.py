"""A few of many: evenly chosen, whatever the numbers."""

from __future__ import annotations

import pytest

from followme_training.common.samples import evenly, spread


@pytest.mark.parametrize(("total", "count"), [(3500, 2000), (59, 30), (61, 30), (7, 6), (1000, 3)])
def test_what_is_chosen_reaches_from_the_first_to_near_the_last(total: int, count: int) -> None:
    places = evenly(total, count)
    assert len(set(places)) == count
    steps = [b - a for a, b in zip(places, [*places[1:], total], strict=True)]
    assert places[0] == 0
    assert max(steps) - min(steps) <= 1


@pytest.mark.parametrize(
    ("total", "count", "all_of"), [(3, 5, 3), (3, 3, 3), (0, 4, 0), (4, 0, 0), (4, -1, 0)]
)
def test_few_are_all_chosen_and_none_is_none(total: int, count: int, all_of: int) -> None:
    assert evenly(total, count) == list(range(all_of))


def test_samples_themselves_are_returned() -> None:
    assert spread("abcdefghij", 4) == ["a", "c", "f", "h"]
