"""B5: one thing that is followed: where it is, how fast, and what is known of it."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Hashable, Iterable
from typing import TypeVar

from followme.geometry.crossing import Crossing
from followme.geometry.hysteresis import CorridorKeeper, ZoneKeeper
from followme.geometry.measuring import Blob
from followme.geometry.motion_step import MotionStep
from followme.geometry.name_votes import NameVotes
from followme.geometry.own_approach import OwnApproach
from followme.geometry.steady_reach import SteadyReach
from followme.settings import HysteresisSettings, TrackingSettings
from followme.values.obstacle import Side

V = TypeVar("V", bound=Hashable)
_LEAST_DT_S = 0.02  # a shorter interval would turn noise into speed
_VOTES_IN_WAY = 3  # fewer may be an arm that swings


class Track:
    """One thing that is followed.

    Parameters
    ----------
    id : int
        The same for the same thing.
    blob : Blob
        What was first seen of it.
    now_ns : int
        When.
    step : MotionStep
        How the walker moves: a new thing is taken to stand.
    s : TrackingSettings
        Filter, votes.
    hysteresis : HysteresisSettings
        For its zone.
    tentative : bool
        Whether it may be a fragment of something known; then it is not shown for a while.
    """

    def __init__(
        self,
        id: int,
        blob: Blob,
        now_ns: int,
        step: MotionStep,
        s: TrackingSettings,
        hysteresis: HysteresisSettings,
        tentative: bool,
    ) -> None:
        self.id = id
        self._s = s
        self.blob = blob
        self.x_m, self.y_m = blob.x_m, blob.y_m
        self.vx_mps, self.vy_mps = -step.forward_mps, -step.left_mps
        self._walker_mps = (step.forward_mps, step.left_mps)
        self.motion_known = step.known
        self._prior = step.known
        self.born_ns = self.seen_ns = self.checked_ns = now_ns
        self.hits = 1
        self.tentative = tentative
        self.names = NameVotes(s)
        self.zones = ZoneKeeper(hysteresis)
        self.corridor = CorridorKeeper(hysteresis)
        self.reach = SteadyReach(hysteresis.swing_s)
        self.side: Side | None = None
        self.drift_m = 0.0
        self._own = OwnApproach(s)
        self.crossing = Crossing(s)
        self._kinds: deque[bool] = deque(maxlen=s.label_votes)
        self._kinds_in_way: deque[bool] = deque(maxlen=s.label_votes)
        self.bottom_m = 0.0  # it stands on the floor as long as nobody saw it hang
        self.crossing.take(blob.x_m, blob.y_min_m, blob.y_max_m, _LEAST_DT_S)
        self._vote(blob)

    @property
    def distance_m(self) -> float:
        """Horizontal distance of its nearest point."""
        return math.hypot(self.x_m, self.y_m)

    @property
    def sigma_m(self) -> float:
        """Standard deviation of that distance."""
        return self.blob.sigma_m + self.drift_m

    @property
    def closing_mps(self) -> float:
        """How fast the distance shrinks."""
        distance_m = max(self.distance_m, 1e-3)
        return -(self.x_m * self.vx_mps + self.y_m * self.vy_mps) / distance_m

    @property
    def overhang(self) -> bool:
        """Whether most of the frames that could tell saw nothing below it.

        What was seen of it in the way decides, once that is enough: the leg beside it stands, the
        top above it hangs.
        """
        enough = len(self._kinds_in_way) >= _VOTES_IN_WAY
        return winner(self._kinds_in_way if enough else self._kinds, 0.5) or False

    def own_speed_mps(self) -> float:
        """Return its speed over the floor; NaN while the walker's is unknown."""
        if not self.motion_known:
            return math.nan
        return math.hypot(self.vx_mps + self._walker_mps[0], self.vy_mps + self._walker_mps[1])

    def settled(self, now_ns: int) -> bool:
        """Whether its velocity means something."""
        return self._prior or (now_ns - self.born_ns) * 1e-9 >= self._s.settled_s

    def predict(self, step: MotionStep) -> None:
        """Let the walker move and time pass."""
        if self.motion_known and step.known:
            # the walker's change of speed is no change of the thing's
            self.vx_mps -= step.forward_mps - self._walker_mps[0]
            self.vy_mps -= step.left_mps - self._walker_mps[1]
        self.motion_known = step.known
        self.crossing.carry(step)
        self._walker_mps = (step.forward_mps, step.left_mps)
        moved = (self.x_m + self.vx_mps * step.dt_s, self.y_m + self.vy_mps * step.dt_s)
        self.x_m, self.y_m = step.turn(*moved)
        self.vx_mps, self.vy_mps = step.turn(self.vx_mps, self.vy_mps)

    def match(self, blob: Blob, now_ns: int, dt_s: float) -> None:
        """Correct it by what was seen (alpha-beta filter, growing memory at first)."""
        self.hits += 1
        # it is off by what came together since it was seen, though it may have been carried since
        unseen_s = max((now_ns - self.seen_ns) * 1e-9, _LEAST_DT_S)
        alpha, beta = self._gains()
        x_m, y_m = self.spot(blob)
        dx, dy = x_m - self.x_m, y_m - self.y_m
        self.x_m += alpha * dx
        self.y_m += alpha * dy
        if not blob.cut:
            rate = beta / unseen_s
            self.vx_mps += rate * dx
            self.vy_mps += rate * dy
        self.crossing.take(blob.x_m, blob.y_min_m, blob.y_max_m, unseen_s)
        self.blob, self.seen_ns, self.checked_ns = blob, now_ns, now_ns
        # what the image cuts off in front is carried, not measured
        self.drift_m = self.drift_m + self._s.drift_mps * dt_s if blob.cut else 0.0
        self._vote(blob)

    def spot(self, blob: Blob) -> tuple[float, float]:
        """Return where a blob says that its nearest point is.

        What the lower edge of the image cuts off may reach nearer than is seen of it: then it
        is nowhere farther than the walker's motion carries it.
        """
        if not (blob.cut and self.motion_known):
            return blob.x_m, blob.y_m
        return min(blob.x_m, max(self.x_m, 0.0)), blob.y_m

    def approach(self, own_mps: float | None, dt_s: float) -> None:
        """Take how fast it came nearer by itself; None: its points were not found again.

        It takes the place of the speed of the nearest point, which jumps.
        """
        if not self.motion_known:
            return
        if own_mps is None:
            self._own.fade()
        else:
            self._own.take(own_mps, dt_s)
        # across the line of sight nothing is believed: the nearest point slides along a wall
        distance_m = max(self.distance_m, 1e-3)
        self.vx_mps = -self._walker_mps[0] - self._own.mps * self.x_m / distance_m
        self.vy_mps = -self._walker_mps[1] - self._own.mps * self.y_m / distance_m

    def drift(self, dt_s: float, mover_mps: float) -> None:
        """Become less sure: it was not seen."""
        self.crossing.lose()
        steady = self.motion_known and self.own_speed_mps() <= mover_mps
        if self.motion_known:
            # a speed of its own that nobody sees any more is believed less and less
            kept = math.exp(-dt_s / self._s.forget_speed_s)
            self.vx_mps = kept * (self.vx_mps + self._walker_mps[0]) - self._walker_mps[0]
            self.vy_mps = kept * (self.vy_mps + self._walker_mps[1]) - self._walker_mps[1]
        self.drift_m += (self._s.drift_mps if steady else self._s.drift_blind_mps) * dt_s

    def _gains(self) -> tuple[float, float]:
        if self._prior:
            return self._s.alpha, self._s.beta
        n = self.hits  # Brookner, "Tracking and Kalman Filtering Made Easy", 1.2.10
        growing = (2.0 * (2 * n - 1) / (n * (n + 1)), 6.0 / (n * (n + 1)))
        return max(self._s.alpha, growing[0]), max(self._s.beta, growing[1])

    def _vote(self, blob: Blob) -> None:
        if blob.overhang is not None:
            self._kinds.append(blob.overhang)
            in_way = blob.reach_m > 0.0
            if in_way:
                self._kinds_in_way.append(blob.overhang)
            if in_way or len(self._kinds_in_way) < _VOTES_IN_WAY:
                self.bottom_m = blob.bottom_m


def winner(votes: Iterable[V], share: float) -> V | None:
    """Return what holds at least this share of the votes, else None."""
    counts = Counter(votes)
    if not counts:
        return None
    best, count = counts.most_common(1)[0]
    return best if count >= share * counts.total() else None
