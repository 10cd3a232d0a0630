"""Names joined to the things that depth found, each by the pixels of its own stamp (B2).

Names come later than the depth of their image, so the things of the last few depth maps are
kept. A name never changes where a thing is, nor whether it is there.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.geometry.measuring import Blob
from followme.geometry.name_votes import FACES
from followme.settings import NamingSettings
from followme.values.detections import Detections
from followme.values.label_map import NO_CLASS, LabelMap

_RING = 5
#: What a thing that a face is seen on is called.
PERSON = "person"
# What these say of a pixel says nothing about a thing that stands there.
_NO_THINGS = frozenset({"", "background", "ceiling", "floor", "other", "unknown", "void"})


@dataclass(frozen=True)
class Sighting:
    """The things of one depth map.

    Parameters
    ----------
    height, width : int
        Of the depth map.
    things : tuple of (int, Blob)
        By the number of their track.
    """

    height: int
    width: int
    things: tuple[tuple[int, Blob], ...]


class SightingRing:
    """The things of the last few depth maps, by stamp."""

    def __init__(self) -> None:
        self._sightings: OrderedDict[int, Sighting] = OrderedDict()

    def put(self, stamp_ns: int, sighting: Sighting) -> None:
        """Keep the things of a depth map; the oldest are forgotten."""
        self._sightings[stamp_ns] = sighting
        while len(self._sightings) > _RING:
            self._sightings.popitem(last=False)

    def get(self, stamp_ns: int) -> Sighting | None:
        """Return the things of a stamp; None when there was no depth, or too long ago."""
        return self._sightings.get(stamp_ns)

    def clear(self) -> None:
        """Forget all."""
        self._sightings.clear()


def names_of(
    sighting: Sighting, who: str, seen: Detections | LabelMap, s: NamingSettings
) -> dict[int, str]:
    """Return what each thing of a sighting is called, by track; empty where it has no name.

    Parameters
    ----------
    sighting : Sighting
        Of the same stamp.
    who : str
        OBJECTS, FACES or LABELS.
    seen : Detections or LabelMap
        What was seen, in pixels of the image.
    s : NamingSettings
        Which share of a thing has to agree.
    """
    if isinstance(seen, LabelMap):
        return {id: _majority(sighting, blob, seen, s) for id, blob in sighting.things}
    return _by_boxes(sighting, seen, s, whole=who != FACES)


def _majority(sighting: Sighting, blob: Blob, seen: LabelMap, s: NamingSettings) -> str:
    """Return the label of most pixels of a thing, each weighted by how sure it is.

    Unknown pixels are a part of the thing and speak for no name.
    """
    height, width = seen.labels.shape
    v, u = np.divmod(blob.pixel, sighting.width)
    at = ((2 * v + 1) * height // (2 * sighting.height)) * width
    at += (2 * u + 1) * width // (2 * sighting.width)
    weights = np.bincount(np.take(seen.labels, at), np.take(seen.confidence, at))
    total = weights.sum()
    if not total > 0:
        return ""
    best = int(np.argmax(weights))
    name = "" if best == NO_CLASS else seen.names[best]
    return name if weights[best] >= s.label_share * total and name not in _NO_THINGS else ""


def _by_boxes(
    sighting: Sighting, seen: Detections, s: NamingSettings, whole: bool
) -> dict[int, str]:
    """Give the name of each box to the one thing that fills it best.

    What stands before or behind the thing that was detected lies in the box only with a small
    part of itself, or fills a small part of it. A face is a part of its person: there the first
    does not matter (``whole`` false).
    """
    names = {id: "" for id, _ in sighting.things}
    sure = dict.fromkeys(names, 0.0)
    if not len(seen) or not names:
        return names
    boxes, areas = _shrunk(sighting, seen, s.box_shrink)
    inside = np.array([_inside(sighting, blob, boxes) for _, blob in sighting.things])
    shares = inside / np.array([[max(1, blob.pixel.size)] for _, blob in sighting.things])
    filled = inside * np.array([[blob.pixel_weight] for _, blob in sighting.things])
    fits = filled >= s.box_cover * areas
    if whole:
        fits &= (shares >= s.box_share) & (filled >= s.min_pixels)
    filled = np.where(fits & (inside > 0), filled, 0)
    for box, row in enumerate(np.argmax(filled, axis=0)):
        id = sighting.things[row][0]
        if filled[row, box] > 0 and seen.score[box] > sure[id]:
            names[id] = seen.name[box] if whole else PERSON
            sure[id] = float(seen.score[box])
    return names


def _shrunk(
    sighting: Sighting, seen: Detections, share: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return boxes (N, 4) in pixels of the depth map, shrunk about their middles, and areas."""
    scale = np.array([sighting.width / seen.size_wh[0], sighting.height / seen.size_wh[1]] * 2)
    boxes = (seen.xyxy.astype(np.float64) + 0.5) * scale - 0.5
    margin = 0.5 * share * (boxes[:, 2:] - boxes[:, :2])
    boxes[:, :2] += margin
    boxes[:, 2:] -= margin
    # a box of less than a pixel still holds one
    return boxes, np.maximum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), 1.0)


def _inside(sighting: Sighting, blob: Blob, boxes: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return how many pixels of a thing lie in each box, (N,)."""
    v, u = np.divmod(blob.pixel[:, None], sighting.width)
    within = (u >= boxes[:, 0]) & (u <= boxes[:, 2]) & (v >= boxes[:, 1]) & (v <= boxes[:, 3])
    return np.asarray(np.count_nonzero(within, axis=0), np.intp)
