"""Which images of a data set a person looks at."""

from __future__ import annotations

from typing import Literal, TypeAlias

from followme_training.common.samples import spread
from followme_training.datasets.errors import DataError
from followme_training.segmentation.data import SegmentationData
from followme_training.segmentation.sample import SegmentationSample

Part: TypeAlias = Literal["training", "validation"]
#: Of a data set.
PARTS: tuple[Part, ...] = ("training", "validation")


def check_rows(rows: int) -> int:
    """Return how many images a sheet shows.

    Raises
    ------
    DataError
        When it would show none.
    """
    if rows < 1:
        raise DataError(f"--rows is {rows}, a sheet would show nothing; give 1 or more")
    return rows


def looked_at(
    data: SegmentationData, part: Part, rows: int, first: int | None = None
) -> list[SegmentationSample]:
    """Return images of a part; only these are read.

    Parameters
    ----------
    data : SegmentationData
        Set up.
    part : str
        One of :data:`PARTS`.
    rows : int
        At most so many.
    first : int, optional
        Number of the first, counted from 1; the others follow it. None: spread over all.

    Raises
    ------
    DataError
        When there is no such image, or none is asked for.
    """
    check_rows(rows)
    images = data.training_images if part == "training" else data.validation_images
    if first is None:
        return spread(images, rows)
    if not 1 <= first <= len(images):
        raise DataError(
            f"--first is {first}, the part {part} has {len(images)} images; give 1 to {len(images)}"
        )
    return [images[i] for i in range(first - 1, min(first - 1 + rows, len(images)))]
