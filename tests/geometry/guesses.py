"""Depth of a room without a hole, what networks make of it, and sensors that miss parts of it."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from followme.values.depth_map import MonocularDepth
from tests.geometry.scene import Box, box_at, render

SHAPE = (240, 320)
WALLS = (
    Box((5.0, 5.2), (-3.0, 3.0), (-1.0, 4.0)),
    Box((-1.0, 6.0), (1.8, 2.0), (-1.0, 4.0)),
    Box((-1.0, 6.0), (-2.0, -1.8), (-1.0, 4.0)),
    Box((-1.0, 6.0), (-3.0, 3.0), (2.6, 2.8)),
)
THING = box_at(2.0, 0.0, 0.5, 0.4, (0.0, 1.2))
#: Pixels well inside of the thing's front, and of the wall behind it.
ON_THING = (slice(125, 180), slice(140, 180))


@lru_cache(maxsize=1)
def room() -> np.ndarray:
    """Depth of a thing 2 m ahead in a corridor that ends 5 m ahead; every pixel is known."""
    depth_m = render((*WALLS, THING))
    assert np.isfinite(depth_m).all()
    depth_m.setflags(write=False)
    return depth_m


def smooth(seed: int, share: float, width_px: float = 40.0) -> np.ndarray:
    """A field around 1 that changes slowly, with a standard deviation."""
    noise = np.random.default_rng(seed).standard_normal(SHAPE).astype(np.float32)
    field = cv2.GaussianBlur(noise, (0, 0), width_px)
    return np.exp(field * np.float32(share) / field.std()).astype(np.float32)


def network(
    true_m: np.ndarray,
    scale: float = 1.3,
    shift_per_m: float = 0.05,
    error: float = 0.05,
    noise: float = 0.01,
    stamp_ns: int = 0,
) -> MonocularDepth:
    """What a network says that errs by a scale, a shift in inverse depth, slowly and by noise."""
    rng = np.random.default_rng(3)
    per_m = (1.0 / true_m - shift_per_m) * scale * smooth(7, error)
    per_m = per_m * (1.0 + noise * rng.standard_normal(true_m.shape))
    depth_m = (1.0 / np.maximum(per_m, 0.02)).astype(np.float32)
    return MonocularDepth(stamp_ns, depth_m, np.full_like(depth_m, 0.2), True)


def holed(depth_m: np.ndarray, share: float, seed: int = 1, width_px: float = 12.0) -> np.ndarray:
    """Depth with a share of its pixels missing in blobs."""
    noise = np.random.default_rng(seed).standard_normal(depth_m.shape).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), width_px)
    return np.where(noise < np.quantile(noise, share), np.nan, depth_m).astype(np.float32)


def sparse(depth_m: np.ndarray, share: float, seed: int = 1) -> np.ndarray:
    """Depth of which only single pixels are there."""
    there = np.random.default_rng(seed).random(depth_m.shape) < share
    return np.where(there, depth_m, np.nan).astype(np.float32)
