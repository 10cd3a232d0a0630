"""Where a depth sensor errs for what it looks at: edges, glass, shine, dark cloth, holes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.sources.parts import Material
from followme.sources.renderer import Rendered
from followme.sources.sensor import SensorModel

# noise is drawn once, larger than the image, and another part of it laid over each frame
_SPARE_PX = 64
# depth that changes by more than this from one pixel to its neighbours is an edge, not a slant
_EDGE_M, _EDGE_SHARE = 0.06, 0.10
_FARTHEST_M = np.float32(65.0)


class DepthFaults:
    """Errs reproducibly: the same seed and frame number give the same errors.

    Parameters
    ----------
    width, height : int
        Of the images.
    seed : int
        Of the errors.
    model : SensorModel
        How often.
    """

    def __init__(self, width: int, height: int, seed: int, model: SensorModel) -> None:
        self._model = model
        self._seed = seed
        self._shape = (height, width)
        rng = np.random.default_rng([seed, 4])
        shape = (height + _SPARE_PX, width + _SPARE_PX)
        self._dice = rng.random(shape, np.float32)
        self._mix = rng.random(shape, np.float32)
        # what shines or swallows light does so in patches
        self._patches = _ranks(rng, shape, 2.5)
        self._holes = np.asarray(_ranks(rng, shape, 7.0) < model.hole_share)
        table = np.zeros(256, np.float32)
        table[Material.GLASS] = model.glass_dropout
        table[Material.SHINY] = model.shiny_dropout
        table[Material.DARK] = model.dark_dropout
        self._dropout = table

    def depth_m(self, seen: Rendered, frame: int) -> NDArray[np.float32]:
        """Return depth before noise (H, W): infinity where the sensor gets nothing."""
        m, rng = self._model, np.random.default_rng([self._seed, 5, frame])
        depth = np.minimum(seen.behind_m, _FARTHEST_M)
        if m.edge_bleed or m.edge_dropout:
            depth = self._edges(depth, rng)
        if seen.materials.any():
            missing = self._patches[self._part(rng)] < self._dropout[seen.materials]
            depth[missing] = np.inf
        if m.hole_share:
            depth[self._holes[self._part(rng)]] = np.inf
        return depth

    def _edges(self, depth: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        """Let near and far run into each other where they meet."""
        window = np.ones((3, 3), np.uint8)
        near, far = cv2.erode(depth, window), cv2.dilate(depth, window)
        gap = far - near
        edge = np.flatnonzero(gap > np.float32(_EDGE_SHARE) * near + np.float32(_EDGE_M))
        errs = depth.copy()
        dice = self._dice[self._part(rng)].reshape(-1)[edge]
        mix = self._mix[self._part(rng)].reshape(-1)
        bleeds = edge[dice < self._model.edge_bleed]
        flat = errs.reshape(-1)
        flat[bleeds] = near.reshape(-1)[bleeds] + mix[bleeds] * gap.reshape(-1)[bleeds]
        flat[edge[dice >= 1.0 - self._model.edge_dropout]] = np.inf
        return errs

    def _part(self, rng: np.random.Generator) -> tuple[slice, slice]:
        top, left = (int(v) for v in rng.integers(0, _SPARE_PX, 2))
        height, width = self._shape
        return slice(top, top + height), slice(left, left + width)


def _ranks(rng: np.random.Generator, shape: tuple[int, int], spot_px: float) -> NDArray[np.float32]:
    """Return spots of a size: numbers evenly spread from 0 to 1, alike where pixels are near."""
    noise = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), spot_px)
    ranks = np.empty(noise.size, np.float32)
    ranks[np.argsort(noise, axis=None)] = np.linspace(0.0, 1.0, noise.size, dtype=np.float32)
    return ranks.reshape(noise.shape)
