"""Convolutions with batch norm: whole ones, or separable ones for small processors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Kind:
    """How the convolutions of a head are made.

    Parameters
    ----------
    separable : bool
        Filter each channel, then mix them (Howard et al., "MobileNets", 2017, section 3.1), which
        takes about an eighth of the multiplications of a whole 3x3 convolution.
    slope : float
        Of the activation for values below 0.
    """

    separable: bool = False
    slope: float = 0.0

    def activation(self) -> nn.Module:
        """Return a new activation."""
        return nn.LeakyReLU(self.slope) if self.slope else nn.ReLU()

    def conv(
        self, width_in: int, width_out: int, kernel: int, stride: int = 1, linear: bool = False
    ) -> nn.Sequential:
        """Return convolution, norm, and activation unless the output is to stay linear.

        Parameters
        ----------
        width_in, width_out : int
            Channels.
        kernel, stride : int
            Size, odd, and step.
        linear : bool
            Whether the activation is left out.
        """
        pad = kernel // 2
        layers: list[nn.Module]
        if self.separable and kernel > 1:
            filtering = nn.Conv2d(
                width_in, width_in, kernel, stride, pad, groups=width_in, bias=False
            )
            layers = [filtering, nn.BatchNorm2d(width_in)]
            layers += [nn.Conv2d(width_in, width_out, 1, bias=False)]
        else:
            layers = [nn.Conv2d(width_in, width_out, kernel, stride, pad, bias=False)]
        layers.append(nn.BatchNorm2d(width_out))
        return nn.Sequential(*layers, *([] if linear else [self.activation()]))


class Context(nn.Module):
    """Sees 3, 5 and 7 pixels around each place by 3x3 convolutions.

    Najibi et al., "SSH: Single Stage Headless Face Detector", ICCV 2017, section 3.3: a face is
    told by what is around it.

    Parameters
    ----------
    width_in, width : int
        Channels; those of the result are a multiple of 4.
    kind : Kind
        Of the convolutions.
    """

    def __init__(self, width_in: int, width: int, kind: Kind) -> None:
        super().__init__()
        half, quarter = width // 2, width // 4
        self.three = kind.conv(width_in, half, 3, linear=True)
        self.reduce = kind.conv(width_in, quarter, 3)
        self.five = kind.conv(quarter, quarter, 3, linear=True)
        self.seven_first = kind.conv(quarter, quarter, 3)
        self.seven = kind.conv(quarter, quarter, 3, linear=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        reduced = self.reduce(x)
        seen = (self.three(x), self.five(reduced), self.seven(self.seven_first(reduced)))
        return nn.functional.relu(torch.cat(seen, 1))
