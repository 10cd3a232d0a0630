"""What a detector found in the picture: thin frames with names, below all that urges."""

from __future__ import annotations

import cv2
import numpy as np

from followme.drawing.palette import DARK, PALE, Picture, frame
from followme.drawing.text import Scale, fitted, text_size, write
from followme.values.detections import Detections

# So large a box is still a box when the picture is smaller.
_LEAST_PX = 3


def draw_found(bgr: Picture, found: Detections, scale: Scale) -> None:
    """Draw a frame and a name for each detection into ``bgr``.

    Parameters
    ----------
    bgr : (H, W, 3) uint8
        Is drawn into.
    found : Detections
        Boxes in pixels of ``found.size_wh``; they are scaled when the picture has another size.
    scale : Scale
        Of the picture.
    """
    height, width = bgr.shape[:2]
    ratio = np.array([width, height] * 2) / np.array([*found.size_wh] * 2)
    font = scale.font(0.38)
    for box, name in zip(found.xyxy * ratio, found.name, strict=True):
        if not np.isfinite(box).all():
            continue
        left, top = np.clip(box[:2], 0, (width - 1, height - 1)).round().astype(int).tolist()
        right, bottom = np.clip(box[2:], 0, (width - 1, height - 1)).round().astype(int).tolist()
        if right - left < _LEAST_PX or bottom - top < _LEAST_PX:
            continue
        frame(bgr, (left, top, right, bottom), DARK, scale.px(3))
        frame(bgr, (left, top, right, bottom), PALE, scale.px(1))
        line = fitted(name, right - left, font)
        if line:
            wide, tall = text_size(line, font)
            cv2.rectangle(bgr, (left, top), (left + wide + 3, top + tall), PALE, cv2.FILLED)
            write(bgr, line, left + 2, top, font, DARK)
