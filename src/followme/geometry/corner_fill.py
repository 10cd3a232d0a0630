"""Corners that stand nearer than a network has it, joined to surfaces in its depth map."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.geometry.parallax import Ranged

_NEARER_SHARE = 0.12  # a network errs by as much where it is right
_TOGETHER = 0.12  # share of depth that corners of one surface may differ by
_EDGE = 0.16  # of the width of the image: longer edges between corners join two things
_NOISES = 2.0
_MOST, _NEIGHBOURS = 60, 6  # corners, the nearest; others that each is joined to at most
_RADIUS_PX = 2  # of a corner alone
_LINE_PX = 3  # of an edge between two corners
_SIGMA_SHARE = 0.08


def with_corners(
    depth_m: NDArray[np.float32], sigma_m: NDArray[np.float32], ranged: Ranged
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a depth map to which corners add what stands nearer; nothing goes farther away.

    A corner counts where another one near by agrees with it: a single one may be two edges that
    cross in the image.

    Parameters
    ----------
    depth_m, sigma_m : (h, w) float32
        As the network has it.
    ranged : Ranged
        Corners with their depth.
    """
    height, width = depth_m.shape
    column, row = np.rint(ranged.pixel).astype(np.intp).T
    believed_m = depth_m[row, column]
    believed_m = np.where(np.isfinite(believed_m), believed_m, np.inf)
    nearer = ranged.depth_m + _NOISES * ranged.sigma_m < (1.0 - _NEARER_SHARE) * believed_m
    pixel, z_m = ranged.pixel[nearer], ranged.depth_m[nearer]
    near = np.argsort(z_m, kind="stable")[:_MOST]
    pixel, z_m = pixel[near], z_m[near]
    if len(pixel) < 2:
        return depth_m, sigma_m
    apart = np.hypot(*(pixel[:, None] - pixel).transpose(2, 0, 1))
    agree = np.abs(z_m[:, None] - z_m) <= _TOGETHER * np.minimum(z_m[:, None], z_m)
    joined = agree & (apart <= _EDGE * width)
    np.fill_diagonal(joined, False)
    close = np.argsort(np.where(joined, apart, np.inf), axis=1)[:, :_NEIGHBOURS]
    beside = np.zeros_like(joined)
    np.put_along_axis(beside, close, True, axis=1)
    joined &= beside | beside.T
    painted = _painted(np.rint(pixel).astype(np.int32), z_m, joined, (height, width))
    added = painted < np.where(np.isnan(depth_m), np.inf, depth_m)
    return (
        np.where(added, painted, depth_m),
        np.where(added, np.float32(_SIGMA_SHARE) * painted, sigma_m),
    )


def _painted(
    corner: NDArray[np.int32],
    z_m: NDArray[np.float64],
    joined: NDArray[np.bool_],
    size: tuple[int, int],
) -> NDArray[np.float32]:
    """Return an image of corners, edges and triangles between them, metres; infinity elsewhere."""
    painted = np.full(size, np.inf, np.float32)
    single = np.flatnonzero(joined.any(axis=1))[:, None]
    pairs = np.argwhere(np.triu(joined))
    shapes = [single, pairs, _triangles(joined, pairs)]
    far = np.concatenate([z_m[shape].mean(axis=1) for shape in shapes])
    members = [corner[one] for shape in shapes for one in shape]
    for i in np.argsort(-far, kind="stable").tolist():  # the nearest is painted last
        z, points = float(far[i]), members[i]
        if len(points) == 1:
            cv2.circle(painted, points[0].tolist(), _RADIUS_PX, z, -1)
        elif len(points) == 2:
            cv2.line(painted, points[0].tolist(), points[1].tolist(), z, _LINE_PX)
        else:
            cv2.fillConvexPoly(painted, points, z)
    return painted


def _triangles(joined: NDArray[np.bool_], pairs: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return triples (T, 3) of corners of which each two are joined, in rising order."""
    one, other = pairs.T
    third = joined[one] & joined[other] & (np.arange(len(joined)) > other[:, None])
    at, last = np.nonzero(third)
    return np.column_stack([pairs[at], last])
