"""Which way is up, by the upright edges of a room: doors, walls and cupboards stand plumb.

A network's floor is tilted where it takes a long hallway for a small room. The edges of what
stands are not: all of them meet in the vanishing point of the vertical (Barnard, "Interpreting
perspective images", Artificial Intelligence 21, 1983).
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.settings import FloorSettings
from followme.values.camera import Attitude, Camera

_SHORT = 0.05  # of the image's width: shorter edges lean by a pixel's noise
_MOST = 60  # edges, the longest: each two of them are one draw
_ON = math.sin(math.radians(1.5))  # an edge this far off plumb is plumb
_APART = math.sin(math.radians(2.0))  # two edges on one line say nothing about where they meet
_ROUNDS = 4
# What NYUv2's rooms (102 with floor) ask for: pitch is off by 1.0 degree in the middle of them, by
# 2.9 in the worst tenth; of edges with less it may be any.
_LEAST = 6
_LEAST_LENGTH = 1.25  # widths of the image in all
_LEAST_SHARE = 0.4  # of the length of all edges that could be upright
_MOST_STD_DEG = 1.0
_LEAST_NOISE = math.sin(math.radians(0.2))
_FIRST_TILT_DEG = 30.0  # from the attitude that is taken for granted: how a camera may be worn
_NEXT_TILT_DEG = 10.0  # from the last one
_MEDIAN_S = 0.35  # a swing of the chest is slower


@dataclass(frozen=True)
class _Edges:
    """Edges of one image.

    Parameters
    ----------
    normals : (N, 3) float64
        Unit normal of the plane through camera and edge, optical frame.
    length : (N,) float64
        In widths of the image.
    """

    normals: NDArray[np.float64]
    length: NDArray[np.float64]

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> _Edges:
        """Return the chosen ones."""
        return _Edges(self.normals[chosen], self.length[chosen])


class Plumb:
    """Follows the direction of up from image to image.

    Parameters
    ----------
    s : FloorSettings
        How long it is carried while too few upright edges are in view.
    expected : Attitude
        How the camera is worn, as far as is taken for granted.
    """

    def __init__(self, s: FloorSettings, expected: Attitude) -> None:
        self._s = s
        self._expected = expected.floor_normal()
        self._seen: deque[tuple[int, NDArray[np.float64]]] = deque()

    def reset(self) -> None:
        """Forget it: time jumped."""
        self._seen.clear()

    def up(
        self, stamp_ns: int, ends: NDArray[np.float64], camera: Camera
    ) -> NDArray[np.float64] | None:
        """Return the direction of up in the optical frame, (3,); None: nothing told it lately.

        Parameters
        ----------
        stamp_ns : int
            Of the image, never before that of the last one.
        ends : (N, 4) float64
            Of its edges, see :func:`straight_edges`.
        camera : Camera
            At the size of that image.
        """
        while self._seen and (stamp_ns - self._seen[0][0]) * 1e-9 > self._s.plumb_keep_s:
            self._seen.popleft()
        known = bool(self._seen)
        expected = self._seen[-1][1] if known else self._expected
        found = upright(ends, camera, expected, _NEXT_TILT_DEG if known else _FIRST_TILT_DEG)
        if found is not None:
            self._seen.append((stamp_ns, found))
        if not self._seen:
            return None
        last_ns = self._seen[-1][0]
        recent = [up for at_ns, up in self._seen if (last_ns - at_ns) * 1e-9 <= _MEDIAN_S]
        middle = np.median(np.array(recent), axis=0)
        return np.asarray(middle / np.linalg.norm(middle))


def upright(
    ends: NDArray[np.float64],
    camera: Camera,
    expected: NDArray[np.float64],
    max_tilt_deg: float,
) -> NDArray[np.float64] | None:
    """Return the direction that most edges of an image agree on, (3,), optical frame; or None.

    Parameters
    ----------
    ends : (N, 4) float64
        Of edges, see :func:`straight_edges`.
    camera : Camera
        At the size of the image.
    expected : (3,) float64
        About where up is.
    max_tilt_deg : float
        How far it may be from there.
    """
    edges = _seen_edges(ends, camera)
    edges = edges.where(np.abs(edges.normals @ expected) < math.sin(math.radians(max_tilt_deg)))
    edges = edges.where(np.argsort(-edges.length, kind="stable")[:_MOST])
    if len(edges.length) < _LEAST:
        return None
    first, second = np.triu_indices(len(edges.length), 1)
    met = _cross(edges.normals[first], edges.normals[second])
    sine = np.sqrt(np.einsum("ij,ij->i", met, met))
    met = met[sine > _APART] / sine[sine > _APART, None]
    met *= np.where(met @ expected < 0.0, -1.0, 1.0)[:, None]
    met = met[met @ expected > math.cos(math.radians(max_tilt_deg))]
    if not len(met):
        return None
    up: NDArray[np.float64] | None = met[np.argmax(_weights(edges, met).sum(axis=1))]
    for _ in range(_ROUNDS):
        up = up if up is None else _plumb_to(edges, up)
    return up if up is not None and _is_sure(edges, up) else None


def straight_edges(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return both ends (x1, y1, x2, y2) of the straight edges of an image, (N, 4) pixels.

    Edges so short that a pixel's noise turns them are left out.

    Parameters
    ----------
    grey : (h, w) uint8
    """
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    ends = np.zeros((0, 4)) if found is None else np.asarray(found, np.float64).reshape(-1, 4)
    length_px = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    return np.asarray(ends[length_px >= _SHORT * grey.shape[1]])


