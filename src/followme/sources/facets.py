"""Flat facets, as rays meet them: each by itself, and the figures of all in one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.sources.scene import Opening

#: Neighbouring facets overlap by this much, else rays slip through between them.
SEAM_M = 1e-4


@dataclass(frozen=True, eq=False)
class Facet:
    """A flat rectangle in a frame that may be turned about the vertical axis.

    Parameters
    ----------
    frame : (3, 3) float64
        Its axes in the scene, a row each.
    origin_m : (3,) float64
        Of its frame in the scene at rest.
    axis : int
        Of its normal in its frame.
    sign : int
        1 or -1 when it is seen from that side only, 0 from both.
    at_m : float
        Where it stands on that axis.
    low_m, high_m : tuple of two floats
        Its edges on the other two axes.
    texture : tuple of four floats
        Pixels of the atlas per metre on both axes, and those of its lower left corner.
    surface : int
        Index into the tables of :class:`Surfaces`.
    actor : int
        Whose it is: index into the actors; -1 for the room.
    pane : bool
        Whether it is of glass.
    openings : tuple of pairs of corners
        Where it is missing.
    """

    frame: NDArray[np.float64]
    origin_m: NDArray[np.float64]
    axis: int
    sign: int
    at_m: float
    low_m: tuple[float, float]
    high_m: tuple[float, float]
    texture: tuple[float, float, float, float]
    surface: int
    actor: int = -1
    pane: bool = False
    openings: tuple[Opening, ...] = ()

    @property
    def edges(self) -> tuple[int, int]:
        """The other two axes."""
        u, v = (axis for axis in range(3) if axis != self.axis)
        return u, v

    def corners(self) -> NDArray[np.float64]:
        """Return its corners in the scene at rest, (4, 3)."""
        (u0, v0), (u1, v1) = self.low_m, self.high_m
        local = np.empty((4, 3))
        local[:, self.axis] = self.at_m
        local[:, self.edges] = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
        return np.asarray(local @ self.frame + self.origin_m)


@dataclass(frozen=True, eq=False)
class Sheet:
    """Figures of all facets at rest, an entry each.

    Parameters
    ----------
    actor : (F,) int
        Whose each is; -1 for the room.
    pane : (F,) bool
        Whether it is of glass.
    corners_m : (F, 4, 3) float64
        In the scene.
    normals : (F, 3) float64
        Toward the side that it is seen from, in the scene; zero where it is seen from both.
    axes : (F, 3, 3) float64
        Of its frame in the scene, a row each.
    origins_m : (F, 3) float64
        Of its frame in the scene.
    order : (F, 3) int
        Its axes in the order normal, first and second edge.
    from_m : (F, 3) float64
        Where it begins on these: its place, its low edges.
    longest_m : (F, 2) float32
        How long its edges are, with a seam.
    texture : (F, 4) float32
        As in :class:`Facet`.
    surface : (F,) uint8
        Index into the tables of :class:`Surfaces`.
    """

    actor: NDArray[np.intp]
    pane: NDArray[np.bool_]
    corners_m: NDArray[np.float64]
    normals: NDArray[np.float64]
    axes: NDArray[np.float64]
    origins_m: NDArray[np.float64]
    order: NDArray[np.intp]
    from_m: NDArray[np.float64]
    longest_m: NDArray[np.float32]
    texture: NDArray[np.float32]
    surface: NDArray[np.uint8]

    @classmethod
    def of(cls, facets: Sequence[Facet]) -> Sheet:
        """Lay out the figures of facets."""
        spans = [np.subtract(f.high_m, f.low_m) + SEAM_M for f in facets]
        return cls(
            np.array([f.actor for f in facets], np.intp),
            np.array([f.pane for f in facets], bool),
            np.array([f.corners() for f in facets]).reshape(-1, 4, 3),
            np.array([f.sign * f.frame[f.axis] for f in facets]).reshape(-1, 3),
            np.array([f.frame for f in facets]).reshape(-1, 3, 3),
            np.array([f.origin_m for f in facets]).reshape(-1, 3),
            np.array([[f.axis, *f.edges] for f in facets], np.intp).reshape(-1, 3),
            np.array([[f.at_m, *f.low_m] for f in facets]).reshape(-1, 3),
            np.array(spans, np.float32).reshape(-1, 2),
            np.array([f.texture for f in facets], np.float32).reshape(-1, 4),
            np.array([f.surface for f in facets], np.uint8),
        )
