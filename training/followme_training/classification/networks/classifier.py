"""What all classifiers are: a trunk that sees, and a linear layer that names."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn

#: Mean and deviation of the channels, of 255: of MNIST for grey, of CIFAR-100 for colour.
_GREY = ((33.3,), (78.6,))
_COLOUR = ((129.3, 124.1, 112.4), (68.2, 65.4, 70.4))


class Trunk(Protocol):
    """From images (B, C, H, W), 0 to 255, to features (B, width)."""

    width: int

    def __call__(self, x: Tensor) -> Tensor: ...


class Standardised(nn.Module):
    """Takes the mean of the channels off and divides by their deviation.

    Parameters
    ----------
    channels : int
        1 or 3.
    mean, std : tuple of float, optional
        Of each channel; by default those of MNIST or CIFAR-100.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        channels: int,
        mean: tuple[float, ...] | None = None,
        std: tuple[float, ...] | None = None,
    ) -> None:
        super().__init__()
        usual = _GREY if channels == 1 else _COLOUR
        for name, values in (("mean", mean or usual[0]), ("std", std or usual[1])):
            self.register_buffer(name, torch.tensor(values).view(1, -1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.std


class Classifier(nn.Module):
    """A trunk, dropout and a linear layer.

    Parameters
    ----------
    trunk : Module
        See :class:`Trunk`.
    classes : int
        How many there are.
    dropout : float
        Share of the features left out in training.
    mirrored_view : bool
        Whether, outside of training, logits are the mean over an image and its mirror image, at
        twice the cost.
    """

    def __init__(
        self, trunk: nn.Module, width: int, classes: int, dropout: float, mirrored_view: bool
    ) -> None:
        super().__init__()
        self.trunk = trunk
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, classes)
        self.mirrored_view = mirrored_view

    def features(self, x: Tensor) -> Tensor:
        """Return the features (B, F) of images (B, C, H, W), 0 to 255."""
        found: Tensor = self.trunk(x)
        return found

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (B, K) of images (B, C, H, W), 0 to 255."""
        logits: Tensor = self.head(self.dropout(self.trunk(x)))
        if self.mirrored_view and not self.training:
            logits = 0.5 * (logits + self.head(self.trunk(x.flip(3))))
        return logits


def convolution(inside: int, outside: int, kernel: int = 3) -> nn.Sequential:
    """Return a convolution that keeps the size, with batch norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inside, outside, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    )
