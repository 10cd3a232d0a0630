"""One image with the boxes in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from followme_training.datasets.errors import DataError

Floats: TypeAlias = NDArray[np.float32]
Colours: TypeAlias = NDArray[np.uint8]

#: Landmarks of a box, in the order of :data:`followme_training.detection.network.POINTS`.
POINTS = 5
#: Which landmark each one becomes in a mirror: left and right are those of the image.
MIRRORED = (1, 0, 2, 4, 3)


@dataclass(frozen=True)
class Boxes:
    """What is known of an image, in its pixels; an image covers 0 to its width.

    Parameters
    ----------
    xyxy : (G, 4) float32
        Left, top, right, bottom.
    classes : (G,) int64
        Number of each box's class.
    points : (G, 5, 2) float32
        Left eye, right eye, nose, left and right mouth corner, as seen in the image; NaN where
        nobody said.
    ignored : (I, 4) float32
        Areas in which nobody knows what there is.
    labelled : (C,) bool
        Which classes are complete in this image; a missing box of another one says nothing.
    """

    xyxy: Floats
    classes: NDArray[np.int64]
    points: Floats
    ignored: Floats
    labelled: NDArray[np.bool_]

    def __post_init__(self) -> None:
        count = len(self.xyxy)
        shapes = (self.xyxy.shape, self.classes.shape, self.points.shape)
        if shapes != ((count, 4), (count,), (count, POINTS, 2)) or self.ignored.shape[1:] != (4,):
            raise DataError(f"boxes: shapes {shapes} and {self.ignored.shape} do not fit")

    @classmethod
    def of(
        cls,
        xyxy: object = (),
        classes: object = (),
        points: object = None,
        ignored: object = (),
        labelled: object = (True,),
    ) -> Boxes:
        """Return boxes of plain sequences; without ``points`` none are known."""
        box = np.asarray(xyxy, np.float32).reshape(-1, 4)
        unknown = np.full((len(box), POINTS, 2), np.nan, np.float32)
        return cls(
            box,
            np.asarray(classes, np.int64).reshape(-1),
            unknown if points is None else np.asarray(points, np.float32).reshape(-1, POINTS, 2),
            np.asarray(ignored, np.float32).reshape(-1, 4),
            np.asarray(labelled, np.bool_).reshape(-1),
        )


@dataclass(frozen=True)
class BoxSample:
    """One image with the boxes in it.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    rgb : (H, W, 3) uint8
        Red, green, blue.
    boxes : Boxes
        In pixels of this image.
    """

    name: str
    rgb: Colours
    boxes: Boxes

    def __post_init__(self) -> None:
        if self.rgb.dtype != np.uint8 or self.rgb.ndim != 3 or self.rgb.shape[2] != 3:
            raise DataError(f"{self.name}: colour is {self.rgb.shape}, expected (H, W, 3) uint8")
