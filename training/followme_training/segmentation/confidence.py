"""How often a pixel of some confidence is right, and from where on it is worth believing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEVELS = 256


class ConfidenceHistogram:
    """Counts of right and wrong pixels by their confidence, over any number of images.

    Attributes
    ----------
    right, wrong : (256,) int64
        Labelled pixels by confidence, 0 to 255.
    """

    def __init__(self) -> None:
        self.right: NDArray[np.int64] = np.zeros(_LEVELS, np.int64)
        self.wrong: NDArray[np.int64] = np.zeros(_LEVELS, np.int64)

    def update(
        self, confidence: NDArray[np.uint8], right: NDArray[np.bool_], wrong: NDArray[np.bool_]
    ) -> None:
        """Count the pixels of an image.

        Parameters
        ----------
        confidence : (H, W) uint8
            Of the guess, 0 to 255.
        right, wrong : (H, W) bool
            Where the guess is the label, and where another label is; both False without label.
        """
        self.right += np.bincount(confidence[right], minlength=_LEVELS)
        self.wrong += np.bincount(confidence[wrong], minlength=_LEVELS)

    def means(self) -> tuple[float, float]:
        """Return the mean confidence, 0 to 1, of right and of wrong pixels; NaN without any."""
        levels = np.arange(_LEVELS) / (_LEVELS - 1)
        right, wrong = (
            float(counts @ levels / counts.sum()) if counts.sum() else float("nan")
            for counts in (self.right, self.wrong)
        )
        return right, wrong

    def threshold(self) -> float:
        """Return the confidence, 0 to 1, below which a guess is more often wrong than right.

        It is that from which on right pixels outnumber wrong ones by most (Chow, "On Optimum
        Recognition Error and Reject Tradeoff", IEEE Trans. Information Theory 1970, where a
        rejected pixel costs half a wrong one): the lowest where several do.
        """
        kept = np.cumsum((self.right - self.wrong)[::-1])[::-1]
        return round(int(kept.argmax()) / (_LEVELS - 1), 4)
