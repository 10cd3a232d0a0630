"""The picture of tools/measure_fusion.py: one frame with pixels withheld, and error by share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.drawing.contact_sheet import contact_sheet
from followme.drawing.palette import AMBER, BLUE, DARK, GREY, WHITE, Colour, Picture
from followme.drawing.text import write
from followme.evaluation.withheld import Score, Shot, Withhold
from followme.geometry.metric_depth import MetricDepth
from followme.geometry.pooling import pool_nearest
from followme.settings import DepthSettings, FloorSettings, WalkerSettings
from followme.values.depth_map import DepthMap, ImageHealth

SIZE = (320, 240)
FAR_M, WORST_M = 4.0, 0.3
GOAL_M = 0.06
CHART_PX = 320
LEFT, RIGHT, TOP, BOTTOM = 60, 24, 40, 48
TOP_M = 0.15


def plot(shot: Shot, withhold: Withhold, curve: Sequence[tuple[float, Score]]) -> Picture:
    """Return one frame in four pictures above a chart of the error.

    Parameters
    ----------
    shot : Shot
        The frame.
    withhold : callable
        Which of its pixels are withheld.
    curve : sequence of (share, Score)
        Of all frames.
    """
    metric = MetricDepth(DepthSettings(), FloorSettings(), WalkerSettings())
    assert shot.frame.depth_m is not None
    hidden = withhold(shot.frame.depth_m.shape, np.random.default_rng(0))
    given_m = np.where(hidden, np.float32(np.nan), shot.frame.depth_m)
    fused = metric.estimate(replace(shot.frame, depth_m=given_m), shot.guess, ImageHealth())
    assert isinstance(fused, DepthMap)
    s = DepthSettings()
    true_m = pool_nearest(shot.frame.depth_m, SIZE[1], SIZE[0], s.min_m, s.max_m)
    seen_m = pool_nearest(given_m, SIZE[1], SIZE[0], s.min_m, s.max_m)
    off_m = np.abs(fused.depth_m - true_m)
    pictures = [
        (cv2.resize(shot.frame.bgr, SIZE, interpolation=cv2.INTER_AREA), "colour"),
        (coloured(seen_m, FAR_M), f"sensor, {np.mean(hidden):.0%} withheld"),
        (coloured(fused.depth_m, FAR_M), f"sensor and network, 0 to {FAR_M:g} m"),
        (coloured(off_m, WORST_M), f"error, 0 to {WORST_M:g} m"),
    ]
    sheet = contact_sheet(pictures, columns=2)
    return np.vstack([sheet, error_chart(curve, sheet.shape[1])])


def coloured(values: NDArray[np.float32], most: float) -> Picture:
    """Return values as colours, dark is 0; unknown is white."""
    levels = np.nan_to_num(np.clip(values / most, 0.0, 1.0) * 255.0).astype(np.uint8)
    picture = cv2.applyColorMap(levels, cv2.COLORMAP_VIRIDIS)
    picture[np.isnan(values)] = WHITE
    return np.asarray(picture, np.uint8)


def error_chart(curve: Sequence[tuple[float, Score]], width: int) -> Picture:
    """Return the median error over the share that was withheld, beside the goal."""
    height = CHART_PX
    chart = np.full((height, width, 3), 255, np.uint8)
    write(chart, "median error at withheld pixels within 3 m, metres", LEFT, 8, 0.45, DARK)

    def at(share: float, error_m: float) -> tuple[int, int]:
        across = LEFT + share * (width - LEFT - RIGHT)
        up = min(error_m / TOP_M, 1.0) * (height - TOP - BOTTOM)
        return round(across), round(height - BOTTOM - up)

    for error_m in np.arange(0.0, TOP_M + 0.01, 0.05):
        cv2.line(chart, at(0.0, error_m), at(1.0, error_m), GREY, 1)
        write(chart, f"{error_m:.2f}", 14, at(0.0, error_m)[1] - 6, 0.4, DARK)
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        write(chart, f"{share:.0%}", at(share, 0.0)[0] - 12, height - BOTTOM + 8, 0.4, DARK)
    write(chart, "share of the sensor's pixels withheld, in blobs", LEFT, height - 20, 0.4, DARK)
    _line(chart, [at(0.0, GOAL_M), at(1.0, GOAL_M)], AMBER)
    write(chart, "goal at 50%", at(0.02, GOAL_M)[0], at(0.0, GOAL_M)[1] - 18, 0.4, DARK)
    points = [at(share, score.median_m) for share, score in curve]
    _line(chart, points, BLUE)
    for point in points:
        cv2.circle(chart, point, 4, BLUE, cv2.FILLED, cv2.LINE_AA)
    return chart


def _line(chart: Picture, points: Sequence[tuple[int, int]], colour: Colour) -> None:
    cv2.polylines(chart, [np.array(points, np.int32)], False, colour, 2, cv2.LINE_AA)
