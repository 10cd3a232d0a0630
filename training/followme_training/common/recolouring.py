"""Changes of an image that leave every thing where it is: light, camera, something in the way."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Recolouring:
    """How much the colours are changed.

    Parameters
    ----------
    brightness, contrast, saturation : float
        Largest relative change to either side.
    gamma : float
        Largest exponent; its inverse is the smallest.
    tint : float
        Largest relative change of each of the three colours on its own.
    grey : float
        Share of images without colour.
    blur : float
        Share of blurred images; deviation up to 1.2 pixels.
    noise : float
        Largest deviation of noise, of 255.
    erase : float
        Share of images in which one patch is hidden, up to 30 % of each side.
    """

    brightness: float = 0.25
    contrast: float = 0.25
    saturation: float = 0.3
    gamma: float = 1.3
    tint: float = 0.1
    grey: float = 0.05
    blur: float = 0.15
    noise: float = 6.0
    erase: float = 0.25


def recoloured(
    rgb: NDArray[np.uint8], a: Recolouring, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Return an image (H, W, 3) with changed colours, blur, noise and a hidden patch."""
    x = rgb.astype(np.float32) * np.float32(1.0 / 255.0)
    x **= np.float32(np.exp(random.uniform(-1.0, 1.0) * np.log(a.gamma)))
    x *= (1.0 + random.uniform(-a.tint, a.tint, 3)).astype(np.float32)
    x *= np.float32(1.0 + random.uniform(-a.brightness, a.brightness))
    mean = x.mean(dtype=np.float32)
    x = (x - mean) * np.float32(1.0 + random.uniform(-a.contrast, a.contrast)) + mean
    grey = x.mean(axis=2, keepdims=True)
    colour = 0.0 if random.random() < a.grey else 1.0 + random.uniform(-1, 1) * a.saturation
    x = grey + (x - grey) * np.float32(colour)
    if random.random() < a.blur:
        x = np.asarray(cv2.GaussianBlur(x, (0, 0), random.uniform(0.3, 1.2)), np.float32)
    deviation = random.uniform(0.0, a.noise) / 255.0
    x += random.standard_normal(x.shape, np.float32) * np.float32(deviation)
    if random.random() < a.erase:
        _erase(x, random)
    return np.asarray(np.clip(x * 255.0 + 0.5, 0.0, 255.0), np.uint8)


def _erase(x: NDArray[np.float32], random: np.random.Generator) -> None:
    height, width = x.shape[:2]
    h, w = (int(side * random.uniform(0.08, 0.3)) for side in (height, width))
    top, left = int(random.integers(0, height - h)), int(random.integers(0, width - w))
    x[top : top + h, left : left + w] = random.random(3, np.float32)
