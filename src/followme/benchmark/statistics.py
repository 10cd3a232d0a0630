"""What is said about many measurements: percentiles, jitter, and whether they grow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from followme.outputs.latency import LatencyRow, latency_row

# Neighbouring samples resemble each other, so a line through all of them would seem surer than it
# is: means of so many pieces stand for them, and what these still have in common is allowed for.
_PIECES = 24


def latency_summary(samples_ms: Sequence[float]) -> LatencyRow:
    """Return count, percentiles, maximum, mean and jitter of latencies in their order.

    Jitter is the difference between one latency and the next: its mean (without sign), standard
    deviation and largest value, as reports of ros2_benchmark have it.

    Parameters
    ----------
    samples_ms : sequence of float
        Milliseconds, in the order of their images.
    """
    samples = np.asarray(samples_ms, np.float64)
    row = latency_row(samples)
    steps = np.diff(samples)
    row["mean_ms"] = round(float(samples.mean()), 3) if len(samples) else None
    row["jitter_mean_ms"] = round(float(np.abs(steps).mean()), 3) if len(steps) else None
    row["jitter_std_ms"] = round(float(steps.std()), 3) if len(steps) else None
    row["jitter_max_ms"] = round(float(np.abs(steps).max()), 3) if len(steps) else None
    return row


@dataclass(frozen=True)
class Trend:
    """A straight line through measurements over time.

    Parameters
    ----------
    per_s : float
        Slope, in the unit of the values a second; NaN when there is too little to tell.
    error_per_s : float
        Standard error of the slope; NaN likewise.
    """

    per_s: float
    error_per_s: float

    def after(self, seconds: float) -> tuple[float, float]:
        """Return growth over so long and the half width of its 95 % interval."""
        return self.per_s * seconds, 1.96 * self.error_per_s * seconds


def trend(times_s: Sequence[float], values: Sequence[float]) -> Trend:
    """Fit a line by least squares to means of pieces of a series.

    Parameters
    ----------
    times_s, values : sequence of float
        Of equal length; values that are NaN are left out.

    Raises
    ------
    ValueError
        When the lengths differ.
    """
    times, y = np.asarray(times_s, np.float64), np.asarray(values, np.float64)
    if times.shape != y.shape:
        raise ValueError(f"trend: {len(times)} times and {len(y)} values do not go together")
    known = np.isfinite(y)
    times, y = times[known], y[known]
    pieces = min(_PIECES, len(y))
    if pieces < 3 or np.ptp(times) == 0.0:
        return Trend(math.nan, math.nan)
    t = np.array([piece.mean() for piece in np.array_split(times, pieces)])
    y = np.array([piece.mean() for piece in np.array_split(y, pieces)])
    t = t - t.mean()
    spread = float(t @ t)
    slope = float(t @ (y - y.mean())) / spread
    rest = y - y.mean() - slope * t
    left = float(rest @ rest)
    error = math.sqrt(left / (pieces - 2) / spread)
    # what resembles its neighbour says less: as many independent pieces as an AR(1) series has
    # (Santer and others, J. Geophys. Res. 105, 2000, equation 6)
    alike = min(0.95, max(0.0, float(rest[:-1] @ rest[1:]) / left)) if left > 0.0 else 0.0
    return Trend(slope, error * math.sqrt((1.0 + alike) / (1.0 - alike)))
