"""From which score on a thing is worth saying: chosen for each class on held-out images."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from followme_training.detection.figures import Figures

#: Of a class of which no box was held out, nobody knows better.
_UNKNOWN = 0.5
#: Of a class that is hardly ever right: what it says has to be very sure.
_NEVER_RIGHT = 0.9
#: Who hears a name that is mostly false learns not to listen, to the right ones either.
_LEAST_PRECISION = 1 / 3


class Threshold(NamedTuple):
    """Least score of a class, and what it gives on held-out images.

    Parameters
    ----------
    score : float
        0 to 1, with three decimals, as it stands on the card.
    precision, recall : float
        Of what is said from that score on the share that is right, and of what is there the share
        that is said; NaN where no box was held out.
    """

    score: float
    precision: float
    recall: float


def thresholds(figures: Figures) -> dict[str, Threshold]:
    """Return for each class the score with the best F1 at overlap .5.

    F1, the harmonic mean of precision and recall (van Rijsbergen, "Information Retrieval", 1979,
    chapter 7), weighs what is said wrongly and what is missed alike. Of equal ones the highest
    score is taken, and none at which fewer than one in three are right: a rare class would be said
    again and again for the few times that it is there.

    Parameters
    ----------
    figures : Figures
        Over images that were held out.
    """
    return {name: _best(figures, number) for number, name in enumerate(figures.classes)}


def _best(figures: Figures, number: int) -> Threshold:
    curve = figures.precision.curve(number)
    if curve is None:
        return Threshold(_UNKNOWN, math.nan, math.nan)
    recall, precision, score = curve
    # things of one score are all said or none: only the last of them can be a limit
    possible = np.append(np.diff(score) < 0, True) if len(score) else np.zeros(0, np.bool_)
    together = np.maximum(recall + precision, np.float32(1e-9))
    possible &= precision >= _LEAST_PRECISION
    f1 = np.where(possible, 2 * recall * precision / together, 0.0)
    if not f1.max(initial=0.0) > 0.0:
        return Threshold(_NEVER_RIGHT, 0.0, 0.0)
    # rounded, as equal ones differ in their last bit
    best = int(np.argmax(np.round(f1, 6)))
    # rounded down, or the thing itself would not reach it
    least = math.floor(float(score[best]) * 1000) / 1000
    return Threshold(least, float(precision[best]), float(recall[best]))
