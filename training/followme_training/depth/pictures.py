"""Pictures of depth, for people who look."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.common.files import write_with
from followme_training.depth.evaluation import Guess
from followme_training.depth.sample import DepthSample, Floats

_NEAR_M, _FAR_M = 0.5, 8.0
_WIDTH = 256
# An error of a quarter of the depth is where delta1 ends.
_WORST_LOG_ERROR = float(np.log(1.25) * 2)
_UNKNOWN = (40, 40, 40)


def depth_colours(depth_m: Floats) -> NDArray[np.uint8]:
    """Return BGR (H, W, 3): blue near to red far, even in the logarithm, dark where unknown."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (np.log(depth_m) - np.log(_NEAR_M)) / (np.log(_FAR_M) - np.log(_NEAR_M))
    return _coloured(share.astype(np.float32), np.isfinite(depth_m) & (depth_m > 0))


def error_colours(depth_m: Floats, truth_m: Floats) -> NDArray[np.uint8]:
    """Return BGR (H, W, 3): blue too near, green right, red too far."""
    known = np.isfinite(truth_m) & (truth_m > 0)
    safe = np.where(known, truth_m, np.float32(1.0))
    error = np.log(depth_m) - np.log(safe)
    return _coloured((0.5 + 0.5 * error / _WORST_LOG_ERROR).astype(np.float32), known)


def write_sheet(rows: Iterable[tuple[DepthSample, Guess | None]], file: Path) -> None:
    """Write a sheet: colour, truth, and where there is a guess also guess, deviation and error."""
    lines = [np.hstack([_tile(picture) for picture in _pictures(s, g)]) for s, g in rows]
    if not lines:
        raise ValueError(f"{file.name}: there is nothing to draw; give at least one image")
    write_with(file, lambda part: cv2.imwrite(str(part), np.vstack(lines)))


def _pictures(sample: DepthSample, guess: Guess | None) -> list[NDArray[np.uint8]]:
    bgr = np.asarray(cv2.cvtColor(sample.rgb, cv2.COLOR_RGB2BGR), np.uint8)
    pictures = [bgr, depth_colours(sample.depth_m)]
    if guess is not None:
        deviation = _coloured(guess.log_std / np.float32(0.5), np.isfinite(guess.log_std))
        pictures += [
            depth_colours(guess.depth_m),
            deviation,
            error_colours(guess.depth_m, sample.depth_m),
        ]
    return pictures


def _tile(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height = round(picture.shape[0] * _WIDTH / picture.shape[1])
    return np.asarray(cv2.resize(picture, (_WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)


def _coloured(share: Floats, known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    levels = np.clip(np.nan_to_num(share, nan=0.0) * 255.0, 0, 255).astype(np.uint8)
    picture = np.array(cv2.applyColorMap(levels, cv2.COLORMAP_TURBO), np.uint8)
    picture[~known] = _UNKNOWN
    return picture
