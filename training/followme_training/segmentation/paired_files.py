"""Images and label images in files, read when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import cv2

from followme_training.common.progress import progress
from followme_training.datasets.errors import DataError
from followme_training.datasets.images import read_image, rgb_of
from followme_training.datasets.label_images import read_labels
from followme_training.datasets.pairs import Pair
from followme_training.segmentation.classes import ClassList
from followme_training.segmentation.sample import SegmentationSample


class PairedFiles:
    """Samples of files.

    Parameters
    ----------
    pairs : sequence of Pair
        Where they are.
    classes : ClassList
        Of their ids.
    """

    def __init__(self, pairs: Sequence[Pair], classes: ClassList) -> None:
        self._pairs = pairs
        self._classes = classes

    def __len__(self) -> int:
        return len(self._pairs)

    def __getitem__(self, index: int) -> SegmentationSample:
        pair = self._pairs[index]
        rgb = rgb_of(read_image(pair.image, cv2.IMREAD_COLOR))
        labels = self._classes.of_ids(read_labels(pair.labels), str(pair.labels))
        return SegmentationSample(pair.name, rgb, labels)

    def check(self) -> None:
        """Read all images and label images once, before hours are spent.

        A photograph that was cut off has a header as a whole one, so each is decoded.

        Raises
        ------
        DataError
            On the first that cannot be used.
        """
        for pair in progress(self._pairs, "checking images"):
            labels = self._classes.of_ids(read_labels(pair.labels), str(pair.labels))
            height, width = read_image(pair.image, cv2.IMREAD_COLOR).shape[:2]
            if labels.shape != (height, width):
                h, w = labels.shape
                raise DataError(
                    f"{pair.labels}: labels are {w}x{h}, the image {pair.image.name} is "
                    f"{width}x{height}; both have to be of one size"
                )
