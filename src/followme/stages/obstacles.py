"""From depth to obstacles that last, with the state of sight; it speaks also when nothing comes."""

from __future__ import annotations

import math
from collections import deque

from followme.geometry.name_votes import FACES, LABELS, OBJECTS
from followme.geometry.obstacle_finder import FoundObstacles, ObstacleFinder
from followme.geometry.unranged import UnrangedThings
from followme.health.sight import SightJudge
from followme.health.stream_age import StampLag, StampLead, StreamAge
from followme.settings import ObstacleFusionSettings
from followme.values.depth_map import DepthMap, DepthStatus, Provenance
from followme.values.detections import Detections
from followme.values.label_map import LabelMap
from followme.values.motion import Motion
from followme.values.obstacle import Ages, Obstacles

# So many results of networks may wait for the depth of their stamp.
_NAMES_KEPT = 16
# Words about motion until the depth of their instant comes: odometry gives many a second.
_MOTIONS_KEPT = 128
# A network that takes over from a sensor has found its scale after this, if it finds it at all.
_TAKES_OVER_NS = 1_000_000_000
# It errs more than the sensor did: that there is none any more is said before what it says, for a
# STOP would outrank that word (B7).
_LETS_SAY_NS = 500_000_000
# An image that is older by more than this than the one before is not late: a clock was set back.
_LATE_NS = 1_000_000_000
# Depth, which stands for an image that nobody told of, may take so long; nobody sees by then.
_DEPTH_TAKES_NS = 2_000_000_000


