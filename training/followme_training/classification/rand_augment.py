"""RandAugment for a batch: each image gets operations of its own, all of one strength.

Cubuk et al., "RandAugment: Practical Automated Data Augmentation with a Reduced Search Space",
NeurIPS 2020, with the fourteen operations and the ranges of its table 6. An operation is carried
out once for all images that drew it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from followme_training.classification.warp import matrices, moved

Images = NDArray[np.uint8]
#: From images (B, H, W, C), signs (B,) and the strength, 0 to 1, to changed images.
Operation = Callable[[Images, NDArray[np.float64], float], Images]
_STRONGEST = 30
_GREY = np.array([0.299, 0.587, 0.114], np.float32)


def rand_augmented(
    images: Images, operations: int, magnitude: int, random: np.random.Generator
) -> Images:
    """Return images (B, H, W, C) after so many operations each.

    Parameters
    ----------
    images : (B, H, W, C) uint8
        Grey or colour.
    operations : int
        One after the other, each drawn anew.
    magnitude : int
        0 to 30.
    random : Generator
        Draws operations and directions.
    """
    images = images.copy()
    names = list(OPERATIONS)
    for _ in range(operations):
        drawn = random.integers(0, len(names), len(images))
        signs = np.where(random.random(len(images)) < 0.5, -1.0, 1.0)
        for number, name in enumerate(names):
            which = np.flatnonzero(drawn == number)
            if len(which):
                strength = magnitude / _STRONGEST
                images[which] = OPERATIONS[name](images[which], signs[which], strength)
    return images


def _rounded(values: NDArray[np.float32]) -> Images:
    return np.asarray(np.clip(values + 0.5, 0.0, 255.0), np.uint8)


def _toward(base: NDArray[np.float32], images: Images, factor: NDArray[np.float64]) -> Images:
    """Return images at so many times their distance from a base."""
    mixed = base + (images - base) * factor[:, None, None, None].astype(np.float32)
    return _rounded(mixed.astype(np.float32))


def _identity(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    return images


def auto_contrast(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Stretch each channel of each image to all of 0 to 255."""
    low = images.min((1, 2), keepdims=True).astype(np.float32)
    span = images.max((1, 2), keepdims=True) - low
    stretched = (images - low) * (255.0 / np.maximum(span, 1.0))
    return np.where(span > 0, _rounded(stretched), images)


def equalize(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Let each channel of each image have as many dark pixels as bright ones."""
    count, height, width, channels = images.shape
    planes = images.transpose(0, 3, 1, 2).reshape(count * channels, height * width)
    offset = 256 * np.arange(len(planes))[:, None]
    histogram = np.bincount((planes + offset).ravel(), minlength=256 * len(planes))
    sums = histogram.reshape(-1, 256).cumsum(1)
    below = np.take_along_axis(sums, planes.min(1)[:, None].astype(np.int64), 1)
    span = np.maximum(sums[:, -1:] - below, 1)
    table = np.clip((sums - below) * 255.0 / span + 0.5, 0, 255).astype(np.uint8)
    # a plane of one value has nothing to even out
    table = np.where(sums[:, -1:] == below, np.arange(256, dtype=np.uint8), table)
    even = np.take_along_axis(table, planes.astype(np.int64), 1)
    return even.reshape(count, channels, height, width).transpose(0, 2, 3, 1)


def solarize(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Turn what is brighter than a threshold into its negative."""
    return np.where(images >= 256 - round(256 * strength), 255 - images, images)


def posterize(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Keep the upper bits, 8 down to 4."""
    return images & np.uint8(0xFF << round(4 * strength) & 0xFF)


def _factor(signs: NDArray[np.float64], strength: float) -> NDArray[np.float64]:
    return 1.0 + 0.9 * strength * signs


def colour(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Move colours away from grey, or toward it."""
    return _toward(_grey(images), images, _factor(signs, strength))


def contrast(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Move values away from the mean, or toward it."""
    mean = _grey(images).mean((1, 2, 3), keepdims=True)
    return _toward(mean, images, _factor(signs, strength))


def brightness(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Multiply values."""
    return _toward(np.zeros((1, 1, 1, 1), np.float32), images, _factor(signs, strength))


def sharpness(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Move values away from a smoothed image, or toward it."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge").astype(np.float32)
    height, width = images.shape[1:3]
    smooth = 4.0 * padded[:, 1:-1, 1:-1]
    for dy in range(3):
        for dx in range(3):
            smooth = smooth + padded[:, dy : dy + height, dx : dx + width]
    return _toward(smooth / 13.0, images, _factor(signs, strength))


def _grey(images: Images) -> NDArray[np.float32]:
    if images.shape[3] == 1:
        return images.astype(np.float32)
    return np.asarray((images @ _GREY)[..., None], np.float32)


def _geometric(
    images: Images,
    angle: NDArray[np.float64] | None = None,
    shear: NDArray[np.float64] | None = None,
    shift: tuple[NDArray[np.float64], int] | None = None,
    across: bool = False,
) -> Images:
    count = len(images)
    nothing = np.zeros(count)
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    # along y what is done along x to an image with its axes exchanged
    x = x.transpose(2, 3) if across else x
    matrix = matrices(
        nothing if angle is None else angle,
        np.ones((2, count)),
        nothing if shear is None else shear,
    )
    shift_px = np.zeros((count, 2))
    if shift is not None:
        shift_px[:, 0] = shift[0] * shift[1]
    x = moved(x, matrix, shift_px, mode="nearest")
    x = x.transpose(2, 3) if across else x
    return _rounded(x.permute(0, 2, 3, 1).numpy())


def rotate(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Turn by up to 30 degrees."""
    return _geometric(images, angle=np.deg2rad(30.0 * strength) * signs)


def shear_x(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Shift rows by up to .3 of their distance from the middle."""
    return _geometric(images, shear=0.3 * strength * signs)


def shear_y(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Shift columns by up to .3 of their distance from the middle."""
    return _geometric(images, shear=0.3 * strength * signs, across=True)


def translate_x(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Shift by up to .3 of the width."""
    return _geometric(images, shift=(0.3 * strength * signs, images.shape[2]))


def translate_y(images: Images, signs: NDArray[np.float64], strength: float) -> Images:
    """Shift by up to .3 of the height."""
    return _geometric(images, shift=(0.3 * strength * signs, images.shape[1]), across=True)


#: By name, in the paper's order.
OPERATIONS: dict[str, Operation] = {
    "identity": _identity,
    "auto_contrast": auto_contrast,
    "equalize": equalize,
    "rotate": rotate,
    "solarize": solarize,
    "colour": colour,
    "posterize": posterize,
    "contrast": contrast,
    "brightness": brightness,
    "sharpness": sharpness,
    "shear_x": shear_x,
    "shear_y": shear_y,
    "translate_x": translate_x,
    "translate_y": translate_y,
}
