"""How fast a classifier learns: SGD or AdamW under a one-cycle schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn

from followme_training.common.one_cycle import risen_and_fallen
from followme_training.common.parameter_groups import parameter_groups


@dataclass(frozen=True)
class Recipe:
    """Rates and decay (Smith and Topin, "Super-Convergence", 2019).

    Parameters
    ----------
    method : str
        ``sgd`` with Nesterov's momentum, or ``adamw``.
    lr : float
        Peak rate of new weights.
    trunk_factor : float
        Rate of weights that were learnt before over that of new ones.
    momentum : float
        Of SGD; it stays as it is.
    weight_decay : float
        Of weights, not of norms and biases.
    warm_up : float
        Share of all steps in which the rate rises.
    clip : float
        Largest norm of the gradient.
    """

    method: Literal["sgd", "adamw"] = "sgd"
    lr: float = 0.2
    trunk_factor: float = 0.3
    momentum: float = 0.9
    weight_decay: float = 5e-4
    warm_up: float = 0.25
    clip: float = 5.0


def optimisation(net: nn.Module, learnt_before: bool, total_steps: int, r: Recipe) -> Any:
    """Return optimiser and schedule as Lightning takes them.

    Parameters
    ----------
    net : Module
        A classifier; its trunk's names begin with ``trunk.``.
    learnt_before : bool
        Whether the trunk begins from other weights than random ones.
    total_steps : int
        Of the whole training.
    r : Recipe
        Rates and decay.
    """
    factor = r.trunk_factor if learnt_before else 1.0
    groups = parameter_groups(net, "trunk.", r.lr, factor, r.weight_decay)
    optimiser: torch.optim.Optimizer
    if r.method == "sgd":
        optimiser = torch.optim.SGD(groups, r.lr, momentum=r.momentum, nesterov=r.momentum > 0)
    else:
        optimiser = torch.optim.AdamW(groups, r.lr)
    return risen_and_fallen(optimiser, total_steps, r.warm_up, moves_momentum=False)