def _seen_edges(ends: NDArray[np.float64], camera: Camera) -> _Edges:
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]) / camera.width
    rays = np.ones((2, len(ends), 3))
    rays[..., 0] = (ends[:, 0::2].T - camera.cx) / camera.fx
    rays[..., 1] = (ends[:, 1::2].T - camera.cy) / camera.fy
    normals = _cross(rays[0], rays[1])
    return _Edges(normals / np.linalg.norm(normals, axis=1, keepdims=True), length)


def _cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cross products of rows (N, 3), in a third of the time that numpy's takes."""
    (x, y, z), (u, v, w) = one.T, other.T
    return np.stack([y * w - z * v, z * u - x * w, x * v - y * u], axis=1)


def _weights(edges: _Edges, up: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each edge has to say about directions (..., 3): (..., N)."""
    off = up @ edges.normals.T
    return np.asarray(np.maximum(0.0, 1.0 - (off / _ON) ** 2) * edges.length)


def _plumb_to(edges: _Edges, up: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the direction that is plumb to the edges that agree with one."""
    weight = _weights(edges, up)
    if np.count_nonzero(weight) < _LEAST:
        return None
    _, axes = np.linalg.eigh((edges.normals * weight[:, None]).T @ edges.normals)
    return np.asarray(axes[:, 0] if axes[:, 0] @ up > 0.0 else -axes[:, 0])


def _is_sure(edges: _Edges, up: NDArray[np.float64]) -> bool:
    """Whether enough edges agree, and lie far enough apart to tell where they meet."""
    off = edges.normals @ up
    on = np.abs(off) < _ON
    length = edges.length[on]
    whole = float(length.sum())
    if len(length) < _LEAST or whole < _LEAST_LENGTH:
        return False
    if whole < _LEAST_SHARE * float(edges.length.sum()):
        return False
    noise = max(float(length @ off[on] ** 2) / whole, _LEAST_NOISE**2)
    spread = np.linalg.eigvalsh((edges.normals[on] * length[:, None]).T @ edges.normals[on])
    std = math.sqrt(noise * whole / max(float(spread[1]), 1e-9) / len(length))
    return math.degrees(std) <= _MOST_STD_DEG
