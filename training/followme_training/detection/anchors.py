"""Anchors: boxes of fixed sizes on a regular grid, from which the network's boxes are told.

As in Ren et al., "Faster R-CNN", NIPS 2015, section 3.1.1, on several levels as in Lin et al.,
"Feature Pyramid Networks", CVPR 2017, section 4.1. All coordinates of this package count in pixels
from the outer edge of the first pixel, as COCO's do: an image covers 0 to its width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


class AnchorError(ValueError):
    """Settings of anchors that fit no network; one sentence with value and mend."""


@dataclass(frozen=True)
class AnchorGrid:
    """Which anchors there are.

    Parameters
    ----------
    sizes_px : tuple of tuples of float
        For each level, finest first, the square roots of the areas of its anchors, in pixels of
        the input; RetinaFace's by default (Deng et al., CVPR 2020, table 1).
    aspects : tuple of float
        Height over width; each size comes in each of them.
    strides_px : tuple of int
        For each level the pixels between two places of its grid.
    """

    sizes_px: tuple[tuple[float, ...], ...] = ((16.0, 32.0), (64.0, 128.0), (256.0, 512.0))
    aspects: tuple[float, ...] = (1.0,)
    strides_px: tuple[int, ...] = (8, 16, 32)

    def __post_init__(self) -> None:
        if len(self.sizes_px) != len(self.strides_px) or not all(self.sizes_px):
            raise AnchorError(
                f"anchors.sizes_px has {len(self.sizes_px)} levels, strides_px "
                f"{len(self.strides_px)}; give at least one size for each stride"
            )
        for name, values in (
            ("sizes_px", [size for level in self.sizes_px for size in level]),
            ("aspects", self.aspects),
            ("strides_px", self.strides_px),
        ):
            if not values or not all(value > 0 for value in values):
                raise AnchorError(f"anchors.{name} is {values}; give numbers above 0")

    @property
    def per_place(self) -> tuple[int, ...]:
        """How many anchors stand at one place of each level."""
        return tuple(len(sizes) * len(self.aspects) for sizes in self.sizes_px)

    def levels_hw(self, size_hw: tuple[int, int]) -> list[tuple[int, int]]:
        """Return rows and columns of each level for an input of a size; sides are rounded up."""
        return [(-(-size_hw[0] // s), -(-size_hw[1] // s)) for s in self.strides_px]

    def count(self, size_hw: tuple[int, int]) -> int:
        """Return how many anchors an input of a size has."""
        levels = zip(self.levels_hw(size_hw), self.per_place, strict=True)
        return sum(rows * columns * k for (rows, columns), k in levels)


def make_anchors(grid: AnchorGrid, size_hw: tuple[int, int]) -> Tensor:
    """Return all anchors of an input.

    Parameters
    ----------
    grid : AnchorGrid
        Which there are.
    size_hw : tuple of two ints
        Height and width of the input.

    Returns
    -------
    (N, 4) float32 tensor
        Centre x, centre y, width, height in pixels. Level by level, row by row, column by column,
        and at each place size by size, each in all aspects: the order of the network's outputs.
    """
    levels = []
    for stride, sizes, (rows, columns) in zip(
        grid.strides_px, grid.sizes_px, grid.levels_hw(size_hw), strict=True
    ):
        y = (torch.arange(rows, dtype=torch.float32) + 0.5) * stride
        x = (torch.arange(columns, dtype=torch.float32) + 0.5) * stride
        size = torch.tensor(sizes, dtype=torch.float32)[:, None]
        root = torch.tensor(grid.aspects, dtype=torch.float32).sqrt()[None]
        shapes = torch.stack((size / root, size * root), 2).flatten(0, 1)  # (K, 2): width, height
        centres = torch.stack(torch.meshgrid(y, x, indexing="ij")[::-1], 2)  # (rows, columns, 2)
        places = centres[:, :, None].expand(-1, -1, len(shapes), -1)
        levels.append(torch.cat((places, shapes.expand_as(places)), 3).flatten(0, 2))
    return torch.cat(levels)


def corners(centred: Tensor) -> Tensor:
    """Return boxes (..., 4) left, top, right, bottom of centre x, centre y, width, height."""
    half = centred[..., 2:] / 2
    return torch.cat((centred[..., :2] - half, centred[..., :2] + half), -1)
