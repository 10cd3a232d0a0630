"""What the floor shows, followed over time: drops, unclear floor, glass (B5, B11)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from followme.geometry.drops import GroundSight
from followme.geometry.floor_view import FloorView, Spot
from followme.geometry.motion_step import MotionStep
from followme.geometry.track import Track, winner
from followme.geometry.tracking import Tracker
from followme.settings import HysteresisSettings, TrackingSettings
from followme.values.obstacle import Kind, Obstacle

#: What :class:`Ground` follows, by the label that leaves it; a drop is "stairs" or has none.
DROP, FLOOR, GLASS = "drop", "floor", "glass"
SORTS = (DROP, FLOOR, GLASS)
_STAIRS = "stairs"
_BEYOND_M = (0.1, 0.5)  # behind the place where a drop should begin: floor there, and it is gone
_STEP_VOTES = 10
_LEAST_HITS = 2
_PATCH_M = 0.4  # floor that is unclear so much farther away is the same patch, seen in parts
_AGAIN_S = 0.25  # three frames at 12 Hz


class Ground:
    """Follows what the floor shows, each sort by itself.

    A box that stands before stairs is not the stairs, so these never share a track with things.

    Parameters
    ----------
    s : TrackingSettings
        Gate, filter, what is kept how long.
    hysteresis : HysteresisSettings
        For the zone of each track.
    ids : iterator of int
        Where the numbers of tracks come from.
    """

    def __init__(
        self, s: TrackingSettings, hysteresis: HysteresisSettings, ids: Iterator[int]
    ) -> None:
        self._trackers = {sort: Tracker(s, hysteresis, ids) for sort in SORTS}
        self._steps: dict[int, deque[bool]] = {}

    def reset(self) -> None:
        """Forget all."""
        for tracker in self._trackers.values():
            tracker.reset()
        self._steps.clear()

    @property
    def tracks(self) -> list[Track]:
        """All that is followed."""
        return [track for tracker in self._trackers.values() for track in tracker.tracks]

    @property
    def certain(self) -> list[Track]:
        """What was seen more than once."""
        return [t for t in self.tracks if t.hits >= _LEAST_HITS and not t.tentative]

    def update(
        self,
        seen: dict[str, GroundSight],
        view: FloorView | None,
        now_ns: int,
        step: MotionStep,
    ) -> None:
        """Take what one frame shows.

        Parameters
        ----------
        seen : dict of str to GroundSight
            At most one of each of :data:`SORTS`.
        view : FloorView or None
            None where no floor was found: nothing speaks against what is followed.
        now_ns : int
            Of the frame.
        step : MotionStep
            How the walker moved.
        """

        def missing(track: Track) -> bool:
            return view is not None and _is_floor(view, track)

        for sort, tracker in self._trackers.items():
            sight = seen.get(sort)
            if sight is not None and self._is_no_news(sort, sight):
                sight = None
            # nobody measures how fast a floor comes: it stands, however its edge jumps
            own_mps: dict[int, float] | None = {} if step.known else None
            tracker.update([] if sight is None else [sight.blob], now_ns, step, own_mps)
            tracker.forget(now_ns, step.dt_s, missing, math.inf)
            tracker.tracks = [t for t in tracker.tracks if _may_stay(t, now_ns)]
            for track in tracker.tracks:
                if sight is not None and sight.edge_seen and track.seen_ns == now_ns:
                    votes = self._steps.setdefault(track.id, deque(maxlen=_STEP_VOTES))
                    votes.append(sight.steps)
        ids = {track.id for track in self.tracks}
        self._steps = {id: votes for id, votes in self._steps.items() if id in ids}

    def _is_no_news(self, sort: str, sight: GroundSight) -> bool:
        """Whether something that is followed already says what a sight says."""
        if sort == FLOOR:  # a pane explains it, or it is more of the same
            glass, floor = self._trackers[GLASS], self._trackers[FLOOR]
            return _begins_nearer(glass, sight) or _begins_nearer(floor, sight, _PATCH_M)
        if sight.edge_seen:
            return False
        # its edge is out of view by now, or a pane hides it: through one the floor looks deep
        behind = sort == DROP and _begins_nearer(self._trackers[GLASS], sight, _PATCH_M)
        return behind or _begins_nearer(self._trackers[sort], sight)

    def carry(self, now_ns: int, step: MotionStep) -> None:
        """Let the walker move while nothing new is seen."""
        for tracker in self._trackers.values():
            tracker.predict(step)
            tracker.forget(now_ns, step.dt_s, lambda _: False, math.inf)

    def labelled(self, obstacle: Obstacle) -> Obstacle:
        """Return an obstacle of the floor with the label that it goes out with.

        Stairs need two cues: steps in depth, and the name that a network gives them (B11).
        """
        for sort in (FLOOR, GLASS):
            if any(t.id == obstacle.track_id for t in self._trackers[sort].tracks):
                return replace(obstacle, label=sort, kind=Kind.UNKNOWN)
        steps = winner(self._steps.get(obstacle.track_id, ()), 0.5) or False
        stairs = steps and obstacle.label == _STAIRS
        return replace(obstacle, label=_STAIRS if stairs else "")


def _may_stay(track: Track, now_ns: int) -> bool:
    """Whether it was seen again soon after its first sight: two of three frames make a drop."""
    return track.hits >= _LEAST_HITS or (now_ns - track.seen_ns) * 1e-9 <= _AGAIN_S


def _begins_nearer(tracker: Tracker, sight: GroundSight, by_m: float = 0.0) -> bool:
    limit_m = sight.blob.distance_m - by_m
    return any(t.x_m > 0.0 and t.distance_m < limit_m for t in tracker.tracks)


def _is_floor(view: FloorView, track: Track) -> bool:
    """Whether plain floor is seen where a track should begin."""
    ahead_m = math.cos(view.heading_rad) * track.x_m + math.sin(view.heading_rad) * track.y_m
    near_m, far_m = (ahead_m + m for m in _BEYOND_M)
    spots = view.spots[(view.ahead_m > near_m) & (view.ahead_m < far_m)]
    return 2 * int(np.count_nonzero(spots == Spot.FREE)) > spots.size
