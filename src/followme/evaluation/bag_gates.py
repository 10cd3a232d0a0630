"""What a walk in a bag must reach: recall and errors by distance, no false STOP, drops in time."""

from __future__ import annotations

from collections.abc import Iterator

from followme.evaluation.encounters import NEAREST_M, RECALL_M, Encounter, encounters, lead_s
from followme.evaluation.evidence import Evidence
from followme.evaluation.figures import Figure
from followme.evaluation.judge import counted
from followme.evaluation.metrics import SHORT, Row
from followme.evaluation.scoring import LATE_S, is_justified
from followme.evaluation.walk_record import Moment, TrueThing, WalkRecord, moments_in
from followme.values.obstacle import Kind, Sight

#: Bands in which recall is told, metres; nearer than 0.5 m nothing can be seen any more.
RECALL_BANDS_M = ((0.5, 1.0), (1.0, 2.0), (2.0, 3.0))
_WHOLE_M = (NEAREST_M, RECALL_M)
# Whoever walks toward something needs sight; an image may get lost.
_BLIND_SHARE = 0.02
# CLEAR is about the way to here (B7).
_CLEAR_TO_M = 2.5
_GROUP = "gate"


def _share(key: str, text: str, target: float, evidence: str = "") -> Figure:
    return Figure(key, _GROUP, text, "share", evidence or key, target, True, "%", "")


def _none(key: str, text: str) -> Figure:
    return Figure(key, _GROUP, text, "count", key, 0.0, False, "", "")


def _mae(low: float, high: float, target_m: float) -> Figure:
    name = f"mae_{low:g}_{high:g}"
    text = f"distance error {low:g}-{high:g} m"
    return Figure(f"gate_{name}_m", _GROUP, text, "mean", name, target_m, False, "m", "")


def _recall(target: float) -> tuple[Figure, ...]:
    bands = tuple(
        _share(f"recall_{low:g}_{high:g}_m", f"recall in the corridor {low:g}-{high:g} m", target)
        for low, high in RECALL_BANDS_M
    )
    return (_share("gate_recall_3_m", "recall in the corridor to 3 m", target), *bands)


_ALWAYS = (
    Figure(
        "blind_in_the_way",
        _GROUP,
        "images without sight while something stood in the way to 3 m",
        "share",
        "blind_in_the_way",
        _BLIND_SHARE,
        False,
        "%",
        "",
    ),
    _none("clear_not_free", "CLEAR while something stood in the way to 2.5 m"),
    _none("seeing_without_scale", "images called seen whose scale is unknown"),
)

#: With the depth of a sensor.
SENSOR_GATES: tuple[Figure, ...] = (
    *_recall(0.95),
    _mae(0, 1, 0.10),
    _mae(1, 2, 0.12),
    _mae(2, 3, 0.20),
    _none("false_stops", "STOP for what is not there"),
    _share("alarm_precision", "WARN and STOP that are true", 0.90),
    _share("gate_side", "side right", 0.97, "side"),
    Figure("gate_missed", _GROUP, "urgent and never said", "share", "missed", 0.0, False, "%", ""),
    Figure("gate_lead_p5_s", _GROUP, "WARN heard before contact, p5", "p5", "lead", 2.0, True, "s"),
    _share("drop_in_time", "drops said 1.3 s before contact and earlier", 1.0),
    *_ALWAYS,
)
#: With colour alone.
COLOUR_GATES: tuple[Figure, ...] = (*_recall(0.80), *_ALWAYS)
#: Of the drills.
FAULT_GATE = Figure(
    "drill_to_audible_s",
    _GROUP,
    "injected fault to warning, worst",
    "max",
    "drill_to_audible",
    1.0,
    False,
    "s",
    "",
)


def add_gates(record: WalkRecord, e: Evidence, *, truth_known: bool) -> None:
    """Add what the gates ask for to the evidence of a walk.

    Parameters
    ----------
    record : WalkRecord
    e : Evidence
        Of the same walk.
    truth_known : bool
        False: only what needs no truth is added.
    """
    minutes = record.seconds / 60.0
    blind_faith = sum(m.sight is Sight.SEEING and not m.distances_known for m in record.moments)
    e.rate("seeing_without_scale", blind_faith, minutes)
    if not truth_known:
        return
    _recall_by_band(record, e)
    _blindness(record, e)
    for met in encounters(record, walls=False):
        if met.kind is Kind.DROP_OFF and met.near():
            e.share("drop_in_time", _in_time(record, met))
    alarms = [h for h in record.heard if h.is_alarm]
    for h in alarms:
        e.share("alarm_precision", is_justified(h, record))
    false = [h for h in alarms if h.says == "STOP" and not is_justified(h, record)]
    e.rate("false_stops", len(false), minutes)
    clears = [h for h in counted(record.heard) if h.says == "CLEAR"]
    e.rate("clear_not_free", sum(_stands_in_the_way(record, h.onset_s) for h in clears), minutes)


def sentences(rows: list[Row]) -> tuple[str, ...]:
    """Return a sentence for each gate that is not reached."""
    return tuple(
        f"{row.figure.text}: {row.figure.shown(row.value)}, "
        f"{'at least' if row.figure.at_least else 'at most'} "
        f"{row.figure.shown(row.figure.target)} was asked for"
        for row in rows
        if row.verdict == SHORT
    )


def _recall_by_band(record: WalkRecord, e: Evidence) -> None:
    """Note what was seen of what there was; where sight was lost throughout, nothing was seen."""
    bands = [("gate_recall_3_m", _WHOLE_M)]
    bands += [(f"recall_{low:g}_{high:g}_m", (low, high)) for low, high in RECALL_BANDS_M]
    for key, band in bands:
        # as in C1: how drops are found is told apart
        met = [(m, t) for m, t in _met(record, *band) if t.kind is not Kind.DROP_OFF]
        looked = [(m, t) for m, t in met if m.sight is not Sight.BLIND]
        for moment, thing in looked or met:
            e.share(key, bool(looked) and moment.seen_as(thing) is not None)


def _blindness(record: WalkRecord, e: Evidence) -> None:
    for sight in {m.time_s: m.sight for m, _ in _met(record, *_WHOLE_M)}.values():
        e.share("blind_in_the_way", sight is Sight.BLIND)


def _met(record: WalkRecord, low_m: float, high_m: float) -> Iterator[tuple[Moment, TrueThing]]:
    """Yield what of all but the walls was in the way in a band, image by image."""
    for moment in record.moments:
        for thing in moment.things:
            if thing.id > 0 and thing.in_corridor and low_m < thing.distance_m <= high_m:
                yield moment, thing


def _in_time(record: WalkRecord, met: Encounter) -> bool:
    """Return whether a drop was said early enough; NaN: it came nearer too slowly to matter."""
    if not met.alarms:
        return False
    lead = lead_s(record, met.id, met.alarms[0].onset_s)
    return not lead < LATE_S


def _stands_in_the_way(record: WalkRecord, at_s: float) -> bool:
    return any(
        t.in_corridor and t.nearest_m[0] > 0.0 and t.distance_m <= _CLEAR_TO_M
        for m in moments_in(record, at_s, at_s)
        for t in m.things
    )
