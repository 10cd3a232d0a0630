"""From light to an image: exposure, the curve of a camera, vignetting."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# mean brightness that a camera's automatic exposure aims at, as a share of white
_AIM = 0.20
_CURVE_FROM = 0.62


def developed(light: NDArray[np.float32], seed: int) -> NDArray[np.uint8]:
    """Return what a camera makes of light (H, W, 3), blue green red: the same, sRGB."""
    rng = np.random.default_rng([seed, 51])
    gain = _gain(light) * float(rng.uniform(0.85, 1.2))
    shaded = light * np.float32(gain) * _vignette(light.shape[:2], float(rng.uniform(0.05, 0.22)))
    knee = np.float32(_CURVE_FROM)
    over = np.maximum(shaded - knee, 0.0)
    # bright light is rolled off, so that lamps do not burn out their surroundings
    rolled = np.where(shaded < knee, shaded, knee + (1 - knee) * (1 - np.exp(-over / (1 - knee))))
    curve = np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)
    return np.asarray(np.clip(np.rint(255.0 * curve), 0, 255), np.uint8)


def _gain(light: NDArray[np.float32]) -> float:
    """Return by what an automatic exposure multiplies light."""
    small = cv2.resize(light, (32, 24), interpolation=cv2.INTER_AREA)
    grey = np.clip(small.mean(axis=2), 1e-4, 1.5)
    return float(_AIM / np.exp(np.log(grey).mean()))


def _vignette(shape: tuple[int, int], strength: float) -> NDArray[np.float32]:
    height, width = shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return np.asarray(1.0 - strength * (x * x + y * y) / 2.0, np.float32)[..., None]
