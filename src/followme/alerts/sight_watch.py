"""What is said of sight itself: lost, back, limited, uncertain (assistive B4, B12)."""

from __future__ import annotations

import math
from dataclasses import replace

from followme.alerts.want import Source, Want
from followme.settings import SchedulerSettings
from followme.values.intent import Intent, Priority
from followme.values.obstacle import Sight

#: Reasons that mean no more than that streams have not begun, at the start.
_NOT_YET = ("no_image", "no_depth", "stale")
_LOST_KEY = {
    "dark": "health.too_dark",
    "covered": "health.view_blocked",
    "no_depth": "health.no_distance",
}
_BACK, _READY = "health.vision_back", "reply.ready"
_LIMITED = "health.view_limited"
# Sight is limited for good by this, and the judge of sight has waited already.
_SENSOR = "sensor_lost"
#: Said as soon as metres are not believed, without the gap that other messages keep.
UNCERTAIN = "health.distances_uncertain"


class SightWatch:
    """Follow the state of sight and say what the user must know of it."""

    def __init__(self) -> None:
        self._greeted = False
        self.reset()

    def reset(self) -> None:
        """Forget what was seen; the greeting is not said a second time."""
        self._sight = Sight.BLIND
        self._reason = "no_image"
        self._ever_saw = False
        self._start_s: float | None = None
        self._lost_since_s: float | None = None
        self._lost_reason = ""
        self._lost_after_sight = False
        self._lost_told = 0
        self._lost_told_s = -math.inf
        self._well_since_s: float | None = None
        self._back_due = False
        self._limited_since_s: float | None = None
        self._limited_due = True
        self._uncertain_since_s: float | None = None
        self._uncertain_due = True
        self._uncertain_news = True
        self._told_s = {_LIMITED: -math.inf, UNCERTAIN: -math.inf}
        self._sensor_lost = False
        self._sensor_told_s = -math.inf

    @property
    def blind(self) -> bool:
        """Whether nothing may be concluded from what was, or was not, observed."""
        return self._sight is Sight.BLIND

    @property
    def without_metres(self) -> bool:
        """Whether images come and only distance cannot be judged, which the user was told."""
        return self._sight is Sight.BLIND and self._reason == "no_depth" and self._lost_told > 0

    @property
    def settled(self) -> bool:
        """Whether sight is there and its last loss is over for good."""
        return not self.blind and self._lost_since_s is None

    @property
    def recovering(self) -> bool:
        """Whether sight is there again and the user, who was told of its loss, does not know it."""
        if self.blind:
            return False
        told = self._lost_since_s is not None and self._lost_told > 0 and self._lost_after_sight
        return told or self._back_due

    @property
    def state_key(self) -> str:
        """Return the phrase that tells the state of sight now."""
        if self.blind:
            return _LOST_KEY.get(self._lost_reason, "health.vision_lost")
        if self._sight is Sight.DEGRADED:
            return UNCERTAIN if self._reason == "scale_unknown" else _LIMITED
        return _READY

    def look(
        self,
        sight: Sight,
        reason: str,
        distances_known: bool,
        now_s: float,
        s: SchedulerSettings,
    ) -> None:
        """Take over the state of sight."""
        self._start_s = now_s if self._start_s is None else self._start_s
        self._sight, self._reason = sight, reason
        if sight is Sight.BLIND:
            self._lose(reason, now_s)
        else:
            self._regain(now_s, s)
        self._judge_limits(distances_known, now_s)
        self._judge_sensor(now_s, s)

    def wants(
        self, stamp_ns: int, arrived_s: float, now_s: float, s: SchedulerSettings
    ) -> list[Want]:
        """Return what is due about sight.

        Parameters
        ----------
        stamp_ns, arrived_s
            Of the newest evidence, and when it came.
        """
        if self.blind:
            if not self._lost_is_due(now_s, s):
                return []
            # absence is the evidence of lost sight: it is always of now
            intent = Intent(self.state_key, Priority.LOST, stamp_ns, now_s, s.stop_lifetime_s)
            return [Want(intent, Source.SIGHT)]
        wants = []
        for key in self._due_notes(now_s, s):
            intent = Intent(key, Priority.REPLY, stamp_ns, arrived_s, s.reply_lifetime_s)
            if key == _READY:
                intent = replace(intent, priority=Priority.INFORM, lifetime_s=s.ready_lifetime_s)
            if key == _BACK:  # a warning means little to who believes that nothing is seen
                intent = replace(intent, priority=Priority.WARN_HAZARD)
            if key == UNCERTAIN:  # metres mislead who takes them to be right
                intent = replace(intent, priority=Priority.WARN)
            sensor_news = key == _LIMITED and self._sensor_lost
            if sensor_news:  # warnings go on, but of less than the user relies on
                intent = replace(intent, priority=Priority.WARN_HAZARD)
            first = key == _BACK or (key == UNCERTAIN and self._uncertain_news) or sensor_news
            wants.append(Want(intent, Source.SIGHT, first=first, at_once=sensor_news))
        return wants

    def tell(self, key: str, now_s: float) -> None:
        """Note that one of the phrases goes to the voice."""
        if key == _BACK:
            self._back_due = False
        elif key == _READY:
            self._greeted = True
        elif key == _LIMITED:
            self._limited_due, self._told_s[key] = False, now_s
            self._sensor_told_s = now_s if self._sensor_lost else self._sensor_told_s
        elif key == UNCERTAIN:
            self._uncertain_due, self._told_s[key] = False, now_s
            self._uncertain_news = False
        else:
            self._lost_told += 1
            self._lost_told_s = now_s

    def untell(self, key: str) -> None:
        """Take back a phrase that was cut."""
        if key == _BACK:
            self._back_due = not self.blind
        elif key == _READY:
            self._greeted = False
        elif key == _LIMITED:
            self._limited_due, self._told_s[key] = True, -math.inf
        elif key == UNCERTAIN:
            self._uncertain_due, self._told_s[key] = True, -math.inf

    def _lose(self, reason: str, now_s: float) -> None:
        self._well_since_s = None
        self._back_due = False
        if self._lost_since_s is None:
            self._lost_since_s = now_s
            self._lost_reason = reason
            self._lost_after_sight = self._ever_saw
            self._lost_told, self._lost_told_s = 0, -math.inf
        elif not self._ever_saw and self._lost_told == 0:
            self._lost_reason = reason  # the streams begin one after the other
        elif reason != self._lost_reason:
            self._lost_reason = ""  # only a reason that held all along is sure enough to be said

    def _regain(self, now_s: float, s: SchedulerSettings) -> None:
        first = not self._ever_saw
        self._ever_saw = True
        if self._well_since_s is None:
            self._well_since_s = now_s
        if self._lost_since_s is None:
            return
        # the greeting takes the place of "back" where there was no sight before
        if first or now_s - self._well_since_s >= s.sight_back_s:
            self._back_due = self._lost_told > 0 and self._lost_after_sight
            self._lost_since_s = None

    def _judge_limits(self, distances_known: bool, now_s: float) -> None:
        degraded = self._sight is Sight.DEGRADED
        uncertain = degraded and self._reason == "scale_unknown"
        limited = degraded and not uncertain
        self._limited_since_s = _since(limited, self._limited_since_s, now_s)
        self._uncertain_since_s = _since(uncertain, self._uncertain_since_s, now_s)
        if self._sight is Sight.SEEING:
            self._limited_due = True
        if distances_known and not self.blind:
            self._uncertain_due = self._uncertain_news = True

    def _judge_sensor(self, now_s: float, s: SchedulerSettings) -> None:
        """Make it news that a depth sensor fell silent, whatever limited sight before."""
        lost = self._sight is Sight.DEGRADED and self._reason == _SENSOR
        news = lost and not self._sensor_lost
        if news and now_s - self._sensor_told_s >= s.limited_again_s:
            self._limited_due, self._told_s[_LIMITED] = True, -math.inf
        self._sensor_lost = lost

    def _due_notes(self, now_s: float, s: SchedulerSettings) -> list[str]:
        keys = []
        if self._back_due:
            keys.append(_BACK)
        if self._ever_saw and not self._greeted:
            keys.append(_READY)
        limited_s = _lasts_s(self._limited_since_s, now_s)
        after_s = 0.0 if self._sensor_lost else s.limited_after_s
        if self._limited_due and limited_s >= after_s:
            keys.append(_LIMITED)
        uncertain_s = _lasts_s(self._uncertain_since_s, now_s)
        if self._uncertain_due and uncertain_s >= s.uncertain_after_s:
            keys.append(UNCERTAIN)
        return [k for k in keys if now_s - self._told_s.get(k, -math.inf) >= s.limited_again_s]

    def _lost_is_due(self, now_s: float, s: SchedulerSettings) -> bool:
        if self._lost_since_s is None or self._start_s is None:
            return False
        begins = not self._ever_saw and self._reason in _NOT_YET
        if begins and now_s - self._start_s < s.start_grace_s:
            return False
        if self._lost_told == 0:
            return True
        pause_s = s.lost_again_s if self._lost_told == 1 else s.lost_every_s
        return now_s - self._lost_told_s >= pause_s


def _lasts_s(since_s: float | None, now_s: float) -> float:
    return -math.inf if since_s is None else now_s - since_s


def _since(holds: bool, since_s: float | None, now_s: float) -> float | None:
    if not holds:
        return None
    return now_s if since_s is None else since_s
