"""Which parameters learn how fast."""

from __future__ import annotations

from typing import Any

from torch import nn


def parameter_groups(
    net: nn.Module, backbone: str, lr: float, backbone_factor: float, weight_decay: float
) -> list[dict[str, Any]]:
    """Return groups for an optimiser.

    Published weights change slower than new ones; norms and biases do not decay, as pulling them
    to zero changes what a layer computes rather than how large its weights are.

    Parameters
    ----------
    net : Module
        The network.
    backbone : str
        Prefix of the names of published weights, ending with a dot.
    lr, backbone_factor, weight_decay : float
        Rate of new weights, its factor for published ones, decay of weights.
    """
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in net.named_parameters():
        if parameter.requires_grad:
            key = (name.startswith(backbone), parameter.ndim > 1)
            groups.setdefault(key, []).append(parameter)
    return [
        {
            "params": parameters,
            "lr": lr * (backbone_factor if published else 1.0),
            "weight_decay": weight_decay if decays else 0.0,
        }
        for (published, decays), parameters in groups.items()
    ]
