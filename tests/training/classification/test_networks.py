"""Every network gives what it should, can learn, and says what cannot be built."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from followme_training.backbones import WeightsError
from followme_training.classification.loss import cross_entropy
from followme_training.classification.networks import (
    OWN,
    Layout,
    NetworkError,
    make_classifier,
)
from followme_training.classification.recipe import Recipe, optimisation

PUBLISHED = ("efficientnet_lite0", "resnet18")


def layout(network: str, **changed: object) -> Layout:
    settings: dict = {"image": (16, 16, 3), "classes": 4, "width": 8, "depth": 1, "input_px": 32}
    return Layout(network, **{**settings, **changed})


@pytest.mark.parametrize("network", [*OWN, *PUBLISHED])
@pytest.mark.parametrize("channels", [1, 3])
def test_images_become_logits(network: str, channels: int) -> None:
    net = make_classifier(layout(network, image=(16, 16, channels))).eval()
    images = 255 * torch.rand(2, channels, 16, 16)
    assert net(images).shape == (2, 4)
    assert net.features(images).shape == (2, net.head.in_features)
    torch.testing.assert_close(net.head(net.features(images)), net(images))


@pytest.mark.parametrize("network", OWN)
def test_every_network_overfits_a_batch(network: str) -> None:
    torch.manual_seed(0)
    net = make_classifier(layout(network))
    labels = torch.arange(4)
    # each of a brightness of its own
    images = (
        torch.rand(4, 3, 16, 16) * torch.tensor([60.0, 120.0, 180.0, 250.0])[:, None, None, None]
    )
    optimiser = torch.optim.AdamW(net.parameters(), 1e-2)
    losses = []
    for _ in range(60):
        optimiser.zero_grad()
        loss = cross_entropy(net(images), labels)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]


def test_the_sizes_are_those_of_the_papers() -> None:
    def count(net: nn.Module) -> int:
        return sum(p.numel() for p in net.parameters())

    # 784 to 512 to 512 to 10; batch norms have two numbers a unit
    connected = make_classifier(Layout("fully_connected", (28, 28, 1), 10, 512, 2))
    assert count(connected) == 784 * 512 + 512 * 512 + 4 * 512 + 512 * 10 + 10
    # ResNet-9 of width 64 has 6.6 million parameters with 10 classes
    nine = make_classifier(Layout("residual", (32, 32, 3), 10, 64, 1))
    assert count(nine) == pytest.approx(6.57e6, rel=0.01)
    convolutions = [m for m in nine.modules() if isinstance(m, nn.Conv2d)]
    assert len(convolutions) == 8


def test_a_residual_block_that_changes_nothing_lets_all_through() -> None:
    net = make_classifier(layout("residual"))
    block = net.trunk.layers[4]
    for layer in block.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.zeros_(layer.weight)
    x = torch.randn(2, 16, 4, 4)
    torch.testing.assert_close(block(x), x)


def test_a_mirrored_view_makes_both_sides_alike_outside_of_training() -> None:
    net = make_classifier(layout("convolutional", mirrored_view=True)).eval()
    images = 255 * torch.rand(2, 3, 16, 16)
    torch.testing.assert_close(net(images), net(images.flip(3)))
    plain = make_classifier(layout("convolutional")).eval()
    plain.load_state_dict(net.state_dict())
    both = 0.5 * (plain(images) + plain(images.flip(3)))
    torch.testing.assert_close(net(images), both)
    net.train()
    assert not torch.allclose(net(images), net(images.flip(3)))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"network": "residul"}, "network 'residul' is unknown; did you mean 'residual'"),
        ({"classes": 1}, "classes is 1; give 2 or more"),
        ({"width": 0}, "width is 0; give 1 or more"),
        ({"dropout": 1.0}, "dropout is 1; give 0 to below 1"),
        ({"image": (16, 16, 2)}, r"image is \[16, 16, 2\]; give height, width and 1 or 3"),
        ({"depth": 6}, "16x16 cannot be halved 5 times"),
        ({"network": "residual", "image": (4, 4, 3)}, "4x4 cannot be halved 3 times"),
    ],
)
def test_what_cannot_be_built_is_said(changed: dict, words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        layout(**{"network": "convolutional", **changed})


def test_weights_are_for_backbones_only(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="'residual' has no published weights"):
        make_classifier(layout("residual"), tmp_path / "w.safetensors")
    with pytest.raises(WeightsError, match="give the file of weights"):
        make_classifier(layout("efficientnet_lite0"), tmp_path / "w.safetensors")


@pytest.mark.parametrize("method", ["sgd", "adamw"])
def test_rates_rise_and_fall_and_learnt_weights_are_slower(method: str) -> None:
    net = make_classifier(layout("fully_connected"))
    recipe = Recipe(method, lr=1.0, trunk_factor=0.1, warm_up=0.5, weight_decay=0.3)  # type: ignore[arg-type]
    [optimiser], [schedule] = optimisation(net, True, 10, recipe)
    rates = []
    for _ in range(10):
        rates.append([group["lr"] for group in optimiser.param_groups])
        optimiser.step()
        schedule["scheduler"].step()
    peaks = [max(rate) for rate in zip(*rates, strict=True)]
    assert sorted(set(peaks)) == pytest.approx([0.1, 1.0], rel=1e-6)
    assert rates[0][-1] < 0.1
    assert rates[-1][-1] < 0.1
    decays = {group["weight_decay"] for group in optimiser.param_groups}
    assert decays == {0.0, 0.3}
    [optimiser], _ = optimisation(net, False, 10, recipe)
    assert len({group["initial_lr"] for group in optimiser.param_groups}) == 1
