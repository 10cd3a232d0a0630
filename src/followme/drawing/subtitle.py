"""What is being said, along the lower edge of the picture."""

from __future__ import annotations

from followme.drawing.palette import DARK, WHITE, Picture, tint
from followme.drawing.text import Scale, text_size, wrapped, write

_LINES = 2


def subtitle_lines(text: str, width: int, scale: Scale) -> list[str]:
    """Return the lines of a subtitle, none for a text without words."""
    return wrapped(text, width - 2 * scale.px(24, 8), scale.font(0.72), _LINES)


def subtitle_height(lines: list[str], scale: Scale) -> int:
    """Height of the bar in pixels, 0 without lines."""
    if not lines:
        return 0
    return len(lines) * (_line_height(scale)) + 2 * scale.px(8, 4)


def draw_subtitle(bgr: Picture, lines: list[str], scale: Scale) -> None:
    """Draw the lines on a dark bar that the picture shines through."""
    height, width = bgr.shape[:2]
    tall = subtitle_height(lines, scale)
    if not lines or tall > height:
        return
    tint(bgr, (0, height - tall, width, height), DARK, 0.70)
    font, top = scale.font(0.72), height - tall + scale.px(8, 4)
    for line in lines:
        left = (width - text_size(line, font)[0]) // 2
        write(bgr, line, left, top, font, WHITE)
        top += _line_height(scale)


def _line_height(scale: Scale) -> int:
    return text_size("Ag", scale.font(0.72))[1] + scale.px(4, 1)
