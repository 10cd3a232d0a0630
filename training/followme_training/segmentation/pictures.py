"""Pictures of labels, for people who look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.common.files import write_with
from followme_training.segmentation.classes import IGNORE, ClassList
from followme_training.segmentation.sample import SegmentationSample

Picture: TypeAlias = NDArray[np.uint8]

# Red, green, blue of the robot's classes: things a walker looks for are bright, the room is calm;
# told apart without red and green too, by lightness.
_ROBOT = {
    "floor": (120, 190, 120),
    "wall": (170, 170, 185),
    "ceiling": (225, 225, 235),
    "door": (230, 90, 20),
    "window": (120, 205, 245),
    "chair": (250, 215, 60),
    "table": (150, 95, 50),
    "sofa": (200, 80, 150),
    "bed": (110, 60, 160),
    "cabinet": (70, 110, 200),
    "person": (220, 20, 60),
    "other": (95, 95, 95),
}
_UNKNOWN = (0, 0, 0)
_WIDTH = 256
_LEGEND_PX = 22
_BLEND = 0.55


def colours(classes: ClassList) -> Picture:
    """Return red, green, blue (256, 3) of each label; black where there is none."""
    table = np.zeros((256, 3), np.uint8)
    for number, name in enumerate(classes.names):
        table[number] = _ROBOT.get(name, _numbered(number + 1))
    table[IGNORE] = _UNKNOWN
    return table


def _numbered(number: int) -> tuple[int, int, int]:
    """Return the colour of a number: PASCAL VOC's, whose bits are spread over the channels."""
    rgb = [0, 0, 0]
    for bit in range(8):
        for channel in range(3):
            rgb[channel] |= ((number >> (3 * bit + channel)) & 1) << (7 - bit)
    return rgb[0], rgb[1], rgb[2]


def blended(rgb: Picture, labels: Picture, table: Picture) -> Picture:
    """Return an image (H, W, 3) under the colours of its labels; plain where there is none."""
    mixed = (1.0 - _BLEND) * rgb + _BLEND * table[labels]
    return np.where((labels == IGNORE)[..., None], rgb, mixed + 0.5).astype(np.uint8)


def row_of(
    sample: SegmentationSample, guesses: Sequence[Picture], classes: ClassList
) -> list[Picture]:
    """Return pictures of a sample: image, truth, each guess (H, W); all (H, W, 3)."""
    table = colours(classes)
    return [sample.rgb, table[sample.labels], *(table[labels] for labels in guesses)]


def write_sheet(rows: Iterable[Sequence[Picture]], classes: ClassList, file: Path) -> None:
    """Write a sheet of pictures (H, W, 3), and below them what the colours mean.

    Parameters
    ----------
    rows : iterable of sequences of (H, W, 3) uint8
        A photograph, then pictures of classes.
    classes : ClassList
        Names.
    file : Path
        PNG.

    Raises
    ------
    ValueError
        When there is nothing to draw.
    """
    lines = [np.hstack([_tile(p, nearest=i > 0) for i, p in enumerate(row)]) for row in rows]
    if not lines:
        raise ValueError(f"{file.name}: there is nothing to draw; give at least one image")
    sheet = np.vstack([*lines, _legend(classes, lines[0].shape[1])])
    bgr = cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)
    write_with(file, lambda part: cv2.imwrite(str(part), bgr))


def _tile(picture: Picture, nearest: bool) -> Picture:
    height = round(picture.shape[0] * _WIDTH / picture.shape[1])
    how = cv2.INTER_NEAREST if nearest else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, (_WIDTH, height), interpolation=how), np.uint8)


def _legend(classes: ClassList, width: int) -> Picture:
    """Return (h, width, 3): a patch and a name for each class."""
    cell, table = 128, colours(classes)
    columns = max(1, width // cell)
    rows = -(-len(classes) // columns)
    legend = np.full((rows * _LEGEND_PX, width, 3), 255, np.uint8)
    for number, name in enumerate(classes.names):
        x, y = number % columns * cell, number // columns * _LEGEND_PX
        legend[y + 4 : y + _LEGEND_PX - 4, x + 4 : x + 18] = table[number]
        place = (x + 24, y + _LEGEND_PX - 7)
        cv2.putText(
            legend, name[:14], place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA
        )
    return legend
