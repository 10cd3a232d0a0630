"""Boxes around what a perfect camera sees of each thing, as an object detector gives them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from followme.sources.renderer import Rendered
from followme.sources.scene import Thing
from followme.values.detections import Detections


def boxes_of(
    seen: Rendered, things: Sequence[Thing], stamp_ns: int, fewest_px: int = 20
) -> Detections:
    """Return a box around the visible pixels of each thing, in the order of the things.

    Parameters
    ----------
    seen : Rendered
        The image.
    things : sequence of Thing
        Of the scene.
    stamp_ns : int
        Of the image.
    fewest_px : int
        Things with fewer visible pixels have no box.
    """
    height, width = seen.ids.shape
    found: list[tuple[float, float, float, float]] = []
    names = []
    for thing in things:
        mine = seen.ids == thing.id
        if np.count_nonzero(mine) >= max(1, fewest_px):
            rows, columns = np.flatnonzero(mine.any(axis=1)), np.flatnonzero(mine.any(axis=0))
            # a box ends where its last pixel ends
            found.append((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
            names.append(thing.label)
    xyxy = np.array(found, np.float32).reshape(-1, 4)
    return Detections(
        stamp_ns, (width, height), xyxy, np.ones(len(names), np.float32), tuple(names)
    )
