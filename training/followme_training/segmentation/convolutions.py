"""The convolutions that the heads are made of, each with batch norm and ReLU.

A separable convolution filters each channel on its own and mixes the channels after that: k k C +
C D products a pixel instead of k k C D (Chollet, "Xception", CVPR 2017; with holes: Chen et al.,
DeepLabV3+, ECCV 2018, figure 3).
"""

from __future__ import annotations

from torch import nn


def convolution(
    width_in: int, width_out: int, kernel: int = 1, dilation: int = 1, groups: int = 1
) -> nn.Sequential:
    """Return convolution, norm and ReLU that keep the size of the map.

    Parameters
    ----------
    width_in, width_out : int
        Channels.
    kernel, dilation, groups : int
        As in ``nn.Conv2d``; the kernel is odd.
    """
    around = dilation * (kernel // 2)
    return nn.Sequential(
        nn.Conv2d(
            width_in,
            width_out,
            kernel,
            padding=around,
            dilation=dilation,
            groups=groups,
            bias=False,
        ),
        nn.BatchNorm2d(width_out),
        nn.ReLU(),
    )


def separable_convolution(
    width_in: int, width_out: int, kernel: int = 3, dilation: int = 1
) -> nn.Sequential:
    """Return a convolution of each channel, then one across channels."""
    return nn.Sequential(
        *convolution(width_in, width_in, kernel, dilation, groups=width_in),
        *convolution(width_in, width_out),
    )


def filter_of(
    width_in: int, width_out: int, dilation: int = 1, separable: bool = False
) -> nn.Sequential:
    """Return a 3x3 convolution, separable or whole."""
    make = separable_convolution if separable else convolution
    return make(width_in, width_out, 3, dilation)
