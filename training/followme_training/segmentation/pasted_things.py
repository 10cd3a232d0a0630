"""Labels of views into which things are pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from followme_training.datasets.cutouts import Cutout
from followme_training.datasets.pasting import Pasting, drawn_things, paste
from followme_training.segmentation.sample import SegmentationSample


def with_things(
    sample: SegmentationSample,
    random: np.random.Generator,
    cutouts: Mapping[str, Sequence[Cutout]],
    p: Pasting,
    classes: Sequence[str],
) -> SegmentationSample:
    """Return a sample into which things are pasted by chance, and labelled where they are seen."""
    rgb, labels = sample.rgb, sample.labels
    for thing in drawn_things(cutouts, p, random):
        rgb, mask, _ = paste(rgb, thing, p.least_px, random)
        labels = np.where(mask, np.uint8(classes.index(thing.name)), labels)
    return SegmentationSample(sample.name, rgb, labels)
