"""Intervals against values that others computed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.evaluation.intervals import bootstrap, poisson, wilson


def test_nothing_counted_is_nothing_known():
    assert all(math.isnan(x) for x in wilson(0, 0))
    assert all(math.isnan(x) for x in poisson(0, 0.0))
    assert all(math.isnan(x) for x in bootstrap(np.array([1.0]), np.mean))


@pytest.mark.parametrize(
    ("hits", "n", "interval"),
    [(0, 10, (0.0, 0.2775)), (5, 10, (0.2366, 0.7634)), (95, 100, (0.8882, 0.9785))],
)
def test_a_share_has_the_interval_of_wilson(hits, n, interval):
    assert wilson(hits, n) == pytest.approx(interval, abs=5e-4)


@pytest.mark.parametrize(
    ("count", "exact"), [(0, (0.0, 3.69)), (3, (0.62, 8.77)), (20, (12.2, 30.9))]
)
def test_a_rate_has_nearly_the_exact_interval_of_poisson(count, exact):
    assert poisson(count, 1.0) == pytest.approx(exact, abs=0.08)


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_share_lies_in_its_interval(hits, more):
    n = hits + more
    low, high = wilson(hits, n)
    assert 0.0 <= low <= hits / n + 1e-12 and hits / n - 1e-12 <= high <= 1.0


def test_a_bootstrap_holds_the_mean_and_is_the_same_each_time():
    values = np.random.default_rng(0).normal(3.0, 1.0, 200)
    low, high = bootstrap(values, lambda v: float(np.mean(v)))
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 / math.sqrt(200), rel=0.25)
    assert bootstrap(values, lambda v: float(np.mean(v))) == (low, high)
