"""A light decoder: depthwise 5x5 convolutions, features of the encoder added on the way up.

Near to FastDepth (Wofk et al., ICRA 2019, section III): convolve before upsampling, nearest
neighbours, additive skips. Beside it the mean of the deepest features is added everywhere, because
how large a room is cannot be seen in any one place of it.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class Decoder(nn.Module):
    """Features at strides 2 to 32 become a map at stride 2.

    Parameters
    ----------
    widths_in : five ints
        Channels of the encoder at strides 2, 4, 8, 16, 32.
    widths : five ints
        Channels of the decoder at the same strides.
    outputs : int
        Channels of the result.
    dropout : float
        Share of the deepest channels that is left out in training.
    """

    def __init__(
        self,
        widths_in: tuple[int, ...],
        widths: tuple[int, ...],
        outputs: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.deepest = point_conv(widths_in[-1], widths[-1])
        self.whole = nn.Linear(widths_in[-1], widths[-1])
        self.dropout = nn.Dropout2d(dropout)
        self.steps = nn.ModuleList(
            Step(widths[i + 1], widths_in[i], widths[i]) for i in reversed(range(len(widths) - 1))
        )
        self.last = nn.Conv2d(widths[0], outputs, 3, padding=1)

    def forward(self, features: list[torch.Tensor]) -> torch.Tensor:
        """Return (B, outputs, H/2, W/2)."""
        deepest = features[-1]  # (B, C, H/32, W/32)
        whole = self.whole(deepest.mean((2, 3)))  # (B, D)
        x = self.dropout(functional.relu(self.deepest(deepest) + whole[:, :, None, None]))
        for step, skip in zip(self.steps, reversed(features[:-1]), strict=True):
            x = step(x, skip)
        result: torch.Tensor = self.last(x)
        return result


class Step(nn.Module):
    """One doubling of the resolution.

    Parameters
    ----------
    width_in, width_skip, width_out : int
        Channels from below, from the encoder, and of the result.
    """

    def __init__(self, width_in: int, width_skip: int, width_out: int) -> None:
        super().__init__()
        self.below = point_conv(width_in, width_out)
        self.skip = point_conv(width_skip, width_out)
        self.filter = nn.Sequential(
            nn.Conv2d(width_out, width_out, 5, padding=2, groups=width_out, bias=False),
            nn.BatchNorm2d(width_out),
            nn.ReLU(),
            point_conv(width_out, width_out),
        )

    def forward(self, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        # by size, not by factor: sides that are no multiple of 32 were rounded up on the way down
        below = functional.interpolate(self.below(x), size=skip.shape[2:], mode="nearest")
        x = functional.relu(below + self.skip(skip))
        return functional.relu(x + self.filter(x))


def point_conv(width_in: int, width_out: int) -> nn.Sequential:
    """Return a 1x1 convolution with batch norm."""
    return nn.Sequential(nn.Conv2d(width_in, width_out, 1, bias=False), nn.BatchNorm2d(width_out))
