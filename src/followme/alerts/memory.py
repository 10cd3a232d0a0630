"""What the user was told of each track, and so what is worth saying again (B5, B7)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from followme.alerts.sorts import by_track, closing_mps
from followme.alerts.want import Want
from followme.settings import SchedulerSettings
from followme.values.intent import Intent, Priority
from followme.values.obstacle import Obstacle, Obstacles, Side, Zone


@dataclass
class Told:
    """What the user was told of one track.

    Parameters
    ----------
    zone : Zone
        Highest that was told and still stands.
    warned_s, stopped_s : float
        When WARN or STOP was last told, and STOP alone.
    side, distance_m
        As told then.
    by_tone : bool
        Whether that was a tone alone.
    warn_repeats, stop_repeats, cuts : int
        How often it was repeated in words, or cut before its end.
    not_before_s : float
        When it may be repeated again after a repeat was dropped.
    muted : Zone
        Highest zone that was kept silent at the user's wish.
    voiced_s, voiced_side, voiced_bearing_rad
        Last message of any sort that told its side.
    seen_s : float
        When it was last observed.
    last : Intent or None
        What told it.
    """

    zone: Zone = Zone.CLEAR
    warned_s: float = -math.inf
    stopped_s: float = -math.inf
    side: Side = Side.AHEAD
    distance_m: float = math.inf
    by_tone: bool = False
    warn_repeats: int = 0
    stop_repeats: int = 0
    cuts: int = 0
    not_before_s: float = -math.inf
    muted: Zone = Zone.CLEAR
    voiced_s: float = -math.inf
    voiced_side: Side = Side.AHEAD
    voiced_bearing_rad: float = 0.0
    seen_s: float = -math.inf
    last: Intent | None = None


#: What was known of the tracks of a message before it was handed to the voice.
Before = dict[int, Told]


class Memory:
    """The tracks that the user was told of."""

    def __init__(self) -> None:
        self._tracks: dict[int, Told] = {}
        self._stopped_s = -math.inf
        self.crowd_s = -math.inf

    def of(self, track_id: int) -> Told:
        """Return what was told of a track; all defaults when nothing was."""
        return self._tracks.setdefault(track_id, Told())

    def observe(self, obstacles: Obstacles, now_s: float, s: SchedulerSettings) -> None:
        """Note which tracks are there, and which zones fell."""
        for track_id, thing in by_track(obstacles.obstacles).items():
            told = self.of(track_id)
            told.seen_s = now_s
            told.zone = min(told.zone, thing.zone)
            told.muted = min(told.muted, thing.zone)
        for track_id in [t for t, told in self._tracks.items() if now_s - told.seen_s > s.forget_s]:
            del self._tracks[track_id]

    def due(
        self, thing: Obstacle, walker_speed_mps: float, now_s: float, s: SchedulerSettings
    ) -> str:
        """Return why a thing is worth saying now: "first", "again", "tone", or "" when it is not.

        "first" is a zone that the user has not been told of; "again" a change of side or a repeat
        in words, "tone" a repeat by a tone alone.
        """
        told = self.of(thing.track_id)
        if thing.zone is Zone.STOP:
            return self._stop_due(thing, told, walker_speed_mps, now_s, s)
        if thing.zone is Zone.WARN:
            return _warn_due(self.steady(thing, now_s, s), told, now_s, s)
        return "first" if told.zone < thing.zone and told.last is None else ""

    def _stop_due(
        self,
        thing: Obstacle,
        told: Told,
        walker_speed_mps: float,
        now_s: float,
        s: SchedulerSettings,
    ) -> str:
        if told.zone < Zone.STOP:
            return "first" if now_s - told.stopped_s >= s.stop_repeat_s else ""
        if math.isinf(thing.time_to_contact_s):
            return ""  # it is passed, or goes away
        stands = walker_speed_mps <= s.moving_mps  # NaN: it may be walking
        # repeats of several things take turns, else they would never end
        if stands or now_s - max(told.stopped_s, self._stopped_s) < s.stop_repeat_s:
            return ""
        return "again" if told.stop_repeats < s.stop_repeats else "tone"

    def steady(self, thing: Obstacle, now_s: float, s: SchedulerSettings) -> Obstacle:
        """Return the thing with the side last told, unless time or its bearing moved on.

        Two sides for one thing that hardly moved contradict each other (C, contradictory).
        """
        told = self.of(thing.track_id)
        if thing.side is told.voiced_side or now_s - told.voiced_s >= s.side_hold_s:
            return thing
        turned_deg = math.degrees(abs(thing.bearing_rad - told.voiced_bearing_rad))
        # the nearest point of a wide thing jumps, and with it the bearing: from a side to the
        # middle that takes more than from a side to the other
        opposite = {thing.side, told.voiced_side} in _OPPOSITE
        if turned_deg >= s.side_hold_deg * (1.0 if opposite else _JUMP):
            return thing
        return replace(thing, side=told.voiced_side)

    def steadied(self, want: Want, now_s: float, s: SchedulerSettings) -> Want:
        """Return a want about a thing with its :meth:`steady` side."""
        thing = want.intent.obstacle
        if thing is None:
            return want
        return replace(want, intent=replace(want.intent, obstacle=self.steady(thing, now_s, s)))

    def tell(self, want: Want, now_s: float) -> Before:
        """Note that a message about tracks goes to the voice; return what was known before."""
        before: Before = {}
        for thing in want.covers:
            told = self.of(thing.track_id)
            before[thing.track_id] = replace(told)
            _note(told, thing, want, now_s)
        if want.priority in (Priority.STOP_DROP, Priority.STOP):
            self._stopped_s = now_s
        if want.crowd:
            self.crowd_s = now_s
        self.voiced(want.intent, now_s)
        return before

    def heard(self, before: Before, intent: Intent, now_s: float) -> None:
        """Note that the first sound of a message was heard."""
        for track_id in before:
            told = self.of(track_id)
            if told.last is intent and intent.priority <= Priority.WARN:
                told.warned_s = now_s
                if intent.priority <= Priority.STOP:
                    told.stopped_s = self._stopped_s = now_s
        self.voiced(intent, now_s)

    def voiced(self, intent: Intent, now_s: float) -> None:
        """Note the side that a message of any sort tells."""
        if intent.obstacle is not None:
            told = self.of(intent.track_id)
            told.voiced_s = now_s
            told.voiced_side = intent.obstacle.side
            told.voiced_bearing_rad = intent.obstacle.bearing_rad

    def untell(self, before: Before, intent: Intent, s: SchedulerSettings) -> None:
        """Take back a message that was cut: it is due again, but not for ever."""
        for track_id, old in before.items():
            told = self.of(track_id)
            if told.last is not intent or told.cuts >= s.warn_repeats:
                continue
            self._tracks[track_id] = replace(
                old,
                zone=min(old.zone, told.zone),
                cuts=told.cuts + 1,
                seen_s=told.seen_s,
                voiced_s=told.voiced_s,
                voiced_side=told.voiced_side,
                voiced_bearing_rad=told.voiced_bearing_rad,
            )

    def mute(self, want: Want) -> bool:
        """Note that a thing is kept silent at the user's wish; return whether that is new."""
        zone = _LEVEL_OF.get(want.priority, Zone.INFORM)
        told = self.of(want.intent.track_id)
        if told.muted >= zone:
            return False
        told.muted = zone
        return True

    def forget_warnings(self) -> None:
        """Note that the user was told of a free way or of lost sight: all is news after that."""
        for told in self._tracks.values():
            told.zone = min(told.zone, Zone.INFORM)
            told.warned_s = -math.inf
        self.crowd_s = -math.inf

    def forget_tones(self) -> None:
        """Note that warnings of which only a tone was heard are worth words again."""
        for told in self._tracks.values():
            if told.by_tone and told.zone is Zone.WARN:
                told.zone, told.warned_s = Zone.INFORM, -math.inf

    def postpone(self, want: Want, now_s: float, s: SchedulerSettings) -> None:
        """Note that a message was dropped for good, so that it does not come up at once again."""
        for thing in want.covers:
            told = self.of(thing.track_id)
            told.not_before_s = now_s + s.warn_repeat_s
            if want.priority is Priority.INFORM:
                told.zone, told.last = Zone.INFORM, want.intent


