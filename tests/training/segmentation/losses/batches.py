"""Small batches that more than one test of losses needs."""

from __future__ import annotations

import math

import torch
from torch import Tensor

#: One weight for each of the three classes below.
WEIGHTS = torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)


def logits_of(*probabilities: list[float]) -> Tensor:
    """Return logits (1, C, 1, N) whose softmax is given, a list a pixel."""
    rows = torch.tensor([[math.log(p) for p in pixel] for pixel in probabilities])
    return rows.double().T[None, :, None, :]


def classes_of(*classes: int) -> Tensor:
    """Return classes (1, 1, N)."""
    return torch.tensor([[list(classes)]])


def drawn(seed: int = 0, classes: int = 3, ignored: float = 0.2) -> tuple[Tensor, Tensor]:
    """Return logits (2, C, 4, 5) and classes (2, 4, 5) by chance, some without a label."""
    random = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(2, classes, 4, 5, generator=random, dtype=torch.float64)
    target = torch.randint(0, classes, (2, 4, 5), generator=random)
    target[torch.rand(2, 4, 5, generator=random) < ignored] = 255
    return logits, target
