"""Makes the claimed deviation true on scenes that the network has not seen.

A network that fits its training images claims the small errors it makes on them. One factor on
its deviation, chosen on held-out scenes, mends that (Levi et al., "Evaluating and Calibrating
Uncertainty Prediction in Regression Tasks", 2019: std scaling).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from followme_training.datasets.errors import DataError
from followme_training.depth.evaluation import Predictor
from followme_training.depth.metrics import RANGE_M, countable
from followme_training.depth.sample import DepthSample

#: Share of truths that two deviations should hold, that of a normal distribution.
WITHIN_TWO = 0.9545


def deviation_factor(samples: Sequence[DepthSample], predict: Predictor) -> float:
    """Return the factor by which two deviations hold :data:`WITHIN_TWO` of the truths.

    Raises
    ------
    DataError
        When no pixel of the samples has a known depth.
    """
    ratios = []
    for sample in samples:
        guess = predict(sample)
        mask = countable(sample.depth_m)
        depth_m = np.clip(guess.depth_m[mask], *RANGE_M)
        error = np.abs(np.log(depth_m) - np.log(sample.depth_m[mask]))
        ratios.append(error / (2.0 * guess.log_std[mask]))
    together = np.concatenate(ratios) if ratios else np.zeros(0)
    if not together.size:
        raise DataError("calibration: no pixel has a known depth; hold out scenes that have some")
    return float(np.quantile(together, WITHIN_TWO))
