"""The figures C1 to C3 of the specification with their values, from evidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followme.evaluation.evidence import Evidence
from followme.evaluation.figures import FIGURES, Figure
from followme.evaluation.intervals import UNKNOWN, Interval, bootstrap, poisson, wilson

PASS, SHORT, UNMEASURED = "pass", "short", "-"


@dataclass(frozen=True)
class Row:
    """A figure with its value.

    Parameters
    ----------
    figure : Figure
    value : float
        NaN where nothing was there to measure it.
    n : float
        What it was counted on: things, frames, messages; minutes for rates.
    interval : tuple of two floats
        95 %; NaN where it cannot be told.
    """

    figure: Figure
    value: float
    n: float
    interval: Interval = UNKNOWN

    @property
    def verdict(self) -> str:
        """PASS, SHORT, or UNMEASURED."""
        if math.isnan(self.value):
            return UNMEASURED
        f = self.figure
        kept = self.value >= f.target - 1e-9 if f.at_least else self.value <= f.target + 1e-9
        return PASS if kept else SHORT

    def as_row(self) -> dict[str, Any]:
        """Return it for JSON."""
        f = self.figure
        return {
            "key": f.key,
            "group": f.group,
            "text": f.text,
            "unit": "share" if f.unit == "%" else f.unit,
            "value": self.value,
            "target": f.target,
            "at_least": f.at_least,
            "published": f.published,
            "n": self.n,
            "interval_low": self.interval[0],
            "interval_high": self.interval[1],
            "verdict": self.verdict,
        }


_OF_VALUES: Mapping[str, Callable[[NDArray[np.float64]], float]] = {
    "mean": lambda v: float(np.mean(v)),
    "p5": lambda v: float(np.percentile(v, 5)),
    "p50": lambda v: float(np.percentile(v, 50)),
    "p99": lambda v: float(np.percentile(v, 99)),
    "max": lambda v: float(np.max(v)),
}


def table(evidence: Evidence, figures: Iterable[Figure] = FIGURES) -> list[Row]:
    """Return every figure with what the evidence says of it, in the order of the page."""
    return [_row(figure, evidence) for figure in figures]


def _row(f: Figure, e: Evidence) -> Row:
    if f.kind == "share":
        hits, n = e.shares.get(f.evidence, (0, 0))
        return Row(f, hits / n if n else math.nan, n, wilson(hits, n))
    if f.kind in ("rate", "count"):
        count, minutes = e.rates.get(f.evidence, (0.0, 0.0))
        if not minutes:
            return Row(f, math.nan, 0)
        if f.kind == "count":
            return Row(f, count, minutes)
        return Row(f, count / minutes, minutes, poisson(round(count), minutes))
    if f.kind == "fewer":
        return _fewer(f, e)
    values = np.array(e.values.get(f.evidence, ()), float)
    if not f.kind or not len(values):
        return Row(f, math.nan, 0)
    if f.unit == "ms":
        values = values * 1e3
    of = _OF_VALUES[f.kind]
    return Row(f, of(values), len(values), UNKNOWN if f.kind == "max" else bootstrap(values, of))


def _fewer(f: Figure, e: Evidence) -> Row:
    """Return which share of the contacts of a cane alone did not happen with FollowMe."""
    before = e.values.get("contacts_cane", [])
    after = e.values.get("contacts_followme", [])
    n = round(sum(before))
    if not n:
        return Row(f, math.nan, 0)
    pairs = np.array([before, after]).T  # (runs, 2)
    picks = np.random.default_rng(0).integers(0, len(pairs), (500, len(pairs)))
    sums = pairs[picks].sum(axis=1)
    shares = 1.0 - sums[sums[:, 0] > 0, 1] / sums[sums[:, 0] > 0, 0]
    low, high = np.percentile(shares, [2.5, 97.5])
    return Row(f, 1.0 - sum(after) / n, n, (float(low), float(high)))
