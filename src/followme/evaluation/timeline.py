"""A walk as a picture over time: where things were, how urgent they were, what was said (SVG)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from itertools import pairwise

import numpy as np

from followme.evaluation.judge import counted
from followme.evaluation.walk_record import PIECE_S, Heard, WalkRecord
from followme.settings import ZoneSettings
from followme.values.obstacle import Zone

#: Drawn as in the overlay: apart in brightness too, for colour blindness and grey print.
ZONE_COLOUR = {Zone.STOP: "#d62026", Zone.WARN: "#e08a00", Zone.INFORM: "#40a0e9"}
_FREE_COLOUR = "#9a9a9a"
_WIDTH, _LEFT, _RIGHT = 860, 56, 14
_TOP, _PLOT, _SPEECH, _LINE = 14, 170, 20, 15
_FAR_M = 7.0
_MOST_LINES = 6
FONT = "font-family='sans-serif' font-size='11'"
# A white rim, so that a line behind a text does not strike it out.
_RIM = "stroke='#ffffff' stroke-width='3' stroke-linejoin='round' paint-order='stroke'"
# Of a letter of that font, about.
_LETTER = 6.0


def timeline_svg(record: WalkRecord) -> str:
    """Return the timeline of a walk as an SVG element."""
    heard = counted(record.heard)
    lines = min(_MOST_LINES, max(1, len(heard)))
    bottom = _TOP + _PLOT
    height = bottom + 30 + _SPEECH + lines * _LINE + 12
    first_s = record.moments[0].time_s
    chart = _Chart(first_s, max(first_s + record.seconds, first_s + 1.0))
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {height}' "
        f"width='{_WIDTH}' height='{height}' role='img' {FONT}>",
        f"<title>Walk {record.number}, {escape(record.name)}: distances and messages over time"
        "</title>",
        f"<rect width='{_WIDTH}' height='{height}' fill='#ffffff'/>",
        *_faults(record, chart),
        *_grid(chart),
        *_things(record, chart),
        *_believed(record, chart),
        *_onsets(heard, chart, bottom + 30 + _SPEECH),
        *_ticks(chart),
        *_fault_names(record, chart),
        *_thing_names(record, chart),
        *_sound(record, chart, bottom + 26),
        *_messages(heard, chart, bottom + 30 + _SPEECH),
        "</svg>",
    ]
    return "\n".join(parts)


def words(h: Heard) -> str:
    """Return what was heard, in brackets where it had no words."""
    return h.text or f"[{h.key.replace('.', ' ')}]"


class _Chart:
    """Seconds and metres to pixels."""

    def __init__(self, from_s: float, until_s: float) -> None:
        self.from_s, self.until_s = from_s, until_s
        self._per_s = (_WIDTH - _LEFT - _RIGHT) / (until_s - from_s)

    def x(self, time_s: float) -> float:
        return round(_LEFT + (min(time_s, self.until_s) - self.from_s) * self._per_s, 1)

    def y(self, distance_m: float) -> float:
        return round(_TOP + _PLOT * (1.0 - min(distance_m, _FAR_M) / _FAR_M), 1)


def _grid(chart: _Chart) -> Iterator[str]:
    right = _WIDTH - _RIGHT
    for metre in range(int(_FAR_M) + 1):
        y = chart.y(metre)
        yield f"<line x1='{_LEFT}' x2='{right}' y1='{y}' y2='{y}' stroke='#e4e4e4'/>"
    s = ZoneSettings()
    for limit_m, zone in ((s.stop_m, Zone.STOP), (s.warn_m, Zone.WARN)):
        y = chart.y(limit_m)
        yield (
            f"<line x1='{_LEFT}' x2='{right}' y1='{y}' y2='{y}' stroke='{ZONE_COLOUR[zone]}' "
            "stroke-dasharray='2 4'/>"
        )


def _ticks(chart: _Chart) -> Iterator[str]:
    for metre in range(int(_FAR_M) + 1):
        yield _text(f"{metre} m", _LEFT - 6, chart.y(metre) + 4, "#555", "end")
    step_s = next(s for s in (1, 2, 5, 10, 20, 60, 600) if (chart.until_s - chart.from_s) / s <= 24)
    for second in range(math.ceil(chart.from_s), math.floor(chart.until_s) + 1, step_s):
        x = chart.x(second)
        yield f"<line x1='{x}' x2='{x}' y1='{chart.y(0)}' y2='{chart.y(0) + 4}' stroke='#888'/>"
        yield _text(f"{second} s", x, chart.y(0) + 16, "#555", "middle")


def _text(text: str, x: float, y: float, colour: str, anchor: str = "start") -> str:
    return (
        f"<text x='{x}' y='{y}' text-anchor='{anchor}' fill='{colour}' {_RIM}>{escape(text)}</text>"
    )


def _faults(record: WalkRecord, chart: _Chart) -> Iterator[str]:
    for f in record.faults:
        x = chart.x(f.from_s)
        yield (
            f"<rect x='{x}' y='{_TOP}' width='{max(1.0, chart.x(f.until_s) - x):.1f}' "
            f"height='{_PLOT}' fill='#cfcfcf'/>"
        )


def _fault_names(record: WalkRecord, chart: _Chart) -> Iterator[str]:
    for f in record.faults:
        yield _text(f"camera {f.kind}", chart.x(f.from_s) + 3, _TOP + 12, "#333")


def _things(record: WalkRecord, chart: _Chart) -> Iterator[str]:
    """Draw the true distance of each thing; thick and in the colour of its true zone in the way."""
    for id in _shown_ids(record):
        there = [(m.time_s, t) for m in record.moments for t in m.things if t.id == id]
        for (t0, a), (t1, b) in pairwise(there):
            if t1 - t0 > 0.5 or min(a.distance_m, b.distance_m) > _FAR_M:
                continue
            if (id < 0 and not b.in_corridor) or b.nearest_m[0] < 0.0:
                continue
            colour = ZONE_COLOUR.get(b.zone, _FREE_COLOUR)
            width = 3 if b.in_corridor else 1
            yield (
                f"<line x1='{chart.x(t0)}' y1='{chart.y(a.distance_m)}' x2='{chart.x(t1)}' "
                f"y2='{chart.y(b.distance_m)}' stroke='{colour}' stroke-width='{width}'/>"
            )


def _thing_names(record: WalkRecord, chart: _Chart) -> Iterator[str]:
    """Write the name of each thing where its line begins, none over another."""
    taken: list[tuple[float, float, float]] = []
    for id in _shown_ids(record):
        there = ((m.time_s, t) for m in record.moments for t in m.things if t.id == id)
        shown = (
            (time_s, t)
            for time_s, t in there
            if t.distance_m <= _FAR_M and t.nearest_m[0] >= 0.0 and (id > 0 or t.in_corridor)
        )
        first = next(shown, None)
        if first is None:
            continue
        time_s, thing = first
        low, y = chart.x(time_s) + 4, chart.y(thing.distance_m) + 14
        high = low + _LETTER * len(thing.label)
        while any(a < high and low < b and abs(y - at) < 12.0 for a, b, at in taken):
            y += 12.0
        taken.append((low, high, y))
        yield _text(thing.label, low, y, "#333")


def _shown_ids(record: WalkRecord) -> list[int]:
    # walls beside the way are nobody's concern, those in it are
    return sorted({t.id for m in record.moments for t in m.things if t.id > 0 or t.in_corridor})


def _believed(record: WalkRecord, chart: _Chart) -> Iterator[str]:
    """Dot what FollowMe believed of the things that are really there, and cross out phantoms."""
    for m in record.moments[::2]:
        for o in m.seen:
            if o.zone < Zone.INFORM or o.distance_m > _FAR_M:
                continue
            x, y = chart.x(m.time_s), chart.y(o.distance_m)
            colour = ZONE_COLOUR[o.zone]
            if o.track_id in m.matches:
                yield f"<circle cx='{x}' cy='{y}' r='1.6' fill='none' stroke='{colour}'/>"
            else:
                yield (f"<path d='M{x - 2} {y - 2}l4 4m0 -4l-4 4' stroke='{colour}' fill='none'/>")


def _sound(record: WalkRecord, chart: _Chart, y: float) -> Iterator[str]:
    yield _text("sound", _LEFT - 6, y + 12, "#555", "end")
    edges = np.flatnonzero(np.diff(np.r_[0, record.sounding.astype(np.int8), 0]))
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        x = chart.x(chart.from_s + low * PIECE_S)
        width = max(1.0, chart.x(chart.from_s + high * PIECE_S) - x)
        yield f"<rect x='{x}' y='{y}' width='{width:.1f}' height='14' fill='#6b6b6b'/>"


def _onsets(heard: list[Heard], chart: _Chart, y: float) -> Iterator[str]:
    for n, h in enumerate(heard):
        x, row = chart.x(h.onset_s), y + (n % _MOST_LINES) * _LINE
        yield (
            f"<line x1='{x}' x2='{x}' y1='{_TOP}' y2='{row + 6}' stroke='{_colour(h)}' "
            "stroke-dasharray='3 3'/>"
        )


def _messages(heard: list[Heard], chart: _Chart, y: float) -> Iterator[str]:
    for n, h in enumerate(heard):
        x, row = chart.x(h.onset_s), y + (n % _MOST_LINES) * _LINE
        text = words(h) + ("" if h.outcome == "spoken" else " (cut)")
        near_end = x > _WIDTH - 190
        at, anchor = (x - 4, "end") if near_end else (x + 4, "start")
        yield _text(text, at, row + 11, _colour(h), anchor)


def _colour(h: Heard) -> str:
    return ZONE_COLOUR.get(h.zone, "#333333") if h.is_alarm else "#333333"
