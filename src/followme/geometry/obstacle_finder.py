"""From one depth map after the other to obstacles that last."""

from __future__ import annotations

from dataclasses import dataclass, replace

from followme.geometry.blobs import BESIDE_THINNED, BlobFinder
from followme.geometry.cloud import cloud_of
from followme.geometry.corridor import Corridor
from followme.geometry.direction import TravelDirection
from followme.geometry.floor_cells import FloorCells
from followme.geometry.judgement import Judge, Moment
from followme.geometry.motion_step import MotionStep
from followme.geometry.naming import Sighting, SightingRing, names_of
from followme.geometry.narrow_gap import NarrowGap
from followme.geometry.points import split
from followme.geometry.tracking import Track, Tracker
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
    """

    obstacles: tuple[Obstacle, ...]
    observed_free: float


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
        self._tracker = Tracker(s.tracking, s.hysteresis)
        self._judge = Judge(s, self._corridor)
        self._gap = NarrowGap(s)
        self._sightings = SightingRing()
        self._now_ns: int | None = None
        self._seen_ns: int | None = None
        self._motion: Motion | None = None
        self._last = _NOTHING

    def reset(self) -> None:
        """Forget everything: time jumped."""
        self._tracker.reset()
        self._gap.reset()
        self._direction.reset()
        self._cells.reset()
        self._sightings.clear()
        self._now_ns = self._seen_ns = self._motion = None
        self._last = _NOTHING

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
        self._seen_ns, self._motion = depth.stamp_ns, motion
        step = self._step(depth.stamp_ns)
        heading_rad = self._direction.update(step)
        cloud = cloud_of(depth, self._corridor, self._s.distance)
        beside_m = self._s.distance.beside_m
        points = split(cloud, self._corridor, heading_rad, beside_m, BESIDE_THINNED)
        self._tracker.update(self._blobs.find(cloud, points), depth.stamp_ns, step)
        self._remember(depth)

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
        for track in self._tracker.tracks:
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
        moment = replace(
            self._last, now_ns=now_ns, step=step, heading_rad=heading_rad, corridor_pixels=0
        )
        return self._found(moment)

    def _notice(self, now_ns: int) -> None:
        if self._now_ns is not None and now_ns < self._now_ns:
            self.reset()

    def _remember(self, depth: DepthMap) -> None:
        """Keep what was seen of each track in this depth map, for names that come later."""
        seen = [(t.id, t.blob) for t in self._tracker.tracks if t.seen_ns == depth.stamp_ns]
        height, width = depth.depth_m.shape
        self._sightings.put(depth.stamp_ns, Sighting(height, width, tuple(seen)))

    def _step(self, now_ns: int) -> MotionStep:
        """Return the walker's move since the last call."""
        dt_s = 0.0 if self._now_ns is None else (now_ns - self._now_ns) * 1e-9
        self._now_ns = now_ns
        motion = self._motion
        if motion is None:
            return MotionStep(dt_s)
        age_s = abs(now_ns - motion.stamp_ns) * 1e-9
        return MotionStep.over(dt_s, motion if age_s <= self._s.tracking.motion_keep_s else None)

    def _found(self, moment: Moment) -> FoundObstacles:
        for track in self._tracker.tracks:
            self._judge.judge(track, moment)
        shown = [self._judge.obstacle(t, moment) for t in self._tracker.tracks if not t.tentative]
        shown = self._gap.join(shown, moment.heading_rad, moment.step)
        shown.sort(key=lambda obstacle: (obstacle.distance_m, obstacle.track_id))
        return FoundObstacles(
            tuple(shown), self._cells.free_share(moment.now_ns, moment.heading_rad)
        )


def _place(track: Track) -> Place:
    width_m = track.blob.y_max_m - track.blob.y_min_m
    return Place(track.x_m, track.y_m, width_m, track.bottom_m, track.blob.top_m, track.sigma_m)
