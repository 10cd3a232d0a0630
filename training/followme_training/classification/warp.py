"""Images that are turned, sized, sheared, shifted and bent, many at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Warp:
    """How far an image is moved out of its place.

    Parameters
    ----------
    turn_deg : float
        Largest angle to either side.
    scale : float
        Largest relative change of each side.
    shear : float
        Largest shift of a row over its distance from the middle.
    shift_px : float
        Largest shift along each axis.
    bend_px : float
        Standard deviation of a smooth field of shifts, drawn at 4x4 places and interpolated
        between them: the elastic deformation of Simard et al., "Best Practices for Convolutional
        Neural Networks Applied to Visual Document Analysis", ICDAR 2003.
    """

    turn_deg: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    shift_px: float = 0.0
    bend_px: float = 0.0

    @property
    def still(self) -> bool:
        """Whether nothing moves."""
        return not (self.turn_deg or self.scale or self.shear or self.shift_px or self.bend_px)


def warped(images: torch.Tensor, w: Warp, random: np.random.Generator) -> torch.Tensor:
    """Return images (B, C, H, W) of floats, each moved in its own way; black comes in."""
    count = len(images)
    if w.still:
        return images
    angle = np.deg2rad(random.uniform(-w.turn_deg, w.turn_deg, count))
    sizes = 1.0 + random.uniform(-w.scale, w.scale, (2, count))
    shear = random.uniform(-w.shear, w.shear, count)
    shift_px = random.uniform(-w.shift_px, w.shift_px, (2, count))
    bend = None
    if w.bend_px:
        bend = random.normal(0.0, w.bend_px, (count, 2, 4, 4)).astype(np.float32)
    return moved(images, matrices(angle, sizes, shear), shift_px.T, bend)


def matrices(
    angle: NDArray[np.float64], sizes: NDArray[np.float64], shear: NDArray[np.float64]
) -> Floats:
    """Return (B, 2, 2): from a place in the new image to the place in the old it is taken from.

    Parameters
    ----------
    angle : (B,) float
        Radians; positive turns what is seen from x to y, clockwise.
    sizes : (2, B) float
        Factors along x and y: 2 shows a thing twice as large.
    shear : (B,) float
        Shift in x over the distance in y.
    """
    cos, sin, one, zero = np.cos(angle), np.sin(angle), np.ones_like(angle), np.zeros_like(angle)
    turn = np.stack([cos, sin, -sin, cos], 1).reshape(-1, 2, 2)
    slant = np.stack([one, -shear, zero, one], 1).reshape(-1, 2, 2)
    shrink = np.stack([1.0 / sizes[0], zero, zero, 1.0 / sizes[1]], 1).reshape(-1, 2, 2)
    return np.asarray(shrink @ slant @ turn, np.float32)


def moved(
    images: torch.Tensor,
    matrix: Floats,
    shift_px: NDArray[np.float64],
    bend: Floats | None = None,
    mode: str = "bilinear",
) -> torch.Tensor:
    """Return images (B, C, H, W) sampled at other places.

    Parameters
    ----------
    images : (B, C, H, W) float tensor
        0 is black.
    matrix : (B, 2, 2) float
        See :func:`matrices`; about the middle of the image.
    shift_px : (B, 2) float
        By which a thing moves along x and y.
    bend : (B, 2, h, w) float, optional
        Shifts in pixels on a coarse grid.
    mode : str
        How is sampled between pixels.
    """
    height, width = images.shape[2:]
    half = np.array([width / 2.0, height / 2.0])
    # what comes out shifted is taken from the other side, seen through the matrix
    back = -np.einsum("bij,bj->bi", matrix, shift_px) / half
    # affine_grid counts halves of the image: a matrix for pixels is scaled where it is not square
    scaled = matrix * (half[None, None, :] / half[None, :, None])
    theta = np.concatenate([scaled, back[:, :, None]], 2).astype(np.float32)
    grid = functional.affine_grid(torch.from_numpy(theta), list(images.shape), align_corners=False)
    if bend is not None:
        field = functional.interpolate(
            torch.from_numpy(bend), (height, width), mode="bicubic", align_corners=False
        )
        grid = grid + field.permute(0, 2, 3, 1) / torch.from_numpy(half.astype(np.float32))
    return functional.grid_sample(images, grid, mode=mode, align_corners=False)
