from __future__ import annotations

import numpy as np
import pytest

from followme.outputs.highlights import Highlights

PICTURE = np.zeros((4, 6, 3), np.uint8)


def run_of(count, weights=None):
    highlights = Highlights(12)
    for i in range(count):
        highlights.offer(PICTURE, str(i), 0.0 if weights is None else weights.get(i, 0.0))
    return [int(h.caption) for h in highlights.chosen()]


@pytest.mark.parametrize("count", [0, 1, 5, 12])
def test_a_short_run_keeps_all_its_pictures(count):
    assert run_of(count) == list(range(count))


@pytest.mark.parametrize("count", [13, 24, 25, 47, 100, 1000, 4999])
def test_a_long_run_gives_twelve_in_order_spread_over_all_of_it(count):
    chosen = run_of(count)
    assert len(chosen) == 12
    assert chosen == sorted(set(chosen))
    assert chosen[0] < 0.1 * count + 1
    assert chosen[-1] > 0.8 * count - 2
    assert np.diff(chosen).max() < 0.25 * count + 2


@pytest.mark.parametrize("when", [0, 3, 499, 700, 999])
def test_a_moment_at_which_something_is_said_is_kept(when):
    assert when in run_of(1000, {when: 2.0})


def test_of_two_neighbours_the_weightier_one_stays():
    chosen = run_of(1000, {500: 1.0, 501: 2.0})
    assert 501 in chosen
    assert 500 not in chosen


def test_memory_is_bounded_and_pictures_are_copies():
    highlights = Highlights(4)
    bgr = np.full((900, 1200, 3), 7, np.uint8)
    for i in range(300):
        highlights.offer(bgr, str(i), 0.0)
    bgr[:] = 0
    assert len(highlights._kept) <= 8
    assert all((h.bgr == 7).all() and h.bgr.shape == (360, 480, 3) for h in highlights.chosen())
