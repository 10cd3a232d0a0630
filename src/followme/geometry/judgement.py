"""What a track means for the walker: in the way or not, how urgent, on which side (B1, B3, B6)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from followme.geometry.corridor import Corridor
from followme.geometry.crossing import is_gone_at_contact
from followme.geometry.hysteresis import side_of
from followme.geometry.motion_step import MotionStep
from followme.geometry.naming import PERSON
from followme.geometry.track import Track
from followme.geometry.zones import Approach, Slack, time_to_contact, zone_of
from followme.settings import ObstacleFusionSettings
from followme.values.depth_map import Provenance
from followme.values.obstacle import Kind, Obstacle, Side, Zone

# One frame may show a ghost; carried on it must not become a warning.
_LEAST_HITS = 2


@dataclass(frozen=True)
class Moment:
    """What holds for all tracks at one time.

    Parameters
    ----------
    now_ns : int
        Of the frame.
    step : MotionStep
        How the walker moves.
    heading_rad : float
        Direction of travel in the walker frame, left positive.
    scale_known : bool
        Whether the metres can be trusted (B12).
    provenance : Provenance
        Whose metres.
    corridor_pixels : int
        How many pixels show something in the corridor; 0 when nothing was seen.
    """

    now_ns: int
    step: MotionStep
    heading_rad: float
    scale_known: bool
    provenance: Provenance
    corridor_pixels: int

    @property
    def seen(self) -> bool:
        """Whether a depth map stands behind it; nothing becomes clear without one."""
        return self.corridor_pixels > 0


@dataclass(frozen=True)
class _Place:
    """Where a track stands across the corridor, and how far it reaches into it."""

    right_m: float
    left_m: float
    reach_m: float
    reach_narrow_m: float


class Judge:
    """Holds a track against corridor and zones.

    Parameters
    ----------
    s : ObstacleFusionSettings
        Limits.
    corridor : Corridor
        The way.
    """

    def __init__(self, s: ObstacleFusionSettings, corridor: Corridor) -> None:
        self._s = s
        self._corridor = corridor

    def judge(self, track: Track, moment: Moment) -> None:
        """Bring corridor, zone and side of a track up to date."""
        s = self._s
        seen_now = moment.seen and track.seen_ns == moment.now_ns
        place = self._place(track, moment, seen_now)
        closing_mps = self.closing_mps(track, moment)
        reaches = self._steady_reach_m(track, place, moment) >= s.corridor.intrusion_m
        # who was last seen beside the way, coming, passes: only along the line of sight is a
        # speed known, and that leads all who come into the walker
        reaches &= seen_now or track.corridor.inside or not self._moves(track)
        enters = reaches and self._near_enough(track, moment, closing_mps, Slack())
        stays = place.reach_m >= s.corridor.intrusion_m - 0.5 * s.hysteresis.exit_width_m
        stays = stays and self._near_enough(track, moment, closing_mps, self._leaving(moment))
        inside = track.corridor.update(
            moment.now_ns, enters=enters, stays=stays, may_fall=moment.seen
        )
        entering = staying = Zone.CLEAR
        if enters and (seen_now or track.hits >= _LEAST_HITS):
            entering = self._zone(track, moment, closing_mps, self._entering(moment))
            if place.reach_narrow_m < s.corridor.intrusion_m:
                entering = min(entering, Zone.WARN)  # STOP takes the corridor that never widens
        if not seen_now and track.hits < s.tracking.sure_hits:
            entering = Zone.CLEAR  # what is carried is no new evidence
        if inside:
            staying = self._zone(track, moment, closing_mps, self._leaving(moment))
        at_most = track.blob.at_most
        if self._crosses(track, place, closing_mps):
            at_most = min(at_most, Zone.WARN)
        passed = not seen_now and track.x_m <= 0.0
        if passed:
            at_most = Zone.CLEAR
        entering, staying = min(entering, at_most), min(staying, at_most)
        instant = seen_now and entering is Zone.STOP and self._fills_the_way(track, moment)
        track.zones.update(
            moment.now_ns,
            entering,
            max(entering, staying),
            instant=instant,
            may_fall=moment.seen,
            at_once=passed,
        )
        span_m = (place.right_m, place.left_m)
        bearing_rad = math.atan2(track.y_m, track.x_m) - moment.heading_rad
        track.side = side_of(track.side, span_m, bearing_rad, reaches or inside, s.hysteresis)

    def closing_mps(self, track: Track, moment: Moment) -> float:
        """Return how fast a track and the walker come together.

        A standing thing comes with the walker's own speed, which is measured better than the
        change of a distance.
        """
        if not moment.step.known:
            settled = track.settled(moment.now_ns)
            return track.closing_mps if settled else self._s.walker.speed_mps
        distance_m = max(track.distance_m, 1e-3)
        ahead_m = moment.step.forward_mps * track.x_m + moment.step.left_mps * track.y_m
        walker_mps = ahead_m / distance_m
        moves = abs(track.closing_mps - walker_mps) > self._s.zones.mover_mps
        return track.closing_mps if moves else walker_mps

    def _moves(self, track: Track) -> bool:
        return track.own_speed_mps() > self._s.zones.mover_mps

    def obstacle(self, track: Track, moment: Moment) -> Obstacle:
        """Return a track as the value that leaves this station."""
        blob = track.blob
        closing_mps = self.closing_mps(track, moment)
        settled = track.settled(moment.now_ns)
        aside_m = track.y_m - blob.y_m
        distance_m = track.distance_m
        label, sureness = track.names.best(moment.now_ns)
        confidence = self._confidence(track, moment.now_ns)
        return Obstacle(
            track_id=track.id,
            kind=_kind(track, label),
            label=label,
            confidence=confidence * sureness if label else confidence,
            nearest_m=(track.x_m, track.y_m, blob.z_m),
            distance_m=distance_m,
            distance_std_m=track.sigma_m,
            bearing_rad=math.atan2(track.y_m, track.x_m),
            angular_width_rad=blob.angular_width_rad,
            bottom_m=track.bottom_m,
            top_m=blob.top_m,
            y_min_m=blob.y_min_m + aside_m,
            y_max_m=blob.y_max_m + aside_m,
            velocity_mps=(track.vx_mps, track.vy_mps) if settled else (math.nan, math.nan),
            time_to_contact_s=time_to_contact(distance_m, closing_mps, self._s.walker.reach_m),
            zone=track.zones.zone,
            provenance=moment.provenance,
            in_corridor=track.corridor.inside,
            side=Side.AHEAD if track.side is None else track.side,
        )

    def _place(self, track: Track, moment: Moment, seen_now: bool) -> _Place:
        blob = track.blob
        if seen_now:
            return _Place(blob.aside_min_m, blob.aside_max_m, blob.reach_m, blob.reach_narrow_m)
        c, s = math.cos(moment.heading_rad), math.sin(moment.heading_rad)
        shift_m = c * track.y_m - s * track.x_m - blob.aside_m
        right_m, left_m = blob.aside_min_m + shift_m, blob.aside_max_m + shift_m
        inner_m = max(right_m, -left_m, 0.0)
        half_m = self._corridor.half_width_at(c * track.x_m + s * track.y_m)
        return _Place(right_m, left_m, half_m - inner_m, self._s.corridor.half_width_m - inner_m)

    def _steady_reach_m(self, track: Track, place: _Place, moment: Moment) -> float:
        """Return how far it reaches in: over a swing of the chest where that matters.

        Near, and for what moves, this frame alone counts.
        """
        widened_m = place.reach_m - place.reach_narrow_m
        steady_m = widened_m + track.reach.update(moment.now_ns, place.reach_narrow_m)
        stands = track.own_speed_mps() <= self._s.zones.mover_mps
        far = track.distance_m > self._s.hysteresis.swing_from_m
        return steady_m if far and stands else place.reach_m

    def _near_enough(self, track: Track, moment: Moment, closing_mps: float, slack: Slack) -> bool:
        """Whether it is within the corridor's length, which is longer for what comes closer."""
        c = self._s.corridor
        walker_mps = moment.step.speed_mps if moment.step.known else self._s.walker.speed_mps
        comes = closing_mps - walker_mps > self._s.zones.mover_mps
        length_m = c.length_moving_m if comes else c.length_m
        return track.distance_m - track.sigma_m <= slack.metres(length_m)

    def _crosses(self, track: Track, place: _Place, closing_mps: float) -> bool:
        """Whether a person will have left the way when the walker comes there (B10)."""
        s = self._s
        label, _ = track.names.best(track.seen_ns)
        crossing_mps = track.crossing.mps
        distance_m = track.distance_m - track.sigma_m
        if label != PERSON or distance_m <= s.zones.stop_m:
            return False
        if abs(crossing_mps) < s.tracking.crossing_least_mps:
            return False
        contact_s = time_to_contact(distance_m, closing_mps, s.walker.reach_m)
        half_m = s.corridor.half_width_m + s.corridor.crossing_room_m
        span_m = (place.right_m, place.left_m)
        return is_gone_at_contact(span_m, crossing_mps, min(contact_s, s.zones.path_s), half_m)

    def _zone(self, track: Track, moment: Moment, closing_mps: float, slack: Slack) -> Zone:
        walker_mps = moment.step.speed_mps if moment.step.known else self._s.walker.speed_mps
        low = track.blob.top_m <= self._s.corridor.cane_high_m and not track.overhang
        approach = Approach(
            distance_m=track.distance_m - track.sigma_m,
            closing_mps=closing_mps,
            walker_mps=walker_mps,
            reach_m=self._s.walker.reach_m,
            foot_only=low and track.blob.kind is not Kind.DROP_OFF,  # drops are never demoted
        )
        return zone_of(approach, self._s.zones, slack)

    def _entering(self, moment: Moment) -> Slack:
        return Slack(factor=self._factor(moment))

    def _leaving(self, moment: Moment) -> Slack:
        h = self._s.hysteresis
        return Slack(h.exit_m, h.exit_share, h.exit_s, self._factor(moment))

    def _factor(self, moment: Moment) -> float:
        return 1.0 if moment.scale_known else self._s.zones.uncertain_factor

    def _fills_the_way(self, track: Track, moment: Moment) -> bool:
        least = self._s.hysteresis.instant_stop_share * moment.corridor_pixels
        return track.blob.near_pixels >= max(least, 1.0)

    def _confidence(self, track: Track, now_ns: int) -> float:
        unseen_s = (now_ns - track.seen_ns) * 1e-9
        fading = max(0.2, 1.0 - unseen_s / self._s.tracking.keep_s)
        return min(1.0, 0.4 + 0.2 * track.hits) * fading


def _kind(track: Track, label: str) -> Kind:
    if track.blob.kind is not Kind.OBJECT:
        return track.blob.kind
    if track.overhang:  # that a cane passes below it matters more than what it is
        return Kind.OVERHANG
    return Kind.PERSON if label == PERSON else Kind.OBJECT
