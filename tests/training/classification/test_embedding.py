"""Which images are laid out and drawn."""

from __future__ import annotations

import numpy as np
import pytest

from followme_training.classification.embedding import some_classes
from followme_training.classification.figures import draw_samples
from followme_training.classification.labelled_images import ClassNames, LabelledImages
from followme_training.datasets.errors import DataError

CLASSES = ClassNames(tuple("abcdefg"))


def in_class_order(count: int) -> LabelledImages:
    """Return images of seven classes, one class after the other, each as bright as its place."""
    labels = np.arange(count) * len(CLASSES) // count
    images = (
        np.zeros((count, 2, 2, 1), np.uint8) + np.arange(count, dtype=np.uint8)[:, None, None, None]
    )
    return LabelledImages("test", images, labels.astype(np.int64), CLASSES)


@pytest.mark.parametrize("wanted", [18, 20, 34])
def test_all_classes_are_laid_out_alike(wanted: int) -> None:
    chosen = some_classes(in_class_order(35), 7, wanted)
    assert len(chosen) == wanted
    assert int(np.ptp(chosen.counts)) <= 1


@pytest.mark.parametrize("wanted", [0, -3, 5])
def test_too_few_to_lay_out_are_refused(wanted: int) -> None:
    with pytest.raises(DataError, match="shows nothing; give 10 or more"):
        some_classes(in_class_order(35), 7, wanted)


def test_the_sheet_shows_images_from_first_to_last() -> None:
    images = in_class_order(56)
    p = np.eye(7)[images.labels]
    figure = draw_samples(p, images)
    shown = [int(axes.images[0].get_array().max()) for axes in figure.axes if axes.images]
    assert len(shown) == 30
    assert (shown[0], shown[-1]) == (0, 54)
