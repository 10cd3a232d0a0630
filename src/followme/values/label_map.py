"""The class of each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.values.check import check_array, freeze


@dataclass(frozen=True, eq=False)
class LabelMap:
    """Semantic labels of one image.

    Parameters
    ----------
    stamp_ns : int
        Of the image.
    labels : (H, W) uint8
        Index into ``names``.
    confidence : (H, W) uint8
        0 to 255.
    names : tuple of str
        Class names by index.
    """

    stamp_ns: int
    labels: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        check_array("labels", self.labels, (None, None), np.uint8)
        check_array("confidence", self.confidence, self.labels.shape, np.uint8)
        highest = int(self.labels.max(initial=0))
        if self.labels.size and highest >= len(self.names):
            raise ValueError(
                f"labels: class {highest} has no name, {len(self.names)} names were given"
            )
        freeze(self, "labels", "confidence")
