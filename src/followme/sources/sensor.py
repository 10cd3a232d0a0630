"""From what a perfect camera sees to what a camera and a depth sensor give."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.settings import DepthSettings
from followme.sources.source import SourceError

# noise is drawn once, larger than the image, and another part of it laid over each frame
_SPARE_PX = 64


#: Fields of :class:`SensorModel` that are shares, 0 to 1.
SHARES = (
    "hole_share",
    "edge_bleed",
    "edge_dropout",
    "glass_dropout",
    "shiny_dropout",
    "dark_dropout",
)


@dataclass(frozen=True)
class SensorModel:
    """How a camera and a depth sensor err.

    Parameters
    ----------
    grey_sigma : float
        Standard deviation of a pixel's brightness, 0 to 255.
    min_m, max_m : float
        The depth sensor gives nothing nearer or farther.
    sigma_m, sigma_per_m2 : float
        Standard deviation of depth is ``sigma_m + sigma_per_m2 * depth ** 2``.
    step_per_m2 : float
        Depth comes in steps of ``step_per_m2 * depth ** 2``, as that of a stereo camera, which
        counts parts of a pixel; 0 for millimetres.
    dropout : float
        Share of the pixels without depth, in small spots.
    hole_share : float
        Share without depth in large spots.
    edge_bleed : float
        Share of the pixels at edges of things whose depth lies between near and far.
    edge_dropout : float
        Share of the pixels at edges without depth.
    glass_dropout, shiny_dropout, dark_dropout : float
        Share without depth on glass, on shiny and on dark surfaces; the rest of glass is seen
        through.
    exposure_s : float
        How long the shutter of the camera is open: turning blurs.
    """

    grey_sigma: float = 2.0
    min_m: float = 0.3
    max_m: float = 10.0
    sigma_m: float = DepthSettings.sigma_floor_m
    sigma_per_m2: float = DepthSettings.sigma_per_m2
    dropout: float = 0.01
    hole_share: float = 0.0
    edge_bleed: float = 0.0
    edge_dropout: float = 0.0
    glass_dropout: float = 0.0
    shiny_dropout: float = 0.0
    dark_dropout: float = 0.0
    exposure_s: float = 0.0
    step_per_m2: float = 0.0

    def __post_init__(self) -> None:
        if not self.grey_sigma > 0:
            raise SourceError(
                f"sensor: grey_sigma {self.grey_sigma!r} must be above 0, "
                "else two images of a walker who stands are the same to the bit"
            )
        if not 0 <= self.min_m < self.max_m < 65:
            raise SourceError(
                f"sensor: range {self.min_m!r} to {self.max_m!r} m must rise between 0 and 65 m"
            )
        if not (self.sigma_m >= 0 and self.sigma_per_m2 >= 0 and 0 <= self.dropout < 1):
            raise SourceError("sensor: sigma_m, sigma_per_m2 and dropout must not be negative")
        for name in SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise SourceError(f"sensor: {name} {getattr(self, name)!r} must be from 0 to 1")
        if not self.edge_bleed + self.edge_dropout <= 1:
            raise SourceError("sensor: edge_bleed and edge_dropout together must not exceed 1")
        if not 0 <= self.step_per_m2 <= 0.1:
            raise SourceError(f"sensor: step_per_m2 {self.step_per_m2!r} must be from 0 to 0.1")
        if not 0 <= self.exposure_s <= 0.1:
            raise SourceError(f"sensor: exposure_s {self.exposure_s!r} must be from 0 to 0.1 s")


class Sensor:
    """Errs reproducibly: the same seed and frame number give the same noise.

    Parameters
    ----------
    width, height : int
        Of the images.
    seed : int
        Of the noise.
    model : SensorModel
        How large it is.
    """

    def __init__(
        self, width: int, height: int, seed: int = 0, model: SensorModel | None = None
    ) -> None:
        self._model = model or SensorModel()
        self._seed = seed
        self._shape = (height, width)
        rng = np.random.default_rng([seed, 1])
        shape = (height + _SPARE_PX, width + _SPARE_PX)
        grey = rng.standard_normal(shape, np.float32) * np.float32(self._model.grey_sigma)
        self._grey = np.rint(grey).astype(np.int16)
        # neighbours of a depth pixel err alike: its matching window is larger than a pixel
        depth = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (3, 3), 0.6)
        self._depth = np.asarray(depth / depth.std(), np.float32)
        spots = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (5, 5), 1.2)
        limit = np.quantile(spots, self._model.dropout) if self._model.dropout else -np.inf
        self._dropped = np.asarray(spots < limit)

    def grey(self, grey: NDArray[np.uint8], frame: int) -> NDArray[np.uint8]:
        """Return brightness (H, W) with the noise of a frame number."""
        noise = self._grey[self._part(frame, 0)]
        return np.asarray(cv2.add(grey, noise, dtype=cv2.CV_8U), np.uint8)

    def depth_mm(self, depth_m: NDArray[np.float32], frame: int) -> NDArray[np.uint16]:
        """Return what the sensor measures of exact depth (H, W): millimetres, 0 unknown."""
        m = self._model
        part = self._part(frame, 1)
        exact = np.minimum(depth_m, np.float32(m.max_m + 10.0))
        noisy = exact * exact
        noisy *= np.float32(m.sigma_per_m2)
        noisy += np.float32(m.sigma_m)
        noisy *= self._depth[part]
        noisy += exact
        known = noisy >= np.float32(m.min_m)
        known &= noisy <= np.float32(m.max_m)
        known &= depth_m <= np.float32(m.max_m)
        known &= ~self._dropped[self._part(frame, 2)]
        if m.step_per_m2:
            # even steps of the inverse of depth
            step = np.float32(m.step_per_m2)
            counts = np.rint(np.float32(1.0) / (np.maximum(noisy, np.float32(0.01)) * step))
            noisy = np.float32(1.0) / (np.maximum(counts, np.float32(1.0)) * step)
        noisy *= np.float32(1000.0)
        noisy *= known
        return np.asarray(np.rint(noisy, out=noisy).astype(np.uint16))

    def _part(self, frame: int, stream: int) -> tuple[slice, slice]:
        """Return where in the larger noise the one of a frame lies; neighbours differ."""
        rng = np.random.default_rng([self._seed, stream, frame])
        top, left = (int(v) for v in rng.integers(0, _SPARE_PX, 2))
        # two draws may agree by chance, two frames in a row must not
        left = (left // 2) * 2 + frame % 2
        height, width = self._shape
        return slice(top, top + height), slice(left, left + width)
