"""Changes of an image that keep its depth true.

A crop that is enlarged again is the same scene through a longer lens: the metres stay and the
focal length grows. A roll about the optical axis and a mirror change no depth along that axis.
Stretching one side only, or shifting depth values, would be false and is not done.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from followme_training.common.recolouring import Recolouring, recoloured
from followme_training.common.resampling import low_passed
from followme_training.datasets.pinhole import Pinhole
from followme_training.depth.sample import DepthSample, Floats


@dataclass(frozen=True)
class Augmentation(Recolouring):
    """How much is changed, of the colours too.

    Parameters
    ----------
    zoom : float
        Largest factor by which a crop is enlarged, 1 or more; drawn evenly in its logarithm.
    whole : float
        Share of images that are not cropped, 0 to 1.
    roll_deg : float
        Largest roll to either side, in degrees.
    mirror : float
        Share of images that are mirrored left to right.
    """

    zoom: float = 1.6
    whole: float = 0.25
    roll_deg: float = 4.0
    mirror: float = 0.5


def augmented(
    sample: DepthSample, size_hw: tuple[int, int], a: Augmentation, random: np.random.Generator
) -> DepthSample:
    """Return another view of a sample, of a given size.

    Parameters
    ----------
    sample : DepthSample
        Of the same aspect as ``size_hw``, or nearly so.
    size_hw : tuple of two ints
        Height and width of the result.
    a : Augmentation
        How much is changed.
    random : Generator
        All randomness comes from here.
    """
    height, width = sample.rgb.shape[:2]
    zoom = 1.0
    if random.random() >= a.whole:
        zoom = float(np.exp(random.uniform(0.0, np.log(a.zoom))))
    left, top = (random.uniform(0.0, side * (1.0 - 1.0 / zoom)) for side in (width, height))
    roll_rad = np.radians(random.uniform(-a.roll_deg, a.roll_deg))
    view = viewed(sample, size_hw, zoom, (left, top), float(roll_rad))
    if random.random() < a.mirror:
        view = mirrored(view)
    return DepthSample(view.name, recoloured(view.rgb, a, random), view.depth_m, view.camera)


def viewed(
    sample: DepthSample,
    size_hw: tuple[int, int],
    zoom: float = 1.0,
    left_top: tuple[float, float] = (0.0, 0.0),
    roll_rad: float = 0.0,
) -> DepthSample:
    """Return a crop, rolled about the principal point and resized.

    Parameters
    ----------
    sample : DepthSample
        Any size.
    size_hw : tuple of two ints
        Height and width of the result.
    zoom : float
        The crop has 1 / zoom of each side of the image.
    left_top : tuple of two floats
        Where the crop begins, in pixels of the image.
    roll_rad : float
        Clockwise in the image.
    """
    height, width = sample.rgb.shape[:2]
    factor_x, factor_y = size_hw[1] / width * zoom, size_hw[0] / height * zoom
    camera = sample.camera
    shifted = Pinhole(camera.fx, camera.fy, camera.cx - left_top[0], camera.cy - left_top[1])
    result = shifted.scaled(factor_x, factor_y)
    cos, sin = np.cos(roll_rad), np.sin(roll_rad)
    # through rays: pixel, ray, rolled ray, pixel; exact also where fx and fy differ
    rolled = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    matrix = (_matrix(result) @ rolled @ np.linalg.inv(_matrix(camera)))[:2]
    out = (size_hw[1], size_hw[0])
    source = sample.rgb
    if min(factor_x, factor_y) < 1.0:
        # linear interpolation would skip pixels; what is averaged is what the runtime averages
        source = low_passed(source, 1.0 / factor_x, 1.0 / factor_y)
    rgb = cv2.warpAffine(source, matrix, out, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    depth_m = cv2.warpAffine(
        sample.depth_m, matrix, out, flags=cv2.INTER_NEAREST, borderValue=float("nan")
    )
    return DepthSample(sample.name, np.asarray(rgb, np.uint8), _floats(depth_m), result)


def mirrored(sample: DepthSample) -> DepthSample:
    """Return a sample with left and right exchanged."""
    c = sample.camera
    camera = Pinhole(c.fx, c.fy, sample.rgb.shape[1] - 1 - c.cx, c.cy)
    return DepthSample(
        sample.name,
        np.ascontiguousarray(sample.rgb[:, ::-1]),
        np.ascontiguousarray(sample.depth_m[:, ::-1]),
        camera,
    )


def _matrix(c: Pinhole) -> NDArray[np.float64]:
    return np.array([[c.fx, 0.0, c.cx], [0.0, c.fy, c.cy], [0.0, 0.0, 1.0]])


def _floats(values: NDArray[np.generic]) -> Floats:
    return np.asarray(values, np.float32)
