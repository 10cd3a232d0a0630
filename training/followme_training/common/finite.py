"""Training stops at the first loss that is no number, and says which images it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch


class NonFiniteLossError(ValueError):
    """A loss that is infinite or no number; one sentence with step, parts and images."""


def stop_if_not_finite(parts: Mapping[str, torch.Tensor], names: Sequence[str], step: int) -> None:
    """Raise where a part of the loss is not finite.

    Parameters
    ----------
    parts : mapping of str to scalar tensor
        By name.
    names : sequence of str
        Of the images of the batch.
    step : int
        Number of the step.

    Raises
    ------
    NonFiniteLossError
        With all parts and all names: one of them holds the cause.
    """
    values = {name: float(value.detach()) for name, value in parts.items()}
    if all(torch.isfinite(torch.tensor(list(values.values())))):
        return
    said = ", ".join(f"{name} {value:g}" for name, value in values.items())
    raise NonFiniteLossError(
        f"step {step}: the loss is not finite ({said}) for {', '.join(names)}; look at these "
        "images with 'followme-train TASK data', or lower the learning rate"
    )
