"""Names without metres: what a detector sees while no distance can be judged (B12).

A camera of unknown lens and height cannot say how far a door is, but on which side. Boxes are
followed from image to image by how much they overlap (as in Bochinski, Eiselein, Sikora,
"High-Speed Tracking-by-Detection Without Using Image Information", AVSS 2017), so that one thing
is one thing, and what flashes up once is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from followme.geometry.hysteresis import side_of
from followme.geometry.naming import PERSON
from followme.settings import HysteresisSettings, UnrangedSettings
from followme.values.detections import Detections
from followme.values.obstacle import Kind, Side, UnrangedThing

# Obstacles count from 1 and never come this far.
_FIRST_ID = 1 << 30


@dataclass
class _Track:
    id: int
    name: str
    box: NDArray[np.float32]
    score: float
    sightings: int
    seen_ns: int
    bearing_rad: float = 0.0
    side: Side | None = None


class UnrangedThings:
    """Follows what a detector names through images.

    Parameters
    ----------
    s : UnrangedSettings
        Lens that is assumed, overlap, patience.
    hysteresis : HysteresisSettings
        Dead band of sides (B6).
    """

    def __init__(self, s: UnrangedSettings, hysteresis: HysteresisSettings) -> None:
        self._s = s
        self._hysteresis = hysteresis
        self.reset()

    def reset(self) -> None:
        """Forget everything: time jumped."""
        self._ids = count(_FIRST_ID)
        self._tracks: list[_Track] = []

    def see(self, seen: Detections) -> None:
        """Take what was found in an image.

        Parameters
        ----------
        seen : Detections
            In pixels of the image; the surest take their tracks first.
        """
        free = list(self._tracks)
        for index in np.argsort(-seen.score, kind="stable"):
            name, box = seen.name[index], seen.xyxy[index]
            overlaps = {t.id: _overlap(t.box, box) for t in free if t.name == name}
            near = [t for t in free if overlaps.get(t.id, 0.0) >= self._s.overlap]
            track = max(near, key=lambda t: overlaps[t.id], default=None)
            if track is None:
                track = _Track(next(self._ids), name, box, 0.0, 0, seen.stamp_ns)
                self._tracks.append(track)
            else:
                free.remove(track)
            track.box, track.score = box, float(seen.score[index])
            track.sightings += 1
            track.seen_ns = seen.stamp_ns
            self._place(track, seen.size_wh[0])

    def things(self, now_ns: int) -> tuple[UnrangedThing, ...]:
        """Return what was seen often enough and lately, the surest first."""
        keep_ns = self._s.keep_s * 1e9
        self._tracks = [t for t in self._tracks if now_ns - t.seen_ns <= keep_ns]
        certain = [t for t in self._tracks if t.name and t.sightings >= self._s.sightings]
        certain.sort(key=lambda t: (-t.score, t.id))
        return tuple(
            UnrangedThing(
                track_id=t.id,
                kind=Kind.PERSON if t.name == PERSON else Kind.OBJECT,
                label=t.name,
                confidence=t.score,
                bearing_rad=t.bearing_rad,
                side=Side.AHEAD if t.side is None else t.side,
            )
            for t in certain
        )

    def _place(self, track: _Track, width: int) -> None:
        """Note direction and side: what the middle of the image crosses is ahead."""
        focal_px = 0.5 * width / math.tan(0.5 * math.radians(self._s.field_deg))
        middle_px = 0.5 * (width - 1)
        left_rad, right_rad = (
            math.atan((middle_px - float(edge)) / focal_px) for edge in track.box[[0, 2]]
        )
        track.bearing_rad = 0.5 * (left_rad + right_rad)
        band_rad = math.radians(self._hysteresis.side_deg)
        # the middle is left, or taken, only when the edge is beyond it by the dead band
        margin_rad = {None: 0.0, Side.AHEAD: band_rad}.get(track.side, -band_rad)
        if min(left_rad, -right_rad) > -margin_rad:
            track.side = Side.AHEAD
        else:
            track.side = side_of(
                track.side, (right_rad, left_rad), track.bearing_rad, False, self._hysteresis
            )


def _overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Return the area that two boxes share, in relation to that which they cover together."""
    inner = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = float(np.prod(np.maximum(inner, 0.0)))
    whole = float(np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2])) - shared
    return shared / whole if whole > 0.0 else 0.0
