from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.geometry.steady_reach import SteadyReach


def test_a_whole_swing_leaves_nothing_of_itself():
    reach = SteadyReach(0.5)
    means = [
        reach.update(int(1e8 * i / 2), 0.04 + 0.05 * math.sin(2 * math.pi * i / 11))
        for i in range(60)
    ]
    assert means[-20:] == pytest.approx([0.04] * 20, abs=1e-6)


def test_the_first_frame_counts_alone_and_old_ones_are_forgotten():
    reach = SteadyReach(0.5)
    assert reach.update(0, 0.3) == 0.3
    assert reach.update(int(0.4e9), 0.1) == pytest.approx(0.2)
    assert reach.update(int(1.0e9), 0.0) == 0.0


def test_without_a_period_each_frame_counts_as_it_is():
    reach = SteadyReach(0.0)
    assert [reach.update(i, r) for i, r in enumerate((0.3, -0.1, 0.2))] == [0.3, -0.1, 0.2]


@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=30))
def test_a_mean_lies_between_what_was_seen(seen):
    reach = SteadyReach(0.5)
    for i, r in enumerate(seen):
        mean = reach.update(i * 66_000_000, r)
    assert min(seen) - 1e-9 <= mean <= max(seen) + 1e-9
