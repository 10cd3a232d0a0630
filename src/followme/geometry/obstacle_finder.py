"""From one depth map after the other to obstacles that last."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import count

from followme.geometry.blobs import BESIDE_THINNED, BlobFinder
from followme.geometry.cloud import Cloud, cloud_of
from followme.geometry.corridor import Corridor
from followme.geometry.direction import TravelDirection
from followme.geometry.drops import GroundSight, find_drop
from followme.geometry.floor_cells import FloorCells
from followme.geometry.floor_view import FloorView, floor_view
from followme.geometry.ground import DROP, FLOOR, GLASS, Ground
from followme.geometry.guessed_floor import without_guessed_floor
from followme.geometry.judgement import Judge, Moment
from followme.geometry.measuring import Blob
from followme.geometry.motion_step import MotionStep
from followme.geometry.naming import Sighting, SightingRing, names_of
from followme.geometry.narrow_gap import NarrowGap
from followme.geometry.near_floor import over_near_floor
from followme.geometry.pane_frame import with_frames
from followme.geometry.point_flow import NO_SPOTS, own_approach, spots_of
from followme.geometry.points import split
from followme.geometry.steady_floor import SteadyFloor
from followme.geometry.track import Track
from followme.geometry.tracking import Tracker
from followme.geometry.unclear import WayWatch, find_glass, find_unclear
from followme.geometry.visibility import Place, seen_through
from followme.settings import ObstacleFusionSettings
from followme.values.depth_map import DepthMap, Provenance
from followme.values.detections import Detections
from followme.values.label_map import LabelMap
from followme.values.motion import Motion
from followme.values.obstacle import Obstacle

_NOTHING = Moment(0, MotionStep(0.0), 0.0, False, Provenance.UNKNOWN, 0)


@dataclass(frozen=True)
class FoundObstacles:
    """What stands around the walker.

    Parameters
    ----------
    obstacles : tuple of Obstacle
        Nearest first.
    observed_free : float
        Share of the corridor to 2.5 m that was seen to be free floor, 0 to 1.
    way_unknown : bool
        Whether most of the corridor that is in view has had no depth for a while (B4).
    """

    obstacles: tuple[Obstacle, ...]
    observed_free: float
    way_unknown: bool = False


class ObstacleFinder:
    """Follows obstacles through depth maps, and through the time without any.

    Parameters
    ----------
    s : ObstacleFusionSettings
        Corridor, distance, zones, hysteresis, tracking.
    """

    def __init__(self, s: ObstacleFusionSettings) -> None:
        self._s = s
        self._corridor = Corridor(s.corridor, s.walker)
        self._blobs = BlobFinder(self._corridor, s.distance, s.hysteresis.instant_stop_m)
        self._direction = TravelDirection(s.corridor)
        self._cells = FloorCells(self._corridor)
        ids = count(1)
        self._tracker = Tracker(s.tracking, s.hysteresis, ids)
        self._ground = Ground(s.tracking, s.hysteresis, ids)
        self._steady = SteadyFloor(s.ground)
        self._way = WayWatch(s.ground)
        self._way_unknown = False
        self._judge = Judge(s, self._corridor)
        self._gap = NarrowGap(s, ids)
        self._sightings = SightingRing()
        self._now_ns: int | None = None
        self._seen_ns: int | None = None
        self._motion: Motion | None = None
        self._last = _NOTHING
        self._spots = NO_SPOTS

    def reset(self) -> None:
        """Forget everything: time jumped."""
        self._tracker.reset()
        self._ground.reset()
        self._steady.reset()
        self._way.reset()
        self._way_unknown = False
        self._gap.reset()
        self._direction.reset()
        self._cells.reset()
        self._sightings.clear()
        self._now_ns = self._seen_ns = self._motion = None
        self._last = _NOTHING
        self._spots = NO_SPOTS

    def find(self, depth: DepthMap, motion: Motion | None) -> FoundObstacles:
        """Return what stands around the walker after new depth.

        Parameters
        ----------
        depth : DepthMap
            With its status.
        motion : Motion or None
            How the walker moves; None or too old: unknown.
        """
        self._notice(depth.stamp_ns)
        depth = without_guessed_floor(depth)
        if self._seen_ns != self._now_ns:
            self._spots = NO_SPOTS  # since then it was carried
        before, self._motion = self._motion, motion
        self._seen_ns = depth.stamp_ns
        step = self._step(depth.stamp_ns, before)
        heading_rad = self._direction.update(step)
        cloud = cloud_of(depth, self._corridor, self._s.distance)
        beside_m = self._s.distance.beside_m
        points = split(cloud, self._corridor, heading_rad, beside_m, BESIDE_THINNED)
        blobs = self._blobs.find(cloud, points)
        own_mps = self._own_mps(depth, cloud, step)
        self._tracker.update(blobs, depth.stamp_ns, step, own_mps)
        self._follow_ground(depth, cloud, blobs, step, heading_rad)
        self._remember(depth, cloud)

        def missing(track: Track) -> bool:
            return seen_through(depth, cloud, _place(track))

        self._tracker.forget(depth.stamp_ns, step.dt_s, missing, self._s.zones.mover_mps)
        self._cells.move(step)
        if depth.status.floor is not None:  # heights that are assumed show no floor
            self._cells.observe(cloud, depth.stamp_ns)
        self._last = moment = Moment(
            now_ns=depth.stamp_ns,
            step=step,
            heading_rad=heading_rad,
            scale_known=depth.status.scale_known,
            provenance=depth.status.provenance,
            # at least one, for a map was seen even if there is nothing in it
            corridor_pixels=max(1, points.pixels),
        )
        return self._found(moment)

    def name(self, who: str, seen: Detections | LabelMap) -> None:
        """Let names vote about the things of the depth of their own stamp.

        Parameters
        ----------
        who : str
            OBJECTS, FACES or LABELS of :mod:`followme.geometry.name_votes`.
        seen : Detections or LabelMap
            What was seen; without depth of this stamp among the last few it is passed over.
        """
        sighting = self._sightings.get(seen.stamp_ns)
        if sighting is None:
            return
        names = names_of(sighting, who, seen, self._s.naming)
        for track in self._tracker.tracks + self._ground.tracks:
            if track.id in names:
                track.names.cast(who, names[track.id], seen.stamp_ns)

    def carry(self, now_ns: int) -> FoundObstacles:
        """Return what is still believed when nothing new was seen; nothing becomes clear by it."""
        self._notice(now_ns)
        step = self._step(now_ns)
        heading_rad = self._direction.update(step)
        self._cells.move(step)
        self._tracker.predict(step)
        self._tracker.forget(now_ns, step.dt_s, lambda _: False, self._s.zones.mover_mps)
        self._ground.carry(now_ns, step)
        moment = replace(
            self._last, now_ns=now_ns, step=step, heading_rad=heading_rad, corridor_pixels=0
        )
        return self._found(moment)

    def _notice(self, now_ns: int) -> None:
        """Forget all when time jumps; depth that comes after a word without any is no jump."""
        last_ns = self._now_ns if self._seen_ns is None else self._seen_ns
        if last_ns is not None and now_ns < last_ns:
            self.reset()

    def _own_mps(self, depth: DepthMap, cloud: Cloud, step: MotionStep) -> dict[int, float] | None:
        """Return how fast things came nearer by themselves; None while the walker's is unknown."""
        if not step.known:
            return None
        return own_approach(self._spots, depth, cloud, step, self._s.tracking.fastest_mps)

    def _follow_ground(
        self,
        depth: DepthMap,
        cloud: Cloud,
        blobs: list[Blob],
        step: MotionStep,
        heading_rad: float,
    ) -> None:
        view, seen = None, {}
        s = self._s
        near = over_near_floor(cloud, depth.status.attitude)
        if near is not None and self._steady.agrees(depth.stamp_ns, near):
            view = floor_view(depth, near, self._corridor, heading_rad, s.ground)
            seen = self._on_the_floor(depth, cloud, view, blobs)
        self._way_unknown = self._way.unknown(depth.stamp_ns, view)
        self._ground.update(seen, view, depth.stamp_ns, step)

    def _on_the_floor(
        self, depth: DepthMap, cloud: Cloud, view: FloorView, blobs: list[Blob]
    ) -> dict[str, GroundSight]:
        """Return what one frame shows; a pane explains floor that cannot be seen behind it."""
        s = self._s
        glass = find_glass(depth, cloud, view, blobs, s.ground)
        drop = find_drop(view, self._corridor, s.distance, s.ground)
        unclear = None
        if glass is None:
            unclear = find_unclear(view, self._corridor, s.distance, s.ground)
        sights = {DROP: drop, GLASS: glass, FLOOR: unclear}
        return {sort: sight for sort, sight in sights.items() if sight is not None}

    def _remember(self, depth: DepthMap, cloud: Cloud) -> None:
        """Keep what was seen of each track: for names that come later, and for the next map."""
        things = [(t.id, t.blob) for t in self._tracker.tracks if t.seen_ns == depth.stamp_ns]
        self._spots = spots_of(cloud, dict(things), self._s.distance)
        ground = [(t.id, t.blob) for t in self._ground.tracks if t.seen_ns == depth.stamp_ns]
        seen = things + ground
        height, width = depth.depth_m.shape
        self._sightings.put(depth.stamp_ns, Sighting(height, width, tuple(seen)))

    def _step(self, now_ns: int, before: Motion | None = None) -> MotionStep:
        """Return the walker's move since the last call, ``before`` which it moved like that."""
        # what was carried on past the stamp of this depth is there already
        dt_s = 0.0 if self._now_ns is None else max(0.0, (now_ns - self._now_ns) * 1e-9)
        self._now_ns = now_ns if self._now_ns is None else max(self._now_ns, now_ns)
        motion = self._motion
        if motion is None:
            return MotionStep(dt_s)
        age_s = abs(now_ns - motion.stamp_ns) * 1e-9
        if age_s > self._s.tracking.motion_keep_s:
            return MotionStep(dt_s)
        # a word of the same instant says nothing about the beginning of the interval
        fresh = before is not None and 0 < motion.stamp_ns - before.stamp_ns <= 2e9 * dt_s
        return MotionStep.over(dt_s, motion, before if fresh else None)

    def _found(self, moment: Moment) -> FoundObstacles:
        for track in self._tracker.tracks + self._ground.tracks:
            self._judge.judge(track, moment)
        shown = [self._judge.obstacle(t, moment) for t in self._tracker.tracks if not t.tentative]
        ground = [
            self._ground.labelled(self._judge.obstacle(t, moment)) for t in self._ground.certain
        ]
        shown, ground = with_frames(shown, ground, moment.heading_rad)
        shown = self._gap.join(shown, moment.heading_rad, moment.step) + ground
        shown.sort(key=lambda obstacle: (obstacle.distance_m, obstacle.track_id))
        ends_m = [t.distance_m for t in self._ground.certain if t.corridor.inside]
        free = self._cells.free_share(
            moment.now_ns, moment.heading_rad, min(ends_m, default=math.inf)
        )
        return FoundObstacles(tuple(shown), free, self._way_unknown)


def _place(track: Track) -> Place:
    width_m = track.blob.y_max_m - track.blob.y_min_m
    return Place(track.x_m, track.y_m, width_m, track.bottom_m, track.blob.top_m, track.sigma_m)
