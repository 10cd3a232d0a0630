"""Stochastic gradient descent with momentum, as the DeepLab papers train."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn

from followme_training.common.parameter_groups import parameter_groups


@dataclass(frozen=True)
class Sgd:
    """SGD with a step or a polynomial schedule, counted in steps.

    Parameters
    ----------
    lr : float
        First rate of new weights.
    backbone_factor : float
        Rate of published weights over that of new ones.
    momentum, weight_decay : float
        As in ``torch.optim.SGD``; norms and biases do not decay.
    schedule : str
        ``step``: times ``step_factor`` each ``step_every`` steps. ``poly``: the share of steps that
        are left, to the power of ``power`` (Chen et al., DeepLab, 2017, section 4.1).
    step_every, step_factor, power
        Of the schedules.
    clip : float
        Largest norm of the gradient.
    """

    lr: float = 0.01
    backbone_factor: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 1e-4
    schedule: Literal["step", "poly"] = "poly"
    step_every: int = 1000
    step_factor: float = 0.9
    power: float = 0.9
    clip: float = 10.0


def sgd(net: nn.Module, backbone: str, total_steps: int, s: Sgd) -> Any:
    """Return optimiser and schedule as Lightning takes them.

    Parameters
    ----------
    net : Module
        The network.
    backbone : str
        Prefix of the names of published weights, ending with a dot.
    total_steps : int
        Of the whole training.
    s : Sgd
        Rates, decay, schedule.
    """
    groups = parameter_groups(net, backbone, s.lr, s.backbone_factor, s.weight_decay)
    optimiser = torch.optim.SGD(groups, momentum=s.momentum)

    def factor(step: int) -> float:
        if s.schedule == "step":
            return float(s.step_factor ** (step // s.step_every))
        # Lightning asks once more after the last step
        return float(max(0.0, 1.0 - step / total_steps) ** s.power)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
    return [optimiser], [{"scheduler": schedule, "interval": "step"}]
