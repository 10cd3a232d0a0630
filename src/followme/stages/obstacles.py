"""From depth to obstacles that last, with the state of sight; it speaks also when nothing comes."""

from __future__ import annotations

import math
from collections import deque

from followme.geometry.name_votes import FACES, LABELS, OBJECTS
from followme.geometry.obstacle_finder import FoundObstacles, ObstacleFinder
from followme.geometry.unranged import UnrangedThings
from followme.health.sight import SightJudge
from followme.settings import ObstacleFusionSettings
from followme.values.depth_map import DepthMap, DepthStatus
from followme.values.detections import Detections
from followme.values.label_map import LabelMap
from followme.values.motion import Motion
from followme.values.obstacle import Ages, Obstacles

# So many results of networks may wait for the depth of their stamp.
_NAMES_KEPT = 16


class ObstacleStage:
    """Obstacles and sight from depth, motion and the clock.

    Parameters
    ----------
    s : ObstacleFusionSettings
        Corridor, zones, tracking, sight.
    """

    def __init__(self, s: ObstacleFusionSettings) -> None:
        self._finder = ObstacleFinder(s)
        self._unranged = UnrangedThings(s.unranged, s.hysteresis)
        self._ever_ranged = False
        self._judge = SightJudge(s.sight)
        self._use_source_motion = s.tracking.use_source_motion
        self._told_ns: int | None = None
        self._motion_keep_s = s.tracking.motion_keep_s
        self._image_stamp_ns: int | None = None
        self._depth_stamp_ns: int | None = None
        self._status: DepthStatus | None = None
        self._motion: Motion | None = None
        self._names: deque[tuple[str, Detections | LabelMap]] = deque(maxlen=_NAMES_KEPT)
        self._name_stamps_ns: dict[str, int] = {}

    def image_came(self, stamp_ns: int) -> None:
        """Note that the camera gave an image, whether or not its depth follows."""
        self._image_stamp_ns = max(stamp_ns, self._image_stamp_ns or 0)

    def moved(self, motion: Motion) -> None:
        """Note how the walker moves, as the source tells it."""
        if self._use_source_motion:
            self._told_ns = motion.stamp_ns
            self._motion = motion

    def estimated(self, motion: Motion) -> None:
        """Note how the walker moves, as images tell it; a source that tells it knows better.

        NaN leaves the last word, which holds until it is too old, as with a source that is late.
        """
        keep_ns = self._motion_keep_s * 1e9
        told = self._told_ns is not None and abs(motion.stamp_ns - self._told_ns) <= keep_ns
        if not told and not math.isnan(motion.speed_mps):
            self._motion = motion

    def named(self, who: str, seen: Detections | LabelMap) -> None:
        """Note what a network saw; any thread may call it.

        It is joined to the depth of its own stamp and holds from the next obstacles on, so that
        it does not matter which of the two came first.

        Parameters
        ----------
        who : str
            OBJECTS, FACES or LABELS of :mod:`followme.geometry.name_votes`.
        seen : Detections or LabelMap
            In pixels of the image.
        """
        self._names.append((who, seen))

    def see(self, depth: DepthMap | DepthStatus, now_ns: int) -> Obstacles:
        """Return what stands in the way after new depth, or after the word that there is none."""
        self.image_came(depth.stamp_ns)
        self._join_names()
        self._depth_stamp_ns = depth.stamp_ns
        if isinstance(depth, DepthMap):
            self._status = depth.status
            self._ever_ranged = True
            found = self._finder.find(depth, self._motion)
        else:
            self._status = depth
            found = self._finder.carry(depth.stamp_ns)
        return self._judged(found, depth.stamp_ns, now_ns)

    def carry(self, now_ns: int) -> Obstacles:
        """Return what is still believed when no depth came: nothing ever becomes clear by it."""
        self._join_names()
        found = self._finder.carry(now_ns)
        stamp_ns = now_ns if self._depth_stamp_ns is None else self._depth_stamp_ns
        return self._judged(found, stamp_ns, now_ns)

    def reset(self) -> None:
        """Forget everything: time jumped."""
        self._finder.reset()
        self._judge.reset()
        self._unranged.reset()
        self._ever_ranged = False
        self._image_stamp_ns = self._depth_stamp_ns = None
        self._status = self._motion = self._told_ns = None
        self._names.clear()
        self._name_stamps_ns.clear()

    def _join_names(self) -> None:
        for _ in range(len(self._names)):
            who, seen = self._names.popleft()
            if self._depth_stamp_ns is None or seen.stamp_ns > self._depth_stamp_ns:
                self._names.append((who, seen))  # its depth may still come
                continue
            self._finder.name(who, seen)
            if who == OBJECTS and isinstance(seen, Detections) and not self._ever_ranged:
                self._unranged.see(seen)
            before_ns = self._name_stamps_ns.get(who, seen.stamp_ns)
            self._name_stamps_ns[who] = max(seen.stamp_ns, before_ns)

    def _speed_mps(self, now_ns: int) -> float:
        """Return the walker's speed; an old word of it is none, who walked may stand now."""
        motion = self._motion
        if motion is None or abs(now_ns - motion.stamp_ns) > self._motion_keep_s * 1e9:
            return math.nan
        return motion.speed_mps

    def _judged(self, found: FoundObstacles, stamp_ns: int, now_ns: int) -> Obstacles:
        ages = Ages(
            image_s=_age_s(self._image_stamp_ns, now_ns),
            depth_s=_age_s(self._depth_stamp_ns, now_ns),
            labels_s=_age_s(self._name_stamps_ns.get(LABELS), now_ns),
            objects_s=_age_s(self._name_stamps_ns.get(OBJECTS), now_ns),
            faces_s=_age_s(self._name_stamps_ns.get(FACES), now_ns),
        )
        sight, reason = self._judge.judge(
            self._status, ages.image_s, ages.depth_s, found.way_unknown
        )
        return Obstacles(
            stamp_ns=stamp_ns,
            obstacles=found.obstacles,
            sight=sight,
            reason=reason,
            ages=ages,
            distances_known=self._status is not None and self._status.scale_known,
            observed_free=found.observed_free,
            walker_speed_mps=self._speed_mps(now_ns),
            # where there were metres before, they will be back, or sight is lost for good
            unranged=() if self._ever_ranged else self._unranged.things(stamp_ns),
        )


def _age_s(stamp_ns: int | None, now_ns: int) -> float:
    return math.nan if stamp_ns is None else (now_ns - stamp_ns) * 1e-9
