"""Convolution with TensorFlow's 'SAME' padding, which weights that come from there expect."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class SameConv2d(nn.Conv2d):
    """Convolution whose output has ceil(size / stride) pixels on each side.

    Where the padding is odd, the extra pixel goes after (right and below), as TensorFlow does
    it; PyTorch's own padding is symmetric and shifts the image by half a pixel at each stride.
    Batch norm or a bias follows, so that there is none here unless asked for.

    Parameters
    ----------
    width_in, width_out : int
        Channels.
    kernel, stride, groups, dilation : int
        As in ``nn.Conv2d``.
    bias : bool
        Whether a bias is added.
    """

    def __init__(
        self,
        width_in: int,
        width_out: int,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        bias: bool = False,
        dilation: int = 1,
    ) -> None:
        super().__init__(
            width_in, width_out, kernel, stride, dilation=dilation, groups=groups, bias=bias
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        stride, spread = self.stride[0], self.dilation
        # from the first to the last pixel that one output sees
        kernel = (self.kernel_size[0] - 1) * spread[0] + 1
        before_y, after_y = same_padding(x.shape[2], kernel, stride)
        before_x, after_x = same_padding(x.shape[3], kernel, stride)
        # the convolution's own padding spares a copy of the image; on a map no larger than its
        # kernel, oneDNN takes two to ten times as long with it on processors without AVX-512
        # (measured without holes: those keep the convolution's own)
        own_is_fast = spread[0] > 1 or min(x.shape[2:]) > kernel
        if own_is_fast and (before_y, before_x) == (after_y, after_x):
            sides = (before_y, before_x)
            return functional.conv2d(
                x, self.weight, self.bias, self.stride, sides, spread, groups=self.groups
            )
        padded = functional.pad(x, (before_x, after_x, before_y, after_y))
        return functional.conv2d(
            padded, self.weight, self.bias, self.stride, 0, spread, groups=self.groups
        )


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return how many pixels 'SAME' adds before and after a side of ``size`` pixels."""
    out = -(-size // stride)
    total = max((out - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2
