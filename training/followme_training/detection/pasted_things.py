"""Boxes of pictures into which things are pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from followme_training.datasets.cutouts import Cutout
from followme_training.datasets.pasting import Pasting, drawn_things, paste
from followme_training.detection.sample import POINTS, Boxes, BoxSample, Floats

# A box of which more is hidden by what was pasted is no longer a lesson.
_HIDDEN_SHARE = 0.4


def with_things(
    sample: BoxSample,
    random: np.random.Generator,
    cutouts: Mapping[str, Sequence[Cutout]],
    p: Pasting,
    classes: Sequence[str],
) -> BoxSample:
    """Return a sample into which things are pasted by chance.

    What they hide becomes an ignore area. Which classes are complete stays as it is: a thing that
    was pasted is known in any case.
    """
    rgb, boxes = sample.rgb, sample.boxes
    for thing in drawn_things(cutouts, p, random):
        rgb, mask, xyxy = paste(rgb, thing, p.least_px, random)
        hides = np.array([_share(mask, box) for box in boxes.xyxy]) > _HIDDEN_SHARE
        height, width = mask.shape
        box = np.clip(np.array([xyxy], np.float32), 0, np.array([width, height] * 2, np.float32))
        boxes = Boxes(
            np.concatenate((boxes.xyxy[~hides], box)),
            np.append(boxes.classes[~hides], classes.index(thing.name)),
            np.concatenate((boxes.points[~hides], np.full((1, POINTS, 2), np.nan, np.float32))),
            np.concatenate((boxes.ignored, boxes.xyxy[hides])),
            boxes.labelled,
        )
    return BoxSample(sample.name, rgb, boxes)


def _share(mask: np.ndarray, xyxy: Floats) -> float:
    """Return how much of a box a mask covers."""
    x1, y1, x2, y2 = (round(float(v)) for v in xyxy)
    inside = mask[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]
    return float(inside.mean()) if inside.size else 0.0
