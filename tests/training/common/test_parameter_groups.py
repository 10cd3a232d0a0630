from __future__ import annotations

import pytest
import torch
from torch import nn

from followme_training.common.parameter_groups import parameter_groups


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
        self.decoder = nn.Conv2d(2, 1, 1)


def test_published_weights_are_slow_and_only_weights_decay() -> None:
    net = Net()
    groups = parameter_groups(net, "encoder.", 1e-2, 0.1, 0.5)
    found = {
        id(p): (group["lr"], group["weight_decay"]) for group in groups for p in group["params"]
    }
    assert found[id(net.encoder[0].weight)] == pytest.approx((1e-3, 0.5))
    assert found[id(net.encoder[0].bias)] == pytest.approx((1e-3, 0.0))
    assert found[id(net.encoder[1].weight)] == pytest.approx((1e-3, 0.0))
    assert found[id(net.decoder.weight)] == pytest.approx((1e-2, 0.5))
    assert found[id(net.decoder.bias)] == pytest.approx((1e-2, 0.0))
    assert len(found) == len(list(net.parameters()))


def test_what_is_frozen_is_left_out() -> None:
    net = Net()
    net.encoder.requires_grad_(False)
    groups = parameter_groups(net, "encoder.", 1e-2, 0.1, 0.5)
    assert {p.ndim for group in groups for p in group["params"]} == {4, 1}
    assert len([p for group in groups for p in group["params"]]) == 2
    torch.optim.AdamW(groups)
