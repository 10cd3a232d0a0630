"""The figures C1 to C3 of the specification: what is aimed at, and what others published."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One figure of the specification.

    Parameters
    ----------
    key : str
        Its own, with the unit in it.
    group : str
        C1, C2 or C3.
    text : str
        What it is.
    kind : str
        ``share``, ``rate``, or how values become one: ``mean``, ``p5``, ``p50``, ``p99``, ``max``.
    evidence : str
        Name in :class:`Evidence`; empty for what no walk can measure.
    target : float
        To be reached.
    at_least : bool
        Whether more is better.
    unit : str
        ``%``: a share, shown as percent.
    published : str
        What others reached.
    """

    key: str
    group: str
    text: str
    kind: str
    evidence: str
    target: float
    at_least: bool
    unit: str = ""
    published: str = "none found"

    def shown(self, value: float) -> str:
        """Return a value as the table has it."""
        if math.isnan(value):
            return "-"
        if math.isinf(value):
            return "never"
        if self.unit == "%":
            return f"{100 * value:.1f} %"
        digits = 0 if self.unit == "ms" or self.kind == "count" else 2
        return f"{value:.{digits}f} {self.unit}".rstrip()


def _share(key: str, group: str, text: str, target: float, published: str, **more: Any) -> Figure:
    at_least = more.pop("at_least", True)
    return Figure(
        key, group, text, "share", more.pop("evidence", key), target, at_least, "%", published
    )


def _band(kind: str, low: float, high: float, target: float, published: str) -> Figure:
    name = f"{kind}_{low:g}_{high:g}"
    unit = "m" if kind == "mae" else ""
    what = "distance error (MAE)" if kind == "mae" else "relative error (AbsRel)"
    key = f"{name}_m" if unit else name
    return Figure(
        key, "C1", f"{what} {low:g}-{high:g} m", "mean", name, target, False, unit, published
    )


_PHONE = "phone ML 0.05-0.06 centre, 0.41 edge [R33]"
_NETWORKS = "0.056 in-domain, 0.15-0.50 zero-shot [R34]"

FIGURES: tuple[Figure, ...] = (
    _share(
        "recall_obstacle",
        "C1",
        "recall in the corridor to 3 m, an obstacle",
        0.98,
        "cane 0.55-0.66 low [R6]",
    ),
    _share(
        "recall_frame", "C1", "recall in the corridor to 3 m, a frame", 0.95, "mAP50 0.80 [R31]"
    ),
    _share("overhang", "C1", "overhangs found", 0.98, "cane about 0 [R4]"),
    _share(
        "drop",
        "C1",
        "drops of 0.10 m and more seen at 2 m or before",
        0.97,
        "cane 0.61-0.80 [R7]; stereo 0.94 [R32]",
    ),
    Figure(
        "false_drops_per_minute",
        "C1",
        "drops said that are none",
        "rate",
        "false_drops",
        0.1,
        False,
        "/min",
    ),
    Figure(
        "false_alarms_per_minute",
        "C1",
        "false WARN and STOP",
        "rate",
        "false_alarms",
        0.2,
        False,
        "/min",
    ),
    _band("mae", 0, 1, 0.10, _PHONE),
    _band("mae", 1, 2, 0.12, _PHONE),
    _band("mae", 2, 3, 0.20, _PHONE),
    _band("mae", 3, 5, 0.40, _PHONE),
    _band("absrel", 0, 1, 0.14, _NETWORKS),
    _band("absrel", 1, 2, 0.08, _NETWORKS),
    _band("absrel", 2, 3, 0.08, _NETWORKS),
    _band("absrel", 3, 5, 0.10, _NETWORKS),
    Figure("bearing_deg", "C1", "bearing error (MAE)", "mean", "bearing_deg", 3.0, False, "deg"),
    _share("side", "C1", "side right", 0.97, "none found"),
    _share("label", "C1", "name right where one is given", 0.90, "stairs 0.90 [R36]"),
    Figure(
        "lead_p50_s",
        "C2",
        "lead, WARN heard to contact, p50",
        "p50",
        "lead",
        2.5,
        True,
        "s",
        "crowd aid 5 / 2.5 s [R37]",
    ),
    Figure("lead_p5_s", "C2", "lead, p5", "p5", "lead", 2.0, True, "s"),
    Figure(
        "lead_sudden_p50_s",
        "C2",
        "lead of what comes in nearer than 2 m",
        "p50",
        "lead_sudden",
        1.0,
        True,
        "s",
    ),
    _share("missed", "C2", "missed: urgent and never said", 0.02, "none found", at_least=False),
    _share(
        "late", "C2", "late: less than 1.3 s before contact", 0.03, "none found", at_least=False
    ),
    Figure(
        "contacts_fewer",
        "C2",
        "contacts of the simulated walker, fewer than with a cane alone",
        "fewer",
        "contacts",
        0.80,
        True,
        "%",
        "-37 % [R10], -65 % hanging [R12] (real people)",
    ),
    Figure(
        "announcements_per_minute",
        "C2",
        "announcements",
        "rate",
        "announcements",
        6.0,
        False,
        "/min",
    ),
    Figure(
        "announcements_crowd_per_minute",
        "C2",
        "announcements in a crowd",
        "rate",
        "announcements_crowd",
        12.0,
        False,
        "/min",
    ),
    Figure("duty", "C2", "sound in any 20 s, worst", "max", "duty", 0.25, False, "%"),
    Figure("stale", "C2", "stale messages", "count", "stale", 0.0, False),
    Figure("contradictory", "C2", "contradictory messages", "count", "contradictory", 0.0, False),
    Figure("clear_on_unknown", "C2", "CLEAR on unknown", "count", "clear_on_unknown", 0.0, False),
    Figure(
        "tone_p50_ms",
        "C3",
        "stamp to onset of a tone, p50",
        "p50",
        "latency_tone",
        200.0,
        False,
        "ms",
        "< 320 ms [R15]; vision only 30 ms [R38]",
    ),
    Figure(
        "tone_p99_ms",
        "C3",
        "stamp to onset of a tone, p99",
        "p99",
        "latency_tone",
        300.0,
        False,
        "ms",
    ),
    Figure(
        "speech_p50_ms",
        "C3",
        "stamp to onset of speech, p50",
        "p50",
        "latency_speech",
        250.0,
        False,
        "ms",
        "< 320 ms [R15]",
    ),
    Figure(
        "speech_p99_ms",
        "C3",
        "stamp to onset of speech, p99",
        "p99",
        "latency_speech",
        400.0,
        False,
        "ms",
    ),
    Figure(
        "fault_to_audible_s",
        "C3",
        "fault to audible, worst",
        "max",
        "fault_to_audible",
        1.0,
        False,
        "s",
    ),
    Figure("soak_h", "C3", "soak: 8 h, no crash, RSS growth under 50 MB", "", "", 8.0, True, "h"),
    Figure(
        "ppws_points",
        "C3",
        "loss of preferred speed, in trials with people",
        "",
        "",
        3.0,
        False,
        "points",
        "3 [R11], 5 [R12]",
    ),
)
