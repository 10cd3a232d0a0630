"""DiffAugment: the same changes for real and made images, through which gradients flow.

Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training", NeurIPS 2020. The
discriminator never sees an unchanged image, so it cannot learn the training images by heart; the
generator does not learn to make changed ones, as its gradient comes back through the change.
"""

from __future__ import annotations

from typing import Literal

import torch

Change = Literal["colour", "translation", "cutout"]
#: Largest shift, of the side, to each side.
_SHIFT = 0.125
#: Side of what is cut out, of the image's.
_CUT = 0.5


def diff_augmented(images: torch.Tensor, changes: tuple[Change, ...]) -> torch.Tensor:
    """Return images (B, 3, H, W), -1 to 1, each with changes of its own, drawn by torch."""
    for change in changes:
        images = {"colour": recoloured, "translation": shifted, "cutout": cut_out}[change](images)
    return images


def recoloured(x: torch.Tensor) -> torch.Tensor:
    """Return images of other brightness, saturation and contrast."""
    brightness, saturation, contrast = _uniform(3, x).unbind(0)
    x = x + (brightness - 0.5)
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * (2.0 * saturation)
    mean = x.mean((1, 2, 3), keepdim=True)
    return mean + (x - mean) * (contrast + 0.5)


def shifted(x: torch.Tensor) -> torch.Tensor:
    """Return images moved by up to an eighth of their sides; what comes in is grey.

    A shift is a product with a matrix of ones beside the diagonal: its gradient is the shift back,
    in an order of sums that does not depend on threads.
    """
    vertical, horizontal = _uniform(2, x).flatten(1).unbind(0)
    rows = _shift_matrix(vertical, x.shape[2]).to(x.dtype)
    columns = _shift_matrix(horizontal, x.shape[3]).to(x.dtype)
    return rows @ x @ columns.transpose(2, 3)


def cut_out(x: torch.Tensor) -> torch.Tensor:
    """Return images with a square of half their side made grey; a part may lie outside."""
    vertical, horizontal = _uniform(2, x).flatten(1).unbind(0)
    rows = _inside(vertical, x.shape[2])
    columns = _inside(horizontal, x.shape[3])
    hidden = rows[:, None, :, None] & columns[:, None, None, :]
    return x * (~hidden).to(x.dtype)


def _uniform(count: int, x: torch.Tensor) -> torch.Tensor:
    """Return so many numbers from 0 to 1 for each image, (count, B, 1, 1, 1)."""
    return torch.rand(count, len(x), 1, 1, 1, device=x.device, dtype=x.dtype)


def _shift_matrix(share: torch.Tensor, side: int) -> torch.Tensor:
    """Return (B, 1, side, side): row i takes what stood at i plus the shift."""
    most = int(side * _SHIFT + 0.5)
    shift = (share * (2 * most + 1)).floor().long() - most
    places = torch.arange(side, device=share.device)
    return (places[None, :, None] + shift[:, None, None] == places[None, None, :])[:, None]


def _inside(share: torch.Tensor, side: int) -> torch.Tensor:
    """Return (B, side): whether a place lies in the stretch about a random centre."""
    length = int(side * _CUT + 0.5)
    begin = (share * side).floor() - length // 2
    offset = torch.arange(side, device=share.device)[None] - begin[:, None]
    return (offset >= 0) & (offset < length)
