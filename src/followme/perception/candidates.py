"""What a network takes for things before suppression, and what of it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from followme.perception.boxes import clip_boxes, has_area, surest
from followme.perception.tiling import Tile, is_cut
from followme.values.detections import Detections


@dataclass(frozen=True, eq=False)
class Candidates:
    """Boxes that are sure enough; several may stand for one thing.

    Parameters
    ----------
    xyxy : (N, 4) float32
        Left, top, right, bottom in pixels; the centre of the first pixel is 0.
    score : (N,) float32
        Above 0, at most 1.
    group : (N,) int
        Number of each one's class.
    landmarks : (N, 5, 2) float32 or None
        In the same pixels.
    """

    xyxy: NDArray[np.float32]
    score: NDArray[np.float32]
    group: NDArray[np.intp]
    landmarks: NDArray[np.float32] | None = None

    def taken(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> Candidates:
        """Return some of them."""
        landmarks = None if self.landmarks is None else self.landmarks[which]
        return Candidates(self.xyxy[which], self.score[which], self.group[which], landmarks)

    def from_tile(self, tile: Tile, image_hw: tuple[int, int]) -> Candidates:
        """Return those of a tile in pixels of the image, without the ones that its edges cut."""
        begin = np.array([tile.left, tile.top], np.float32)
        landmarks = None if self.landmarks is None else self.landmarks + begin
        moved = replace(self, xyxy=self.xyxy + np.tile(begin, 2), landmarks=landmarks)
        return moved.taken(~is_cut(moved.xyxy, tile, image_hw))


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Return the candidates of several tiles together, all in pixels of the image."""
    points = [p.landmarks for p in parts if p.landmarks is not None]
    return Candidates(
        np.concatenate([p.xyxy for p in parts]),
        np.concatenate([p.score for p in parts]),
        np.concatenate([p.group for p in parts]),
        np.concatenate(points) if points else None,
    )


def said(
    candidates: Candidates,
    names: Sequence[str],
    overlap: float,
    size_wh: tuple[int, int],
    stamp_ns: int,
) -> Detections:
    """Return the things that remain: inside the image, with an area, one box for each.

    Parameters
    ----------
    candidates : Candidates
        Of all tiles.
    names : sequence of str
        Of the classes.
    overlap : float
        Intersection over union above which two boxes of a class are one thing.
    size_wh : tuple of two ints
        Width and height of the image.
    stamp_ns : int
        Of the image.
    """
    boxes = clip_boxes(candidates.xyxy, *size_wh)
    inside = replace(candidates, xyxy=boxes).taken(np.flatnonzero(has_area(boxes)))
    kept = inside.taken(surest(inside.xyxy, inside.score, inside.group, overlap))
    return Detections(
        stamp_ns=stamp_ns,
        size_wh=size_wh,
        xyxy=kept.xyxy,
        score=kept.score,
        name=tuple(names[i] for i in kept.group),
        landmarks=kept.landmarks,
    )
