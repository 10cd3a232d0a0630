"""Whether a walk kept its promises; each that it did not keep becomes a sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from followme.evaluation.expectations import DARK, ENTRY, Ban, Expectation, Message
from followme.evaluation.image_faults import DARK as DARK_IMAGE
from followme.evaluation.walk_record import PIECE_S, Heard, WalkRecord, spells
from followme.evaluation.windows import window_at
from followme.values.obstacle import Zone

#: A thing that truly is in STOP for less long may go unsaid.
STOP_COUNTS_S = 0.6
# STOP may come this much before the thing truly is in the zone: B2 judges by distance - sigma.
_EARLY_S, _LATE_S = 0.5, 1.0
_MINUTE_S, _DUTY_WINDOW_S = 60.0, 20.0
# Where a thing has been passed: its nearest point is level with the body, or behind it.
_PASSED_M = 0.0
_NUMBER = re.compile(r"\d")


def counted(heard: Sequence[Heard]) -> list[Heard]:
    """Return the messages that count: all but the greeting and other replies."""
    return [h for h in heard if h.says != "REPLY"]


def shortfalls(record: WalkRecord, expected: Expectation, own_speed_mps: float) -> list[str]:
    """Return what a walk promised and did not keep, a sentence each; empty when all is well.

    Parameters
    ----------
    record : WalkRecord
        What happened.
    expected : Expectation
        What was promised.
    own_speed_mps : float
        Speed for which the walk was written; ``record.speed_mps`` may differ in a grid.
    """
    heard = counted(record.heard)
    found = _missing(record, heard, expected.messages, own_speed_mps)
    said = [h for h in heard if h.says != "CLEAR"]
    if expected.at_most is not None and len(said) > expected.at_most:
        found.append(f"{len(said)} messages, at most {expected.at_most}: {_quoted(said)}")
    found += _rates(record, heard, expected)
    if expected.every_stop:
        found += _unsaid_stops(record, heard)
    if expected.spaced_s is not None:
        found += _crowded(heard, expected.spaced_s)
    for ban in expected.never:
        found += [f"{_quoted([h])} must not be said" for h in heard if _breaks(h, ban, record)]
    return found


def _missing(
    record: WalkRecord, heard: Sequence[Heard], messages: Sequence[Message], own_mps: float
) -> list[str]:
    found: list[str] = []
    at = 0
    for m in messages:
        fitting = [(n, h) for n, h in enumerate(heard) if n >= at and says(h, m.say, m.words, m.of)]
        kept = [(n, h) for n, h in fitting if not _off(record, h, m, own_mps)]
        if kept:
            at = kept[0][0] + 1
        elif fitting:
            found.append(_off(record, fitting[0][1], m, own_mps))
        else:
            said = f"; heard {_quoted(heard)}" if heard else "; nothing was heard"
            found.append(f"{_asked(m)} was never said{said}")
    return found


def says(h: Heard, say: str, words: Sequence[str] = (), of: int | None = None) -> bool:
    """Return whether a message is what is asked for."""
    if say == "HAZARD":
        fits = h.says in ("WARN", "STOP", "INFORM")
    else:
        fits = say in ("ANY", h.says)
    if words and not any(word.lower() in h.text.lower() for word in words):
        return False
    return fits and (of is None or h.thing == of)


def _off(record: WalkRecord, h: Heard, m: Message, own_mps: float) -> str:
    """Return how a message misses its windows; an empty text when it keeps them."""
    cause_s = _cause_s(record, m)
    low_s, high_s = m.within_s
    if math.isnan(cause_s):
        return f"{_asked(m)}: {m.after} never came"
    after_s = h.onset_s - cause_s
    if not low_s - 1e-9 <= after_s <= high_s + 1e-9:
        limit = f"{high_s:g} s" if low_s == 0.0 else f"{low_s:g} to {high_s:g} s"
        return f"{_quoted([h])} came {after_s:.2f} s after {_named(m)}, {limit} was promised"
    if m.distance_m:
        thing = m.of if m.of is not None else h.thing
        near, far = window_at(m, record.speed_mps, own_mps)
        real_m = math.nan if thing is None else record.distance_at(thing, h.onset_s)
        if not near - 1e-9 <= real_m <= far + 1e-9:
            where = "at no real thing" if math.isnan(real_m) else f"at {real_m:.2f} m"
            return f"{_quoted([h])} came {where}, {far:.2f} to {near:.2f} m was promised"
    return ""


def _cause_s(record: WalkRecord, m: Message) -> float:
    if m.after == DARK:
        return next((f.from_s for f in record.faults if f.kind == DARK_IMAGE), math.nan)
    if m.after == ENTRY:
        within = [x for x in record.moments for t in x.things if t.id == m.of and t.in_corridor]
        near = [x for x in within if x.thing(m.of or 0).distance_m <= 5.0]  # type: ignore[union-attr]
        return near[0].time_s if near else math.nan
    return float(m.after)


def _rates(record: WalkRecord, heard: Sequence[Heard], expected: Expectation) -> list[str]:
    found = []
    most = busiest_minute(heard)
    if expected.at_most_per_minute is not None and most > expected.at_most_per_minute:
        found.append(f"{most} messages in a minute, at most {expected.at_most_per_minute:g}")
    duty = busiest_duty(record)
    if expected.duty_at_most is not None and duty > expected.duty_at_most:
        found.append(f"sound fills {duty:.0%} of 20 s, at most {expected.duty_at_most:.0%}")
    return found


def busiest_minute(heard: Sequence[Heard]) -> int:
    """Return the most messages that began within any 60 s."""
    onsets = np.array([h.onset_s for h in heard])
    return max((int(((onsets >= t) & (onsets < t + _MINUTE_S)).sum()) for t in onsets), default=0)


def busiest_duty(record: WalkRecord) -> float:
    """Return the largest share of any 20 s (or of a shorter walk) that was filled with sound."""
    sound = record.sounding.astype(float)
    window = min(len(sound), round(_DUTY_WINDOW_S / PIECE_S))
    sums = np.convolve(sound, np.ones(window), "valid")
    return float(sums.max() / round(_DUTY_WINDOW_S / PIECE_S))


def _unsaid_stops(record: WalkRecord, heard: Sequence[Heard]) -> list[str]:
    found = []
    for thing in sorted({t.id for m in record.moments for t in m.things}):
        for low_s, high_s in true_stops(record, thing):
            said = any(
                h.says == "STOP"
                and (
                    low_s - _EARLY_S <= h.onset_s <= low_s + _LATE_S
                    or (h.thing == thing and low_s <= h.onset_s <= high_s)
                )
                for h in heard
            )
            if not said:
                found.append(f"thing {thing} was in STOP from {low_s:.1f} s and nothing said so")
    return found


def true_stops(record: WalkRecord, thing: int) -> list[tuple[float, float]]:
    """Return from when to when a thing truly was in STOP, spells of 0.6 s and longer."""
    there = [(m.time_s, m.thing(thing)) for m in record.moments]
    flags = [t is not None and t.zone is Zone.STOP for _, t in there]
    return [s for s in spells(flags, [x for x, _ in there]) if s[1] - s[0] >= STOP_COUNTS_S]


def _crowded(heard: Sequence[Heard], spaced_s: float) -> list[str]:
    found = []
    for key in sorted({h.key for h in heard}):
        onsets = [h.onset_s for h in heard if h.key == key]
        gap_s = min((b - a for a, b in pairwise(onsets)), default=math.inf)
        if gap_s < spaced_s:
            found.append(f"{key} came again after {gap_s:.1f} s, {spaced_s:g} s was promised")
    return found


def _breaks(h: Heard, ban: Ban, record: WalkRecord) -> bool:
    if not says(h, ban.say, ban.words, None if ban.before_passed else ban.of):
        return False
    if ban.number and not _NUMBER.search(h.text):
        return False
    if not ban.from_s <= h.onset_s <= ban.until_s:
        return False
    return not ban.before_passed or h.onset_s < _passed_s(record, ban.of)


def _passed_s(record: WalkRecord, of: int | None) -> float:
    """Return when the thing was passed, or all things; infinity where they never were."""
    ahead: Callable[[int], bool] = lambda id: id > 0 and (of is None or id == of)  # noqa: E731
    last_s = [
        m.time_s
        for m in record.moments
        if any(ahead(t.id) and t.nearest_m[0] > _PASSED_M for t in m.things)
    ]
    if not last_s:
        return 0.0
    return math.inf if last_s[-1] >= record.moments[-1].time_s else last_s[-1]


def _asked(m: Message) -> str:
    words = f" {' or '.join(map(repr, m.words))}" if m.words else ""
    of = "" if m.of is None else f" of thing {m.of}"
    return f"{m.say}{words}{of}"


def _named(m: Message) -> str:
    if m.after == DARK:
        return "it was dark"
    if m.after == ENTRY:
        return f"thing {m.of} came in"
    return f"second {m.after:g}"


def _quoted(heard: Sequence[Heard]) -> str:
    return ", ".join(f"{h.text or h.key!s} ({h.onset_s:.1f} s)" for h in heard)
