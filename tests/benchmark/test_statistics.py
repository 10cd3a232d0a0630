"""Percentiles, jitter and slopes against figures computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from followme.benchmark.statistics import Trend, latency_summary, trend


def test_five_latencies_by_hand():
    row = latency_summary([10.0, 12.0, 11.0, 15.0, 12.0])
    # sorted 10 11 12 12 15; steps 2, -1, 4, -3
    assert row["n"] == 5 and row["p50_ms"] == 12.0 and row["max_ms"] == 15.0
    assert row["p95_ms"] == pytest.approx(12 + 0.8 * 3)
    assert row["mean_ms"] == 12.0
    assert row["jitter_mean_ms"] == 2.5 and row["jitter_max_ms"] == 4.0
    # mean of the steps 0.5, squares of what is left 2.25, 2.25, 12.25, 12.25
    assert row["jitter_std_ms"] == pytest.approx(math.sqrt(29 / 4), abs=1e-3)


@pytest.mark.parametrize("samples", [[], [3.0]])
def test_too_few_latencies_have_no_jitter(samples):
    row = latency_summary(samples)
    assert row["n"] == len(samples) and row["jitter_mean_ms"] is None
    assert row["mean_ms"] == (3.0 if samples else None)


def test_a_slope_by_hand():
    # least squares through (0, 1), (1, 3), (2, 4): slope 1.5, residuals -1/6, 1/3, -1/6
    found = trend([0, 1, 2], [1, 3, 4])
    assert found.per_s == pytest.approx(1.5)
    assert found.error_per_s == pytest.approx(math.sqrt((1 / 36 + 4 / 36 + 1 / 36) / 1 / 2))


def test_a_step_is_no_sure_slope():
    # what stays alike from one piece to the next counts less: one step of 10 among 24 values
    step = trend(range(24), [0.0] * 12 + [10.0] * 12)
    mixed = trend(range(24), [0.0, 10.0] * 12)
    assert step.per_s > 0 and step.error_per_s > 0.2 * step.per_s
    residuals = np.array([0.0] * 12 + [10.0] * 12) - 5 - step.per_s * (np.arange(24) - 11.5)
    plain = np.sqrt(residuals @ residuals / 22 / np.sum((np.arange(24) - 11.5) ** 2))
    alike = residuals[:-1] @ residuals[1:] / (residuals @ residuals)
    assert step.error_per_s == pytest.approx(plain * np.sqrt((1 + alike) / (1 - alike)))
    assert 0.5 < alike < 0.95
    assert abs(mixed.per_s) < mixed.error_per_s


def test_growth_over_hours_comes_with_its_error():
    growth, error = Trend(0.001, 0.0001).after(8 * 3600)
    assert growth == pytest.approx(28.8) and error == pytest.approx(1.96 * 2.88)


def test_a_line_is_found_in_noise_within_its_error():
    rng = np.random.default_rng(0)
    t = np.arange(600.0)
    found = trend(t, 200 + 0.01 * t + rng.normal(0, 1.0, 600))
    assert abs(found.per_s - 0.01) < 3 * found.error_per_s < 0.01


@pytest.mark.parametrize(
    ("times", "values"),
    [([], []), ([0, 1], [1, 2]), ([1, 1, 1], [1, 2, 3]), ([0, 1, 2], [1, math.nan, 2])],
)
def test_too_little_for_a_slope_is_unknown(times, values):
    assert math.isnan(trend(times, values).per_s)


def test_values_that_are_unknown_are_left_out():
    assert trend([0, 1, 2, 3], [0, 2, math.nan, 6]).per_s == pytest.approx(2.0)


def test_series_of_two_lengths_are_refused():
    with pytest.raises(ValueError, match="2 times and 3 values"):
        trend([0, 1], [1, 2, 3])
