"""Losses of a depth map; each is checked by hand in the tests.

All take logarithms of depth (B, 1, H, W) and a mask (B, 1, H, W) of the pixels whose truth is
known, and return one number; an image without any known pixel adds nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor

# Keeps the root's slope finite at a perfect prediction.
_TINY = 1e-8


def scale_invariant(log_depth: Tensor, truth: Tensor, mask: Tensor, free: float = 0.85) -> Tensor:
    """Return the root of mean(d^2) - free * mean(d)^2, d the error in the logarithm.

    Eigen et al., "Depth Map Prediction from a Single Image using a Multi-Scale Deep Network",
    NIPS 2014, section 3.2. With ``free`` 1 a wrong scale costs nothing, with 0 as much as any
    other error; .85 after Lee et al. ("From Big to Small", 2019). One root an image, then the
    mean over images.
    """
    error = _masked(log_depth - truth, mask)
    known = mask.sum((1, 2, 3)).clamp(min=1)
    square, mean = (error**2).sum((1, 2, 3)) / known, error.sum((1, 2, 3)) / known
    return (square - free * mean**2).clamp(min=_TINY).sqrt().mean()


def absolute(log_depth: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of abs(d), d the error in the logarithm, over all known pixels."""
    error = _masked(log_depth - truth, mask)
    return error.abs().sum() / mask.sum().clamp(min=1)


def gradient_matching(log_depth: Tensor, truth: Tensor, mask: Tensor, scales: int = 4) -> Tensor:
    """Return how much the error changes between neighbours, at several scales.

    Li and Snavely, "MegaDepth", CVPR 2018, section 4.1: abs of the horizontal and of the vertical
    difference of d, where both pixels are known, at every pixel, every 2nd, every 4th and so on.
    The mean over neighbours of each scale, added over scales.
    """
    error = _masked(log_depth - truth, mask)
    total = error.new_zeros(())
    for k in range(scales):
        step = 2**k
        d, m = error[:, :, ::step, ::step], mask[:, :, ::step, ::step]
        across, down = m[..., 1:] & m[..., :-1], m[..., 1:, :] & m[..., :-1, :]
        jump_x = _masked(d[..., 1:] - d[..., :-1], across).abs().sum()
        jump_y = _masked(d[..., 1:, :] - d[..., :-1, :], down).abs().sum()
        total = total + (jump_x + jump_y) / (across.sum() + down.sum()).clamp(min=1)
    return total


def scale_and_shift_free(inverse: Tensor, mask: Tensor, flat: float = 0.0) -> Tensor:
    """Return an inverse depth less its median, over its mean distance from it, image by image.

    Two maps that differ by a positive scale and a shift become one (Ranftl et al., "Towards Robust
    Monocular Depth Estimation", TPAMI 2022, equations 5 and 6).

    Parameters
    ----------
    inverse : (B, 1, H, W) tensor
        Of any unit.
    mask : (B, 1, H, W) bool tensor
        What counts for median and distance.
    flat : float
        The mean distance is taken as no less than this share of the median, so that a map without
        relief, as that of a network which has not learnt yet, is not stretched without bounds.
    """
    known = torch.where(mask, inverse, inverse.new_full((), float("nan")))
    # an image without any known pixel has no median; 0 keeps its slopes finite
    median = known.flatten(1).nanquantile(0.5, 1).nan_to_num().view(-1, 1, 1, 1)
    away = _masked((inverse - median).abs(), mask).sum((1, 2, 3), keepdim=True)
    spread = away / mask.sum((1, 2, 3), keepdim=True).clamp(min=1)
    least = (flat * median.detach().abs()).clamp(min=_TINY)
    return (inverse - median) / torch.maximum(spread, least)


def gaussian(log_depth: Tensor, log_std: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Return the mean negative log-likelihood of d under a normal distribution, less ln(2 pi) / 2.

    Kendall and Gal, "What Uncertainties Do We Need in Bayesian Deep Learning", NIPS 2017,
    equation 8. The prediction is taken as given: only the deviation learns from this, else a
    network would learn first what is easy and call the rest uncertain.
    """
    error = _masked((log_depth.detach() - truth) * torch.exp(-log_std), mask)
    each = 0.5 * error**2 + _masked(log_std, mask)
    return each.sum() / mask.sum().clamp(min=1)


def _masked(values: Tensor, mask: Tensor) -> Tensor:
    """Return values with 0 where the mask is not; a product would let NaN through."""
    return torch.where(mask, values, values.new_zeros(()))
