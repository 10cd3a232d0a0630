"""The band on top: how well FollowMe sees, why, and how old the picture is."""

from __future__ import annotations

import math

import cv2
import numpy as np

from followme.drawing.palette import (
    DARK,
    GREY,
    RED,
    SIGHT_COLOUR,
    WHITE,
    Colour,
    Picture,
    fill,
    ink_on,
    tint,
)
from followme.drawing.text import Scale, fitted, text_size, write
from followme.values.obstacle import Obstacles, Sight

#: Each of :data:`followme.values.obstacle.REASONS` in words.
REASON_WORDS = {
    "no_image": "no picture from the camera",
    "no_depth": "distance cannot be judged",
    "stale": "camera or depth fell silent",
    "frozen": "the camera repeats one picture",
    "dark": "too dark",
    "dark_at_once": "dark at once",
    "bright": "too bright",
    "covered": "view blocked",
    "blurred": "blurred",
    "little_depth": "little depth",
    "floor_unseen": "floor not seen",
    "corridor_unknown": "way not seen",
    "scale_corrected": "distances corrected",
    "scale_unknown": "distances uncertain",
    "sensor_lost": "the depth sensor fell silent",
}


def banner_height(scale: Scale) -> int:
    """Height of the band in pixels."""
    return scale.px(28, 19)


def draw_banner(bgr: Picture, obstacles: Obstacles | None, age_s: float, scale: Scale) -> None:
    """Draw state of sight, reason and age of the picture into ``bgr``.

    SEEING is a green field at the left. DEGRADED and BLIND colour the whole band, and BLIND
    frames the picture too: who looks must not take it for a view of a free way.
    """
    height, width = banner_height(scale), bgr.shape[1]
    sight = None if obstacles is None else obstacles.sight
    colour = GREY if sight is None else SIGHT_COLOUR[sight]
    if sight is Sight.BLIND:
        _frame(bgr, RED, scale.px(6, 3))
    pad, font = scale.px(8, 4), scale.font(0.52)
    word = "NO RESULTS YET" if sight is None else sight.name
    begin = pad if sight is None else height
    end = begin + text_size(word, font, bold=True)[0] + pad
    if sight is Sight.SEEING:
        tint(bgr, (0, 0, width, height), DARK, 0.72)
        cv2.rectangle(bgr, (0, 0), (min(end, width) - 1, height - 1), colour, cv2.FILLED)
    else:
        cv2.rectangle(bgr, (0, 0), (width - 1, height - 1), colour, cv2.FILLED)
    ink = ink_on(colour)
    _draw_sign(bgr, sight, height, ink, colour)
    top = (height - text_size(word, font, bold=True)[1]) // 2
    write(bgr, word, begin, top, font, ink, bold=True)
    rest_ink = WHITE if sight is Sight.SEEING else ink
    edge = _draw_age(bgr, age_s, top, pad, end, rest_ink, scale)
    if obstacles is not None and obstacles.reason:
        reason = REASON_WORDS.get(obstacles.reason, obstacles.reason.replace("_", " "))
        line = fitted(reason, edge - end - 2 * pad, font)
        write(bgr, line, end + pad, top, font, rest_ink)


def age_text(age_s: float) -> str:
    """Return an age in words, such as "45 ms" or "1.3 s"; empty when it is unknown."""
    if not math.isfinite(age_s):
        return ""
    return f"{age_s * 1e3:.0f} ms" if abs(age_s) < 0.9995 else f"{age_s:.1f} s"


def _draw_age(
    bgr: Picture, age_s: float, top: int, pad: int, end: int, ink: Colour, scale: Scale
) -> int:
    """Write the age at the right and return where it begins."""
    width, font, text = int(bgr.shape[1]), scale.font(0.45), age_text(age_s)
    left = width - pad - text_size(f"age {text}", font)[0]
    if not text or left < end + pad:
        return width
    write(bgr, f"age {text}", left, top + 1, font, ink)
    return left


def _draw_sign(bgr: Picture, sight: Sight | None, height: int, ink: Colour, ground: Colour) -> None:
    """Draw an eye for SEEING, a triangle for DEGRADED, a struck-out eye for BLIND."""
    middle, size = height / 2, 0.30 * height
    if sight is Sight.DEGRADED:
        corners = [(0.0, -1.0), (1.05, 0.85), (-1.05, 0.85)]
        fill(bgr, np.array(corners) * size + middle, ink)
        stem = max(1, round(height / 14))
        x = round(middle)
        cv2.line(
            bgr, (x, round(middle - 0.4 * size)), (x, round(middle + 0.2 * size)), ground, stem
        )
        cv2.circle(bgr, (x, round(middle + 0.55 * size)), max(1, stem // 2), ground, cv2.FILLED)
        return
    if sight is None:
        return
    centre, eye = (round(middle), round(middle)), (round(1.15 * size), round(0.75 * size))
    line = max(1, round(height / 16))
    cv2.ellipse(bgr, centre, eye, 0, 0, 360, ink, line, cv2.LINE_AA)
    cv2.circle(bgr, centre, max(1, round(0.35 * size)), ink, cv2.FILLED, cv2.LINE_AA)
    if sight is Sight.BLIND:
        ends = [
            (round(middle - size), round(middle + size)),
            (round(middle + size), round(middle - size)),
        ]
        cv2.line(bgr, ends[0], ends[1], ground, line + 3, cv2.LINE_AA)
        cv2.line(bgr, ends[0], ends[1], ink, line + 1, cv2.LINE_AA)


def _frame(bgr: Picture, colour: Colour, thick_px: int) -> None:
    bgr[:thick_px] = colour
    bgr[-thick_px:] = colour
    bgr[:, :thick_px] = colour
    bgr[:, -thick_px:] = colour
