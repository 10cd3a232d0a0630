"""A bench and a soak as pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from followme.benchmark.soak import FOLLOWED
from followme.benchmark.statistics import trend
from followme.drawing.palette import AMBER, BLUE, DARK, GREY, PALE, RED, Colour, Picture, stroke
from followme.drawing.text import text_size, write

_WIDTH = 980
_LEFT, _RIGHT = 230, 90
_TOP, _BOTTOM = 64, 40
_ROW, _BAR = 20, 14
_GROUP_GAP = 12
_FONT, _HEAD = 0.42, 0.5
# p50 to p95 is drawn full, p95 to p99 thin, the largest as a tick: bars begin at p50
_DECADES_MS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)
_CHAINS: tuple[tuple[str, str, Colour], ...] = (
    ("one_process", "one process", BLUE),
    ("processes", "processes", AMBER),
    ("chain", "straightforward", GREY),
)
_STAGES = ("depth", "obstacles", "stop_sound", "stop_word")
_PANEL, _PANEL_TOP, _PANEL_BOTTOM = 150, 30, 24


def bench_picture(report: Mapping[str, Any]) -> Picture:
    """Return latency by stage of every graph that was measured, on a logarithmic scale.

    A bar reaches from the median to the 95th percentile, a line on to the 99th, a tick stands at
    the largest.
    """
    bars = _bars(report)
    height = _TOP + sum(len(b) * _ROW + _GROUP_GAP for _, b in bars) + _BOTTOM
    picture = np.full((max(height, _TOP + _BOTTOM + _ROW), _WIDTH, 3), 255, np.uint8)
    write(
        picture, "stamp to result, ms: p50 - p95 (bar), p99 (line), max (tick)", 14, 8, _HEAD, DARK
    )
    _legend(picture, [c for c in _CHAINS if any(c[1] == n for _, b in bars for n, _, _ in b)])
    if not bars:
        write(picture, "no graph was measured", 14, _TOP, _FONT, DARK)
        return picture
    largest = max(row["max_ms"] for _, b in bars for _, row, _ in b)
    scale = _Log(next((ms for ms in _DECADES_MS if ms >= largest), largest))
    bottom = picture.shape[0] - _BOTTOM
    for ms in _DECADES_MS:
        if ms <= scale.most_ms:
            x = scale.x(ms)
            cv2.line(picture, (x, _TOP - 6), (x, bottom), PALE, 1)
            write(picture, f"{ms:g}", x - 8, bottom + 6, _FONT, DARK)
    top = _TOP
    for stage, rows in bars:
        write(picture, stage, 14, top + (len(rows) * _ROW - _ROW) // 2, _FONT, DARK)
        for _, row, colour in rows:
            _bar(picture, scale, row, top, colour)
            top += _ROW
        top += _GROUP_GAP
    return picture


def soak_picture(report: Mapping[str, Any]) -> Picture:
    """Return what a soak followed over time, with the line that its growth is read from."""
    panels = []
    for name, unit in FOLLOWED.items():
        series = next(s for s in report["series"].values() if name in s)
        growth = report["growth_8h"][name]
        title = name.replace("_", " ").removesuffix(" mb").removesuffix(" ms")
        words = f"{title}{f' ({unit})' if unit else ''}"
        if math.isfinite(growth["growth"]):
            words += (
                f": {growth['growth']:+.2f} {unit}".rstrip()
                + f" in 8 h, within {growth['error_95']:.2f}"
            )
        panels.append(_panel(words, series["at_s"], series[name], report["warm_up_s"]))
    picture = np.vstack(panels)
    write(picture, "seconds", _WIDTH - _RIGHT + 26, picture.shape[0] - 18, _FONT, DARK)
    return picture


class _Log:
    """Milliseconds to pixels."""

    def __init__(self, most_ms: float) -> None:
        self.most_ms = max(most_ms, 10.0)

    def x(self, ms: float) -> int:
        share = math.log(max(ms, 1.0)) / math.log(self.most_ms)
        return round(_LEFT + min(share, 1.0) * (_WIDTH - _LEFT - _RIGHT))


def _bars(
    report: Mapping[str, Any],
) -> list[tuple[str, list[tuple[str, Mapping[str, Any], Colour]]]]:
    found = {**report.get("graph", {}), "chain": report.get("chain")}
    bars = []
    for stage in _STAGES:
        rows = [
            (words, found[key]["stages"][f"stamp_to_{stage}"], colour)
            for key, words, colour in _CHAINS
            if found.get(key) is not None and found[key]["stages"][f"stamp_to_{stage}"]["n"]
        ]
        if rows:
            bars.append((f"stamp to {stage.replace('_', ' ')}", rows))
    return bars


def _legend(picture: Picture, chains: Sequence[tuple[str, str, Colour]]) -> None:
    left = 14
    for _, words, colour in chains:
        cv2.rectangle(picture, (left, 34), (left + 12, 46), colour, cv2.FILLED)
        write(picture, words, left + 18, 35, _FONT, DARK)
        left += 18 + text_size(words, _FONT)[0] + 24


def _bar(picture: Picture, scale: _Log, row: Mapping[str, Any], top: int, colour: Colour) -> None:
    p50, p95, p99, most = (scale.x(row[k]) for k in ("p50_ms", "p95_ms", "p99_ms", "max_ms"))
    middle = top + _BAR // 2
    cv2.rectangle(picture, (p50, top), (max(p95, p50 + 2), top + _BAR), colour, cv2.FILLED)
    cv2.line(picture, (p95, middle), (p99, middle), colour, 3)
    cv2.line(picture, (most, top), (most, top + _BAR), DARK, 1)
    write(picture, f"{row['p50_ms']:.0f}", p50 - 34, top + 1, _FONT, DARK)
    write(picture, f"{row['p99_ms']:.0f}", max(most, p99) + 6, top + 1, _FONT, DARK)


def _panel(title: str, at_s: Sequence[float], values: Sequence[float], warm_up_s: float) -> Picture:
    """Return one figure over time."""
    panel = np.full((_PANEL, _WIDTH, 3), 255, np.uint8)
    write(panel, title, 14, 6, _HEAD, DARK)
    times, y = np.asarray(at_s, np.float64), np.asarray(values, np.float64)
    known = np.isfinite(y)
    times, y = times[known], y[known]
    left, right, bottom = 90, _WIDTH - _RIGHT, _PANEL - _PANEL_BOTTOM
    if len(y) == 0:
        write(panel, "nothing came", left, _PANEL // 2, _FONT, DARK)
        return panel
    low, high = _range(y)
    last_s = max(float(times[-1]), 1.0)

    def points(t: Any, v: Any) -> Any:
        across = left + (right - left) * np.asarray(t) / last_s
        up = (np.asarray(v) - low) / (high - low) * (bottom - _PANEL_TOP)
        return np.stack([across, bottom - up], axis=-1)

    warm_x = int(points(warm_up_s, low)[0])
    cv2.rectangle(panel, (left, _PANEL_TOP), (min(warm_x, right), bottom), (244, 244, 244), -1)
    for value in (low, (low + high) / 2, high):
        height = int(points(0.0, value)[1])
        cv2.line(panel, (left, height), (right, height), PALE, 1)
        write(panel, f"{value:.4g}", 14, height - 6, _FONT, DARK)
    for part in range(5):
        at = last_s * part / 4
        write(panel, f"{at:.0f}", int(points(at, low)[0]) - 6, bottom + 6, _FONT, DARK)
    stroke(panel, points(times, y), BLUE, 2)
    late = times >= warm_up_s
    slope = trend(times[late].tolist(), y[late].tolist()).per_s
    if math.isfinite(slope):
        middle_s, middle = times[late].mean(), y[late].mean()
        ends = np.array([times[late][0], times[late][-1]])
        stroke(panel, points(ends, middle + slope * (ends - middle_s)), RED, 1)
    return panel


def _range(y: Any) -> tuple[float, float]:
    low, high = float(y.min()), float(y.max())
    margin = max(0.05 * (high - low), 0.01 * abs(high), 0.01)
    # a share or a count of nothing begins at nothing
    return (low - margin if low > 0.0 else 0.0), high + margin
