from __future__ import annotations

import pytest
from torch import nn

from followme_training.common.sgd import Sgd, sgd


def factors(settings: Sgd, total: int, count: int) -> list[float]:
    net = nn.ModuleDict({"encoder": nn.Linear(2, 2), "head": nn.Linear(2, 2)})
    [optimiser], [schedule] = sgd(net, "encoder.", total, settings)
    found = []
    for _ in range(count):
        found.append(optimiser.param_groups[-1]["lr"] / settings.lr)
        optimiser.step()
        schedule["scheduler"].step()
    return found


def test_each_thousand_steps_a_tenth_is_taken_off() -> None:
    got = factors(Sgd(schedule="step"), 5000, 2001)
    assert got[999] == pytest.approx(1.0)
    assert got[1000] == pytest.approx(0.9)
    assert got[2000] == pytest.approx(0.81)


def test_a_power_ends_at_nothing_and_stays_there() -> None:
    got = factors(Sgd(power=2.0), 4, 6)
    assert got == pytest.approx([1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0])


def test_biases_do_not_decay_and_the_backbone_is_slower() -> None:
    net = nn.ModuleDict({"encoder": nn.Linear(2, 2), "head": nn.Linear(2, 2)})
    [optimiser], _ = sgd(net, "encoder.", 10, Sgd(lr=1.0, backbone_factor=0.1, momentum=0.8))
    groups = [(g["lr"], g["weight_decay"], g["momentum"]) for g in optimiser.param_groups]
    assert groups == [
        *((0.1, 1e-4, 0.8), (0.1, 0.0, 0.8)),
        *((1.0, 1e-4, 0.8), (1.0, 0.0, 0.8)),
    ]
