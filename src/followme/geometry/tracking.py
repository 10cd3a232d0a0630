"""B5: the same thing over time, also while it is hidden or has left the view."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count

from followme.geometry.measuring import Blob
from followme.geometry.motion_step import MotionStep
from followme.geometry.track import Track
from followme.settings import HysteresisSettings, TrackingSettings

# So many frames of a fragment tell where it is.
_SURE_HITS = 3


class Tracker:
    """All things that are followed.

    Parameters
    ----------
    s : TrackingSettings
        Gate, filter, what is kept how long.
    hysteresis : HysteresisSettings
        For the zone of each track.
    ids : iterator of int or None
        Where numbers come from, shared by trackers whose things go out together.
    """

    def __init__(
        self,
        s: TrackingSettings,
        hysteresis: HysteresisSettings,
        ids: Iterator[int] | None = None,
    ) -> None:
        self._s = s
        self._hysteresis = hysteresis
        self._ids = count(1) if ids is None else ids
        self.tracks: list[Track] = []

    def reset(self) -> None:
        """Forget all things; their numbers are not given out again."""
        self.tracks = []

    def update(
        self,
        blobs: Iterable[Blob],
        now_ns: int,
        step: MotionStep,
        own_mps: Mapping[int, float] | None = None,
    ) -> None:
        """Match blobs to predicted tracks; what no track claims is a new one.

        Parameters
        ----------
        blobs : iterable of Blob
            The things of the frame.
        now_ns : int
            Of the frame.
        step : MotionStep
            The walker's move since the last one.
        own_mps : mapping of track to float or None
            How fast each came nearer by itself, by its points; None: that was not measured, and
            the nearest point has to tell.
        """
        self.predict(step)
        blobs = list(blobs)
        pairs = self._pairs(blobs)
        for i, track in pairs.items():
            track.match(blobs[i], now_ns, step.dt_s)
            if own_mps is not None:
                track.approach(own_mps.get(track.id), step.dt_s)
        for track in pairs.values():
            born_s = (now_ns - track.born_ns) * 1e-9
            track.tentative = track.tentative and born_s < self._s.new_after_s
            track.tentative = track.tentative and self._is_part(track)
        unclaimed = [blob for i, blob in enumerate(blobs) if i not in pairs]
        known = list(self.tracks)
        for blob in unclaimed:
            self._begin(blob, known, now_ns, step)

    def predict(self, step: MotionStep) -> None:
        """Let the walker move."""
        for track in self.tracks:
            track.predict(step)

    def forget(
        self, now_ns: int, dt_s: float, seen_through: Callable[[Track], bool], mover_mps: float
    ) -> None:
        """Drop what was passed, what is gone, and what was carried too long.

        Parameters
        ----------
        now_ns : int
            Of the frame.
        dt_s : float
            Since the last one.
        seen_through : callable
            Whether the camera looks through the place where an unseen track should be.
        mover_mps : float
            A faster thing moves by itself and is harder to carry.
        """
        kept = []
        for track in self.tracks:
            if track.seen_ns != now_ns:
                track.drift(dt_s, mover_mps)
                if not seen_through(track):
                    track.checked_ns = now_ns
            if self._stays(track, now_ns):
                kept.append(track)
        self.tracks = kept

    def _stays(self, track: Track, now_ns: int) -> bool:
        if track.seen_ns == now_ns:
            return True
        # what may be a fragment is not worth carrying
        if track.tentative or track.x_m < self._s.passed_m:
            return False
        unseen_s = (now_ns - track.seen_ns) * 1e-9
        missing_s = (now_ns - track.checked_ns) * 1e-9
        # stamps are rounded: half a microsecond must not cost a frame
        if unseen_s > self._s.keep_s + 1e-6 or missing_s > self._s.seen_s + 1e-6:
            return False
        return track.sigma_m <= max(self._s.keep_sigma_m, track.blob.sigma_m + 0.1)

    def _pairs(self, blobs: list[Blob]) -> dict[int, Track]:
        """Return the track of each blob that has one: the closest pairs first, within the gate."""
        near = []
        for i, blob in enumerate(blobs):
            gate_m = self._s.gate_m + self._s.gate_per_m * blob.distance_m
            for track in self.tracks:
                apart_m = _apart_m(track, blob)
                if apart_m <= gate_m:
                    near.append((apart_m, track.id, i, track))
        pairs: dict[int, Track] = {}
        taken: set[int] = set()
        for _, id, i, track in sorted(near, key=lambda pair: pair[:3]):
            if i not in pairs and id not in taken:
                pairs[i] = track
                taken.add(id)
        return pairs

    def _begin(self, blob: Blob, known: list[Track], now_ns: int, step: MotionStep) -> None:
        tentative = any(self._may_be_part(blob, track) for track in known)
        self.tracks.append(
            Track(next(self._ids), blob, now_ns, step, self._s, self._hysteresis, tentative)
        )

    def _is_part(self, track: Track) -> bool:
        """Whether a thing that may be a fragment is still at something that it may belong to.

        A leg and the top that it bears change places: what was beside one of them once stands in
        the way alone now, and its warning must not wait.
        """
        if track.hits < _SURE_HITS:
            return True
        return any(self._may_be_part(track.blob, o) for o in self.tracks if o is not track)

    def _may_be_part(self, blob: Blob, track: Track) -> bool:
        """Whether a blob may be a fragment of a known thing, and adds nothing to its warning."""
        if track.tentative or _apart_m(track, blob) > self._s.new_beyond_m:
            return False
        # what stands in the way beside a thing that does not, or before it, is news
        beside = blob.reach_m > 0.0 and not track.corridor.inside
        before = blob.distance_m < track.distance_m - track.blob.sigma_m
        return not beside and not before


def _apart_m(track: Track, blob: Blob) -> float:
    return math.dist((track.x_m, track.y_m), track.spot(blob))