def _warn_due(thing: Obstacle, told: Told, now_s: float, s: SchedulerSettings) -> str:
    since_s = now_s - told.warned_s
    if told.zone < Zone.WARN:
        return "first" if since_s >= s.warn_repeat_s else ""
    if now_s < told.not_before_s:
        return ""
    if thing.side is not told.side and since_s >= s.side_hold_s:
        return "again"
    if since_s < s.warn_repeat_s or told.warn_repeats >= s.warn_repeats:
        return ""
    if closing_mps(thing) <= 0.0:  # NaN: the distance alone decides
        return ""
    nearer = told.distance_m - thing.distance_m >= s.nearer_m
    return "again" if nearer or told.by_tone else ""


def _note(told: Told, thing: Obstacle, want: Want, now_s: float) -> None:
    level = _LEVEL_OF.get(want.priority, Zone.INFORM)
    known = told.zone >= level
    told.zone = max(told.zone, level)
    told.last = want.intent
    if level is Zone.INFORM:
        return
    if level is Zone.STOP:
        told.stop_repeats = 0 if _is_over(told.stopped_s, now_s) else told.stop_repeats
        told.stop_repeats += known and not want.is_tone
        told.stopped_s = now_s
    elif not want.is_tone:
        told.warn_repeats += known
    told.warned_s = now_s
    told.side = thing.side
    told.distance_m = thing.distance_m
    told.by_tone = want.is_tone


def _is_over(stopped_s: float, now_s: float) -> bool:
    """Whether the last STOP of a track is so long ago that its repeats begin anew."""
    return now_s - stopped_s > _STOP_OVER_S


_LEVEL_OF = {
    Priority.STOP_DROP: Zone.STOP,
    Priority.STOP: Zone.STOP,
    Priority.WARN_HAZARD: Zone.WARN,
    Priority.WARN: Zone.WARN,
}
_STOP_OVER_S = 10.0
_OPPOSITE = ({Side.AHEAD_LEFT, Side.AHEAD_RIGHT}, {Side.LEFT, Side.RIGHT})
_JUMP = 2.0
