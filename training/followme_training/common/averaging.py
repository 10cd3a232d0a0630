"""The exponential moving average of weights, which forgets its random beginning early."""

from __future__ import annotations

import torch
from lightning.pytorch.callbacks import WeightAveraging


class AveragingError(ValueError):
    """A decay that cannot be; one sentence with value and mend."""


class AveragedWeights(WeightAveraging):
    """Averages weights after each step; validation and the kept checkpoints use the averages.

    A decay of .998 remembers some 500 steps. A training of fifty steps would be judged by weights
    that hardly ever learned, so the decay begins small and grows with the number of averages n, as
    min(decay, (1 + n) / (10 + n)) (TensorFlow's ``ExponentialMovingAverage`` with ``num_updates``);
    .998 is reached after 4,500 steps, and the average runs over about a tenth of them until then.

    Parameters
    ----------
    decay : float
        Largest share of the average that is kept at a step; 0 to below 1.

    Raises
    ------
    AveragingError
        When it is not.
    """

    def __init__(self, decay: float) -> None:
        check_decay(decay)
        self._decay = decay
        super().__init__(avg_fn=self._average)

    def _average(
        self, average: torch.Tensor, current: torch.Tensor, count: torch.Tensor | int
    ) -> torch.Tensor:
        decay = decay_after(int(count), self._decay)
        # no lerp, as it knows no integers, which norms count their batches in
        return decay * average + (1.0 - decay) * current


def decay_after(averages: int, decay: float) -> float:
    """Return the share of the average that is kept after so many averages, at most ``decay``."""
    return min(decay, (1.0 + averages) / (10.0 + averages))


def check_decay(decay: float) -> None:
    """Refuse what cannot be a decay.

    Raises
    ------
    AveragingError
        When it is not 0 to below 1.
    """
    if not 0.0 <= decay < 1.0:
        raise AveragingError(f"ema_decay is {decay:g}; give 0 to below 1")
