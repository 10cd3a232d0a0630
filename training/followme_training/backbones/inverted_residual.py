"""The block of MobileNetV2 and EfficientNet-Lite: expand, filter each channel, project.

Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018, section 3.3;
stochastic depth after Huang et al., "Deep Networks with Stochastic Depth", ECCV 2016.
"""

from __future__ import annotations

import torch
from torch import nn

from followme_training.backbones.same_padding import SameConv2d


class ConvNorm(nn.Module):
    """Convolution and batch norm, and ReLU6 unless the output is to stay linear.

    Parameters
    ----------
    conv : SameConv2d
        Without a bias, as the norm has one.
    norm_eps : float
        Added to the variance.
    linear : bool
        Whether ReLU6 is left out.
    """

    def __init__(self, conv: SameConv2d, norm_eps: float, linear: bool = False) -> None:
        super().__init__()
        self.conv = conv
        self.bn = nn.BatchNorm2d(conv.out_channels, eps=norm_eps)
        self.linear = linear

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.bn(self.conv(x))
        return x if self.linear else nn.functional.relu6(x)


class InvertedResidual(nn.Module):
    """One block; its input is added to its output where both have the same shape.

    Parameters
    ----------
    width_in, width_out : int
        Channels.
    kernel, stride : int
        Of the depthwise convolution.
    expand : int
        Factor of the hidden width; with 1 there is no expansion.
    norm_eps : float
        Of batch norm.
    drop_path : float
        Probability with which the branch of an image is left out in training, 0 to below 1.
    dilation : int
        Of the depthwise convolution.
    """

    def __init__(
        self,
        width_in: int,
        width_out: int,
        kernel: int,
        stride: int,
        expand: int,
        norm_eps: float,
        drop_path: float = 0.0,
        dilation: int = 1,
    ) -> None:
        super().__init__()
        hidden = width_in * expand
        self.expand = (
            ConvNorm(SameConv2d(width_in, hidden, 1), norm_eps) if expand != 1 else nn.Identity()
        )
        filtered = SameConv2d(hidden, hidden, kernel, stride, groups=hidden, dilation=dilation)
        self.dw = ConvNorm(filtered, norm_eps)
        self.project = ConvNorm(SameConv2d(hidden, width_out, 1), norm_eps, linear=True)
        self.residual = stride == 1 and width_in == width_out
        self.drop_path = drop_path

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch: torch.Tensor = self.project(self.dw(self.expand(x)))
        if not self.residual:
            return branch
        if self.training and self.drop_path > 0.0:
            branch = branch * _kept(branch, self.drop_path)
        return x + branch


def _kept(x: torch.Tensor, drop_path: float) -> torch.Tensor:
    """Return a factor per image, 0 for left out, with mean 1 so that the sum keeps its size."""
    kept = torch.rand(x.shape[0], 1, 1, 1, device=x.device) >= drop_path
    return kept.to(x.dtype) / (1.0 - drop_path)