class ObstacleStage:
    """Obstacles and sight from depth, motion and the clock.

    Parameters
    ----------
    s : ObstacleFusionSettings
        Corridor, zones, tracking, sight.

    Attributes
    ----------
    lead : StampLead
        Whether the stamps of images lie ahead of the clock.
    lag : StampLag
        Whether they lie behind it, further than an image may be old.
    """

    def __init__(self, s: ObstacleFusionSettings) -> None:
        self._finder = ObstacleFinder(s)
        self._unranged = UnrangedThings(s.unranged, s.hysteresis)
        self._ever_ranged = False
        self._judge = SightJudge(s.sight)
        self._use_source_motion = s.tracking.use_source_motion
        self._told_ns: int | None = None
        self._motion_keep_s = s.tracking.motion_keep_s
        self._image, self._depth = StreamAge(), StreamAge()
        self.lead, self.lag = StampLead(), StampLag()
        self._borne_ns = int(s.sight.image_age_s * 1e9)
        self._status: DepthStatus | None = None
        self._motion: Motion | None = None
        self._motions: deque[Motion] = deque(maxlen=_MOTIONS_KEPT)
        self._sensor_ns: int | None = None
        self._names: deque[tuple[str, Detections | LabelMap]] = deque(maxlen=_NAMES_KEPT)
        self._name_stamps_ns: dict[str, int] = {}

    def image_came(self, stamp_ns: int, now_ns: int) -> None:
        """Note that the camera gave an image, whether or not its depth follows.

        Parameters
        ----------
        stamp_ns : int
            Of the image; it may lie ahead of the clock.
        now_ns : int
            When it came.
        """
        self._image_is(stamp_ns, now_ns, self._borne_ns)

    def _image_is(self, stamp_ns: int, now_ns: int, borne_ns: int) -> None:
        before_ns = self._image.stamp_ns
        if before_ns is not None and before_ns - _LATE_NS <= stamp_ns < before_ns:
            self._image.came(before_ns, now_ns)
        else:
            self._image.came(stamp_ns, now_ns)
        self.lead.came(stamp_ns, now_ns)
        self.lag.came(stamp_ns, now_ns, borne_ns)

    def moved(self, motion: Motion) -> None:
        """Note how the walker moves, as the source tells it."""
        if self._use_source_motion:
            self._told_ns = motion.stamp_ns
            self._heed(motion)

    def estimated(self, motion: Motion) -> None:
        """Note how the walker moves, as images tell it; a source that tells it knows better.

        NaN leaves the last word, which holds until it is too old, as with a source that is late.
        """
        keep_ns = self._motion_keep_s * 1e9
        told = self._told_ns is not None and abs(motion.stamp_ns - self._told_ns) <= keep_ns
        if not told and not math.isnan(motion.speed_mps):
            self._heed(motion)

    def _heed(self, motion: Motion) -> None:
        self._motion = motion
        self._motions.append(motion)

    def _motion_at(self, stamp_ns: int) -> Motion | None:
        """Return the word nearest to an instant; of two the later one.

        Depth that is late finds that the motion of the next image is known already.
        """
        known = reversed(tuple(self._motions))
        return min(known, key=lambda m: abs(m.stamp_ns - stamp_ns), default=None)

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
        image_ns = self._image.stamp_ns
        if image_ns is None or not image_ns - _LATE_NS <= depth.stamp_ns <= image_ns:
            # else that image was told of when it came
            self._image_is(depth.stamp_ns, now_ns, _DEPTH_TAKES_NS)
        self._join_names()
        self._depth.came(depth.stamp_ns, now_ns)
        if isinstance(depth, DepthMap) and self._takes_over(depth.status):
            # metres that may be of any length would put what is known somewhere else
            self._status = depth.status
            found = self._finder.carry(depth.stamp_ns)
        elif isinstance(depth, DepthMap):
            self._status = depth.status
            self._ever_ranged = True
            found = self._finder.find(depth, self._motion_at(depth.stamp_ns))
        else:
            self._status = depth
            found = self._finder.carry(depth.stamp_ns)
        return self._judged(found, depth.stamp_ns, now_ns)

    def carry(self, now_ns: int) -> Obstacles:
        """Return what is still believed when no depth came: nothing ever becomes clear by it."""
        self._join_names()
        found = self._finder.carry(self._on_stamps(now_ns))
        stamp_ns = now_ns if self._depth.stamp_ns is None else self._depth.stamp_ns
        return self._judged(found, stamp_ns, now_ns)

    def reset(self) -> None:
        """Forget everything: time jumped."""
        self._finder.reset()
        self._judge.reset()
        self._unranged.reset()
        self._ever_ranged = False
        self._image, self._depth = StreamAge(), StreamAge()
        self.lead, self.lag = StampLead(), StampLag()
        self._status = self._motion = self._told_ns = self._sensor_ns = None
        self._names.clear()
        self._motions.clear()
        self._name_stamps_ns.clear()

    def _takes_over(self, status: DepthStatus) -> bool:
        """Return whether a network takes over from a sensor and is not to be asked yet."""
        if status.provenance in (Provenance.SENSOR, Provenance.FUSED):
            self._sensor_ns = status.stamp_ns
        if self._sensor_ns is None or status.provenance is not Provenance.MONOCULAR:
            return False
        longest_ns = _LETS_SAY_NS if status.scale_known else _TAKES_OVER_NS
        return status.stamp_ns - self._sensor_ns <= longest_ns

    def _join_names(self) -> None:
        depth_ns = self._depth.stamp_ns
        for _ in range(len(self._names)):
            who, seen = self._names.popleft()
            if depth_ns is None or seen.stamp_ns > depth_ns:
                self._names.append((who, seen))  # its depth may still come
                continue
            self._finder.name(who, seen)
            if who == OBJECTS and isinstance(seen, Detections) and not self._ever_ranged:
                self._unranged.see(seen)
            before_ns = self._name_stamps_ns.get(who, seen.stamp_ns)
            self._name_stamps_ns[who] = max(seen.stamp_ns, before_ns)

    def _on_stamps(self, now_ns: int) -> int:
        """Return now by the clock of the stamps, if that is ahead of ours.

        By ours time would have jumped back since what was seen last, and all would be forgotten.
        """
        if self._depth.stamp_ns is None:
            return now_ns
        return max(now_ns, self._depth.stamp_ns + self._depth.since_ns(now_ns))

    def _speed_mps(self, at_ns: int) -> float:
        """Return the walker's speed; an old word of it is none, who walked may stand now."""
        motion = self._motion
        if motion is None or abs(at_ns - motion.stamp_ns) > self._motion_keep_s * 1e9:
            return math.nan
        return motion.speed_mps

    def _judged(self, found: FoundObstacles, stamp_ns: int, now_ns: int) -> Obstacles:
        at_ns = self._on_stamps(now_ns)
        ages = Ages(
            image_s=self._image.age_s(now_ns),
            depth_s=self._depth.age_s(now_ns),
            labels_s=_age_s(self._name_stamps_ns.get(LABELS), at_ns),
            objects_s=_age_s(self._name_stamps_ns.get(OBJECTS), at_ns),
            faces_s=_age_s(self._name_stamps_ns.get(FACES), at_ns),
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
            walker_speed_mps=self._speed_mps(at_ns),
            # where there were metres before, they will be back, or sight is lost for good
            unranged=() if self._ever_ranged else self._unranged.things(stamp_ns),
        )


def _age_s(stamp_ns: int | None, at_ns: int) -> float:
    return math.nan if stamp_ns is None else (at_ns - stamp_ns) * 1e-9
