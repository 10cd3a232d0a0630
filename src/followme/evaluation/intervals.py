"""How sure a figure is: 95 % intervals of shares, rates and percentiles."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]

_Z = 1.959964
_DRAWS = 500
UNKNOWN: Interval = (math.nan, math.nan)


def wilson(hits: int, n: int) -> Interval:
    """Return the interval of a share (Wilson, 1927); NaN when there was nothing to count."""
    if n == 0:
        return UNKNOWN
    share = hits / n
    middle = share + _Z**2 / (2 * n)
    spread = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n))
    scale = 1 + _Z**2 / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def poisson(count: int, minutes: float) -> Interval:
    """Return the interval of a rate of rare events (Byar's approximation of Poisson's)."""
    if not minutes > 0:
        return UNKNOWN

    def limit(n: float, z: float) -> float:
        return 0.0 if n <= 0 else n * (1 - 1 / (9 * n) + z / (3 * math.sqrt(n))) ** 3

    return limit(count, -_Z) / minutes, limit(count + 1, _Z) / minutes


def bootstrap(
    values: NDArray[np.float64], of: Callable[[NDArray[np.float64]], float], seed: int = 0
) -> Interval:
    """Return the interval of a figure of values (N,) by drawing them again 500 times."""
    if len(values) < 2:
        return UNKNOWN
    rng = np.random.default_rng(seed)
    # thousands of values need no more draws than a thousand to tell their spread
    figures = [of(rng.choice(values, len(values))) for _ in range(_DRAWS)]
    low, high = np.percentile(figures, [2.5, 97.5])
    return float(low), float(high)
