"""The class of each pixel, and what the classes are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.values.check import check_array, freeze

#: Label of a pixel whose class is unknown; no class has this number.
NO_CLASS = 255


@dataclass(frozen=True, eq=False)
class LabelMap:
    """Semantic labels of one image.

    Parameters
    ----------
    stamp_ns : int
        Of the image.
    labels : (H, W) uint8
        Index into ``names``; :data:`NO_CLASS` where the class is unknown.
    confidence : (H, W) uint8
        0 to 255.
    names : tuple of str
        Class names by index, 255 at most.
    """

    stamp_ns: int
    labels: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        check_array("labels", self.labels, (None, None), np.uint8)
        check_array("confidence", self.confidence, self.labels.shape, np.uint8)
        if len(self.names) > NO_CLASS:
            raise ValueError(
                f"names: there are {len(self.names)}, give {NO_CLASS} at most; "
                f"label {NO_CLASS} is an unknown class"
            )
        # one more than each class; in a byte unknown becomes 0
        beyond = int((self.labels + np.uint8(1)).max(initial=0))
        if beyond > len(self.names):
            raise ValueError(
                f"labels: class {beyond - 1} has no name, {len(self.names)} names were given"
            )
        freeze(self, "labels", "confidence")


@dataclass(frozen=True)
class LabelInfo:
    """What the numbers in a label map mean.

    Parameters
    ----------
    stamp_ns : int
        When it was said.
    names : tuple of str
        Class names by index.
    nyu40 : tuple of tuples of int
        For each class the ids of NYUv2's 40 classes that it covers; empty where none.
    model, sha256 : str
        File that makes the labels, and its digest.
    """

    stamp_ns: int
    names: tuple[str, ...]
    nyu40: tuple[tuple[int, ...], ...]
    model: str
    sha256: str

    def __post_init__(self) -> None:
        if len(self.nyu40) != len(self.names):
            raise ValueError(
                f"label info: {len(self.names)} names and {len(self.nyu40)} lists of nyu40 ids, "
                "give one for each class"
            )
