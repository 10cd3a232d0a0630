"""AdamW with a one-cycle schedule: for short trainings from published weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from followme_training.common.parameter_groups import parameter_groups


@dataclass(frozen=True)
class OneCycle:
    """AdamW with a one-cycle schedule (Smith and Topin, "Super-Convergence", 2019).

    Parameters
    ----------
    lr : float
        Peak rate of new weights.
    backbone_factor : float
        Rate of published weights over that of new ones.
    weight_decay : float
        Of weights, not of norms and biases.
    warm_up : float
        Share of all steps in which the rate rises.
    clip : float
        Largest norm of the gradient.
    """

    lr: float = 1e-3
    backbone_factor: float = 0.3
    weight_decay: float = 0.02
    warm_up: float = 0.15
    clip: float = 1.0


def one_cycle(net: nn.Module, backbone: str, total_steps: int, o: OneCycle) -> Any:
    """Return optimiser and schedule as Lightning takes them.

    Parameters
    ----------
    net : Module
        The network.
    backbone : str
        Prefix of the names of published weights, ending with a dot.
    total_steps : int
        Of the whole training.
    o : OneCycle
        Rates and decay.
    """
    groups = parameter_groups(net, backbone, o.lr, o.backbone_factor, o.weight_decay)
    return risen_and_fallen(torch.optim.AdamW(groups), total_steps, o.warm_up)


def risen_and_fallen(
    optimiser: torch.optim.Optimizer, total_steps: int, warm_up: float, moves_momentum: bool = True
) -> Any:
    """Return an optimiser and its one-cycle schedule as Lightning takes them.

    Parameters
    ----------
    optimiser : Optimizer
        The rates of its groups are the peaks.
    total_steps : int
        Of the whole training.
    warm_up : float
        Share of all steps in which the rates rise.
    moves_momentum : bool
        Whether momentum falls while rates rise.
    """
    # torch divides by the steps that follow the first one of the rise, also where there are none
    one_step = warm_up * total_steps == 1.0
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        [group["lr"] for group in optimiser.param_groups],
        total_steps=total_steps,
        pct_start=1.001 * warm_up if one_step else warm_up,
        cycle_momentum=moves_momentum,
    )
    return [optimiser], [{"scheduler": schedule, "interval": "step"}]
