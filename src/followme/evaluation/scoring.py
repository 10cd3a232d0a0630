"""From the record of a walk to evidence for the figures C1 to C3 of the specification."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from followme.evaluation.encounters import Encounter, Sighting, encounters, lead_s
from followme.evaluation.evidence import Evidence
from followme.evaluation.judge import busiest_duty, counted
from followme.evaluation.walk_record import Heard, TrueThing, WalkRecord, moments_in
from followme.settings import HysteresisSettings, SchedulerSettings
from followme.values.intent import Priority
from followme.values.obstacle import Kind, Side, Sight, Zone

#: Bands of distance of C1, metres.
BANDS_M = ((0.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 5.0))
#: A drop must be seen from here.
DROP_FROM_M = 2.0
#: A warning that comes later before contact is late.
LATE_S = 1.3
# Evidence may be this much older than the onset that it justifies.
_JUSTIFIED_S = 1.0
_STALE_M = 0.5
_OTHER_SIDE_S, _OTHER_SIDE_RAD = 2.0, math.radians(10.0)
_CROWD_PEOPLE, _CROWD_M = 4, 4.0
_CLEAR_FREE = SchedulerSettings().clear_free
_SIDE_M = HysteresisSettings().side_m
_ALSO = {"glass": ("door", "window")}
_TONED = ("STOP", "CLEAR")
_BACK = "health.vision_back"


def evidence_of(record: WalkRecord, *, truth_known: bool = True, walls: bool = True) -> Evidence:
    """Return what a walk says about C1 to C3.

    Parameters
    ----------
    record : WalkRecord
    truth_known : bool
        False: nobody knows what really stood there, and only speech and latency are judged.
    walls : bool
        False: walls justify warnings, but their shape is not known well enough to ask how much of
        them was seen, and how early.
    """
    e = Evidence()
    for encounter in encounters(record, walls=walls) if truth_known else ():
        _recall(encounter, e)
        _exactness(encounter, e)
        _warning(record, encounter, e)
    if truth_known:
        _false_alarms(record, e)
        _contradictions(record, e)
    _talk(record, e)
    clears = [h for h in counted(record.heard) if h.says == "CLEAR"]
    unknown = sum(_unknown(record, h) for h in clears)
    e.rate("clear_on_unknown", unknown, record.seconds / 60.0)
    _latencies(record, e)
    e.value("rules_ms", float(np.median([m.rules_ms for m in record.moments])))
    return e


def _recall(met: Encounter, e: Evidence) -> None:
    if met.kind is Kind.DROP_OFF:
        far = [s for s in met.sightings if s.thing.distance_m >= DROP_FROM_M]
        if far:
            e.share("drop", any(s.seen and s.seen.kind is Kind.DROP_OFF for s in far))
        return
    near = met.near()
    if not near:
        return
    e.share("recall_obstacle", any(s.seen for s in near))
    if met.overhang:
        e.share("overhang", any(s.seen for s in near))
    for s in near:
        e.share("recall_frame", s.seen is not None)


def _exactness(met: Encounter, e: Evidence) -> None:
    """Note the mean error of each thing in each band: frames of one thing are much alike."""
    # of a wall anything may be called the nearest point
    if met.id < 0:
        return
    pairs = [s for s in met.sightings if s.seen is not None and s.moment.distances_known]
    for low, high in BANDS_M:
        band = [s for s in pairs if low < s.thing.distance_m <= high]
        if band:
            errors = [abs(_seen_m(s) - s.thing.distance_m) for s in band]
            e.value(f"mae_{low:g}_{high:g}", float(np.mean(errors)))
            relative = [x / s.thing.distance_m for x, s in zip(errors, band, strict=True)]
            e.value(f"absrel_{low:g}_{high:g}", float(np.mean(relative)))
    turned = [s.thing.bearing_error_rad(s.seen.bearing_rad) for s in pairs if s.seen is not None]
    if turned:
        e.value("bearing_deg", float(np.degrees(np.mean(turned))))
    for s in pairs:
        if s.seen is None or s.seen.zone < Zone.WARN:
            continue
        e.share("side", side_is_right(s.seen.side, s.thing))
        if s.seen.label:
            e.share("label", name_is_right(s.seen.label, s.thing.label))


def _seen_m(s: Sighting) -> float:
    return math.nan if s.seen is None else s.seen.distance_m


def side_is_right(side: Side, thing: TrueThing) -> bool:
    """Return whether a side is true by the span of the thing (B8), within the dead band of B6."""
    right_m, left_m = thing.span_m
    allowed = set()
    if right_m < _SIDE_M and left_m > -_SIDE_M:
        allowed.add(Side.AHEAD)
    if right_m > -_SIDE_M:
        allowed |= {Side.AHEAD_LEFT, Side.LEFT}
    if left_m < _SIDE_M:
        allowed |= {Side.AHEAD_RIGHT, Side.RIGHT}
    return side in allowed


def name_is_right(name: str, real: str) -> bool:
    """Return whether a name is that of a real thing; a glass door is both."""
    return name == real or name in _ALSO.get(real, ())


def _warning(record: WalkRecord, met: Encounter, e: Evidence) -> None:
    """Note how early a thing that truly became urgent was warned of."""
    if not met.stops:
        return
    in_time = [h for h in met.alarms if h.onset_s <= met.stops[-1][1]]
    e.share("missed", not in_time)
    leads = [lead_s(record, met.id, h.onset_s) for h in in_time[:1]]
    for lead in (x for x in leads if not math.isnan(x)):
        e.value("lead_sudden" if met.sudden else "lead", lead)
        if not met.sudden:
            e.share("late", lead < LATE_S)


def _false_alarms(record: WalkRecord, e: Evidence) -> None:
    minutes = record.seconds / 60.0
    false = [h for h in record.heard if h.is_alarm and not is_justified(h, record)]
    e.rate("false_alarms", len(false), minutes)
    drops = [h for h in record.heard if h.kind is Kind.DROP_OFF and h.is_alarm]
    e.rate("false_drops", sum(not _is_drop(h, record) for h in drops), minutes)


def is_justified(h: Heard, record: WalkRecord) -> bool:
    """Return whether a real thing was where the message says, in WARN or STOP with the slack."""
    if h.thing is None:
        # words and tones about several things at once, or about none
        return h.track_id < 0 and _any_zone(record, h)
    there = (m.thing(h.thing) for m in moments_in(record, h.stamp_s - _JUSTIFIED_S, h.onset_s))
    return any(t is not None and t.wide_zone >= Zone.WARN for t in there)


def _any_zone(record: WalkRecord, h: Heard) -> bool:
    between = moments_in(record, h.stamp_s - _JUSTIFIED_S, h.onset_s)
    return any(t.wide_zone >= Zone.WARN for m in between for t in m.things)


def _is_drop(h: Heard, record: WalkRecord) -> bool:
    thing = None if h.thing is None else record.at(h.stamp_s).thing(h.thing)
    return thing is not None and thing.kind is Kind.DROP_OFF


def is_crowd(record: WalkRecord) -> bool:
    """Return whether four people or more were within 4 m at any time."""
    return any(
        sum(t.kind is Kind.PERSON and t.distance_m <= _CROWD_M for t in m.things) >= _CROWD_PEOPLE
        for m in record.moments
    )


def _talk(record: WalkRecord, e: Evidence) -> None:
    name = "announcements_crowd" if is_crowd(record) else "announcements"
    e.rate(name, len(counted(record.heard)), record.seconds / 60.0)
    e.value("duty", busiest_duty(record))


def _contradictions(record: WalkRecord, e: Evidence) -> None:
    heard = counted(record.heard)
    minutes = record.seconds / 60.0
    e.rate("stale", sum(is_stale(h, record) for h in heard), minutes)
    clears = [h for h in heard if h.says == "CLEAR"]
    untrue = sum(_any(record, h, lambda t: t.zone >= Zone.WARN) for h in clears)
    by_thing: dict[int, list[Heard]] = {}
    for h in heard:
        if h.track_id >= 0 and h.says in ("WARN", "STOP", "INFORM"):
            by_thing.setdefault(h.track_id, []).append(h)
    turned = sum(_other_side(a, b, record) for said in by_thing.values() for a, b in pairwise(said))
    e.rate("contradictory", untrue + turned, minutes)


def is_stale(h: Heard, record: WalkRecord) -> bool:
    """Return whether a message began past its lifetime, or its distance was no longer true."""
    s = SchedulerSettings()
    lifetime_s = {
        Priority.STOP_DROP: s.stop_lifetime_s,
        Priority.STOP: s.stop_lifetime_s,
        Priority.WARN_HAZARD: s.warn_lifetime_s,
        Priority.WARN: s.warn_lifetime_s,
        Priority.INFORM: s.inform_lifetime_s,
    }.get(h.priority, math.inf)
    if h.latency_s > lifetime_s:
        return True
    if h.thing is None or not any(c.isdigit() for c in h.text):
        return False
    real_m = record.distance_at(h.thing, h.onset_s)
    return not math.isnan(real_m) and abs(real_m - h.distance_m) > _STALE_M


def _other_side(a: Heard, b: Heard, record: WalkRecord) -> bool:
    if b.onset_s - a.onset_s > _OTHER_SIDE_S or a.side == b.side or a.thing is None:
        return False
    first, second = record.at(a.onset_s).thing(a.thing), record.at(b.onset_s).thing(a.thing)
    if first is None or second is None:
        return False
    return abs(second.bearing_rad - first.bearing_rad) < _OTHER_SIDE_RAD


def _any(record: WalkRecord, h: Heard, holds: Callable[[TrueThing], bool]) -> bool:
    return any(holds(t) for t in record.at(h.onset_s).things)


def _unknown(record: WalkRecord, h: Heard) -> bool:
    moment = record.at(h.stamp_s)
    return moment.sight is not Sight.SEEING or moment.observed_free < _CLEAR_FREE


def _latencies(record: WalkRecord, e: Evidence) -> None:
    for h in counted(record.heard):
        if h.says == "HEALTH":
            continue  # its evidence is the absence of evidence; the fault itself is timed below
        toned = h.says in _TONED or not h.text
        e.value("latency_tone" if toned else "latency_speech", h.latency_s)
    for fault in record.faults:
        said = [h.onset_s for h in record.heard if tells_of_fault(h) and h.onset_s >= fault.from_s]
        e.value("fault_to_audible", (said[0] if said else record.seconds + 60.0) - fault.from_s)


def tells_of_fault(h: Heard) -> bool:
    """Return whether a message tells of a fault; that an older one has ended is none."""
    return h.says == "HEALTH" and h.key != _BACK
