"""The virtual normal loss: planes through three far-apart points keep their direction.

Yin et al., "Enforcing Geometric Constraints of Virtual Normal for Depth Prediction", ICCV 2019,
section 3.2. Three pixels of an image, taken into space by depth and camera, span a plane; its
normal is compared with that of the true points. It sees the shape of a whole room, where a
gradient sees neighbours.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

# The paper's: triples nearer to a line than 30 degrees, or shorter than 0.6 m, have no stable
# normal. The latter are counted here in true metres as there.
_LARGEST_COSINE = 0.867
_SHORTEST_SIDE_M = 0.6


def points_of(depth: Tensor, camera: Tensor) -> Tensor:
    """Return points (B, H, W, 3), x right, y down, z forward, of depth (B, 1, H, W).

    Parameters
    ----------
    depth : (B, 1, H, W) tensor
        Along the optical axis.
    camera : (B, 4) tensor
        fx, fy, cx, cy in pixels.
    """
    height, width = depth.shape[2:]
    fx, fy, cx, cy = (c.view(-1, 1, 1) for c in camera.unbind(1))
    u = torch.arange(width, device=depth.device, dtype=depth.dtype)
    v = torch.arange(height, device=depth.device, dtype=depth.dtype)[:, None]
    z = depth[:, 0]
    return torch.stack(((u - cx) / fx * z, (v - cy) / fy * z, z), dim=3)


def virtual_normal(
    depth: Tensor, truth: Tensor, mask: Tensor, camera: Tensor, triples: Tensor
) -> Tensor:
    """Return the mean L1 distance between normals of predicted and of true triples.

    Parameters
    ----------
    depth, truth : (B, 1, H, W) tensor
        Metres along the optical axis.
    mask : (B, 1, H, W) bool tensor
        Where the truth is known.
    camera : (B, 4) tensor
        fx, fy, cx, cy in pixels.
    triples : (B, N, 3) int tensor
        Pixels by their number in a row-major image; see :func:`draw_triples`.
    """
    safe = torch.where(mask, truth, truth.new_ones(()))
    predicted = _triangles(points_of(depth, camera), triples)
    true = _triangles(points_of(safe, camera), triples)
    known = mask.flatten(1).gather(1, triples.flatten(1)).view(triples.shape).all(2)
    use = known & _is_stable(true)
    distance = (_normals(predicted) - _normals(true)).abs().sum(2)
    return torch.where(use, distance, distance.new_zeros(())).sum() / use.sum().clamp(min=1)


def draw_triples(
    batch: int, size_hw: tuple[int, int], count: int, generator: torch.Generator
) -> Tensor:
    """Return pixels (batch, count, 3), drawn evenly over the image."""
    pixels = size_hw[0] * size_hw[1]
    return torch.randint(0, pixels, (batch, count, 3), generator=generator)


def _triangles(points: Tensor, triples: Tensor) -> Tensor:
    """Return points (B, N, 3 corners, 3)."""
    batch, count, _ = triples.shape
    flat = points.flatten(1, 2)  # (B, H W, 3)
    chosen = flat.gather(1, triples.flatten(1)[:, :, None].expand(-1, -1, 3))
    return chosen.view(batch, count, 3, 3)


def _normals(triangles: Tensor) -> Tensor:
    """Return unit normals (B, N, 3); a triangle without an area has the normal 0."""
    first = triangles[:, :, 1] - triangles[:, :, 0]
    second = triangles[:, :, 2] - triangles[:, :, 0]
    return functional.normalize(torch.linalg.cross(first, second), dim=2, eps=1e-6)


def _is_stable(triangles: Tensor) -> Tensor:
    """Return (B, N): whether no corner is too flat and no side too short."""
    stable = torch.ones(triangles.shape[:2], dtype=torch.bool, device=triangles.device)
    for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        one = triangles[:, :, b] - triangles[:, :, a]
        other = triangles[:, :, c] - triangles[:, :, a]
        cosine = functional.cosine_similarity(one, other, dim=2)
        stable &= (cosine.abs() < _LARGEST_COSINE) & (one.norm(dim=2) > _SHORTEST_SIDE_M)
    return stable
