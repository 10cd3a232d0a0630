"""What rays have met so far: depth, surface, and where its colour lies in the atlas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.sources.view import NEAR_M, Window
from followme.values.camera import Camera


@dataclass(frozen=True, eq=False)
class Canvas:
    """Arrays of one image, all (H, W), written in place.

    Parameters
    ----------
    depth_m : float32
        Along the optical axis, infinity where nothing was met.
    surface : uint8
        Index into the tables of the surfaces, 0 for nothing.
    atlas_x, atlas_y : float32
        Column and row in the atlas.
    """

    depth_m: NDArray[np.float32]
    surface: NDArray[np.uint8]
    atlas_x: NDArray[np.float32]
    atlas_y: NDArray[np.float32]

    @classmethod
    def blank(cls, camera: Camera) -> Canvas:
        """Return a canvas on which nothing was met."""
        shape = (camera.height, camera.width)
        return cls(
            np.full(shape, np.inf, np.float32),
            np.zeros(shape, np.uint8),
            np.zeros(shape, np.float32),
            np.zeros(shape, np.float32),
        )

    def put(
        self,
        window: Window,
        hit: NDArray[np.bool_],
        depth_m: NDArray[np.float32],
        atlas: tuple[NDArray[np.float32], NDArray[np.float32]],
        surface: int,
    ) -> None:
        """Write what was met inside a window where ``hit`` says so."""
        np.copyto(self.depth_m[window], depth_m, where=hit)
        np.copyto(self.atlas_x[window], atlas[0], where=hit)
        np.copyto(self.atlas_y[window], atlas[1], where=hit)
        np.copyto(self.surface[window], np.uint8(surface), where=hit)

    def nearest(self, pixel: NDArray[np.intp], depth_m: NDArray[np.float32]) -> NDArray[np.intp]:
        """Write the depth of what was met at pixels (row times width plus column), many at once.

        Returns
        -------
        (K,) array of int
            Which of them are the nearest on their pixel by now; of two that are alike, both.
        """
        flat = self.depth_m.reshape(-1)
        with np.errstate(invalid="ignore"):
            met = np.flatnonzero((depth_m <= flat[pixel]) & (depth_m > NEAR_M))
            np.minimum.at(flat, pixel[met], depth_m[met])
            return np.asarray(met[depth_m[met] == flat[pixel[met]]])

    def paint(
        self,
        pixel: NDArray[np.intp],
        atlas: tuple[NDArray[np.float32], NDArray[np.float32]],
        surface: NDArray[np.uint8],
    ) -> None:
        """Write what is the nearest at pixels; the last of several on one pixel stays."""
        self.atlas_x.reshape(-1)[pixel] = atlas[0]
        self.atlas_y.reshape(-1)[pixel] = atlas[1]
        self.surface.reshape(-1)[pixel] = surface
